"""Notifications: channels, rules, times, followed and muted questions, and the outbox."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notification_channel",
        _text("id"),
        _text("forecaster_id"),
        _text("name"),
        sa.Column("address", sa.Text(), nullable=False),
        _text("signing_key"),
        _text("stop_key"),
        _time("created_at"),
        _time("since"),
        sa.Column("paused", sa.Boolean(), nullable=False),
        _number("failures"),
        _text("error"),
        *(_time(name, nullable=True) for name in ("next_try_at", "digested_at", "sent_at")),
        _refer("notification_channel", "forecaster"),
        sa.PrimaryKeyConstraint("id", name="pk_notification_channel"),
    )
    op.create_index(
        "ix_notification_channel_forecaster_id", "notification_channel", ["forecaster_id"]
    )
    op.create_table(
        "notification_rule",
        *map(_text, ("forecaster_id", "kind", "pace", "scope")),
        sa.Column("threshold", sa.Float(), nullable=False),
        _refer("notification_rule", "forecaster"),
        sa.PrimaryKeyConstraint("forecaster_id", "kind", name="pk_notification_rule"),
    )
    op.create_table(
        "notification_times",
        *map(_text, ("forecaster_id", "zone", "quiet_from", "quiet_until", "digest")),
        *map(_number, ("hour", "weekday")),
        _refer("notification_times", "forecaster"),
        sa.PrimaryKeyConstraint("forecaster_id", name="pk_notification_times"),
    )
    op.create_table(
        "notification_attention",
        *map(_text, ("forecaster_id", "question_id", "attention")),
        _refer("notification_attention", "forecaster"),
        _refer("notification_attention", "question"),
        sa.PrimaryKeyConstraint("forecaster_id", "question_id", name="pk_notification_attention"),
    )
    op.create_table(
        "notification_outbox",
        _number("id"),
        *map(_text, ("channel_id", "key", "kind")),
        _text("question_id", nullable=True),
        sa.Column("notice", sa.JSON(), nullable=False),
        _time("created_at"),
        _time("sent_at", nullable=True),
        _number("attempts"),
        sa.ForeignKeyConstraint(
            ["channel_id"],
            ["notification_channel.id"],
            name="fk_notification_outbox_channel_id_notification_channel",
        ),
        _refer("notification_outbox", "question"),
        sa.PrimaryKeyConstraint("id", name="pk_notification_outbox"),
        sa.UniqueConstraint("channel_id", "key", name="uq_notification_outbox_channel_id_key"),
    )
    op.create_index("ix_notification_outbox_sent_at", "notification_outbox", ["sent_at"])


def downgrade() -> None:
    for name in ("outbox", "attention", "times", "rule", "channel"):
        op.drop_table(f"notification_{name}")


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, AutoString(), nullable=nullable)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _time(name: str, *, nullable: bool = False) -> sa.Column[sa.DateTime]:
    return sa.Column(name, UTCDateTime(), nullable=nullable)


def _refer(table: str, target: str) -> sa.ForeignKeyConstraint:
    column = f"{target}_id"
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_{table}_{column}_{target}")
