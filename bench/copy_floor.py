"""The floor of storing rows: binary COPY into a temporary table, then one upsert, per batch."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql

from bench.cpu import cpu_seconds

Rows = Sequence[Sequence[Any]]


class CopyFloor:
    """A table of the same shape and with the same indexes as `table`, filled the shortest way.

    Works on one connection to the database at `url`; `server` is the database's first process.
    """

    def __init__(self, connection: psycopg.Connection[Any], table: str, server: int) -> None:
        self._connection = connection
        self._table = sql.Identifier(table)
        self._server = server
        self._floor = sql.Identifier(f"bench_{table}")
        self._columns = self._names(_COLUMNS, table)
        self._key = self._names(_KEY, table)
        self._make()

    def _names(self, query: sql.SQL, table: str) -> list[str]:
        found = self._connection.execute(query, {"table": table}).fetchall()
        return [name for (name,) in found]

    def _make(self) -> None:
        names = {"floor": self._floor, "table": self._table, "columns": _list(self._columns)}
        for statement in _MAKE:
            self._connection.execute(statement.format(**names))
        self._connection.commit()

    def stored(self, first: int) -> tuple[Rows, Sequence[int]]:
        """Return the rows of people from number `first` on, and the types of their columns."""
        query = sql.SQL(
            "SELECT {columns} FROM {table} WHERE person_id >= %s ORDER BY person_id, start DESC"
        )
        names = {"columns": _list(self._columns), "table": self._table}
        cursor = self._connection.execute(query.format(**names), [first])
        rows = cursor.fetchall()
        self._connection.commit()
        return rows, [column.type_code for column in cursor.description or ()]

    def fill(self, rows: Rows, types: Sequence[int], *, batch: int) -> tuple[float, float]:
        """Store the rows, each batch in a transaction; returns seconds and the server's CPU."""
        cpu, begun = cpu_seconds([self._server]) + time.process_time(), time.perf_counter()
        for start in range(0, len(rows), batch):
            self._store(rows[start : start + batch], types)
        used = cpu_seconds([self._server]) + time.process_time() - cpu
        return time.perf_counter() - begun, used

    def _store(self, rows: Rows, types: Sequence[int]) -> None:
        copy_in = sql.SQL("COPY bench_incoming ({}) FROM STDIN (FORMAT BINARY)")
        with self._connection.transaction(), self._connection.cursor() as cursor:
            with cursor.copy(copy_in.format(_list(self._columns))) as copy:
                copy.set_types(list(types))
                for row in rows:
                    copy.write_row(row)
            cursor.execute(self._upsert())

    def _upsert(self) -> sql.Composed:
        rest = [name for name in self._columns if name not in self._key]
        changes = sql.SQL(", ").join(
            sql.SQL("{0} = excluded.{0}").format(sql.Identifier(name)) for name in rest
        )
        return sql.SQL(
            "INSERT INTO {floor} ({columns}) SELECT {columns} FROM bench_incoming "
            "ON CONFLICT ({key}) DO UPDATE SET {changes}"
        ).format(
            floor=self._floor,
            columns=_list(self._columns),
            key=_list(self._key),
            changes=changes,
        )


@contextmanager
def copy_floor(url: str, table: str, server: int) -> Iterator[CopyFloor]:
    """Yield the floor for a table; its own table is dropped at the end."""
    with psycopg.connect(url) as connection:
        yield CopyFloor(connection, table, server)
        connection.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(f"bench_{table}")))


def _list(names: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, names))


_COLUMNS = sql.SQL(
    "SELECT attname FROM pg_attribute WHERE attrelid = %(table)s::regclass "
    "AND attnum > 0 AND NOT attisdropped AND attidentity = '' ORDER BY attnum"
)
_KEY = sql.SQL(
    "SELECT attname FROM pg_index "
    "JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY(indkey) "
    "WHERE indrelid = %(table)s::regclass AND indisprimary"
)
_MAKE = (
    sql.SQL("CREATE TABLE {floor} (LIKE {table} INCLUDING ALL)"),
    sql.SQL(
        "CREATE TEMPORARY TABLE bench_incoming ON COMMIT DELETE ROWS "
        "AS SELECT {columns} FROM {table} WITH NO DATA"
    ),
)
