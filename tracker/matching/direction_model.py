"""P(for), P(against) and P(no side) of an item: a logistic head with three classes.

Its sided features change their sign when the sides are swapped, its plain ones do not, so that
swapping the sides swaps the chances. `directions.toml` holds the weights for each kind of encoder;
`python -m tests.training.directions` makes it.
"""

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

WEIGHTS_FILE: Final = Path(__file__).with_name("directions.toml")

SIDED_FEATURES: Final = (
    "assertions",  # log-odds by negations, opposites and shared words, of all lines
    "nearest line",  # log-odds of the best line for it, less the best one against it
    "agreement",  # +1 or -1 where both point the same way
    "parity",  # the headline beside the first lines: how often they are turned round
    "opposites in summary",
    "meaning",  # cosine with the first line for it, less the first one against it
)
PLAIN_FEATURES: Final = (
    "relevance",  # log-odds
    "near",  # cosine with the best line, by the judge's encoder
    "event covered",
    "headline covered",
)


@dataclass(frozen=True, slots=True)
class DirectionHead:
    """Weights of the classes for, against and no side, whose score is 0.

    The score of "for" is bias + plain + sided, that of "against" bias + plain - sided. Below
    `margin`, the difference of their chances, no direction is called.
    """

    bias: float
    sided: tuple[float, ...]
    plain: tuple[float, ...]
    margin: float

    def expect(self, sided: Sequence[float], plain: Sequence[float]) -> float:
        """Return P(for) - P(against), -1 to 1.

        >>> head = DirectionHead(0.0, (1.0,), (0.0,), 0.1)
        >>> head.expect((0.0,), (5.0,)), round(head.expect((-2.0,), (0.0,)), 2)
        (0.0, -0.85)
        """
        tilt = math.fsum(w * f for w, f in zip(self.sided, sided, strict=True))
        level = self.bias + math.fsum(w * f for w, f in zip(self.plain, plain, strict=True))
        tilt, level = (max(-30.0, min(30.0, value)) for value in (tilt, level))
        up, down = math.exp(level + tilt), math.exp(level - tilt)
        return (up - down) / math.fsum((1.0, up, down))


@lru_cache(maxsize=4)
def load_direction_head(kind: str) -> DirectionHead:
    """Return the head of directions for "static", "minilm" or "lexical"."""
    table = tomllib.loads(WEIGHTS_FILE.read_text(encoding="utf-8"))[kind]
    return DirectionHead(
        table["bias"],
        _read_weights(table, SIDED_FEATURES),
        _read_weights(table, PLAIN_FEATURES),
        table["margin"],
    )


def _read_weights(table: Mapping[str, Any], names: Sequence[str]) -> tuple[float, ...]:
    unknown = set(table["weights"]) - {*SIDED_FEATURES, *PLAIN_FEATURES}
    if unknown:
        raise ValueError(f"{WEIGHTS_FILE.name} has weights of no feature: {sorted(unknown)}")
    return tuple(float(table["weights"].get(name, 0.0)) for name in names)
