"""The fit: rows of a table whose plain sums imitate a teacher's vectors of the same texts.

Two things are asked of a sum at length 1: that it points where the teacher's vector (projected to
fewer numbers) points, and that the cosines inside a batch are the teacher's full cosines. Both are
minimised by Adam (Kingma and Ba 2015), which here moves only the rows that the batch touches.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

Floats = NDArray[np.float32]

BATCH = 1_024
CHUNK = 8
"""Neighbours in the order of the texts that stay together in a batch, so that it holds alike texts
too.
"""


@dataclass(frozen=True, slots=True)
class Lesson:
    """How to fit: passes over the texts, first step size, weight of the cosines, share of words
    left out.
    """

    passes: int = 4
    step: float = 0.006
    cosines: float = 20.0
    left_out: float = 0.1
    seed: int = 20261125


def projection(teacher: Floats, dim: int) -> Floats:
    """The directions (columns, 384 × dim) in which the teacher's vectors say most, without
    centring.
    """
    _, directions = np.linalg.eigh(teacher.T @ teacher)
    return np.ascontiguousarray(directions[:, ::-1][:, :dim], np.float32)


def first_rows(pieces: Floats, counts: NDArray[np.int64]) -> Floats:
    """Where the fit begins: the teacher's vector of each piece alone, less their mean, frequent
    pieces smaller.

    The weight is a / (a + share of the piece among all), a = 0.001 (Arora, Liang and Ma 2017).
    """
    centred = pieces - pieces.mean(0)
    share = counts / counts.sum()
    weights = (1e-3 / (1e-3 + share)).astype(np.float32)
    return np.asarray(unit(centred) * weights[:, None], np.float32)


def unit(vectors: Floats) -> Floats:
    """Every row at length 1; a row of zeros stays."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths == 0, 1, lengths), np.float32)


def fitted(
    rows: Floats, counts: csr_matrix, taught: tuple[NDArray[np.floating], Floats], lesson: Lesson
) -> Floats:
    """Rows after the lesson. `counts` is texts × pieces, `taught` the texts' vectors (length 1) and
    the projection.
    """
    teacher, directions = taught
    adam, chance = _Adam(rows.copy()), np.random.default_rng(lesson.seed)
    steps = lesson.passes * (counts.shape[0] // BATCH)
    for number, texts in enumerate(_batches(counts.shape[0], lesson.passes, chance)):
        batch = counts[texts]
        batch.data = batch.data * (chance.random(len(batch.data)) >= lesson.left_out)
        used = np.unique(batch.indices)
        batch = batch[:, used]
        gradient = _gradient(
            batch @ adam.rows[used], teacher[texts].astype(np.float32), (directions, lesson.cosines)
        )
        adam.move(used, batch.T @ gradient, lesson.step * max(0.0, 1 - number / steps))
    return adam.rows


def _batches(texts: int, passes: int, chance: np.random.Generator) -> Iterator[NDArray[np.int64]]:
    """Numbers of the texts of each batch: chunks of neighbours in a new order each pass."""
    for _ in range(passes):
        shift = int(chance.integers(CHUNK))
        order = np.concatenate(
            [
                np.arange(s, s + CHUNK)
                for s in chance.permutation(np.arange(shift, texts - CHUNK, CHUNK))
            ]
        )
        for start in range(0, len(order) - BATCH + 1, BATCH):
            yield order[start : start + BATCH]


def _gradient(sums: Floats, teacher: Floats, aims: tuple[Floats, float]) -> Floats:
    """How the loss changes with the sums, for the two aims: direction, and cosines in the batch."""
    directions, weight = aims
    lengths = np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-6)
    student = sums / lengths
    wrong = student @ student.T - teacher @ teacher.T
    np.fill_diagonal(wrong, 0)
    pull = -unit(teacher @ directions) + (weight * 2 / len(sums)) * (wrong @ student)
    inside = (pull - (pull * student).sum(1, keepdims=True) * student) / lengths
    return np.asarray(inside / len(sums), np.float32)


class _Adam:
    """Rows and their moving averages; the usual constants."""

    def __init__(self, rows: Floats) -> None:
        self.rows = rows
        self._mean, self._square = np.zeros_like(rows), np.zeros_like(rows)
        self._moves = np.zeros(len(rows), np.int64)

    def move(self, used: NDArray[np.integer], gradient: Floats, step: float) -> None:
        """One step of the rows that were used."""
        self._moves[used] += 1
        moves = self._moves[used, None]
        mean = 0.9 * self._mean[used] + 0.1 * gradient
        square = 0.999 * self._square[used] + 0.001 * gradient**2
        self._mean[used], self._square[used] = mean, square
        change = (mean / (1 - 0.9**moves)) / (np.sqrt(square / (1 - 0.999**moves)) + 1e-8)
        self.rows[used] -= (step * change).astype(np.float32)
