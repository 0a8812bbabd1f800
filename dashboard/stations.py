"""Places along the way (waypoints, milestones) as lines of text: how far, then a name."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

Station = dict[str, Any]
_LINE = re.compile(r"(?P<at>\d[\d,.'\u202f ]*?)[\s:;]+(?P<name>\S.*)")
_SEPARATORS = re.compile(r"[,.'\u202f ]")
LONGEST_NAME = 80
MOST_DIGITS = 12


class StationsField(forms.CharField):
    """Reads lines such as ``12,000 Lake View`` into ``{"at": 12000, "name": "Lake View"}``."""

    def __init__(self, *, most: int | None, **options: Any) -> None:
        self.most = most
        widget = forms.Textarea(attrs={"rows": 6, "spellcheck": "false"})
        super().__init__(widget=widget, **options)

    def prepare_value(self, value: Any) -> Any:
        """Write stations as lines; what was typed stays as it was typed."""
        if isinstance(value, list | tuple):
            return "\n".join(f"{each['at']} {each['name']}" for each in value)
        return value

    def clean(self, value: Any) -> Any:
        """Return the stations in the order of their lines; raises ``ValidationError``."""
        if isinstance(value, list | tuple):
            return list(value)
        lines = [line for line in super().clean(value).splitlines() if line.strip()]
        if self.most is not None and len(lines) > self.most:
            raise ValidationError(f"At most {self.most} lines fit; there are {len(lines)}.")
        return [_station(number, line.strip()) for number, line in enumerate(lines, start=1)]


def _station(number: int, line: str) -> Station:
    found = _LINE.fullmatch(line)
    digits = _SEPARATORS.sub("", found["at"]) if found else ""
    if found is None or len(digits) > MOST_DIGITS:
        raise ValidationError(f"Line {number}: write a number and a name, as in “12000 Lake View”.")
    if len(found["name"]) > LONGEST_NAME:
        raise ValidationError(f"Line {number}: a name has {LONGEST_NAME} characters at most.")
    return {"at": int(digits), "name": found["name"]}
