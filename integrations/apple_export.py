"""Reads the step samples out of Apple Health's ``export.xml``, however large and however odd. Pure.

The file is read as a stream and never held. It is written by the phone but comes from a person's
hands, so it is treated as hostile: whatever stands before the root element, the document type with
everything it declares included, is looked at for entities and never given to the XML parser. Real
files break the rules of XML in that part, and carry stray ``&`` and control characters elsewhere.

Source: files that people published of their own phones. They hold no ids; dates are written in the
zone of the exporting phone; records inside a ``Correlation`` stand at the top level once more.
"""

import codecs
import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO
from xml.parsers import expat

from integrations.relay1_records import RelaySample, RelaySource
from integrations.relays.instants import spaced
from integrations.relays.reading import Unusable, identity, is_set, steps_in, text_of

STEP_COUNT = "HKQuantityTypeIdentifierStepCount"
TYPED_BY_HAND = "HKWasUserEntered"
MOST_BYTES = 16 * 1024**3
CHUNK = 256 * 1024
_MOST_BEFORE_ROOT = 1024**2
_MOST_PENDING = 4 * 1024**2
_DEEPEST = 64
_ROOT = re.compile(rb"<HealthData[\s>/]")
_CONTROL = bytes(n if n in (9, 10, 13) or n >= 32 else 32 for n in range(256))
_STRAY = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9A-Fa-f]{1,6});)")
_NUMBERED = re.compile(r"&#(?:x([0-9A-Fa-f]+)|(\d+));")
_LONGEST_REFERENCE = 12
_POINTER = re.compile(r"0x[0-9A-Fa-f]+")
_HARDWARE = re.compile(r"hardware:(.+?)(?:, [a-zA-Z]+:|>?$)")


class ExportRefused(Exception):
    """The file is no export of Apple Health, is broken, or tries to do harm; says which."""


class ExportReader:
    """One pass over an export.

    ``exported_at`` is known once the first samples come, if the file tells it. ``refused`` counts
    the step records that could not be used, by code.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self.exported_at: datetime | None = None
        self.bytes_read = 0
        self.refused: Counter[str] = Counter()
        self._stream = stream
        self._found: list[RelaySample] = []
        self._record: dict[str, str] | None = None
        self._typed_by_hand = False
        self._depth = 0

    def samples(self) -> Iterator[RelaySample]:
        """Give the step samples in the order of the file.

        Raises ``ExportRefused``, also in the middle of a broken file.
        """
        parser = expat.ParserCreate("utf-8")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        fed = 0
        try:
            for text in _well_formed(self._chunks()):
                piece = text.encode()
                parser.Parse(piece)
                fed += len(piece)
                if fed - parser.CurrentByteIndex > _MOST_PENDING:
                    raise ExportRefused("a single element is larger than any real one")
                yield from self._taken()
            parser.Parse(b"", True)  # noqa: FBT003 - takes no keywords
        except expat.ExpatError as error:
            raise ExportRefused(f"the XML is broken: {error}") from error
        yield from self._taken()

    def _taken(self) -> list[RelaySample]:
        found, self._found = self._found, []
        return found

    def _chunks(self) -> Iterator[bytes]:
        """The bytes from the root element on."""
        yield self._root()
        while chunk := self._read():
            yield chunk

    def _root(self) -> bytes:
        head = b""
        while len(head) <= _MOST_BEFORE_ROOT and (chunk := self._read()):
            head += chunk
            if root := _ROOT.search(head):
                _check_before_root(head[: root.start()])
                return head[root.start() :]
        raise ExportRefused("this is no export of Apple Health")

    def _read(self) -> bytes:
        chunk = self._stream.read(CHUNK)
        self.bytes_read += len(chunk)
        if self.bytes_read > MOST_BYTES:
            raise ExportRefused("the file is larger than any real one")
        return chunk

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise ExportRefused("the elements are nested too deeply")
        if name == "Record" and attributes.get("type") == STEP_COUNT:
            self._record, self._typed_by_hand = attributes, False
        elif name == "MetadataEntry" and attributes.get("key") == TYPED_BY_HAND:
            self._typed_by_hand = is_set(attributes.get("value"))
        elif name == "ExportDate":
            self._note_export_date(attributes.get("value"))

    def _end(self, name: str) -> None:
        self._depth -= 1
        if name != "Record" or self._record is None:
            return
        record, self._record = self._record, None
        try:
            self._found.append(_sample(record, manual=self._typed_by_hand))
        except Unusable as flaw:
            self.refused[flaw.code] += 1

    def _note_export_date(self, value: object) -> None:
        try:
            self.exported_at = spaced(value)
        except Unusable:
            self.exported_at = None


def _check_before_root(head: bytes) -> None:
    upper = head.upper()
    if b"<!ENTITY" in upper:
        raise ExportRefused("the file declares entities, which Apple Health never does")
    if re.search(rb"<!DOCTYPE[^\[>]*\b(?:SYSTEM|PUBLIC)\b", upper):
        raise ExportRefused("the file refers to another document, which Apple Health never does")


def _well_formed(chunks: Iterator[bytes]) -> Iterator[str]:
    """Mend what XML does not allow: wrong UTF-8, control characters, ``&`` that stands alone."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    held = ""
    for chunk in chunks:
        text = held + decoder.decode(chunk.translate(_CONTROL))
        cut = text.rfind("&", max(0, len(text) - _LONGEST_REFERENCE))
        text, held = (text, "") if cut < 0 else (text[:cut], text[cut:])
        yield _mended(text)
    yield _mended(held + decoder.decode(b"", final=True))


def _mended(text: str) -> str:
    text = _STRAY.sub("&amp;", text).replace("\ufffe", " ").replace("\uffff", " ")
    return _NUMBERED.sub(_allowed, text) if "&#" in text else text


def _allowed(reference: re.Match[str]) -> str:
    number = int(reference[1], 16) if reference[1] else int(reference[2])
    plain = number in (9, 10, 13) or 32 <= number < 0xD800 or 0xE000 <= number < 0xFFFE
    return reference[0] if plain or 0x10000 <= number <= 0x10FFFF else " "


def _sample(record: dict[str, str], *, manual: bool) -> RelaySample:
    start, end = spaced(record.get("startDate")), spaced(record.get("endDate"))
    if end < start:
        raise Unusable("ends_before_start", "the end is before the start")
    count, writer = steps_in(record.get("value")), record.get("sourceName", "")
    # The pointer is the phone's memory address at the time and differs from export to export.
    device = _POINTER.sub("", record.get("device", ""))
    hardware = _HARDWARE.search(device)
    return RelaySample(
        id=identity("export", writer, device, start.timestamp(), end.timestamp(), count),
        start=start,
        end=end,
        count=float(count),
        manual=manual,
        source=RelaySource(
            app=text_of(f"export:{writer}", 120),
            name=text_of(writer, 100),
            product=text_of(hardware[1], 60) if hardware else None,
        ),
        written=_written(record.get("creationDate")),
    )


def _written(value: object) -> datetime | None:
    try:
        return spaced(value)
    except Unusable:
        return None
