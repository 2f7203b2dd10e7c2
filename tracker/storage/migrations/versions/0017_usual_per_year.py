"""How often an indicator's news usually comes, in stories a year instead of log-odds.

The old level was the weight of a steady stream, ln(1 + 0.9 (LR − 1)) · rate · half-life / ln 2.
"""

import math

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_RATIOS = {1: 1.25, 2: 1.75, 3: 3.0, 4: 8.0, 5: 25.0}


def upgrade() -> None:
    op.execute("ALTER TABLE indicator RENAME COLUMN usual_level TO usual_per_year")
    _convert(lambda strength: math.log(2.0) * 365.0 / _weigh(strength), divide=True)


def downgrade() -> None:
    _convert(lambda strength: _weigh(strength) / (math.log(2.0) * 365.0), divide=False)
    op.execute("ALTER TABLE indicator RENAME COLUMN usual_per_year TO usual_level")


def _weigh(strength: int) -> float:
    """Weight of a story of this strength, with a source of grade B."""
    return math.log(1.0 + 0.9 * (_RATIOS[strength] - 1.0))


def _convert(factor, *, divide: bool) -> None:  # type: ignore[no-untyped-def]
    """Multiply each stated level by a factor of its strength, and by the half-life or its inverse.

    Without a half-life or a strength nothing was taken off: the rate is not stated.
    """
    half_life = "/ half_life_days" if divide else "* half_life_days"
    for strength in _RATIOS:
        op.get_bind().execute(
            sa.text(
                f"UPDATE indicator SET usual_per_year = usual_per_year * :factor {half_life} "  # noqa: S608
                "WHERE strength = :strength AND half_life_days IS NOT NULL"
            ),
            {"factor": factor(strength), "strength": strength},
        )
    op.execute(
        "UPDATE indicator SET usual_per_year = 0 WHERE half_life_days IS NULL OR strength = 0"
    )
