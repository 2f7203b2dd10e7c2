"""Near-duplicates: the earlier item that an item copies. Copies of one report count once, so words
decide, not meaning.

Two texts are copies if they share enough runs of three words (Jaccard), if nearly all of the
shorter is contained in the longer, or if a long headline is the same; and if their headlines agree:
the same numbers, the same negations, no opposites, no deed beside its plan. Identical texts share
all their runs and need no special case. Joining is causal: an item joins an earlier group or starts
one, and stays there. The result is the same in every process.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tracker.matching.boilerplate import clean_headline, clean_summary, split_words
from tracker.matching.columns import NumberColumn, TextColumn
from tracker.matching.headline_compatibility import (
    EMPTY_WORDS,
    analyse_stance,
    are_compatible,
    have_replaced_words,
)
from tracker.matching.headline_contradiction import is_deed_and_plan, titles_contradict
from tracker.matching.shingle_index import (
    Places,
    SharedShingles,
    ShingleIndex,
    Shingles,
    WordHashes,
    find_shared_among,
    make_shingles,
)

COPY_WINDOW = timedelta(days=7)
"""Maximum age of a copied item: agency reports are copied within two days, weeklies take a week."""

MIN_JACCARD = 0.3
"""Share of common runs (Jaccard) from which two texts are copies: one changed word breaks three
runs.
"""

MIN_CONTAINMENT = 0.75
"""Share of the shorter text's runs contained in the longer, from which it is a cut copy of it..."""

MIN_CONTAINED_SHINGLES = 6
"""...if it has at least so many runs: eight words in a row are no common phrase. A headline of so
many is enough alone.
"""

MIN_TITLE_WORDS = 4
"""A headline with fewer words of substance ("Live updates") is too general: then the summaries must
be copies too.
"""

MIN_SUMMARY_WORDS = 10
"""Words from which a summary can replace a headline that is too general."""

MIN_SHARED_SUBSTANCE = 0.25
"""Share of the shorter headline's words of substance that the other must have: some sites give all
pages one summary.
"""

MIN_SHINGLES_BEYOND_TITLE = 4
"""Runs outside the headline from which summaries outweigh headlines in other words."""

MAX_COMPARED_WORDS = 80
"""Words of a text that are compared: a report states its content at its beginning."""

MAX_WORDINGS = 8
"""Members of a group that are indexed: the first, and those that are worded differently."""

SAME_WORDING_JACCARD = 0.9
"""Jaccard similarity from which a copy is not indexed beside the item that it copies."""

_SimilarPairs = tuple[Places, Places, NDArray[np.float64], NDArray[np.bool_]]
_SAME, _NEW, _REPEATED = range(3)
_Assignment = tuple[int, int, int]
"""Id and place of the first item of the group, and the wording: the same as an indexed one, new, or
repeated after long.
"""

CHUNK_SIZE = 512
"""Items that are compared with each other at once."""


@dataclass(frozen=True, slots=True)
class _ComparedText:
    title: str
    words: list[str]


