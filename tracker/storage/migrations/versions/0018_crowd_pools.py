"""The crowds that learn, as computed forecasters."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

POOLS = {
    "crowd-weighted": "Crowd, weighted by skill",
    "crowd-extremised": "Crowd, weighted and extremised",
}


forecaster = sa.table("forecaster", sa.column("id"), sa.column("name"), sa.column("kind"))


def upgrade() -> None:
    rows = [{"id": name, "name": shown, "kind": "crowd"} for name, shown in POOLS.items()]
    op.bulk_insert(forecaster, rows)


def downgrade() -> None:
    score = sa.table("score", sa.column("forecaster_id"))
    op.execute(sa.delete(score).where(score.c.forecaster_id.in_(POOLS)))
    op.execute(sa.delete(forecaster).where(forecaster.c.id.in_(POOLS)))
    # So that the way up again works the scores out.
    op.execute("DELETE FROM property WHERE key = 'scores'")
