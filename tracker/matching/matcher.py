"""Match items with profiles: words, meaning and rules propose candidates, then the head decides.

`Matcher.match` is the only interface between items and indicators.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tracker.matching.gazetteer import GAZETTEER
from tracker.matching.lexical_index import MAX_PROFILE_LENGTH, CandidatePairs, LexicalIndex
from tracker.matching.matching_profile import Profile
from tracker.matching.polarity import Polarity, PreparedPhrasings, judge_polarity, prepare_phrasings
from tracker.matching.relevance_model import (
    FEATURE_NAMES,
    Heads,
    compute_lexical_features,
    compute_rule_features,
    load_heads,
)
from tracker.matching.semantic import Encoder, SemanticIndex, encoder_input, encoder_kind
from tracker.matching.term_rules import TermRules
from tracker.matching.tokens import COUNTS_FILE, Vocabulary

Floats = NDArray[np.float32]

MAX_CANDIDATES: Final = 20
"""Profiles that each stage may propose for an item."""

BATCH_SIZE: Final = 256
"""Items per batch."""

MAX_WORDS_SHOWN: Final = 8

CODE_VERSION: Final = "4"
"""To be raised whenever the code of matching changes its results."""


@dataclass(frozen=True, slots=True)
class ItemText:
    """Matched text of an item: its headline and its summary, in plain text."""

    title: str
    summary: str


def clean_item_text(title: str, summary: str) -> ItemText:
    """Return an item's text without boilerplate of its outlet."""
    from tracker.matching.boilerplate import clean_headline, clean_summary

    return ItemText(clean_headline(title), clean_summary(summary))


@dataclass(frozen=True, slots=True)
class Match:
    """A profile that an item matches: relevance (P, 0..1), polarity, and reasons.

    `matched` are the words of the item that caused the match, verbatim, `nearest` the most similar
    phrasing, with the `cosine` of the two (0 without an encoder).
    """

    profile: Profile
    relevance: float
    matched: tuple[str, ...]
    nearest: str
    cosine: float
    polarity: Polarity


@dataclass(frozen=True, slots=True)
class ScoredCandidates:
    """Candidates of some items with their features and P(relevant); `similar` is items
    × phrasings.
    """

    pairs: CandidatePairs
    features: Floats
    relevance: Floats
    similar: Floats | None


RULE_COLUMN: Final = FEATURE_NAMES.index("all terms")

UNDECIDED_POLARITY: Final = Polarity(
    0, 0.5, "nobody wrote down what would speak for it or against it", ""
)


