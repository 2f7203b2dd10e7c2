"""Items × profiles → matches with their reasons: candidates by words, meaning and rules, then the
head decides.

`Matcher.match` is the only door between items and indicators.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tracker.matching.aliases import GAZETTEER
from tracker.matching.features import NAMES, lexical_features, rule_features
from tracker.matching.head import Heads, heads
from tracker.matching.lexical import MOST_PROFILE, Lexical, Pairs
from tracker.matching.polarity import Polarity, Prepared, polarity, prepare
from tracker.matching.profile import Profile
from tracker.matching.rarity import COUNTS
from tracker.matching.rules import Rules
from tracker.matching.semantic import Encoder, Semantic, as_read, kind_of
from tracker.matching.tokens import Tokens

Floats = NDArray[np.float32]

CANDIDATES: Final = 20
"""Profiles that each stage may propose for an item."""

AT_ONCE: Final = 256
"""Items weighed together."""

MOST_WORDS_SHOWN: Final = 8

CODE: Final = "4"
"""Counts up whenever the code of matching changes what it finds."""


@dataclass(frozen=True, slots=True)
class Words:
    """The text of an item that is matched: its headline and its summary, in plain text."""

    title: str
    summary: str


def words_of(title: str, summary: str) -> Words:
    """An item's words without what its outlet wrapped around them."""
    from tracker.matching.boilerplate import body, headline

    return Words(headline(title), body(summary))


@dataclass(frozen=True, slots=True)
class Match:
    """A profile that an item bears on: how surely (P(relevant), 0..1), which way, and why.

    `matched` are the words of the item that speak for it, as they stand there, `nearest` the
    phrasing that it is nearest to, with the `cosine` of the two (0 without an encoder).
    """

    profile: Profile
    relevance: float
    matched: tuple[str, ...]
    nearest: str
    cosine: float
    polarity: Polarity


@dataclass(frozen=True, slots=True)
class Weighed:
    """Candidates of some items with their features and P(relevant); `similar` is items ×
    phrasings.
    """

    pairs: Pairs
    features: Floats
    relevance: Floats
    similar: Floats | None


BY_RULE: Final = NAMES.index("all terms")

NOT_CALLED: Final = Polarity(0, 0.5, "nobody wrote down what would speak for it or against it", "")