class NearDuplicates:
    """The items of the last days and their groups of copies.

    Headlines and the index lie in scratch files in `folder`; in memory are some 50 bytes an item.
    """

    def __init__(self, window: timedelta = COPY_WINDOW, folder: Path | None = None) -> None:
        self._window = window.total_seconds()
        self._hashes = WordHashes()
        self._postings = ShingleIndex(folder)
        self._offset = 0
        """Place of the oldest item held; places count up for ever, lists begin with this one."""
        self._titles = TextColumn(folder)
        self._ids = NumberColumn(np.int64)
        self._roots = NumberColumn(np.int64)
        """The first item of the group: its id, which is known even if it is no longer held..."""
        self._heads = NumberColumn(np.int64)
        """...and its place, -1 if it was not held when the item came."""
        self._sizes = NumberColumn(np.uint16)
        self._seen = NumberColumn(np.float64)
        self._wordings = NumberColumn(np.uint8)
        """At the place of a group's first item: the number of its members in the index."""
        self._columns = (
            self._titles, self._ids, self._roots, self._heads, self._sizes, self._seen,
            self._wordings,
        )  # fmt: skip

    def add(self, items: Sequence[tuple[int, str, str, datetime]]) -> list[int | None]:
        """Return for each item (id, title, summary, first seen), in order of arrival, the first of
        its group, or None.

        The first item of a group is never itself a copy. Items of one call are compared with each
        other too.
        """
        answers: list[int | None] = []
        for begin in range(0, len(items), CHUNK_SIZE):
            answers += self._add_chunk(items[begin : begin + CHUNK_SIZE])
        return answers

    def remember(self, items: Sequence[tuple[int, int | None, str, str, datetime]]) -> None:
        """Restore items with their groups (id, first of the group or None, title, summary, first
        seen).
        """
        places = self._find_places({root for _, root, *_ in items if root is not None})
        for begin in range(0, len(items), CHUNK_SIZE):
            chunk = items[begin : begin + CHUNK_SIZE]
            runs = self._append_items(
                [(id_, title, summary, seen) for id_, _, title, summary, seen in chunk]
            )
            assignments: list[_Assignment] = []
            for place, (id_, root, *_) in enumerate(
                chunk, start=self._offset + len(self) - len(chunk)
            ):
                places[id_] = place
                assignments.append(
                    (id_, place, _NEW) if root is None else (root, places.get(root, -1), _NEW)
                )
            self._store_groups(runs, assignments)

    def __len__(self) -> int:
        return len(self._titles)

    @property
    def nbytes(self) -> int:
        """Approximate size in memory in bytes."""
        return self._postings.nbytes + sum(column.nbytes for column in self._columns)

    def _find_places(self, ids: Collection[int]) -> dict[int, int]:
        """Return the places of those of these items that are held."""
        if not ids:
            return {}
        indexes = np.flatnonzero(np.isin(self._ids.values, list(ids)))
        known = self._ids.values[indexes].tolist()
        return dict(zip(known, (indexes + self._offset).tolist(), strict=True))

    def _add_chunk(self, items: Sequence[tuple[int, str, str, datetime]]) -> list[int | None]:
        first = self._offset + len(self)
        runs = self._append_items(items)
        rows, similar_places, similarities, is_certain = self._find_similar(runs, first)
        starts = np.searchsorted(rows, np.arange(len(items) + 1)).tolist()
        places = similar_places.tolist()
        similarity = similarities.tolist()
        certain = is_certain.tolist()
        assignments: list[_Assignment] = []
        for row, (id_, *_) in enumerate(items):
            place = first + row
            assignment: _Assignment = (id_, place, _NEW)
            for i in range(starts[row], starts[row + 1]):
                if not (certain[i] or self._has_same_headline(place, places[i])):
                    continue
                root, head = self._find_group(places[i], first, assignments)
                if self._is_same_report(place, places[i]) and (
                    head == places[i] or self._is_same_report(place, head)
                ):
                    assignment = (
                        root,
                        head,
                        self._classify_wording(place, places[i], similarity[i]),
                    )
                    break
            assignments.append(assignment)
        self._store_groups(runs, assignments)
        return [
            None if head == first + row else root for row, (root, head, _) in enumerate(assignments)
        ]

    def _find_group(
        self, place: int, first: int, assignments: list[_Assignment]
    ) -> tuple[int, int]:
        """Return id and place of the first item of the group of an earlier item."""
        if place >= first:
            return assignments[place - first][:2]
        return int(self._roots.values[place - self._offset]), int(
            self._heads.values[place - self._offset]
        )

    def _classify_wording(self, place: int, other: int, similarity: float) -> int:
        """Classify a wording: the same as in its group, new, or repeated after long."""
        if similarity < SAME_WORDING_JACCARD:
            return _NEW
        seen = self._seen.values
        return (
            _REPEATED
            if seen[place - self._offset] - seen[other - self._offset] >= self._window / 2
            else _SAME
        )

    def _is_same_report(self, place: int, other: int) -> bool:
        """Return True if the headlines agree; a first item that is no longer held always agrees."""
        if other < self._offset:
            return True
        title, other_title = self._titles[place - self._offset], self._titles[other - self._offset]
        a, b = analyse_stance(title), analyse_stance(other_title)
        if a is b:
            return True
        words_a, words_b = a.substance, b.substance
        if len(words_a & words_b) < MIN_SHARED_SUBSTANCE * min(
            len(words_a), len(words_b)
        ) or not are_compatible(a, b):
            return False
        if a.cut_off == b.cut_off and is_deed_and_plan(title, other_title):
            return False
        return not have_replaced_words(a, b) or (
            all(
                self._count_runs_beyond_title(p) >= MIN_SHINGLES_BEYOND_TITLE
                for p in (place, other)
            )
            and not titles_contradict(title, other_title)
        )

    def _has_same_headline(self, place: int, other: int) -> bool:
        a, b = self._titles[place - self._offset], self._titles[other - self._offset]
        return a == b or analyse_stance(a).words == analyse_stance(b).words

    def _count_runs_beyond_title(self, place: int) -> int:
        """Count the runs of a text beyond those of its headline."""
        index = place - self._offset
        return int(self._sizes.values[index]) - len(analyse_stance(self._titles[index]).words)

    def _find_similar(self, runs: Shingles, place: int) -> _SimilarPairs:
        """Return pairs of row and earlier place with similar words: by row, the most similar first,
        then the latest.

        Pairs that share as many runs as a long headline has are included, but are copies only if
        the headline is the same.
        """
        parts = (self._postings.find_shared(runs), find_shared_among(runs, place))
        shared = SharedShingles(
            *(np.concatenate([getattr(p, n) for p in parts]) for n in ("rows", "places", "counts"))
        )
        is_held = shared.places >= self._offset
        rows, places, counts = shared.rows[is_held], shared.places[is_held], shared.counts[is_held]
        own_sizes = runs.sizes[rows]
        other_sizes = self._sizes.values[places - self._offset].astype(np.int64)
        similarity = counts / (own_sizes + other_sizes - counts)
        smaller_sizes = np.minimum(own_sizes, other_sizes)
        is_certain = (similarity >= MIN_JACCARD) | (
            (smaller_sizes >= MIN_CONTAINED_SHINGLES) & (counts >= MIN_CONTAINMENT * smaller_sizes)
        )
        seen = self._seen.values
        is_candidate = is_certain | (counts >= MIN_CONTAINED_SHINGLES)
        is_candidate &= (
            np.abs(seen[place - self._offset + rows] - seen[places - self._offset]) <= self._window
        )
        chosen = np.flatnonzero(is_candidate)
        order = chosen[np.lexsort((-places[chosen], -similarity[chosen], rows[chosen]))]
        return rows[order], places[order], similarity[order], is_certain[order]

    def _append_items(self, items: Sequence[tuple[int, str, str, datetime]]) -> Shingles:
        texts = [_prepare_text(title, summary) for _, title, summary, _ in items]
        runs = make_shingles([text.words for text in texts], self._hashes)
        self._titles.extend([text.title for text in texts])
        self._ids.extend([id_ for id_, *_ in items])
        self._sizes.extend(runs.sizes)
        self._seen.extend([seen.timestamp() for *_, seen in items])
        self._wordings.extend([0] * len(items))
        return runs

    def _store_groups(self, runs: Shingles, assignments: Sequence[_Assignment]) -> None:
        """Store groups (id and place of the first, wording), and index the wordings for later
        items.
        """
        self._roots.extend([root for root, _, _ in assignments])
        self._heads.extend([head for _, head, _ in assignments])
        is_indexed = np.zeros(len(assignments), bool)
        wordings = self._wordings.values
        for row, (_, head, wording) in enumerate(assignments):
            is_full = head >= self._offset and wordings[head - self._offset] >= MAX_WORDINGS
            if wording == _SAME or (wording == _NEW and is_full):
                continue
            is_indexed[row] = True
            if head >= self._offset and not is_full:
                wordings[head - self._offset] += 1
        self._postings.add(runs, self._offset + len(self) - len(assignments), is_indexed)
        self._drop_old()

    def _drop_old(self) -> None:
        """Drop items older than the window, once they are an eighth of all."""
        seen = self._seen.values
        old_count = int(np.argmax(seen >= seen[-1] - self._window))
        if old_count * 8 < seen.size:
            return
        self._offset += old_count
        for column in self._columns:
            column.drop(old_count)
        self._postings.forget(self._offset)


def _prepare_text(title: str, summary: str) -> _ComparedText:
    """Return the compared text of an item; no words if headline and summary are too general."""
    heading, summary_text = clean_headline(title), clean_summary(summary)
    title_words, summary_words = split_words(heading), split_words(summary_text)
    if (
        len(summary_words) < MIN_SUMMARY_WORDS
        and len(frozenset(title_words) - EMPTY_WORDS) < MIN_TITLE_WORDS
    ):
        return _ComparedText(heading, [])
    if summary_words[: len(title_words)] == title_words:
        return _ComparedText(heading, summary_words[:MAX_COMPARED_WORDS])
    return _ComparedText(heading, (title_words + summary_words)[:MAX_COMPARED_WORDS])
