"""Statements sent to PostgreSQL through libpq itself: prepared once, any number in one trip.

PostgreSQL needs some ten microseconds for a small statement, a trip to it four times as many and
psycopg's cursors twice that again. What psycopg is best at, turning values into PostgreSQL's form
and back, is still its work.
"""

import re
import select
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import psycopg
from psycopg import adapt, errors, pq
from psycopg.types.numeric import Int8BinaryDumper, Int8BinaryLoader, Int8Dumper

from users.packing import Packed

Parameters = Sequence[Any] | Mapping[str, Any]
_PLACEHOLDER = re.compile(r"%(?:\((\w+)\))?[sb]|%%")
_BINARY = pq.Format.BINARY
_TO_READ, _TO_WRITE = select.POLLIN, select.POLLOUT
_Key = tuple[bytes, tuple[int, ...]]


class Statement(NamedTuple):
    """A statement with ``%s`` or ``%(name)s`` in it.

    ``in_ticks``: its instants come back as whole microseconds since 2000.
    """

    text: str
    parameters: Parameters
    in_ticks: bool = False


class _Written(NamedTuple):
    """A statement as libpq takes it."""

    query: bytes
    values: Sequence[Any]
    types: tuple[int, ...]
    formats: Sequence[pq.Format] | None


class _Message(NamedTuple):
    """Something that was sent: the statement at ``place``, or a plan to be known by ``name``."""

    place: int | None = None
    plan: _Key | None = None
    name: bytes = b""


class Pipeline:
    """One connection to PostgreSQL, used by one thread at a time."""

    def __init__(self, raw: "psycopg.Connection[Any]") -> None:
        self._pgconn = raw.pgconn
        self._socket = raw.pgconn.socket
        self._watched = select.poll()
        self._watched.register(self._socket)
        # Behind a pooler that hands out another server each time nothing can be prepared.
        self._prepares = raw.prepare_threshold is not None
        self._names: dict[_Key, bytes] = {}
        self._prepared = 0
        self._values = adapt.Transformer(_Types(raw.adapters))
        self._loaders = {
            in_ticks: adapt.Transformer(_Types(raw.adapters, in_ticks=in_ticks))
            for in_ticks in (False, True)
        }

    def answers(self, statements: Sequence[Statement], *, autocommit: bool) -> list[list[Any]]:
        """Run the statements in their order and return the rows of each, as tuples.

        Without ``autocommit`` a transaction is begun if there is none. None is run after one that
        fails. Raises ``psycopg.Error``.
        """
        written = [self._written(statement) for statement in statements]
        idle = self._pgconn.transaction_status == pq.TransactionStatus.IDLE
        try:
            self._pgconn.enter_pipeline_mode()
            sent = self._send(written, begins=idle and not autocommit)
            results = self._results()
        except BaseException:
            self._pgconn.finish()  # nobody can tell what is still under way on it
            raise
        if self._pgconn.status == pq.ConnStatus.OK:
            self._pgconn.exit_pipeline_mode()
        return self._understood(statements, sent, results)

    def _written(self, statement: Statement) -> _Written:
        query, order = _compiled(statement.text)
        given = _in_order(statement.parameters, order)
        values = self._values.dump_sequence(given, [adapt.PyFormat.AUTO] * len(given))
        return _Written(query, values, tuple(self._values.types or ()), self._values.formats)

    def _send(self, written: Iterable[_Written], *, begins: bool) -> list[_Message]:
        sent: list[_Message] = []
        if begins:
            self._pgconn.send_query_params(b"BEGIN", None)
            sent.append(_Message())
        for place, each in enumerate(written):
            if self._prepares:
                sent += self._send_prepared(each)
            else:
                self._pgconn.send_query_params(*each, _BINARY)
            sent.append(_Message(place))
        self._pgconn.pipeline_sync()
        return sent

    def _send_prepared(self, each: _Written) -> list[_Message]:
        """Send what was written, after its plan if that is not known; returns what of the plan."""
        plan = each.query, each.types
        name, sent = self._names.get(plan), []
        if name is None:
            self._prepared += 1
            name = b"kept_%d" % self._prepared
            self._pgconn.send_prepare(name, each.query, each.types)
            sent.append(_Message(plan=plan, name=name))
        self._pgconn.send_query_prepared(name, each.values, each.formats, _BINARY)
        return sent

    def _results(self) -> list[Any]:
        """Return all results up to the end of the trip, fewer when the server goes away.

        Whoever waits here lets other threads run: they may hold what the server waits for.
        """
        results: list[Any] = []
        while True:
            unsent = self._pgconn.flush()
            while self._pgconn.is_busy():
                self._watched.modify(self._socket, _TO_READ | (_TO_WRITE if unsent else 0))
                events = self._watched.poll()
                if any(event & ~_TO_WRITE for _, event in events):
                    self._pgconn.consume_input()
                unsent = unsent and self._pgconn.flush()
            result = self._pgconn.get_result()
            if result is None:
                if self._pgconn.status != pq.ConnStatus.OK:
                    return results
            elif result.status == pq.ExecStatus.PIPELINE_SYNC:
                return results
            else:
                results.append(result)

    def _understood(
        self, statements: Sequence[Statement], sent: Sequence[_Message], results: Sequence[Any]
    ) -> list[list[Any]]:
        rows: list[list[Any]] = [[] for _ in statements]
        for (place, plan, name), result in zip(sent, results, strict=False):
            if result.status == pq.ExecStatus.FATAL_ERROR:
                raise self._error(result)
            if plan is not None:
                self._names[plan] = name
            if place is not None and result.status == pq.ExecStatus.TUPLES_OK:
                loader = self._loaders[statements[place].in_ticks]
                loader.set_pgresult(result, format=_BINARY)
                rows[place] = loader.load_rows(0, result.ntuples, tuple)
        if len(results) < len(sent):
            raise psycopg.OperationalError(self._pgconn.get_error_message())
        return rows

    def _error(self, result: Any) -> psycopg.Error:
        if self._pgconn.status != pq.ConnStatus.OK:
            return psycopg.OperationalError(self._pgconn.get_error_message())
        error = errors.error_from_result(result)
        if isinstance(error, errors.InvalidSqlStatementName) or _has_outlived_its_tables(error):
            self._names.clear()
            return psycopg.OperationalError(f"{error}: it is prepared anew when asked again")
        return error


