"""Whole-sandbox switches: the readings of the provider's behaviour that nobody has confirmed."""

import threading
from datetime import datetime
from typing import Annotated, Any, Generic, Literal, TypeVar

import msgspec
from msgspec import Meta

from sandbox.store import Store
from sandbox.zones import reachable

Seconds = Annotated[int, Meta(ge=1, le=400 * 86400)]


class Knobs(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every knob with its default. Durations in seconds, instants with a UTC offset."""

    frozen_now: Annotated[datetime, Meta(tz=True)] | None = None
    clock_offset_seconds: Annotated[int, Meta(ge=-(10**9), le=10**9)] = 0
    access_token_seconds: Seconds = 3599
    access_token_length: Annotated[int, Meta(ge=40, le=2048)] = 220
    refresh_token_seconds_in_testing: Seconds = 604799
    code_seconds: Seconds = 600
    rotate_refresh_tokens: bool = False
    max_live_refresh_tokens: Annotated[int, Meta(ge=1, le=10000)] = 100
    rate_limit_per_minute: Annotated[int, Meta(ge=1, le=10**6)] = 300
    retry_after: Literal["none", "seconds", "http-date"] = "none"
    scope_error_reason: Literal["ACCESS_TOKEN_SCOPE_INSUFFICIENT", "MISSING_OAUTH_SCOPE"] = (
        "ACCESS_TOKEN_SCOPE_INSUFFICIENT"
    )
    filter_error_detail: Literal["metadata", "reason"] = "metadata"
    true_zero: Literal["omit", "0"] = "omit"
    zero_windows: Literal["present", "absent"] = "present"
    int64: Literal["string", "number"] = "string"
    inclusive_end: bool = False
    mobile_track_in_wearables: bool = False
    reconcile_order: Literal["descending", "ascending"] = "descending"
    first_page_empty: bool = False
    empty_last_token: bool = False
    sprinkle: bool = True

    def __post_init__(self) -> None:
        """Refuse a time the sandbox cannot compute with."""
        if self.frozen_now is not None and not reachable(self.frozen_now.date()):
            raise ValueError("frozen_now is out of reach")


Kind = TypeVar("Kind", bound=msgspec.Struct)


class KnobBoard(Generic[Kind]):
    """The knobs of one kind in force, kept in memory and written through to the store."""

    def __init__(self, store: Store, kind: type[Kind], document: str = "knobs") -> None:
        self._store = store
        self._kind = kind
        self._document = document
        self._lock = threading.Lock()
        self.reload()

    @property
    def now(self) -> Kind:
        """The knobs in force at this moment."""
        return self._knobs

    def reload(self) -> None:
        """Read the stored knobs again, or the defaults when none are stored."""
        doc = self._store.document(self._document)
        self._knobs = msgspec.json.decode(doc, type=self._kind) if doc else self._kind()

    def turn(self, changes: dict[str, Any]) -> Kind:
        """Set the named knobs. Raises ValueError on an unknown name or value."""
        with self._lock:
            merged = {**msgspec.to_builtins(self._knobs), **changes}
            self._knobs = msgspec.convert(merged, self._kind)
            self._store.save_document(self._document, msgspec.json.encode(self._knobs).decode())
            return self._knobs

    def restore(self) -> Kind:
        """Back to the defaults."""
        with self._lock:
            self._store.run("DELETE FROM documents WHERE name = ?", self._document)
            self._knobs = self._kind()
            return self._knobs
