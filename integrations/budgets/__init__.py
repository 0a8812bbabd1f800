"""How many calls a provider still takes, counted for all workers together."""
