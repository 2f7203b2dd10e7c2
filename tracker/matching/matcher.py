"""Match items with profiles: words, meaning and rules propose candidates, then the head judges each
line of theirs.

`Matcher.match` is the only interface between items and indicators.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tracker.matching.direction_model import DirectionHead, load_direction_head
from tracker.matching.gazetteer import GAZETTEER, is_latin
from tracker.matching.lexical_index import (
    MAX_PROFILE_LENGTH,
    CandidatePairs,
    LexicalIndex,
    TokenCounts,
)
from tracker.matching.line_features import FEATURE_NAMES, LineIndex, LineRows, describe_headlines
from tracker.matching.matching_profile import Profile
from tracker.matching.polarity import (
    LineComparison,
    Polarity,
    PreparedPhrasings,
    judge_polarity,
    prepare_phrasings,
)
from tracker.matching.relevance_model import Heads, load_heads
from tracker.matching.semantic import (
    CachingEncoder,
    Encoders,
    JudgeIndex,
    SemanticIndex,
    encoder_input,
)
from tracker.matching.term_rules import TermHits, TermRules
from tracker.matching.tokens import COUNTS_FILE, Vocabulary

Floats = NDArray[np.float32]

MAX_CANDIDATES: Final = 20
"""Profiles that each stage may propose for an item."""

BATCH_SIZE: Final = 256
"""Items per batch."""

NOT_JUDGED_FACTOR: Final = 0.5
"""Factor on P(evidence) of lines below the gate, which the judge's encoder did not read: they stay
below all that it read and found good.
"""

MAX_WORDS_SHOWN: Final = 8

CODE_VERSION: Final = "9"
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

    `matched` are the words of the item that caused the match, verbatim, `nearest` the line that
    fits it best, with the `cosine` of the two (0 without an encoder).
    """

    profile: Profile
    relevance: float
    matched: tuple[str, ...]
    nearest: str
    cosine: float
    polarity: Polarity


UNDECIDED_POLARITY: Final = Polarity(0, 0.5, "which way it points is not judged", "")
UNREAD_POLARITY: Final = Polarity(0, 0.5, "which way it points is not read in its script", "")


@dataclass(frozen=True, slots=True)
class ScoredLines:
    """Rows of item × line with their features and P(evidence); `similar` is items × lines."""

    rows: LineRows
    features: Floats
    relevance: Floats
    similar: Floats | None


