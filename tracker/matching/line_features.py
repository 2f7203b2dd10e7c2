"""Features of an item beside one line of a profile: words, names, meaning, form of the headline."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from tracker.matching.lexical_index import CandidatePairs, LexicalIndex, TokenCounts, sum_exactly
from tracker.matching.matching_profile import Profile

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

FEATURE_NAMES: Final = (
    "near the line",  # cosine of headline and summary with the line, by the wide encoder
    "judged near the line",  # the same by the judge's encoder, 0 without one
    "headline near the line",  # cosine of the headline alone, by the judge's encoder
    "near the background",  # cosine of the headline with the background, by the judge's encoder
    "line covered",  # share of the line's rarity that the headline has
    "line covered anywhere",  # the same with the summary
    "headline covered",  # share of the headline's rarity that the line has
    "rarest word",  # rarity of the rarest word in common, over 10
    "names in headline",  # share of the rarity of the line's names, ½ without any
    "names anywhere",
    "no name",  # 1 where the line has names and the item none of them
    "event covered",  # share of the rarity of the line's other words, in the headline
    "other names",  # share of the headline's names that line and background lack
    "question",  # 1 for a headline with a question mark
    "explainer",  # 1 for explainers, opinion, digests and live coverage
    "reported speech",  # 1 where somebody says, warns, denies
    "length",  # words of the headline, over 12
    "terms in headline",  # share of the author's groups
    "terms",  # share of the author's groups, anywhere
    "all terms",
    "demanded",  # 1 where the author wrote terms
)

_EXPLAINER: Final = re.compile(
    r"^(?:why|how|what|who|when|where|inside|explainer|opinion|analysis|editorial|comment|timeline"
    r"|in pictures|photos|video|watch|live|factbox|explained|review|book|podcast|interview|letter"
    r"|\d+ (?:things|ways|takeaways|predictions|reasons|charts))\b"
    r"|\b(?:list of key events|key (?:events|moments|takeaways)|what to know|press review"
    r"|news in brief|week ahead|at a glance|explained|day [\d,]+|history of|anniversary|newsletter"
    r"|roundup|(?:morning|evening|daily|monday|tuesday|wednesday|thursday|friday) briefing)\b"
    r"|opinion \||live updates",
    re.IGNORECASE,
)
_REPORTED_SPEECH: Final = re.compile(
    r"\b(?:says?|said|warns?|urges?|vows?|calls?|tells?|claims?|accuses?|slams?|blasts?|believes?"
    r"|expects?|thinks?|denies|rejects?|hopes?|according to|expert|analyst|diplomat|spokes\w+"
    r"|comments?|ambassador|lawmaker|mp)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class LineRows:
    """Rows to be judged: an item, a profile, and one of the profile's lines."""

    items: Ints
    profiles: Ints
    lines: Ints

    def __len__(self) -> int:
        return len(self.items)

    def select(self, mask: NDArray[np.bool_]) -> "LineRows":
        """Return some of the rows."""
        return LineRows(self.items[mask], self.profiles[mask], self.lines[mask])


class LineIndex:
    """Lines of all profiles by their tokens, in the columns of a lexical index."""

    def __init__(self, profiles: Sequence[Profile], index: LexicalIndex) -> None:
        self._rarity, self._is_entity = index.rarity, index.is_entity
        counts = np.array([len(p.lines) for p in profiles], dtype=np.int64)
        self._starts = np.concatenate([[0], np.cumsum(counts)])
        self._counts = counts
        self._lines = index.make_rows([line for p in profiles for line in p.lines])
        names = index.make_rows(
            ["\n".join(spelling for name in p.names for spelling in name) for p in profiles]
        )
        owner = np.repeat(np.arange(len(profiles)), counts)
        entities = self._lines.copy()
        entities.data = self._is_entity[entities.indices]
        self._names = _mark(self._lines.multiply(names[owner]) + entities)
        self._known = _mark(
            self._lines + index.make_rows([p.background for p in profiles])[owner] + names[owner]
        )
        self._weight = np.maximum(sum_exactly(self._lines, self._rarity), 1e-6)
        self._name_weight = sum_exactly(self._names, self._rarity)

    def first_line(self, profile: int) -> int:
        """Return the index of a profile's first line."""
        return int(self._starts[profile])

    def expand(self, pairs: CandidatePairs) -> LineRows:
        """Return a row for each line of each pair's profile."""
        counts = self._counts[pairs.profiles]
        first = np.repeat(self._starts[pairs.profiles], counts)
        before = np.repeat(np.cumsum(counts) - counts, counts)
        lines = first + np.arange(int(counts.sum())) - before
        return LineRows(np.repeat(pairs.items, counts), np.repeat(pairs.profiles, counts), lines)

    def compare_words(self, titles: TokenCounts, texts: TokenCounts, rows: LineRows) -> Floats:
        """Compute the columns from "line covered" to "other names"."""
        lines, names = self._lines[rows.lines], self._names[rows.lines]
        title, text = titles.shared[rows.items], texts.shared[rows.items]
        in_title, in_text = title.multiply(lines).tocsr(), text.multiply(lines).tocsr()
        covered = sum_exactly(in_title, self._rarity)
        names_in_title = sum_exactly(title.multiply(names), self._rarity)
        names_in_text = sum_exactly(text.multiply(names), self._rarity)
        weight, name_weight = self._weight[rows.lines], self._name_weight[rows.lines]
        has_names = name_weight > 0
        event_weight = weight - name_weight
        known = sum_exactly(title.multiply(self._known[rows.lines]), self._is_entity)
        entities = titles.names[rows.items]
        return np.stack(
            [
                covered / weight,
                sum_exactly(in_text, self._rarity) / weight,
                covered / np.maximum(titles.weight[rows.items], 1e-6),
                _max_per_row(in_text, self._rarity) / 10.0,
                np.where(has_names, names_in_title / np.maximum(name_weight, 1e-6), 0.5),
                np.where(has_names, names_in_text / np.maximum(name_weight, 1e-6), 0.5),
                has_names & (names_in_text == 0),
                np.where(
                    event_weight > 1e-6,
                    (covered - names_in_title) / np.maximum(event_weight, 1e-6),
                    0.5,
                ),
                (entities - known) / np.maximum(entities, 1.0),
            ],
            axis=1,
        ).astype(np.float32)


def describe_headlines(titles: Sequence[str]) -> Floats:
    """Compute the columns from "question" to "length" of each headline."""
    rows = [
        (
            "?" in title,
            bool(_EXPLAINER.search(title)),
            bool(_REPORTED_SPEECH.search(title)),
            min(2.0, len(title.split()) / 12.0),
        )
        for title in titles
    ]
    return np.array(rows, dtype=np.float32).reshape(len(titles), 4)


def _mark(matrix: "csr_matrix") -> "csr_matrix":
    marked = matrix.tocsr()
    marked.eliminate_zeros()
    marked.data[:] = 1.0
    return marked


def _max_per_row(matrix: "csr_matrix", values: Floats) -> Floats:
    """Return the largest value of each row's columns; 0 for an empty row."""
    maxima = np.zeros(matrix.shape[0], dtype=np.float32)
    is_filled = np.diff(matrix.indptr) > 0
    if is_filled.any():
        starts = matrix.indptr[:-1][is_filled]
        maxima[is_filled] = np.maximum.reduceat(values[matrix.indices], starts)
    return maxima
