"""Stand-in step providers over real HTTP, for the demo and for tests only.

The sandbox speaks to the rest of the project by HTTP alone: it imports nothing of it, and nothing
of it imports the sandbox's provider code, so an agreement between the two is a real agreement.
"""