class Matcher:
    """Matcher for a set of profiles; rebuilt in a fraction of a second when one of them changes.

    The polarity of an item is judged by a profile's phrasings; by a bare sentence only with
    `call_bare`.
    """

    def __init__(
        self,
        profiles: Sequence[Profile],
        encoder: Encoder | None,
        tokens: Vocabulary,
        with_heads: Heads | None = None,
        *,
        call_bare: bool = False,
        phrasings: Encoder | None = None,
    ) -> None:
        self.profiles = profiles
        self.heads = with_heads or load_heads(encoder_kind(encoder))
        self._bare = np.array([not (p.examples or p.opposites) for p in profiles], dtype=bool)
        self._tokens = tokens
        self._index = LexicalIndex(profiles, tokens)
        self._rules = TermRules(profiles)
        self._semantic = SemanticIndex(profiles, encoder, tokens, phrasings) if encoder else None
        self._demanded = np.array([bool(p.terms) for p in profiles], dtype=np.float32)
        self._prepared: dict[int, PreparedPhrasings] = {}
        self._profile_tokens: dict[int, set[int]] = {}
        self._call_bare = call_bare
        self.version = matcher_version(encoder, self.heads)

    def match(
        self, items: Sequence[ItemText], threshold: float | None = None
    ) -> Iterator[tuple[Match, ...]]:
        """Yield for each item the profiles with at least `threshold`, the most relevant first.

        By default, the working point of the head applies.
        """
        heads = self.heads
        thresholds = (
            (heads.bare.threshold, heads.phrased.threshold)
            if threshold is None
            else (threshold, threshold)
        )
        for start in range(0, len(items), BATCH_SIZE):
            batch = items[start : start + BATCH_SIZE]
            weighed = self.score_items(batch)
            minimum = np.where(
                self._bare[weighed.pairs.profiles], *np.array(thresholds, dtype=np.float32)
            )
            matches: list[list[Match]] = [[] for _ in batch]
            for n in np.flatnonzero(weighed.relevance >= minimum):
                item = int(weighed.pairs.items[n])
                matches[item].append(self._make_match(weighed, int(n), batch[item]))
            yield from (
                tuple(sorted(item_matches, key=lambda m: (-m.relevance, m.profile.text)))
                for item_matches in matches
            )

    def score_items(self, items: Sequence[ItemText]) -> ScoredCandidates:
        """Score the candidates of these items by features and P(relevant)."""
        titles, summaries = [i.title for i in items], [i.summary for i in items]
        counted = self._index.count([f"{i.title}\n{i.summary}" for i in items])
        spotted = self._rules.spot(titles, summaries)
        proposed = [self._index.best(counted, MAX_CANDIDATES), self._rules.find_fulfilled(spotted)]
        similar = best = None
        if self._semantic:
            similar = self._semantic.similar(self.encode(items))
            best = self._semantic.best(similar)
            proposed.append(self._semantic.near(best, MAX_CANDIDATES))
        pairs = _merge_pairs(proposed, len(self.profiles))
        pairs = _select_pairs(pairs, ~self._rules.find_vetoed(spotted, pairs))
        near = np.zeros((len(pairs), 2), dtype=np.float32)
        if self._semantic and similar is not None and best is not None:
            near[:, 0] = self._semantic.sentence(similar, pairs)
            near[:, 1] = best[pairs.items, pairs.profiles]
        ruled = compute_rule_features(
            *self._rules.shares(spotted, pairs), self._demanded[pairs.profiles]
        )
        features = np.hstack([near, compute_lexical_features(self._index, counted, pairs), ruled])
        relevance = self.heads.relevance(features, self._bare[pairs.profiles])
        return ScoredCandidates(pairs, features, relevance, similar)

    def encode(self, items: Sequence[ItemText]) -> Floats:
        """Return items as vectors; empty ones without an encoder."""
        if self._semantic is None:
            return np.zeros((len(items), 0), dtype=np.float32)
        return self._semantic.encode([encoder_input(i.title, i.summary) for i in items])

    def _make_match(self, weighed: ScoredCandidates, row: int, item: ItemText) -> Match:
        profile_index, item_index = int(weighed.pairs.profiles[row]), int(weighed.pairs.items[row])
        profile = self.profiles[profile_index]
        cosines = None
        if self._semantic and weighed.similar is not None:
            cosines = self._semantic.profile_cosines(weighed.similar, item_index, profile_index)
        nearest = 0 if cosines is None else int(np.argmax(cosines))
        return Match(
            profile,
            float(weighed.relevance[row]),
            self._list_matched(item, profile_index),
            profile.phrasings[nearest],
            0.0 if cosines is None else float(cosines[nearest]),
            self._judge_polarity(
                item, profile_index, cosines, by_rule=bool(weighed.features[row, RULE_COLUMN])
            ),
        )

    def _judge_polarity(
        self, item: ItemText, profile_index: int, cosines: Floats | None, *, by_rule: bool
    ) -> Polarity:
        profile = self.profiles[profile_index]
        if self._bare[profile_index] and not self._call_bare:
            return UNDECIDED_POLARITY
        if profile_index not in self._prepared:
            self._prepared[profile_index] = prepare_phrasings(
                profile.examples or (profile.text,), profile.opposites
            )
        similar = cosines[1:].tolist() if cosines is not None and profile.examples else None
        return judge_polarity(
            item.title, item.summary, self._prepared[profile_index], similar, by_rule=by_rule
        )

    def _list_matched(self, item: ItemText, profile_index: int) -> tuple[str, ...]:
        """Return the words of the item that caused the match: those that fulfil the author's rule,
        or else all in common.
        """
        text, profile = f"{item.title}\n{item.summary}", self.profiles[profile_index]
        if profile.terms and (by_rule := self._rules.words(text, profile)):
            return by_rule
        if profile_index not in self._profile_tokens:
            self._profile_tokens[profile_index] = set(
                self._tokens.of(profile.words, MAX_PROFILE_LENGTH)
            )
        shared = self._profile_tokens[profile_index].intersection(self._tokens.of(text))
        return self._tokens.find_surfaces(text, shared)[:MAX_WORDS_SHOWN]


def matcher_version(encoder: Encoder | None, with_heads: Heads | None = None) -> str:
    """Return the version of the matcher: the code, the encoder, and a hash of all fitted or listed
    data.

    These are the weights of the heads, the gazetteer and the counts of words.
    """
    weights = with_heads or load_heads(encoder_kind(encoder))
    digest = hashlib.sha256(repr(weights).encode() + _hash_word_files()).hexdigest()[:8]
    return f"{CODE_VERSION}/{encoder.name if encoder else 'lexical'}/{digest}"


@lru_cache(maxsize=1)
def _hash_word_files() -> bytes:
    return b"".join(hashlib.sha256(file.read_bytes()).digest() for file in (GAZETTEER, COUNTS_FILE))


def _merge_pairs(proposed: Sequence[CandidatePairs], profiles: int) -> CandidatePairs:
    """Return each proposed pair once, by item and profile."""
    keys = np.unique(np.concatenate([p.items * max(1, profiles) + p.profiles for p in proposed]))
    return CandidatePairs(*np.divmod(keys, max(1, profiles)))


def _select_pairs(pairs: CandidatePairs, mask: NDArray[np.bool_]) -> CandidatePairs:
    return CandidatePairs(pairs.items[mask], pairs.profiles[mask])