class Matcher:
    """Holds profiles; built anew in a fraction of a second when one of them changes.

    Which way an item points is called by a profile's phrasings; by a bare sentence only if
    `call_bare` says so.
    """

    def __init__(
        self,
        profiles: Sequence[Profile],
        encoder: Encoder | None,
        tokens: Tokens,
        with_heads: Heads | None = None,
        *,
        call_bare: bool = False,
        phrasings: Encoder | None = None,
    ) -> None:
        self.profiles = profiles
        self.heads = with_heads or heads(kind_of(encoder))
        self._bare = np.array([not (p.examples or p.opposites) for p in profiles], dtype=bool)
        self._tokens = tokens
        self._index = Lexical(profiles, tokens)
        self._rules = Rules(profiles)
        self._semantic = Semantic(profiles, encoder, tokens, phrasings) if encoder else None
        self._demanded = np.array([bool(p.terms) for p in profiles], dtype=np.float32)
        self._prepared: dict[int, Prepared] = {}
        self._known: dict[int, set[int]] = {}
        self._call_bare = call_bare
        self.version = version(encoder, self.heads)

    def match(
        self, items: Sequence[Words], threshold: float | None = None
    ) -> Iterator[tuple[Match, ...]]:
        """For each item the profiles that it bears on, the surest first: those with at least
        `threshold`.

        Without one, the working point of the head that weighed it counts.
        """
        heads = self.heads
        points = (
            (heads.bare.threshold, heads.phrased.threshold)
            if threshold is None
            else (threshold, threshold)
        )
        for start in range(0, len(items), AT_ONCE):
            some = items[start : start + AT_ONCE]
            weighed = self.weigh(some)
            bar = np.where(self._bare[weighed.pairs.profiles], *np.array(points, dtype=np.float32))
            found: list[list[Match]] = [[] for _ in some]
            for n in np.flatnonzero(weighed.relevance >= bar):
                item = int(weighed.pairs.items[n])
                found[item].append(self._explained(weighed, int(n), some[item]))
            yield from (
                tuple(sorted(one, key=lambda m: (-m.relevance, m.profile.text))) for one in found
            )

    def weigh(self, items: Sequence[Words]) -> Weighed:
        """The candidates of these items, each with its features and P(relevant)."""
        titles, summaries = [i.title for i in items], [i.summary for i in items]
        counted = self._index.count([f"{i.title}\n{i.summary}" for i in items])
        spotted = self._rules.spot(titles, summaries)
        proposed = [self._index.best(counted, CANDIDATES), self._rules.fulfilled(spotted)]
        similar = best = None
        if self._semantic:
            similar = self._semantic.similar(self.encode(items))
            best = self._semantic.best(similar)
            proposed.append(self._semantic.near(best, CANDIDATES))
        pairs = _together(proposed, len(self.profiles))
        pairs = _only(pairs, ~self._rules.vetoed(spotted, pairs))
        near = np.zeros((len(pairs), 2), dtype=np.float32)
        if self._semantic and similar is not None and best is not None:
            near[:, 0] = self._semantic.sentence(similar, pairs)
            near[:, 1] = best[pairs.items, pairs.profiles]
        ruled = rule_features(*self._rules.shares(spotted, pairs), self._demanded[pairs.profiles])
        features = np.hstack([near, lexical_features(self._index, counted, pairs), ruled])
        relevance = self.heads.relevance(features, self._bare[pairs.profiles])
        return Weighed(pairs, features, relevance, similar)

    def encode(self, items: Sequence[Words]) -> Floats:
        """Items as vectors; empty ones without an encoder."""
        if self._semantic is None:
            return np.zeros((len(items), 0), dtype=np.float32)
        return self._semantic.encode([as_read(i.title, i.summary) for i in items])

    def _explained(self, weighed: Weighed, n: int, item: Words) -> Match:
        which, row = int(weighed.pairs.profiles[n]), int(weighed.pairs.items[n])
        profile = self.profiles[which]
        cosines = None
        if self._semantic and weighed.similar is not None:
            cosines = self._semantic.of_profile(weighed.similar, row, which)
        nearest = 0 if cosines is None else int(np.argmax(cosines))
        return Match(
            profile,
            float(weighed.relevance[n]),
            self._matched(item, which),
            profile.phrasings[nearest],
            0.0 if cosines is None else float(cosines[nearest]),
            self._polarity(item, which, cosines, by_rule=bool(weighed.features[n, BY_RULE])),
        )

    def _polarity(
        self, item: Words, which: int, cosines: Floats | None, *, by_rule: bool
    ) -> Polarity:
        profile = self.profiles[which]
        if self._bare[which] and not self._call_bare:
            return NOT_CALLED
        if which not in self._prepared:
            self._prepared[which] = prepare(profile.examples or (profile.text,), profile.opposites)
        similar = cosines[1:].tolist() if cosines is not None and profile.examples else None
        return polarity(item.title, item.summary, self._prepared[which], similar, by_rule=by_rule)

    def _matched(self, item: Words, which: int) -> tuple[str, ...]:
        """The words of the item that are the reason: those that fulfil the author's rule, or else
        all in common.
        """
        text, profile = f"{item.title}\n{item.summary}", self.profiles[which]
        if profile.terms and (demanded := self._rules.words(text, profile)):
            return demanded
        if which not in self._known:
            self._known[which] = set(self._tokens.of(profile.words, MOST_PROFILE))
        shared = self._known[which].intersection(self._tokens.of(text))
        return self._tokens.surfaces(text, shared)[:MOST_WORDS_SHOWN]


def version(encoder: Encoder | None, with_heads: Heads | None = None) -> str:
    """Which matcher found something: the code, the encoder, and a hash of all that was fitted or
    listed for it.

    Those are the weights of the heads, the gazetteer and how rare words are.
    """
    weights = with_heads or heads(kind_of(encoder))
    digest = hashlib.sha256(repr(weights).encode() + _listed()).hexdigest()[:8]
    return f"{CODE}/{encoder.name if encoder else 'lexical'}/{digest}"


@lru_cache(maxsize=1)
def _listed() -> bytes:
    return b"".join(hashlib.sha256(file.read_bytes()).digest() for file in (GAZETTEER, COUNTS))


def _together(proposed: Sequence[Pairs], profiles: int) -> Pairs:
    """Each proposed pair once, by item and profile."""
    keys = np.unique(np.concatenate([p.items * max(1, profiles) + p.profiles for p in proposed]))
    return Pairs(*np.divmod(keys, max(1, profiles)))


def _only(pairs: Pairs, kept: NDArray[np.bool_]) -> Pairs:
    return Pairs(pairs.items[kept], pairs.profiles[kept])
