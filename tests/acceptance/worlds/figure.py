"""A measured property of simulated worlds beside its limit, and their table."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from rich.table import Table

from tracker.interfaces.cli.tables import new_table

Limit = Literal["at most", "at least"]


@dataclass(frozen=True, slots=True)
class Figure:
    """Measured property of simulated worlds.

    `name` says what was measured, `value` the figure with its simulation standard error `error` (0:
    exact); it should be `limit` the figure `wanted`. `worlds` is the number of worlds.
    """

    name: str
    value: float
    limit: Limit
    wanted: float
    worlds: int
    error: float = 0.0

    @property
    def is_met(self) -> bool:
        """Return True if the figure keeps its limit, up to two simulation errors."""
        slack = 2 * self.error
        if self.limit == "at most":
            return self.value <= self.wanted + slack
        return self.value >= self.wanted - slack


def measure_share(name: str, hits: int, worlds: int, limit: Limit, wanted: float) -> Figure:
    """Return the share of worlds with a property, and its binomial standard error.

    >>> figure = measure_share("false verdicts, one look", 4, 100, "at most", 0.05)
    >>> figure.value, round(figure.error, 4), figure.is_met
    (0.04, 0.0196, True)
    """
    share = hits / worlds
    return Figure(name, share, limit, wanted, worlds, math.sqrt(share * (1 - share) / worlds))


def build_figure_table(title: str, figures: Iterable[Figure]) -> Table:
    """Build a table of figures, one row each, for a terminal."""
    table = new_table(title, "measured", "±", "wanted", "worlds", "")
    for figure in figures:
        sign = "≤" if figure.limit == "at most" else "≥"
        table.add_row(
            figure.name,
            f"{figure.value:.4f}",
            f"{figure.error:.4f}" if figure.error else "",
            f"{sign} {figure.wanted:g}",
            str(figure.worlds),
            "met" if figure.is_met else "missed",
        )
    return table