def _has_outlived_its_tables(error: psycopg.Error) -> bool:
    """Whether a plan was kept through a migration that changed what it gives."""
    return error.diag.source_function == "RevalidateCachedQuery"


class _Types:
    """Says how psycopg turns values into PostgreSQL's form and back."""

    connection = None

    def __init__(self, usual: adapt.AdaptersMap, *, in_ticks: bool = False) -> None:
        self.adapters = adapt.AdaptersMap(usual)
        self.adapters.register_dumper(Packed, _PackedDumper)
        # Else each size of a number would be a type, and a plan, of its own; lists go as text.
        self.adapters.register_dumper(int, Int8Dumper)
        self.adapters.register_dumper(int, Int8BinaryDumper)
        if in_ticks:
            self.adapters.register_loader("timestamptz", Int8BinaryLoader)


class _PackedDumper(adapt.Dumper):
    format = _BINARY

    def dump(self, obj: Packed) -> bytes:
        return obj.data


@lru_cache(maxsize=1000)
def _compiled(text: str) -> tuple[bytes, tuple[str, ...] | None]:
    """Return a statement with numbered placeholders, and the names in their order, if named."""
    names: dict[str, int] = {}
    count = 0

    def numbered(found: re.Match[str]) -> str:
        nonlocal count
        if found.group() == "%%":
            return "%"
        if name := found.group(1):
            return f"${names.setdefault(name, len(names) + 1)}"
        count += 1
        return f"${count}"

    query = _PLACEHOLDER.sub(numbered, text).encode()
    return query, tuple(names) if names else None


def _in_order(parameters: Parameters, names: Iterable[str] | None) -> Sequence[Any]:
    if isinstance(parameters, Mapping):
        return [parameters[name] for name in names or ()]
    return parameters
