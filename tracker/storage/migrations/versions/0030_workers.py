"""Slots of jobs, leases of feeds, and the queue of workers in a PostgreSQL schema of its own."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "job_slot",
        sa.Column("job", AutoString(), nullable=False),
        sa.Column("slot", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("taken_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("job", "slot", name="pk_job_slot"),
    )
    op.add_column("feed", sa.Column("lease_until", UTCDateTime(), nullable=True))
    if op.get_bind().dialect.name == "postgresql":
        _create_queue()


def _create_queue() -> None:
    from procrastinate.schema import SchemaManager

    path = op.get_bind().execute(sa.text("SELECT current_setting('search_path')")).scalar_one()
    op.execute("CREATE SCHEMA queue")
    op.execute("SET LOCAL search_path TO queue")
    driver: Any = op.get_bind().connection.driver_connection
    driver.execute(SchemaManager.get_schema())  # many statements, which SQLAlchemy would not take
    op.get_bind().execute(sa.text("SELECT set_config('search_path', :path, true)"), {"path": path})


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP SCHEMA queue CASCADE")
    op.drop_column("feed", "lease_until")
    op.drop_table("job_slot")
