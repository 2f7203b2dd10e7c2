"""What polling teaches: rhythm, moves, the last document; items with revisions, articles, and links
to each other.

An item needs no story until it bears on a question, and an article may stand in several feeds.
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString
TIME = sqlmodel.sql.sqltypes.UTCDateTime

FEED = {
    "site_url": (TEXT(), ""),
    "categories": (sa.JSON(), "[]"),
    "importance": (sa.Float(), "1"),
    "every_minutes": (sa.Float(), None),
    "user_agent": (TEXT(), ""),
    "max_megabytes": (sa.Float(), None),
    "full_text": (sa.Boolean(), sa.false()),
    "next_reason": (TEXT(), "not polled since the update"),
    "ttl_seconds": (sa.Float(), "0"),
    "failing_since": (TIME(), None),
    "paused_why": (TEXT(), ""),
    "moved_to": (TEXT(), ""),
    "moved_since": (TIME(), None),
    "recent": (TEXT(), ""),
    "last_bytes": (sa.Integer(), "0"),
    "last_seconds": (sa.Float(), "0"),
    "need": (sa.Float(), "1"),
    "rhythm_items": (sa.Float(), "0"),
    "rhythm_days": (sa.Float(), "0"),
    "rhythm_at": (TIME(), None),
    "rhythm_hours": (sa.LargeBinary(), sa.text("''")),
}
"""New columns of a feed, and what stands in them for the feeds that are there; None for nothing."""

feed = sa.table("feed", *map(sa.column, ("id", "paused", "paused_why", "last_error")))


def upgrade() -> None:
    for name, (kind, default) in FEED.items():
        op.add_column(
            "feed", sa.Column(name, kind, server_default=default, nullable=default is None)
        )
    stopped = sa.case((feed.c.last_error == "", "paused"), else_=feed.c.last_error)
    op.execute(feed.update().where(feed.c.paused).values(paused_why=stopped))
    op.drop_index("ix_feed_due", "feed")
    op.drop_column("feed", "paused")
    polled = sa.text("paused_why = ''")
    op.create_index(
        "ix_feed_due", "feed", ["next_due_at"], sqlite_where=polled, postgresql_where=polled
    )
    _new_tables()
    with op.batch_alter_table("item") as item:
        item.drop_constraint("uq_item_canonical_url", type_="unique")
        item.alter_column("story_id", existing_type=sa.Integer(), nullable=True)
        item.add_column(sa.Column("content", sa.Text(), server_default="", nullable=False))
        item.add_column(sa.Column("updated_at", TIME(), nullable=True))
        item.add_column(sa.Column("date_note", TEXT(), server_default="", nullable=False))
        item.add_column(sa.Column("fingerprint", TEXT(), server_default="", nullable=False))
        item.add_column(sa.Column("revisions", sa.Integer(), server_default="0", nullable=False))
        item.add_column(sa.Column("same_as", sa.Integer(), nullable=True))
        item.create_foreign_key("fk_item_same_as_item", "item", ["same_as"], ["id"])
        item.create_index("ix_item_canonical_url", ["canonical_url"])
    op.create_table(
        "revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("seen_at", TIME(), nullable=False),
        sa.Column("title", TEXT(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("url", TEXT(), nullable=False),
        sa.Column("updated_at", TIME(), nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name="fk_revision_item_id_item"),
        sa.PrimaryKeyConstraint("id", name="pk_revision"),
    )
    op.create_index("ix_revision_item_id", "revision", ["item_id"])
    op.create_table(
        "article",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("fetched_at", TIME(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("why_not", TEXT(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name="fk_article_item_id_item"),
        sa.PrimaryKeyConstraint("item_id", name="pk_article"),
    )


def _new_tables() -> None:
    op.create_table(
        "feed_document",
        sa.Column("feed_id", TEXT(), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("entries", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["feed_id"], ["feed.id"], name="fk_feed_document_feed_id_feed"),
        sa.PrimaryKeyConstraint("feed_id", name="pk_feed_document"),
    )
    op.create_table(
        "feed_day",
        sa.Column("feed_id", TEXT(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("polls", sa.Integer(), nullable=False),
        sa.Column("not_modified", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("new_items", sa.Integer(), nullable=False),
        sa.Column("changed_items", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["feed_id"], ["feed.id"], name="fk_feed_day_feed_id_feed"),
        sa.PrimaryKeyConstraint("feed_id", "day", name="pk_feed_day"),
    )
    op.create_index("ix_feed_day_day", "feed_day", ["day"])


def downgrade() -> None:
    raise_if_told_apart()
    for name in ("article", "revision", "feed_day", "feed_document"):
        op.drop_table(name)
    with op.batch_alter_table("item") as item:
        item.drop_index("ix_item_canonical_url")
        item.drop_constraint("fk_item_same_as_item", type_="foreignkey")
        for name in ("same_as", "revisions", "fingerprint", "date_note", "updated_at", "content"):
            item.drop_column(name)
        item.alter_column("story_id", existing_type=sa.Integer(), nullable=False)
        item.create_unique_constraint("uq_item_canonical_url", ["canonical_url"])
    op.add_column(
        "feed", sa.Column("paused", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.execute(feed.update().where(feed.c.paused_why != "").values(paused=sa.true()))
    op.drop_index("ix_feed_due", "feed")
    for name in reversed(FEED):
        op.drop_column("feed", name)
    polled = sa.text("NOT paused")
    op.create_index(
        "ix_feed_due", "feed", ["next_due_at"], sqlite_where=polled, postgresql_where=polled
    )


def raise_if_told_apart() -> None:
    """The older tables hold no item without a story and no article twice."""
    item = sa.table("item", *map(sa.column, ("id", "story_id", "canonical_url")))
    alone = sa.select(item.c.id).where(item.c.story_id.is_(None)).limit(1)
    twice = sa.select(item.c.canonical_url).group_by(item.c.canonical_url)
    twice = twice.where(item.c.canonical_url.is_not(None)).having(sa.func.count() > 1).limit(1)
    if op.get_bind().execute(alone).first() or op.get_bind().execute(twice).first():
        raise RuntimeError(
            "items without a story or in two feeds have no place in the older tables: restore a "
            "backup"
        )
