"""How rare a word is in news, so that "Zelensky" says more than "government".

`rarity.txt.xz` counts in how many of some thousand freely licensed texts each token stands;
`tests/training/rarity.py` makes it. A fixed table, and no count of what this installation has read,
so that a relevance means the same everywhere and a replay finds what was found.
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

COUNTS: Final = Path(__file__).with_name("rarity.txt.xz")


@lru_cache(maxsize=1)
def counts() -> tuple[int, Mapping[str, int]]:
    """How many texts were counted, and in how many of them each token stands."""
    lines = lzma.decompress(COUNTS.read_bytes()).decode().splitlines()
    found = (line.rsplit(" ", 1) for line in lines[1:])
    return int(lines[0]), {token: int(n) for token, n in found}


def rarity(name: str) -> float:
    """The inverse document frequency of a token in nats: ln((N + 1) / (n + ½)); 0 for the token of
    nothing.

    From about 1 (in every third text) to about 9 (in none). Source: Robertson & Spärck Jones 1976.
    """
    texts, seen = counts()
    return math.log((texts + 1) / (seen.get(name, 0) + 0.5)) if name else 0.0


def rarities(names: Sequence[str]) -> "NDArray[np.float32]":
    """`rarity` of each token by its number."""
    import numpy as np

    return np.array([rarity(name) for name in names], dtype=np.float32)
