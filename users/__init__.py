"""Who: organizations, people, groups and roles. Imports no other room."""
