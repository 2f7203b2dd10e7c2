"""Rarity of words in news, so that "Zelensky" counts more than "government".

`token_rarity.txt.xz` has the number of texts that contain each token, out of some thousand freely
licensed ones; `tests/training/rarity.py` makes it. The table is fixed, not counted from the texts
of this installation, so that a relevance means the same everywhere and a replay gives the same
results.
"""

import lzma
import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

COUNTS_FILE: Final = Path(__file__).with_name("rarity.txt.xz")


@lru_cache(maxsize=1)
def load_counts() -> tuple[int, Mapping[str, int]]:
    """Return the number of texts, and for each token the number of texts that contain it."""
    lines = lzma.decompress(COUNTS_FILE.read_bytes()).decode().splitlines()
    entries = (line.rsplit(" ", 1) for line in lines[1:])
    return int(lines[0]), {token: int(n) for token, n in entries}


def token_rarity(name: str) -> float:
    """Return the inverse document frequency of a token in nats: ln((N + 1) / (n + ½)); 0 for the
    empty token.

    From about 1 (in every third text) to about 9 (in none). Source: Robertson & Spärck Jones 1976.
    """
    texts, seen = load_counts()
    return math.log((texts + 1) / (seen.get(name, 0) + 0.5)) if name else 0.0


def token_rarities(names: Sequence[str]) -> "NDArray[np.float32]":
    """Return the rarity of each token by its number."""
    import numpy as np

    return np.array([token_rarity(name) for name in names], dtype=np.float32)
