"""Rules that the author of a profile wrote: a term of every group must occur, and no veto term.

All terms of all profiles are found by one automaton; groups and profiles follow by sparse products.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tracker.matching.gazetteer import PhraseFinder, collapse_spaces, flatten_text
from tracker.matching.lexical_index import CandidatePairs
from tracker.matching.matching_profile import Profile

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class TermHits:
    """Groups (items × groups) and vetoes (items × terms) that occur in headlines, and in whole
    texts.
    """

    title_groups: "csr_matrix"
    groups: "csr_matrix"
    terms: "csr_matrix"


class TermRules:
    """The terms of all profiles."""

    def __init__(self, profiles: Sequence[Profile]) -> None:
        self._terms = list(dict.fromkeys(chain.from_iterable(_list_terms(p) for p in profiles)))
        number = {term: n for n, term in enumerate(self._terms)}
        self._spotter = PhraseFinder(self._terms)
        groups = list(dict.fromkeys(group for p in profiles for group in p.terms))
        of_group = {group: n for n, group in enumerate(groups)}
        # scipy requires at least one row.
        rows = [[number[t] for t in group] for group in groups] or [[]]
        self._any_of = _make_sparse(rows, len(self._terms)).T.tocsr()
        self._all_of = _make_sparse(
            [[of_group[g] for g in set(p.terms)] for p in profiles], len(groups)
        )
        self._unless = _make_sparse(
            [[number[t] for t in p.unless] for p in profiles], len(self._terms)
        )
        self._demanded = np.asarray(self._all_of.sum(axis=1)).ravel()

    def spot(self, titles: Sequence[str], summaries: Sequence[str]) -> TermHits:
        """Find the terms in these items."""
        if not self._terms:
            titles, summaries = [""] * len(titles), [""] * len(summaries)
        in_titles = [self._spotter.find_indexes(flatten_text(title)) for title in titles]
        in_rest = [
            self._spotter.find_indexes(flatten_text(text)) if text else [] for text in summaries
        ]
        both = [a + b for a, b in zip(in_titles, in_rest, strict=True)]
        terms = _make_sparse(both, len(self._terms))
        title_terms = _make_sparse(in_titles, len(self._terms))
        return TermHits(
            _make_binary(title_terms @ self._any_of), _make_binary(terms @ self._any_of), terms
        )

    def find_fulfilled(self, spotted: TermHits) -> CandidatePairs:
        """Return the pairs of which the item has a term of every group of the profile."""
        share = (spotted.groups @ self._all_of.T).tocoo()
        full = share.data > self._demanded[share.col] - 0.5
        return CandidatePairs(share.row[full].astype(np.int64), share.col[full].astype(np.int64))

    def shares(self, spotted: TermHits, pairs: CandidatePairs) -> tuple[Floats, Floats]:
        """Return the share of each pair's groups that occur in the headline, and anywhere; 0
        without groups.
        """
        demanded = np.maximum(self._demanded[pairs.profiles], 1.0)
        required = self._all_of[pairs.profiles]
        shares = [
            np.asarray(groups[pairs.items].multiply(required).sum(axis=1)).ravel() / demanded
            for groups in (spotted.title_groups, spotted.groups)
        ]
        return shares[0].astype(np.float32), shares[1].astype(np.float32)

    def find_vetoed(self, spotted: TermHits, pairs: CandidatePairs) -> NDArray[np.bool_]:
        """Return for each pair if a veto term of the profile occurs in the item."""
        hits = spotted.terms[pairs.items].multiply(self._unless[pairs.profiles]).sum(axis=1)
        return np.asarray(hits).ravel() > 0

    def words(self, text: str, profile: Profile) -> tuple[str, ...]:
        """Return the terms of one profile's groups as they occur in a text, the first of each; none
        if a group has none.
        """
        spotter = PhraseFinder([term for group in profile.terms for term in group])
        owner = [n for n, group in enumerate(profile.terms) for _ in group]
        flattened = flatten_text(text)
        original = collapse_spaces(text)
        first_terms: dict[int, str] = {}
        for term_index, start, end in sorted(spotter.find_spans(flattened), key=lambda hit: hit[1]):
            first_terms.setdefault(
                owner[term_index],
                (original if len(original) == len(flattened) else flattened)[start:end],
            )
        return (
            tuple(dict.fromkeys(first_terms[n] for n in sorted(first_terms)))
            if len(first_terms) == len(profile.terms)
            else ()
        )


def find_fulfilling(
    texts: Sequence[str], profiles: Sequence[Profile]
) -> frozenset[tuple[int, int]]:
    """Return the (text, profile) pairs, by their places, of which the text fulfils the profile's
    rule.
    """
    rules = TermRules(profiles)
    spotted = rules.spot(texts, [""] * len(texts))
    pairs = rules.find_fulfilled(spotted)
    is_fulfilled = ~rules.find_vetoed(spotted, pairs)
    return frozenset(
        zip(pairs.items[is_fulfilled].tolist(), pairs.profiles[is_fulfilled].tolist(), strict=True)
    )


def fulfils_rule(text: str, profile: Profile) -> bool:
    """Return True if a text has a term of every group, and no veto term."""
    return bool(find_fulfilling([text], [profile]))


def find_strays(texts: Sequence[str], profile: Profile) -> tuple[str, ...]:
    """Return the texts that lack a term of some group of the profile's rule, or have a veto term.

    A profile without terms is content with every text that has no veto term.
    """
    if profile.terms:
        fitting = {text for text, _ in find_fulfilling(texts, [profile])}
        return tuple(text for n, text in enumerate(texts) if n not in fitting)
    if not profile.unless:
        return ()
    vetoed = {text for text, _ in find_fulfilling(texts, [Profile("", terms=(profile.unless,))])}
    return tuple(text for n, text in enumerate(texts) if n in vetoed)


def _list_terms(profile: Profile) -> tuple[str, ...]:
    return (*chain.from_iterable(profile.terms), *profile.unless)


def _make_binary(matrix: "csr_matrix") -> "csr_matrix":
    matrix.data[:] = 1.0
    return matrix


def _make_sparse(rows: Sequence[Sequence[int]], width: int) -> "csr_matrix":
    """Rows of column numbers as a matrix of ones."""
    from scipy.sparse import csr_matrix

    starts = np.concatenate([[0], np.cumsum([len(row) for row in rows], dtype=np.int64)])
    columns = np.fromiter(chain.from_iterable(rows), dtype=np.int64, count=int(starts[-1]))
    matrix = csr_matrix(
        (np.ones(len(columns), dtype=np.float32), columns, starts), shape=(len(rows), max(1, width))
    )
    matrix.sum_duplicates()
    return _make_binary(matrix)
