"""The engine: the only room that introduces integrations, steps and challenges to each other."""
