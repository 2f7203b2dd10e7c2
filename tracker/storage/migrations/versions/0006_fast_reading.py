"""Indexes for pages: what stood when, without reading all that was ever said, and counts of
evidence from the index.
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

NEW = {
    "ix_forecast_question_id_forecaster_id_made_at": (
        "forecast",
        ["question_id", "forecaster_id", "made_at"],
    ),
    "ix_forecast_forecaster_id_made_at": ("forecast", ["forecaster_id", "made_at"]),
    "ix_evidence_question_id_status_first_seen_at": (
        "evidence",
        ["question_id", "status", "first_seen_at"],
    ),
}
OLD = "ix_forecast_question_id_forecaster_id"
"""Its columns are the first two of a new one."""


def upgrade() -> None:
    for name, (table, columns) in NEW.items():
        op.create_index(name, table, columns)
    op.drop_index(OLD, "forecast")


def downgrade() -> None:
    op.create_index(OLD, "forecast", ["question_id", "forecaster_id"])
    for name, (table, _) in NEW.items():
        op.drop_index(name, table)
