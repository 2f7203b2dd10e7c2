"""Which earlier item is this a copy of? Copies of one report count once, so the bar is words, not
meaning.

Two texts are copies when they share enough runs of three words (`LIKE`), when nearly all of the
shorter stands in the longer (`INSIDE`), or when a long headline is the same; and when their
headlines agree: the same numbers, the same denial, no opposites. Identical texts share all their
runs and need no way of their own. Joining is causal: an item joins a group seen earlier or starts
one, and stays there. The answer is the same in every process.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from sys import getsizeof
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tracker.matching.boilerplate import body, headline, words
from tracker.matching.headline_compatibility import EMPTY, agree, replaced, stance
from tracker.matching.shingle_index import (
    Places,
    Postings,
    Runs,
    Shared,
    WordHashes,
    runs_of,
    shared_among,
)

WINDOW = timedelta(days=7)
"""How long an item can be copied: agencies' reports are taken over within two days, weeklies take a
week.
"""

LIKE = 0.3
"""Share of common runs (Jaccard) from which two texts are copies: one changed word breaks three
runs.
"""

INSIDE = 0.75
"""Share of the shorter text's runs that stand in the longer, from which it is the longer one cut
off...
"""

INSIDE_RUNS = 6
"""...if it has at least so many runs: eight words in a row are nobody's phrase. A headline of so
many is enough alone."""

FEWEST_WORDS = 4
"""A headline with fewer words of substance ("Live updates") says too little: then the summaries
must be copies too.
"""

FEWEST_IN_SUMMARY = 10
"""Words from which a summary can speak for a headline that says too little."""

TOPIC = 0.25
"""Share of the shorter headline's words of substance that the other must have: sites give all pages
one summary.
"""

FEWEST_TOLD = 4
"""Runs outside the headline from which summaries can speak for headlines that put it in other
words.
"""

MOST_WORDS = 80
"""Words of a text that are compared: a report says what it has to say at its beginning."""

WORDINGS = 8
"""Members of a group that are held to find further ones: the first, and those that are worded
differently.
"""

SAME_WORDING = 0.9
"""From this Jaccard on, a copy finds nobody that what it copies does not find."""

_Alike = tuple[Places, Places, NDArray[np.float64], NDArray[np.bool_]]
_SAME, _ANEW, _AGAIN = range(3)
_Decided = tuple[int, int, int]
"""Id and place of the first of an item's group, and its wording: the same as one held, anew, or
again after long.
"""

CHUNK = 512
"""Items that are compared with each other at once."""


@dataclass(frozen=True, slots=True)
class _Text:
    title: str
    words: list[str]


class Copies:
    """The items of the last days, and which of them are copies of one another."""

    def __init__(self, window: timedelta = WINDOW) -> None:
        self._window = window.total_seconds()
        self._hashes = WordHashes()
        self._postings = Postings()
        self._first = 0
        """The place of the oldest item held; places count up for ever, lists begin with this
        one.
        """
        self._titles: list[str] = []
        self._ids = _Column(np.dtype(np.int64))
        self._roots = _Column(np.dtype(np.int64))
        """The first of the group: its id, which is known even when it is no longer held..."""
        self._heads = _Column(np.dtype(np.int64))
        """...and its place, -1 if it was not held when the item came."""
        self._sizes = _Column(np.dtype(np.uint16))
        self._seen = _Column(np.dtype(np.float64))
        self._wordings = _Column(np.dtype(np.uint8))
        """At the place of a first: how many of its group are in the index."""

    def add(self, items: Sequence[tuple[int, str, str, datetime]]) -> list[int | None]:
        """For each item (id, title, summary, first seen), in order of arrival: the first of its
        group, or None.

        The answer is never itself a copy. Items of one call are compared with each other too.
        """
        answers: list[int | None] = []
        for begin in range(0, len(items), CHUNK):
            answers += self._add(items[begin : begin + CHUNK])
        return answers

    def remember(self, items: Sequence[tuple[int, int | None, str, str, datetime]]) -> None:
        """Take items in as they were decided before (id, first of the group or None, title,
        summary, first seen).
        """
        held = dict(
            zip(self._ids.values.tolist(), range(self._first, self._first + len(self)), strict=True)
        )
        for begin in range(0, len(items), CHUNK):
            chunk = items[begin : begin + CHUNK]
            runs = self._take_in(
                [(id_, title, summary, seen) for id_, _, title, summary, seen in chunk]
            )
            decided: list[_Decided] = []
            for place, (id_, root, *_) in enumerate(
                chunk, start=self._first + len(self) - len(chunk)
            ):
                held[id_] = place
                decided.append(
                    (id_, place, _ANEW) if root is None else (root, held.get(root, -1), _ANEW)
                )
            self._settle(runs, decided)

    def __len__(self) -> int:
        return len(self._titles)

    @property
    def nbytes(self) -> int:
        """Bytes held, near enough: index, columns and headlines."""
        columns = (self._ids, self._roots, self._heads, self._sizes, self._seen, self._wordings)
        return (
            self._postings.nbytes
            + sum(c.nbytes for c in columns)
            + sum(map(getsizeof, self._titles))
        )

    def _add(self, items: Sequence[tuple[int, str, str, datetime]]) -> list[int | None]:
        first = self._first + len(self)
        runs = self._take_in(items)
        rows, alike, near, sure = self._alike(runs, first)
        starts = np.searchsorted(rows, np.arange(len(items) + 1)).tolist()
        places, likeness, surely = alike.tolist(), near.tolist(), sure.tolist()
        decided: list[_Decided] = []
        for row, (id_, *_) in enumerate(items):
            place = first + row
            chosen: _Decided = (id_, place, _ANEW)
            for i in range(starts[row], starts[row + 1]):
                if not (surely[i] or self._same_headline(place, places[i])):
                    continue
                root, head = self._group(places[i], first, decided)
                if self._same_report(place, places[i]) and (
                    head == places[i] or self._same_report(place, head)
                ):
                    chosen = (root, head, self._wording(place, places[i], likeness[i]))
                    break
            decided.append(chosen)
        self._settle(runs, decided)
        return [
            None if head == first + row else root for row, (root, head, _) in enumerate(decided)
        ]

    def _group(self, place: int, first: int, decided: list[_Decided]) -> tuple[int, int]:
        """Id and place of the first of the group that an earlier item belongs to."""
        if place >= first:
            return decided[place - first][:2]
        return int(self._roots.values[place - self._first]), int(
            self._heads.values[place - self._first]
        )

    def _wording(self, place: int, other: int, likeness: float) -> int:
        """Is this a wording that its group does not have, or has not had for long?"""
        if likeness < SAME_WORDING:
            return _ANEW
        seen = self._seen.values
        return (
            _AGAIN
            if seen[place - self._first] - seen[other - self._first] >= self._window / 2
            else _SAME
        )

    def _same_report(self, place: int, other: int) -> bool:
        """Do the headlines agree? A first that is forgotten has no say."""
        if other < self._first:
            return True
        a, b = stance(self._titles[place - self._first]), stance(self._titles[other - self._first])
        if a is b:
            return True
        one, two = a.substance, b.substance
        if len(one & two) < TOPIC * min(len(one), len(two)) or not agree(a, b):
            return False
        return not replaced(a, b) or self._told(place) >= FEWEST_TOLD <= self._told(other)

    def _same_headline(self, place: int, other: int) -> bool:
        a, b = self._titles[place - self._first], self._titles[other - self._first]
        return a == b or stance(a).words == stance(b).words

    def _told(self, place: int) -> int:
        """Runs of a text that its headline does not account for."""
        at = place - self._first
        return int(self._sizes.values[at]) - len(stance(self._titles[at]).words)

    def _alike(self, runs: Runs, place: int) -> _Alike:
        """Pairs of row and earlier place whose words are alike: by row, the most alike first, then
        the latest.

        What shares as many runs as a long headline has is among them, but copied only if the
        headline is the same.
        """
        parts = (self._postings.shared(runs), shared_among(runs, place))
        shared = Shared(
            *(np.concatenate([getattr(p, n) for p in parts]) for n in ("rows", "places", "counts"))
        )
        kept = shared.places >= self._first
        rows, places, counts = shared.rows[kept], shared.places[kept], shared.counts[kept]
        own, other = runs.sizes[rows], self._sizes.values[places - self._first].astype(np.int64)
        like, least = counts / (own + other - counts), np.minimum(own, other)
        sure = (like >= LIKE) | ((least >= INSIDE_RUNS) & (counts >= INSIDE * least))
        seen = self._seen.values
        near = sure | (counts >= INSIDE_RUNS)
        near &= (
            np.abs(seen[place - self._first + rows] - seen[places - self._first]) <= self._window
        )
        rows, places, like, sure = rows[near], places[near], like[near], sure[near]
        order = np.lexsort((-places, -like, rows))
        return rows[order], places[order], like[order], sure[order]

    def _take_in(self, items: Sequence[tuple[int, str, str, datetime]]) -> Runs:
        texts = [_text(title, summary) for _, title, summary, _ in items]
        runs = runs_of([text.words for text in texts], self._hashes)
        self._titles += [text.title for text in texts]
        self._ids.extend([id_ for id_, *_ in items])
        self._sizes.extend(runs.sizes)
        self._seen.extend([seen.timestamp() for *_, seen in items])
        self._wordings.extend([0] * len(items))
        return runs

    def _settle(self, runs: Runs, decided: Sequence[_Decided]) -> None:
        """Write down groups (id and place of the first, wording), and let later items find the
        wordings.
        """
        self._roots.extend([root for root, _, _ in decided])
        self._heads.extend([head for _, head, _ in decided])
        held = np.zeros(len(decided), bool)
        wordings = self._wordings.values
        for row, (_, head, wording) in enumerate(decided):
            enough = head >= self._first and wordings[head - self._first] >= WORDINGS
            if wording == _SAME or (wording == _ANEW and enough):
                continue
            held[row] = True
            if head >= self._first and not enough:
                wordings[head - self._first] += 1
        self._postings.add(runs, self._first + len(self) - len(decided), held)
        self._forget()

    def _forget(self) -> None:
        """Drop what is older than the window, when it has become an eighth of what is held."""
        seen = self._seen.values
        old = int(np.argmax(seen >= seen[-1] - self._window))
        if old * 8 < seen.size:
            return
        self._first += old
        del self._titles[:old]
        for column in (
            self._ids,
            self._roots,
            self._heads,
            self._sizes,
            self._seen,
            self._wordings,
        ):
            column.drop(old)
        self._postings.forget(self._first)


class _Column:
    """Numbers that grow at the end and are dropped at the beginning."""

    def __init__(self, kind: np.dtype[Any]) -> None:
        self._room = np.empty(1_024, kind)
        self._used = 0

    @property
    def values(self) -> NDArray[Any]:
        return self._room[: self._used]

    @property
    def nbytes(self) -> int:
        return self._room.nbytes

    def extend(self, numbers: Sequence[float] | Places) -> None:
        needed = self._used + len(numbers)
        if needed > self._room.size:
            self._room = np.concatenate((self.values, np.empty(needed, self._room.dtype)))
        self._room[self._used : needed] = numbers
        self._used = needed

    def drop(self, number: int) -> None:
        self._room = self._room[number : self._used].copy()
        self._used -= number


def _text(title: str, summary: str) -> _Text:
    """What is compared of an item; no words at all where headline and summary say too little."""
    heading, rest = headline(title), body(summary)
    said, more = words(heading), words(rest)
    if len(more) < FEWEST_IN_SUMMARY and len(frozenset(said) - EMPTY) < FEWEST_WORDS:
        return _Text(heading, [])
    if more[: len(said)] == said:
        return _Text(heading, more[:MOST_WORDS])
    return _Text(heading, (said + more)[:MOST_WORDS])
