"""Starts everything Stepwell needs on one machine: the servers, the processes, the tests' servers.

Nothing in production imports this package.
"""
