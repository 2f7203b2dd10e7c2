"""Which earlier texts share runs of three words with these? An exact count, held in few bytes.

A run of words (shingle) is a number of 32 bits; an entry of the index is that number with the place
of its text behind it, in one sorted array of 64 bits, so that "who has this run?" and "does this
text have it?" are both a binary search. That is 8 bytes a run, about 300 a report. A table of
MinHash bands (rensa, 64 bands of 2) takes 5,200 a report and finds only those that chance lets it
find.
"""

from dataclasses import dataclass
from itertools import chain
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.uint64]
Places = NDArray[np.int64]

RUN = 3
"""Words in a shingle: two let unrelated reports meet in phrases, four let one changed word break
too many.
"""

COMMON = 64
"""A run that more texts of one stretch share is a phrase ("the war in"): it finds nobody, but is
counted.
"""

STRETCH = 1 << 20
"""Entries from which a stretch of the index is left as it is; the shorter ones after it are
merged.
"""

_LOW = np.uint64(0xFFFFFFFF)
_HIGH = np.uint64(32)
_MIX = tuple(np.uint64(m) for m in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9))
_NO_PLACES: Places = np.empty(0, np.int64)


class WordHashes(dict[str, int]):
    """A word's number, the same in every process; what was worked out is kept, up to a limit."""

    LIMIT = 40_000

    def __missing__(self, word: str) -> int:
        number = crc32(word.encode("utf-8", "replace"))
        if len(self) >= self.LIMIT:
            self.clear()
        self[word] = number
        return number


@dataclass(frozen=True, slots=True)
class Runs:
    """The different runs of several texts, as entries that are sorted: the run, and behind it the
    row of its text.
    """

    entries: Keys
    sizes: Places

    @property
    def keys(self) -> Keys:
        """The runs alone."""
        return self.entries >> _HIGH

    @property
    def rows(self) -> Places:
        """The rows of their texts."""
        return (self.entries & _LOW).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Shared:
    """Pairs of a text asked about and an earlier one, with the number of runs that both have."""

    rows: Places
    places: Places
    counts: Places


def runs_of(texts: list[list[str]], hashes: WordHashes) -> Runs:
    """The runs of three words of each text; a text of fewer words has none."""
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    flat = np.fromiter(
        map(hashes.__getitem__, chain.from_iterable(texts)), np.uint64, int(lengths.sum())
    )
    rows = np.repeat(np.arange(len(texts)), lengths)
    if flat.size < RUN:
        return Runs(np.empty(0, np.uint64), np.zeros(len(texts), np.int64))
    mixed = flat[:-2] * _MIX[0] + flat[1:-1] * _MIX[1] + flat[2:] * _MIX[2]
    inside = rows[:-2] == rows[2:]
    entries = np.sort((mixed[inside] >> _HIGH << _HIGH) | rows[:-2][inside].astype(np.uint64))
    entries = (
        entries[np.concatenate(([True], entries[1:] != entries[:-1]))] if entries.size else entries
    )
    return Runs(entries, np.bincount((entries & _LOW).astype(np.int64), minlength=len(texts)))


class Postings:
    """The index: sorted stretches of entries, the oldest first."""

    def __init__(self) -> None:
        self._stretches: list[Keys] = []

    def add(self, runs: Runs, first: int, held: NDArray[np.bool_]) -> None:
        """Remember the runs of those rows that are to be held; the first row has the place
        `first`.
        """
        kept = runs.entries[held[runs.rows]]
        if not kept.size:
            return
        self._stretches.append(
            kept + np.uint64(first)
        )  # rows and places grow alike: they stay sorted
        while len(self._stretches) > 1:
            last, before = self._stretches[-1], self._stretches[-2]
            if before.size >= STRETCH or before.size > 2 * last.size:
                break
            self._stretches[-2:] = [np.sort(np.concatenate((before, last)), kind="stable")]

    def forget(self, first: int) -> None:
        """Drop what stands before this place."""
        kept = [stretch[(stretch & _LOW) >= np.uint64(first)] for stretch in self._stretches]
        self._stretches = [stretch for stretch in kept if stretch.size]

    def shared(self, runs: Runs) -> Shared:
        """The texts that share a run with these which is no common phrase, and how many runs in
        all.
        """
        found = [_shared(stretch, runs) for stretch in self._stretches] or [
            Shared(_NO_PLACES, _NO_PLACES, _NO_PLACES)
        ]
        return Shared(
            *(
                np.concatenate([getattr(part, name) for part in found])
                for name in ("rows", "places", "counts")
            )
        )

    @property
    def nbytes(self) -> int:
        """Bytes that the index holds."""
        return sum(stretch.nbytes for stretch in self._stretches)


def shared_among(runs: Runs, first: int) -> Shared:
    """The same among the texts asked about, whose places begin at `first`: each with those before
    it.
    """
    found = _shared(runs.entries, runs, common=len(runs.sizes))
    earlier = found.places < found.rows
    return Shared(found.rows[earlier], found.places[earlier] + first, found.counts[earlier])


def _shared(stretch: Keys, runs: Runs, common: int = COMMON) -> Shared:
    keys, rows = runs.keys, runs.rows
    low = np.searchsorted(stretch, keys << _HIGH)
    often = np.searchsorted(stretch, (keys << _HIGH) | _LOW, side="right") - low
    rare = (often > 0) & (often <= common)
    many = often[rare]
    ends = np.cumsum(many)
    if not ends.size:
        return Shared(_NO_PLACES, _NO_PLACES, _NO_PLACES)
    within = np.arange(ends[-1]) - np.repeat(ends - many, many)
    hits = stretch[np.repeat(low[rare], many) + within] & _LOW
    pairs, counts = np.unique(
        (np.repeat(rows[rare], many).astype(np.uint64) << _HIGH) | hits, return_counts=True
    )
    of, at = (pairs >> _HIGH).astype(np.int64), (pairs & _LOW).astype(np.int64)
    if common == COMMON and (phrases := often > common).any():
        counts = counts + _phrases_shared(stretch, runs.entries[phrases], of, at)
    return Shared(of, at, counts)


def _phrases_shared(stretch: Keys, phrases: Keys, of: Places, at: Places) -> Places:
    """How many of the common phrases of text `of[i]` stand in the text at `at[i]` too."""
    rows = (phrases & _LOW).astype(np.int64)
    order = np.argsort(rows, kind="stable")
    keys, rows = phrases[order] >> _HIGH, rows[order]
    begin, end = np.searchsorted(rows, of), np.searchsorted(rows, of, side="right")
    many = end - begin
    ends = np.cumsum(many)
    within = np.arange(ends[-1]) - np.repeat(ends - many, many)
    asked = (keys[np.repeat(begin, many) + within] << _HIGH) | np.repeat(at, many).astype(np.uint64)
    at_index = np.minimum(np.searchsorted(stretch, asked), stretch.size - 1)
    pair = np.repeat(np.arange(of.size), many)
    return np.bincount(pair, weights=stretch[at_index] == asked, minlength=of.size).astype(np.int64)
