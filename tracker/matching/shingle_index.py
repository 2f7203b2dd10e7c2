"""Shingle index: earlier texts that share runs of three words with new ones. Exact counts in few
bytes.

A run of words (shingle) is a number of 32 bits; an entry of the index is that number with the place
of its text behind it, in one sorted array of 64 bits, so that finding the texts of a run and
testing a text for a run are both binary searches. That is 8 bytes a run, about 300 a report; long
arrays lie in scratch files, so that a week of reports takes room on disk and not in memory. A
table of MinHash bands (rensa, 64 bands of 2) takes 5,200 a report and finds pairs only by chance.
"""

from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from tracker.matching.columns import MappedArray

Keys = NDArray[np.uint64]
Places = NDArray[np.int64]

SHINGLE_WORDS = 3
"""Words in a shingle: with two, unrelated reports share phrases; with four, one changed word breaks
too many.
"""

MAX_SHINGLE_TEXTS = 64
"""Texts of one stretch above which a shared run is a phrase ("the war in"): it finds no text, but
is counted.
"""

FULL_STRETCH_SIZE = 1 << 20
"""Entries from which a stretch of the index is no longer merged."""

MIN_MAPPED_SIZE = 1 << 16
"""Entries from which a stretch lies in a scratch file: half a megabyte."""

_LOW = np.uint64(0xFFFFFFFF)
_HIGH = np.uint64(32)
_MIX = tuple(np.uint64(m) for m in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9))
_NO_PLACES: Places = np.empty(0, np.int64)


class WordHashes(dict[str, int]):
    """Hash of each word, the same in every process; cached up to a limit."""

    LIMIT = 40_000

    def __missing__(self, word: str) -> int:
        number = crc32(word.encode("utf-8", "replace"))
        if len(self) >= self.LIMIT:
            self.clear()
        self[word] = number
        return number


@dataclass(frozen=True, slots=True)
class Shingles:
    """Distinct runs of several texts as sorted entries: the run, and behind it the row
    of its text.
    """

    entries: Keys
    sizes: Places

    @property
    def keys(self) -> Keys:
        """The runs without rows."""
        return self.entries >> _HIGH

    @property
    def rows(self) -> Places:
        """The rows of their texts."""
        return (self.entries & _LOW).astype(np.int64)


@dataclass(frozen=True, slots=True)
class SharedShingles:
    """Pairs of a queried text and an earlier one, with the number of common runs."""

    rows: Places
    places: Places
    counts: Places


def make_shingles(texts: list[list[str]], hashes: WordHashes) -> Shingles:
    """Return the runs of three words of each text; a text with fewer words has none."""
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    flat = np.fromiter(
        map(hashes.__getitem__, chain.from_iterable(texts)), np.uint64, int(lengths.sum())
    )
    rows = np.repeat(np.arange(len(texts)), lengths)
    if flat.size < SHINGLE_WORDS:
        return Shingles(np.empty(0, np.uint64), np.zeros(len(texts), np.int64))
    mixed = flat[:-2] * _MIX[0] + flat[1:-1] * _MIX[1] + flat[2:] * _MIX[2]
    inside = rows[:-2] == rows[2:]
    entries = np.sort((mixed[inside] >> _HIGH << _HIGH) | rows[:-2][inside].astype(np.uint64))
    entries = (
        entries[np.concatenate(([True], entries[1:] != entries[:-1]))] if entries.size else entries
    )
    return Shingles(entries, np.bincount((entries & _LOW).astype(np.int64), minlength=len(texts)))


class _Stretch:
    """Sorted entries of the index; many lie in a scratch file."""

    def __init__(self, entries: Keys, folder: Path | None) -> None:
        self._mapped = MappedArray(entries, folder) if entries.size >= MIN_MAPPED_SIZE else None
        self.entries: Keys = self._mapped.values if self._mapped else entries

    @property
    def nbytes(self) -> int:
        """Size in memory in bytes."""
        return 0 if self._mapped else self.entries.nbytes

    def release(self) -> None:
        """Give back the memory that the last search took."""
        if self._mapped:
            self._mapped.release()


