"""The two ways a run of the stack ends early."""


class DevstackError(Exception):
    """Something a person has to do first; the message says what."""


class StopRequestedError(Exception):
    """The person pressed Ctrl-C (or sent SIGTERM) while we were waiting for something."""
