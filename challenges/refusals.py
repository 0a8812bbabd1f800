"""Why somebody cannot do with a challenge what they asked for."""


class MembershipRefused(Exception):
    """It cannot be done as asked; ``code`` is stable, the text says why."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
