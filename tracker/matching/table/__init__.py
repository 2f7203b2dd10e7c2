"""Table of word pieces that ships with the product: one file, read whole and checked by its hash.

README.md in this folder describes its sources, training and quality.
"""

import hashlib
import io
import lzma
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TABLE_FILE = Path(__file__).with_name("words.npz")
TABLE_SHA256 = "8ee18da0026c3305c6c4c4ef47c28dc8743ca6814bba5970a87eaf0295d8ae84"

logger = structlog.get_logger("tracker.matching")


@dataclass(frozen=True, slots=True)
class WordTable:
    """Vocabulary in the order of its numbers, and a row for each piece that has a meaning of its
    own.

    `row_of[number]` is a piece's row, -1 for one without (punctuation, other scripts); the row's
    vector is `rows[row] * scales[row]`.
    """

    vocabulary: tuple[str, ...]
    row_of: "NDArray[np.int32]"
    rows: "NDArray[np.int8]"
    scales: "NDArray[np.float32]"
    sha256: str


def read_table(file: Path = TABLE_FILE, sha256: str = TABLE_SHA256) -> WordTable | None:
    """Read the table; None if its file is missing or is not the expected one, which is logged."""
    if not file.is_file():
        logger.warning("word table missing", file=str(file))
        return None
    content = file.read_bytes()
    actual = hashlib.sha256(content).hexdigest()
    if actual != sha256:
        logger.warning(
            "word table is another one", file=str(file), expected=sha256[:8], found=actual[:8]
        )
        return None
    return unpack_table(content)


def unpack_table(content: bytes) -> WordTable:
    """Decode a file that `tests/training/packing.py` made."""
    import numpy as np

    with np.load(io.BytesIO(content), allow_pickle=False) as parts:
        vocabulary = tuple(lzma.decompress(parts["vocabulary"].tobytes()).decode().split("\n"))
        row_of = np.full(len(vocabulary), -1, np.int32)
        row_of[parts["pieces"]] = np.arange(len(parts["pieces"]), dtype=np.int32)
        scales = parts["scales"].astype(np.float32)
        return WordTable(
            vocabulary, row_of, parts["rows"], scales, hashlib.sha256(content).hexdigest()
        )
