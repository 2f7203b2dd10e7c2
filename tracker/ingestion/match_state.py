"""In-memory matching state: matcher, recent near-duplicates and recent stories.

It can be rebuilt from the database at any time, and is after a failed transaction. Between
transactions it is updated with what other processes have stored.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Final

from forecasts.evidence.evidence import Direction, Indicator, IndicatorId, Strength
from forecasts.questions.question import Question, QuestionId
from tracker.feeds.item import ItemId
from tracker.matching.matching_profile import Profile, profile_from_indicator
from tracker.storage import evidence, items, questions
from tracker.storage.record import list_open_questions
from tracker.storage.sessions import Session

if TYPE_CHECKING:
    from tracker.matching.matcher import Matcher
    from tracker.matching.near_duplicates import NearDuplicates
    from tracker.matching.semantic import Encoder
    from tracker.matching.story_index import StoryIndex
    from tracker.matching.tokens import Vocabulary


OWN_TEXT: Final = "own-text"
"""Name of the indicator made from a question's own text, where nobody wrote any."""

IndicatorsByProfile = Mapping[Profile, tuple[Indicator, ...]]


@dataclass(frozen=True, slots=True)
class OpenProfiles:
    """Open questions, and the indicators of each profile, for matching items."""

    questions: Mapping[QuestionId, Question]
    indicators_by_profile: IndicatorsByProfile
    matcher: "Matcher"

    def filter_expecting(self, questions: Iterable[Question]) -> list[Question]:
        """Return those of the questions that have an expected indicator, a signpost."""
        expecting = {
            indicator.question_id
            for indicators in self.indicators_by_profile.values()
            for indicator in indicators
            if indicator.expected
        }
        return [question for question in questions if question.id in expecting]


class MatchState:
    """Matching state of a process. `encoder` is one of auto, static, minilm or none."""

    def __init__(self, encoder: str, cache: Path) -> None:
        self.lock = RLock()
        self._encoder_choice = encoder
        self._cache = cache
        self._watch: OpenProfiles | None = None
        self._tokens: Vocabulary | None = None
        self._copies: NearDuplicates | None = None
        self._last = ItemId(0)
        self._stories: StoryIndex | None = None

    @cached_property
    def encoder(self) -> "Encoder | None":
        """Encoder of texts into vectors; None where only words are matched."""
        from tracker.matching.semantic import open_encoder

        return open_encoder(self._encoder_choice, self._cache)

    @cached_property
    def _phrasing_encoder(self) -> "Encoder | None":
        """Encoder that caches phrasings across changes of the questions.

        A transformer takes 5 ms for each.
        """
        from tracker.matching.semantic import CachingEncoder

        return CachingEncoder(self.encoder) if self.encoder else None

    @property
    def tokens(self) -> "Vocabulary":
        """Vocabulary of this process; a full one is replaced, and the matcher rebuilt."""
        from tracker.matching.tokens import Vocabulary

        if self._tokens is None or self._tokens.full:
            self._tokens, self._watch = Vocabulary(), None
        return self._tokens

    @property
    def encoder_name(self) -> str:
        """Name of the encoder; vectors of different encoders cannot be compared."""
        return self.encoder.name if self.encoder else ""

    @property
    def version(self) -> str:
        """Version of the matcher."""
        from tracker.matching.matcher import matcher_version

        return matcher_version(self.encoder)

    def load_profiles(
        self, session: Session, now: datetime, only: Sequence[QuestionId] | None = None
    ) -> OpenProfiles:
        """Load the open questions (or `only` these) and indicators; reuse an unchanged matcher."""
        from tracker.matching.matcher import Matcher

        if only is None:
            opened = list_open_questions(session, now)
        else:
            opened = {q.id: q for q in questions.list_questions(session) if q.id in set(only)}
        bearings = _group_by_profile(opened, questions.list_indicators(session, list(opened)))
        with self.lock:
            tokens, cached = self.tokens, self._watch
            if cached is not None and only is None and tuple(bearings) == cached.matcher.profiles:
                matcher = cached.matcher
            else:
                matcher = Matcher(
                    tuple(bearings), self.encoder, tokens, phrasings=self._phrasing_encoder
                )
            watch = OpenProfiles(opened, bearings, matcher)
            if only is None:
                self._watch = watch
            return watch

    def update_copies(
        self, session: Session, new: Sequence[ItemId], now: datetime
    ) -> "NearDuplicates":
        """Near-duplicate index of the last days, updated with all stored items but the `new`."""
        from tracker.matching.near_duplicates import COPY_WINDOW, NearDuplicates

        if self._copies is None:
            self._copies, self._last = NearDuplicates(), ItemId(0)
        fresh = set(new)
        stored = items.list_item_texts(session, self._last, now - COPY_WINDOW)
        self._copies.remember(
            [
                (r.id, r.copy_of, r.title, r.summary, r.first_seen_at)
                for r in stored
                if r.id not in fresh
            ]
        )
        self._last = max([self._last, *(r.id for r in stored)])
        return self._copies

    def load_stories(self, session: Session, now: datetime) -> "StoryIndex":
        """Stories that can be joined."""
        if self._stories is None:
            self._stories = self.load_stories_around(session, now)
        return self._stories

    def load_stories_around(self, session: Session, at: datetime) -> "StoryIndex":
        """Stories that could be joined at some time, for matching an archive."""
        from tracker.matching.semantic import encoder_kind
        from tracker.matching.story_index import JOIN_WINDOW, MAX_STORY_AGE, StoryIndex

        kind = encoder_kind(self.encoder)
        known = evidence.list_recent_stories(session, at - JOIN_WINDOW, at, self.encoder_name)
        return StoryIndex(
            [s for s in known if s.first_seen_at >= at - MAX_STORY_AGE - timedelta(days=1)], kind
        )

    def clear_caches(self) -> None:
        """Discard the cached state after a transaction that was not stored."""
        with self.lock:
            self._copies = self._stories = None


def _group_by_profile(
    opened: Mapping[QuestionId, Question], indicators: Sequence[Indicator]
) -> IndicatorsByProfile:
    """Group indicators by profile; a question without any is matched by its own text."""
    by_profile: dict[Profile, list[Indicator]] = {}
    for indicator in indicators:
        by_profile.setdefault(profile_from_indicator(indicator), []).append(indicator)
    with_indicators = {indicator.question_id for indicator in indicators}
    for question in opened.values():
        if question.id not in with_indicators:
            by_profile.setdefault(Profile(question.text), []).append(
                make_own_text_indicator(question)
            )
    return {profile: tuple(group) for profile, group in by_profile.items()}


def make_own_text_indicator(question: Question) -> Indicator:
    """Make an indicator of a question's own text; a reviewer decides its direction."""
    name = "What the question itself says"
    return Indicator(
        IndicatorId(f"{question.id}/{OWN_TEXT}"),
        question.id,
        name,
        Direction.NEUTRAL,
        Strength.SOME,
        (),
    )
