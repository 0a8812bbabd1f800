"""Measures Stepwell against floors: the same work, done barely, on the same machine and in one run.

Nothing in production imports this package.
"""