class Matcher:
    """Matcher for a set of profiles; rebuilt in a fraction of a second when one of them changes.

    `line_encoders` encode the profiles' own lines, where they outlive this matcher's profiles;
    by default the encoders themselves, and each line is read once by the judge's.
    """

    def __init__(
        self,
        profiles: Sequence[Profile],
        encoders: Encoders,
        tokens: Vocabulary,
        heads: Heads | None = None,
        *,
        line_encoders: Encoders | None = None,
    ) -> None:
        self.profiles = profiles
        self.heads = heads or load_heads(encoders.kind)
        self._direction: DirectionHead = load_direction_head(encoders.kind)
        self._tokens = tokens
        self._index = LexicalIndex(profiles, tokens)
        self._lines = LineIndex(profiles, self._index)
        self._rules = TermRules(profiles)
        judge, lines = encoders.judge, line_encoders or Encoders()
        self._semantic = (
            SemanticIndex(profiles, encoders.wide, tokens, lines.wide) if encoders.wide else None
        )
        self._judge = (
            JudgeIndex(profiles, judge, tokens, lines.judge or CachingEncoder(judge))
            if judge
            else None
        )
        self._subjects = self._index.make_rows(["\n".join(p.subject) for p in profiles])
        self._has_subject = np.array([bool(p.subject) for p in profiles], dtype=np.bool_)
        self._demanded = np.array([bool(p.terms) for p in profiles], dtype=np.float32)
        self._prepared: dict[int, PreparedPhrasings] = {}
        self._profile_tokens: dict[int, set[int]] = {}
        self.version = matcher_version(encoders, self.heads)

    def match(
        self, items: Sequence[ItemText], threshold: float | None = None
    ) -> Iterator[tuple[Match, ...]]:
        """Yield for each item the profiles with at least `threshold`, the most relevant first.

        A profile is as relevant as the best of its lines, so a further line never lowers it. By
        default, the working point of the head applies.
        """
        minimum = self.heads.threshold if threshold is None else threshold
        for start in range(0, len(items), BATCH_SIZE):
            batch = items[start : start + BATCH_SIZE]
            scored = self.score_items(batch)
            matches: list[list[Match]] = [[] for _ in batch]
            for row in self._select_best(scored, minimum):
                item = int(scored.rows.items[row])
                matches[item].append(self._make_match(scored, row, batch[item]))
            yield from (
                tuple(sorted(item_matches, key=lambda m: (-m.relevance, m.profile.text)))
                for item_matches in matches
            )

    def score_items(self, items: Sequence[ItemText]) -> ScoredLines:
        """Score all lines of the profiles that words, meaning or rules propose for these items.

        The judge's encoder reads items whose best line is a candidate by the other features. Items
        in a script that no encoder reads are judged by words and names alone.
        """
        titles, summaries = [i.title for i in items], [i.summary for i in items]
        in_titles = self._index.count(titles)
        in_texts = self._index.count([f"{i.title}\n{i.summary}" for i in items])
        spotted = self._rules.spot(titles, summaries)
        proposed = [self._index.best(in_texts, MAX_CANDIDATES), self._rules.find_fulfilled(spotted)]
        similar = None
        if self._semantic:
            similar = self._semantic.similar(self.encode(items))
            proposed.append(self._semantic.near(self._semantic.best(similar), MAX_CANDIDATES))
        pairs = _merge_pairs(proposed, len(self.profiles))
        is_read = np.array([is_latin(title) for title in titles], dtype=np.bool_)
        pairs = _select_pairs(pairs, ~self._rules.find_vetoed(spotted, pairs))
        pairs = _select_pairs(pairs, ~(self._lack_subject(in_texts, pairs) & is_read[pairs.items]))
        rows = self._lines.expand(pairs)
        features = np.hstack(
            [
                _get_cosines(similar, rows),
                np.zeros((len(rows), 3), dtype=np.float32),
                self._lines.compare_words(in_titles, in_texts, rows),
                describe_headlines(titles)[rows.items],
                self._compare_rules(spotted, rows),
            ]
        )
        relevance = self.heads.wide.relevance(features)
        is_unread = ~is_read[rows.items]
        features[is_unread, 0] = 0.0
        relevance[is_unread] = self.heads.words.relevance(features[is_unread])
        if self._judge is not None:
            is_candidate = self._find_promising(rows, relevance, self.heads.gate) & ~is_unread
            chosen, read = rows.select(is_candidate), features[is_candidate]
            relevance[is_candidate] = self._judge_rows(self._judge, items, chosen, read)
            features[is_candidate] = read
            relevance[~is_candidate & ~is_unread] *= np.float32(NOT_JUDGED_FACTOR)
        return ScoredLines(rows, features, relevance, similar)

    def _lack_subject(self, in_texts: TokenCounts, pairs: CandidatePairs) -> NDArray[np.bool_]:
        """Return for each pair if the item does not name what the profile's price is of."""
        named = in_texts.shared[pairs.items].multiply(self._subjects[pairs.profiles])
        is_named = np.asarray(named.sum(axis=1)).ravel() > 0
        return self._has_subject[pairs.profiles] & ~is_named

    def _find_promising(
        self, rows: LineRows, relevance: Floats, minimum: float
    ) -> NDArray[np.bool_]:
        """Return for each row if some line of its profile reaches the minimum."""
        keys = rows.items * len(self.profiles) + rows.profiles
        return np.isin(keys, keys[relevance >= minimum])

    def _judge_rows(
        self, judge: JudgeIndex, items: Sequence[ItemText], rows: LineRows, features: Floats
    ) -> Floats:
        """Set the columns of the judge's encoder and return P(evidence).

        It reads each headline once, and the summary where the headline comes within reach of the
        working point: until then the headline stands for both.
        """
        chosen, places = np.unique(rows.items, return_inverse=True)
        headlines = judge.encode([items[i].title for i in chosen])
        near = judge.similar_lines(headlines, places, rows.lines)
        backgrounds = judge.similar_backgrounds(headlines, places, rows.profiles)
        features[:, 1:4] = np.stack([near, near, backgrounds], axis=1)
        relevance = self.heads.judge.relevance(features)
        is_longer = np.array([bool(items[i].summary) for i in chosen], dtype=np.bool_)[places]
        is_read = is_longer & self._find_promising(rows, relevance, self.heads.reach)
        chosen, places = np.unique(rows.items[is_read], return_inverse=True)
        texts = judge.encode([encoder_input(items[i].title, items[i].summary) for i in chosen])
        features[is_read, 1] = judge.similar_lines(texts, places, rows.lines[is_read])
        relevance[is_read] = self.heads.judge.relevance(features[is_read])
        return relevance

    def encode(self, items: Sequence[ItemText]) -> Floats:
        """Return items as vectors; empty ones without an encoder."""
        if self._semantic is None:
            return np.zeros((len(items), 0), dtype=np.float32)
        return self._semantic.encode([encoder_input(i.title, i.summary) for i in items])

    def _compare_rules(self, spotted: TermHits, rows: LineRows) -> Floats:
        pairs = CandidatePairs(rows.items, rows.profiles)
        headline, anywhere = self._rules.shares(spotted, pairs)
        demanded = self._demanded[rows.profiles]
        fulfilled = (anywhere > 0.999) & (demanded > 0)
        return np.stack([headline, anywhere, fulfilled, demanded], axis=1).astype(np.float32)

    def _select_best(self, scored: ScoredLines, minimum: float) -> list[int]:
        """Return the row of the best line of each item and profile, if it reaches the minimum."""
        keys = scored.rows.items * len(self.profiles) + scored.rows.profiles
        order = np.lexsort((scored.rows.lines, -scored.relevance, keys))
        is_first = np.diff(keys[order], prepend=-1) != 0
        best = order[is_first]
        return [int(row) for row in best[scored.relevance[best] >= minimum]]

    def _make_match(self, scored: ScoredLines, row: int, item: ItemText) -> Match:
        profile_index = int(scored.rows.profiles[row])
        profile = self.profiles[profile_index]
        first = self._lines.first_line(profile_index)
        cosines = None
        if scored.similar is not None:
            last = first + len(profile.lines)
            cosines = scored.similar[int(scored.rows.items[row]), first:last]
        nearest = int(scored.rows.lines[row]) - first
        return Match(
            profile,
            float(scored.relevance[row]),
            self._list_matched(item, profile_index),
            profile.lines[nearest],
            0.0 if cosines is None else float(cosines[nearest]),
            self._judge_polarity(item, profile_index, scored, row),
        )

    def _judge_polarity(
        self, item: ItemText, profile_index: int, scored: ScoredLines, row: int
    ) -> Polarity:
        if not is_latin(item.title):
            return UNREAD_POLARITY
        profile = self.profiles[profile_index]
        if profile_index not in self._prepared:
            examples = profile.examples or (profile.text,)
            self._prepared[profile_index] = prepare_phrasings(examples, profile.opposites)
        first = self._lines.first_line(profile_index)
        start = row - (int(scored.rows.lines[row]) - first)
        chosen = slice(start, start + len(profile.lines))
        lines = compare_sides(profile, scored.features[chosen], scored.relevance[chosen])
        prepared = self._prepared[profile_index]
        return judge_polarity(item.title, item.summary, prepared, lines=lines, head=self._direction)

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


