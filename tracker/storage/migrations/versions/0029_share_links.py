"""Share links: addresses that show one thing without a log-in."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "share_link",
        sa.Column("id", AutoString(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("question_id", AutoString(), nullable=True),
        sa.Column("by", AutoString(), nullable=False),
        sa.Column("account_id", AutoString(), nullable=True),
        sa.Column("secret_hash", AutoString(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        *(
            sa.Column(name, UTCDateTime(), nullable=True)
            for name in ("expires_at", "revoked_at", "used_at")
        ),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name="fk_share_link_question_id_question"
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_share_link_account_id_account"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_share_link"),
        sa.UniqueConstraint("secret_hash", name="uq_share_link_secret_hash"),
    )
    for column in ("question_id", "account_id"):
        op.create_index(f"ix_share_link_{column}", "share_link", [column])


def downgrade() -> None:
    op.drop_table("share_link")
