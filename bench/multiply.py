"""Many rows from one, inside the database: a hundred thousand people in a second or two."""

from django.db import connection, models

# Expressions may use `n`, which runs from 1 to the number of copies.
Expressions = dict[str, str]


def multiply(template: models.Model, copies: int, expressions: Expressions) -> None:
    """Copy a stored row; columns named in `expressions` get that SQL, the others stay the same.

    The primary key is made by the database unless it has an expression.
    """
    meta = template._meta  # noqa: SLF001 - Django's documented model API
    key = str(meta.pk.column)
    columns = [str(field.column) for field in meta.concrete_fields]
    names = [name for name in columns if name != key or name in expressions]
    quote = connection.ops.quote_name
    values = [expressions.get(name, f"t.{quote(name)}") for name in names]
    statement = (
        f"INSERT INTO {quote(meta.db_table)} ({', '.join(map(quote, names))}) "  # noqa: S608
        f"SELECT {', '.join(values)} FROM {quote(meta.db_table)} t, generate_series(1, %s) n "
        f"WHERE t.{quote(key)} = %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [copies, template.pk])


def analyze(*tables: type[models.Model]) -> None:
    """Let the planner know what the tables hold now, as autovacuum would do a minute later."""
    with connection.cursor() as cursor:
        for model in tables:
            cursor.execute(f"VACUUM ANALYZE {connection.ops.quote_name(model._meta.db_table)}")  # noqa: SLF001
