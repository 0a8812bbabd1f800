"""The HR staff's view: reads everything of their organization, decides nothing."""
