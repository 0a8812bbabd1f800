"""The kinds of challenges, one pure module each.

A module here that exports ``KIND`` is a kind; nothing else names it. See ``challenges.kind`` for
what it has to answer, and docs/challenges.md for how to add one.
"""