class ShingleIndex:
    """The index: sorted stretches of entries, the oldest first."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._stretches: list[_Stretch] = []

    def add(self, runs: Shingles, first: int, selected: NDArray[np.bool_]) -> None:
        """Index the runs of the selected rows; the first row has the place `first`."""
        entries = runs.entries[selected[runs.rows]]
        if not entries.size:
            return
        # Rows and places increase alike, so the entries stay sorted.
        newest = entries + np.uint64(first)
        while self._stretches:
            before = self._stretches[-1].entries
            if before.size >= FULL_STRETCH_SIZE or before.size > 2 * newest.size:
                break
            newest = np.concatenate((before, newest))
            newest.sort(kind="stable")
            self._stretches.pop()
        self._stretches.append(_Stretch(newest, self._folder))

    def forget(self, first: int) -> None:
        """Drop all entries before this place."""
        older, self._stretches = self._stretches, []
        for stretch in older:
            remaining = stretch.entries[(stretch.entries & _LOW) >= np.uint64(first)]
            if remaining.size == stretch.entries.size:
                stretch.release()
                self._stretches.append(stretch)
            elif remaining.size:
                self._stretches.append(_Stretch(remaining, self._folder))

    def find_shared(self, runs: Shingles) -> SharedShingles:
        """Return the texts that share a run other than a common phrase with these, and the number
        of common runs.
        """
        parts = [SharedShingles(_NO_PLACES, _NO_PLACES, _NO_PLACES)]
        for stretch in self._stretches:
            parts.append(_find_shared(stretch.entries, runs))
            stretch.release()
        return SharedShingles(
            *(
                np.concatenate([getattr(part, name) for part in parts])
                for name in ("rows", "places", "counts")
            )
        )

    @property
    def nbytes(self) -> int:
        """Size of the index in memory in bytes."""
        return sum(stretch.nbytes for stretch in self._stretches)


def find_shared_among(runs: Shingles, first: int) -> SharedShingles:
    """Return the same among the queried texts, whose places begin at `first`: each with those
    before it.
    """
    shared = _find_shared(runs.entries, runs, common=len(runs.sizes))
    earlier = shared.places < shared.rows
    return SharedShingles(
        shared.rows[earlier], shared.places[earlier] + first, shared.counts[earlier]
    )


def _find_shared(stretch: Keys, runs: Shingles, common: int = MAX_SHINGLE_TEXTS) -> SharedShingles:
    keys, rows = runs.keys, runs.rows
    low = np.searchsorted(stretch, keys << _HIGH)
    often = np.searchsorted(stretch, (keys << _HIGH) | _LOW, side="right") - low
    rare = (often > 0) & (often <= common)
    frequencies = often[rare]
    ends = np.cumsum(frequencies)
    if not ends.size:
        return SharedShingles(_NO_PLACES, _NO_PLACES, _NO_PLACES)
    within = np.arange(ends[-1]) - np.repeat(ends - frequencies, frequencies)
    hits = stretch[np.repeat(low[rare], frequencies) + within] & _LOW
    pairs, counts = np.unique(
        (np.repeat(rows[rare], frequencies).astype(np.uint64) << _HIGH) | hits, return_counts=True
    )
    text_rows, text_places = (pairs >> _HIGH).astype(np.int64), (pairs & _LOW).astype(np.int64)
    if common == MAX_SHINGLE_TEXTS and (phrases := often > common).any():
        counts = counts + _count_shared_phrases(
            stretch, runs.entries[phrases], text_rows, text_places
        )
    return SharedShingles(text_rows, text_places, counts)


def _count_shared_phrases(
    stretch: Keys, phrases: Keys, text_rows: Places, text_places: Places
) -> Places:
    """Count the common phrases of `text_rows[i]` that also occur in the text at
    `text_places[i]`.
    """
    rows = (phrases & _LOW).astype(np.int64)
    order = np.argsort(rows, kind="stable")
    keys, rows = phrases[order] >> _HIGH, rows[order]
    begin, end = np.searchsorted(rows, text_rows), np.searchsorted(rows, text_rows, side="right")
    counts = end - begin
    ends = np.cumsum(counts)
    within = np.arange(ends[-1]) - np.repeat(ends - counts, counts)
    queries = (keys[np.repeat(begin, counts) + within] << _HIGH) | np.repeat(
        text_places, counts
    ).astype(np.uint64)
    at_index = np.minimum(np.searchsorted(stretch, queries), stretch.size - 1)
    pair = np.repeat(np.arange(text_rows.size), counts)
    return np.bincount(pair, weights=stretch[at_index] == queries, minlength=text_rows.size).astype(
        np.int64
    )
