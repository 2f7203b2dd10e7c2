"""What the author of a profile demanded: every group of terms has one in the text, and no veto term
stands there.

All terms of all profiles are found by one automaton; groups and profiles follow by sparse products.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tracker.matching.lexical import Pairs
from tracker.matching.profile import Profile
from tracker.matching.spotting import Spotter, flat, one_spaced

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Spotted:
    """Which groups (items × groups) and vetoes (items × terms) stand in headlines, and in whole
    texts.
    """

    title_groups: "csr_matrix"
    groups: "csr_matrix"
    terms: "csr_matrix"


class Rules:
    """The terms of all profiles."""

    def __init__(self, profiles: Sequence[Profile]) -> None:
        self._terms = list(dict.fromkeys(chain.from_iterable(_terms(p) for p in profiles)))
        number = {term: n for n, term in enumerate(self._terms)}
        self._spotter = Spotter(self._terms)
        groups = list(dict.fromkeys(group for p in profiles for group in p.terms))
        of_group = {group: n for n, group in enumerate(groups)}
        rows = [[number[t] for t in group] for group in groups] or [
            []
        ]  # scipy wants at least one of everything
        self._any_of = _sparse(rows, len(self._terms)).T.tocsr()
        self._all_of = _sparse([[of_group[g] for g in set(p.terms)] for p in profiles], len(groups))
        self._unless = _sparse([[number[t] for t in p.unless] for p in profiles], len(self._terms))
        self._demanded = np.asarray(self._all_of.sum(axis=1)).ravel()

    def spot(self, titles: Sequence[str], summaries: Sequence[str]) -> Spotted:
        """What stands in these items."""
        if not self._terms:
            titles, summaries = [""] * len(titles), [""] * len(summaries)
        in_titles = [self._spotter.indexes(flat(title)) for title in titles]
        in_rest = [self._spotter.indexes(flat(text)) if text else [] for text in summaries]
        both = [a + b for a, b in zip(in_titles, in_rest, strict=True)]
        terms = _sparse(both, len(self._terms))
        title_terms = _sparse(in_titles, len(self._terms))
        return Spotted(_binary(title_terms @ self._any_of), _binary(terms @ self._any_of), terms)

    def fulfilled(self, spotted: Spotted) -> Pairs:
        """The items that have a term of every group of a profile."""
        share = (spotted.groups @ self._all_of.T).tocoo()
        full = share.data > self._demanded[share.col] - 0.5
        return Pairs(share.row[full].astype(np.int64), share.col[full].astype(np.int64))

    def shares(self, spotted: Spotted, pairs: Pairs) -> tuple[Floats, Floats]:
        """The share of each pair's groups that stand in the headline, and anywhere; 0 where nothing
        is demanded.
        """
        demanded = np.maximum(self._demanded[pairs.profiles], 1.0)
        wanted = self._all_of[pairs.profiles]
        found = [
            np.asarray(groups[pairs.items].multiply(wanted).sum(axis=1)).ravel() / demanded
            for groups in (spotted.title_groups, spotted.groups)
        ]
        return found[0].astype(np.float32), found[1].astype(np.float32)

    def vetoed(self, spotted: Spotted, pairs: Pairs) -> NDArray[np.bool_]:
        """Whether a veto term of the profile stands in the item."""
        hits = spotted.terms[pairs.items].multiply(self._unless[pairs.profiles]).sum(axis=1)
        return np.asarray(hits).ravel() > 0

    def words(self, text: str, profile: Profile) -> tuple[str, ...]:
        """The terms of one profile's groups as they stand in a text, the first of each; none if a
        group has none.
        """
        spotter = Spotter([term for group in profile.terms for term in group])
        owner = [n for n, group in enumerate(profile.terms) for _ in group]
        seen = flat(text)
        original = one_spaced(text)
        found: dict[int, str] = {}
        for which, start, end in sorted(spotter.spans(seen), key=lambda hit: hit[1]):
            found.setdefault(
                owner[which], (original if len(original) == len(seen) else seen)[start:end]
            )
        return (
            tuple(dict.fromkeys(found[n] for n in sorted(found)))
            if len(found) == len(profile.terms)
            else ()
        )


def fulfilling(texts: Sequence[str], profiles: Sequence[Profile]) -> frozenset[tuple[int, int]]:
    """Which texts have a term of every group of which profiles, and no veto term: (text, profile)
    by their places.
    """
    rules = Rules(profiles)
    spotted = rules.spot(texts, [""] * len(texts))
    pairs = rules.fulfilled(spotted)
    kept = ~rules.vetoed(spotted, pairs)
    return frozenset(zip(pairs.items[kept].tolist(), pairs.profiles[kept].tolist(), strict=True))


def fulfils(text: str, profile: Profile) -> bool:
    """Does a text have a term of every group, and no veto term?"""
    return bool(fulfilling([text], [profile]))


def _terms(profile: Profile) -> tuple[str, ...]:
    return (*chain.from_iterable(profile.terms), *profile.unless)


def _binary(matrix: "csr_matrix") -> "csr_matrix":
    matrix.data[:] = 1.0
    return matrix


def _sparse(rows: Sequence[Sequence[int]], width: int) -> "csr_matrix":
    """Rows of column numbers as a matrix of ones."""
    from scipy.sparse import csr_matrix

    starts = np.concatenate([[0], np.cumsum([len(row) for row in rows], dtype=np.int64)])
    columns = np.fromiter(chain.from_iterable(rows), dtype=np.int64, count=int(starts[-1]))
    found = csr_matrix(
        (np.ones(len(columns), dtype=np.float32), columns, starts), shape=(len(rows), max(1, width))
    )
    found.sum_duplicates()
    return _binary(found)
