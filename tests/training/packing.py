"""The file format of the word table that ships, as `tracker/matching/table` reads it."""

import io
import lzma
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def pack_table(
    vocabulary: Sequence[str],
    pieces: NDArray[np.uint16],
    rows: NDArray[np.int8],
    scales: NDArray[np.float32],
) -> bytes:
    """The file of a table whose row i belongs to the piece with the number `pieces[i]`. Same input,
    same bytes.
    """
    names = np.frombuffer(lzma.compress("\n".join(vocabulary).encode(), preset=9), dtype=np.uint8)
    file = io.BytesIO()
    np.savez(file, vocabulary=names, pieces=pieces, rows=rows, scales=scales.astype(np.float16))
    return file.getvalue()
