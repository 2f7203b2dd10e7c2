"""Alembic's entry point. The connection is handed over by `tracker.storage.schema`."""

from typing import Any

from alembic import context

from tracker.storage.tables import TableRow

OURS = frozenset(TableRow.metadata.tables)


def ours(_object: Any, name: str | None, kind: str, reflected: bool, _compare_to: Any) -> bool:
    """Leave tables alone that we did not make, such as those of a work queue in the same
    database.
    """
    return not (kind == "table" and reflected and name not in OURS)


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=TableRow.metadata,
    render_as_batch=True,
    include_object=ours,
    transactional_ddl=False,  # the caller holds the transaction
)
context.run_migrations()