def compare_sides(profile: Profile, features: Floats, relevance: Floats) -> LineComparison:
    """Compare an item with a profile's lines for and against, from its rows in their order."""
    chances = np.clip(relevance.astype(np.float64), 1e-4, 1.0 - 1e-4)
    odds = np.log(chances / (1.0 - chances))
    sides = np.array(profile.sides)
    sides[0] *= not profile.examples  # then the text only names the profile
    judged = features[:, FEATURE_NAMES.index("judged near the line")]
    nearest = meaning = 0.0
    if (sides < 0).any():
        first_for, first_against = min(1, len(profile.examples)), 1 + len(profile.examples)
        nearest = float(odds[sides > 0].max() - odds[sides < 0].max())
        meaning = float(judged[first_for] - judged[first_against])
    best = features[relevance == relevance.max()].max(axis=0)
    best_line = dict(zip(FEATURE_NAMES, best.tolist(), strict=True))
    return LineComparison(
        relevance=float(odds.max()),
        nearest=nearest,
        meaning=meaning,
        near=best_line["judged near the line"],
        event_covered=best_line["event covered"],
        headline_covered=best_line["headline covered"],
    )


def matcher_version(encoders: Encoders, heads: Heads | None = None) -> str:
    """Return the version of the matcher: the code, the encoders, and a hash of all fitted or listed
    data.

    These are the weights of the heads, the gazetteer and the counts of words.
    """
    weights = (heads or load_heads(encoders.kind), load_direction_head(encoders.kind))
    digest = hashlib.sha256(repr(weights).encode() + _hash_word_files()).hexdigest()[:8]
    return f"{CODE_VERSION}/{encoders.name}/{digest}"


@lru_cache(maxsize=1)
def _hash_word_files() -> bytes:
    return b"".join(hashlib.sha256(file.read_bytes()).digest() for file in (GAZETTEER, COUNTS_FILE))


def _get_cosines(similar: Floats | None, rows: LineRows) -> Floats:
    if similar is None:
        return np.zeros((len(rows), 1), dtype=np.float32)
    return similar[rows.items, rows.lines][:, None]


def _merge_pairs(proposed: Sequence[CandidatePairs], profiles: int) -> CandidatePairs:
    """Return each proposed pair once, by item and profile."""
    keys = np.unique(np.concatenate([p.items * max(1, profiles) + p.profiles for p in proposed]))
    return CandidatePairs(*np.divmod(keys, max(1, profiles)))


def _select_pairs(pairs: CandidatePairs, mask: NDArray[np.bool_]) -> CandidatePairs:
    return CandidatePairs(pairs.items[mask], pairs.profiles[mask])
