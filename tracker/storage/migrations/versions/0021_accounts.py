"""Accounts, log-ins, links to join, and tokens of programs."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account",
        _text("id"),
        _text("forecaster_id"),
        _text("role"),
        _text("password_hash"),
        _time("created_at"),
        _time("disabled_at", nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        _time("failed_at", nullable=True),
        sa.ForeignKeyConstraint(
            ["forecaster_id"], ["forecaster.id"], name="fk_account_forecaster_id_forecaster"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_account"),
        sa.UniqueConstraint("forecaster_id", name="uq_account_forecaster_id"),
    )
    op.create_table(
        "login",
        _text("id"),
        _text("account_id", nullable=True),
        _time("created_at"),
        _time("seen_at"),
        _time("expires_at"),
        _text("address"),
        _text("browser"),
        _refer_to_account("login"),
        sa.PrimaryKeyConstraint("id", name="pk_login"),
    )
    op.create_index("ix_login_account_id", "login", ["account_id"])
    op.create_table(
        "access_link",
        _text("id"),
        _text("purpose"),
        _text("role"),
        _text("account_id", nullable=True),
        _time("expires_at"),
        _time("used_at", nullable=True),
        _refer_to_account("access_link"),
        sa.PrimaryKeyConstraint("id", name="pk_access_link"),
    )
    op.create_table(
        "api_token",
        _text("id"),
        _text("account_id"),
        _text("name"),
        _text("role"),
        _text("secret_hash"),
        _time("created_at"),
        _time("expires_at"),
        _time("used_at", nullable=True),
        _time("revoked_at", nullable=True),
        _refer_to_account("api_token"),
        sa.PrimaryKeyConstraint("id", name="pk_api_token"),
        sa.UniqueConstraint("secret_hash", name="uq_api_token_secret_hash"),
    )
    op.create_index("ix_api_token_account_id", "api_token", ["account_id"])


def downgrade() -> None:
    for table in ("api_token", "access_link", "login", "account"):
        op.drop_table(table)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, AutoString(), nullable=nullable)


def _time(name: str, *, nullable: bool = False) -> sa.Column[sa.DateTime]:
    return sa.Column(name, UTCDateTime(), nullable=nullable)


def _refer_to_account(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["account_id"], ["account.id"], name=f"fk_{table}_account_id_account"
    )
