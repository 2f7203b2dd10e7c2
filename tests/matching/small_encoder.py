"""An encoder for tests, in which texts are near as far as they share words."""

from collections.abc import Sequence
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from tracker.matching.static_encoder import split_letters


class SmallEncoder:
    """Each word is a fixed direction of its own, nearly; a text is their sum at length 1."""

    dim = 64

    def __init__(self, name: str = "static-ofwords") -> None:
        self.name = name
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One row a text."""
        self.asked += texts
        return np.array([self._one(text) for text in texts], dtype=np.float32).reshape(
            len(texts), self.dim
        )

    def _one(self, text: str) -> NDArray[np.float32]:
        found = np.zeros(self.dim)
        for word in sorted(split_letters(text)):
            found += np.random.default_rng(crc32(word.encode("utf-8", "replace"))).normal(
                size=self.dim
            )
        length = np.linalg.norm(found)
        return (found / length if length else found).astype(np.float32)
