"""In-memory matching state: matcher, recent near-duplicates and recent stories.

It can be rebuilt from the database at any time, and is after a failed transaction. Between
transactions it is updated with what other processes have stored.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, cached_property, partial
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from forecasts.evidence.evidence import OWN_TEXT, Direction, Indicator, IndicatorId, Strength
from forecasts.questions.compiled_question import CompiledQuestion
from forecasts.questions.question import Question, QuestionId
from tracker.feeds.item import ItemId
from tracker.matching.matching_profile import (
    NO_HEADLINES,
    ConfirmedHeadlines,
    Profile,
    profile_from_indicator,
    profiles_from_question,
)
from tracker.questions.queries.compiled_questions import load_compiled_questions
from tracker.storage import evidence, items, questions, story_turns
from tracker.storage.record import list_open_questions
from tracker.storage.sessions import Session

if TYPE_CHECKING:
    from tracker.matching.matcher import Matcher
    from tracker.matching.near_duplicates import NearDuplicates
    from tracker.matching.semantic import Encoders
    from tracker.matching.story_index import StoryIndex
    from tracker.matching.tokens import Vocabulary


CLOCK_TOLERANCE: Final = timedelta(minutes=5)
"""By how much the clocks of machines that store news may differ."""
LOADED_ITEMS: Final = 2_000
"""Items that are read from the database at once, with their texts."""

IndicatorsByProfile = Mapping[Profile, tuple[Indicator, ...]]


@dataclass(frozen=True, slots=True)
class OpenProfiles:
    """Open questions, and the indicators of each profile, for matching items.

    The matcher is made when it is first asked for: where no question is open, nobody waits for it.
    """

    questions: Mapping[QuestionId, Question]
    indicators_by_profile: IndicatorsByProfile
    make_matcher: "Callable[[], Matcher]"

    @property
    def matcher(self) -> "Matcher":
        """Matcher of the profiles."""
        return self.make_matcher()

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
    """Matching state of a process. `encoder` is one of auto, static, minilm or none.

    `scratch` is the directory of its scratch files.
    """

    def __init__(self, encoder: str, scratch: Path | None = None) -> None:
        self.lock = RLock()
        self._encoder_choice = encoder
        self._scratch = scratch
        self._matcher: tuple[tuple[Profile, ...], Callable[[], Matcher]] | None = None
        self._tokens: Vocabulary | None = None
        self._copies: NearDuplicates | None = None
        self._last = ItemId(0)
        self._stories: StoryIndex | None = None
        self._stories_at: datetime | None = None
        self._writer = uuid4().hex

    @cached_property
    def encoders(self) -> "Encoders":
        """Encoders of texts into vectors; none where only words are matched."""
        from tracker.matching.semantic import open_encoders

        return open_encoders(self._encoder_choice)

    @cached_property
    def _line_encoders(self) -> "Encoders":
        """Encoders that cache lines across changes of the questions.

        The transformer takes 3 to 7 ms for each.
        """
        from tracker.matching.semantic import CachingEncoder, Encoders

        wide, judge = self.encoders.wide, self.encoders.judge
        return Encoders(
            CachingEncoder(wide) if wide else None, CachingEncoder(judge) if judge else None
        )

    @property
    def tokens(self) -> "Vocabulary":
        """Vocabulary of this process; `load_profiles` replaces a full one, and the matcher."""
        from tracker.matching.tokens import Vocabulary

        if self._tokens is None:
            self._tokens = Vocabulary()
        return self._tokens

    @property
    def encoder_name(self) -> str:
        """Name of the wide encoder; vectors of different encoders cannot be compared."""
        return self.encoders.wide.name if self.encoders.wide else ""

    @property
    def version(self) -> str:
        """Version of the matcher."""
        from tracker.matching.matcher import matcher_version

        return matcher_version(self.encoders)

    def load_profiles(
        self, session: Session, now: datetime, only: Sequence[QuestionId] | None = None
    ) -> OpenProfiles:
        """Load the open questions (or `only` these) and indicators; reuse an unchanged matcher."""
        if only is None:
            opened = list_open_questions(session, now)
        else:
            opened = {q.id: q for q in questions.list_questions(session) if q.id in set(only)}
        bearings = _group_by_profile(
            opened,
            questions.list_indicators(session, list(opened)),
            load_compiled_questions(session, list(opened.values())),
            evidence.list_confirmed_headlines(session, list(opened)),
        )
        with self.lock:
            if self._tokens is not None and self._tokens.full:
                self._tokens = self._matcher = None
            profiles, known = tuple(bearings), self._matcher
            if known is not None and only is None and profiles == known[0]:
                return OpenProfiles(opened, bearings, known[1])
            make_matcher = cache(partial(self._make_matcher, profiles))
            if only is None:
                self._matcher = profiles, make_matcher
            return OpenProfiles(opened, bearings, make_matcher)

    def _make_matcher(self, profiles: tuple[Profile, ...]) -> "Matcher":
        from tracker.matching.matcher import Matcher

        return Matcher(profiles, self.encoders, self.tokens, line_encoders=self._line_encoders)

    def update_copies(
        self, session: Session, new: Sequence[ItemId], now: datetime
    ) -> "NearDuplicates":
        """Near-duplicate index of the last days, updated with all stored items but the `new`."""
        from tracker.matching.near_duplicates import COPY_WINDOW, NearDuplicates

        if self._copies is None:
            self._copies = NearDuplicates(folder=self._scratch)
            first, _ = items.find_id_bounds(session, now - COPY_WINDOW)
            self._last = ItemId(first - 1)
        fresh, since = set(new), now - COPY_WINDOW
        while stored := items.list_item_texts(session, self._last, since, LOADED_ITEMS):
            self._copies.remember(
                [
                    (r.id, r.copy_of, r.title, r.summary, r.first_seen_at)
                    for r in stored
                    if r.id not in fresh
                ]
            )
            self._last = stored[-1].id
            if len(stored) < LOADED_ITEMS:
                break
        return self._copies

    def take_turn(self, session: Session, now: datetime) -> None:
        """Wait until no other process stores news, and learn what others stored meanwhile.

        Call it first in a transaction that stores news.
        """
        is_current = story_turns.take_turn(session, self._writer)
        with self.lock:
            if self._stories is not None and self._stories_at is not None and not is_current:
                since = self._stories_at - CLOCK_TOLERANCE
                known = evidence.list_recent_stories(session, since, now, self.encoder_name)
                self._stories.refresh(known, evidence.list_merges(session))
            self._stories_at = now

    def load_stories(self, session: Session, now: datetime) -> "StoryIndex":
        """Stories that can be joined."""
        if self._stories is None:
            self._stories = self.load_stories_around(session, now)
        return self._stories

    def load_stories_around(self, session: Session, at: datetime) -> "StoryIndex":
        """Stories that could be joined at some time, for matching an archive."""
        from tracker.matching.semantic import encoder_kind
        from tracker.matching.story_index import JOIN_WINDOW, MAX_STORY_AGE, StoryIndex

        kind = encoder_kind(self.encoders.wide)
        known = evidence.list_recent_stories(session, at - JOIN_WINDOW, at, self.encoder_name)
        return StoryIndex(
            [s for s in known if s.first_seen_at >= at - MAX_STORY_AGE - timedelta(days=1)], kind
        )

    def clear_caches(self) -> None:
        """Discard the cached state after a transaction that was not stored."""
        with self.lock:
            self._copies = self._stories = None


def _group_by_profile(
    opened: Mapping[QuestionId, Question],
    indicators: Sequence[Indicator],
    compiled: Mapping[QuestionId, CompiledQuestion],
    confirmed: Mapping[QuestionId, ConfirmedHeadlines],
) -> IndicatorsByProfile:
    """Group indicators by profile, those of the questions' own lines among them."""
    by_profile: dict[Profile, list[Indicator]] = {}
    for indicator in indicators:
        question_id = indicator.question_id
        profile = profile_from_indicator(
            indicator, opened[question_id], compiled[question_id].names
        )
        by_profile.setdefault(profile, []).append(indicator)
    for question in opened.values():
        headlines = confirmed.get(question.id, NO_HEADLINES)
        for option, profile in profiles_from_question(question, compiled[question.id], headlines):
            by_profile.setdefault(profile, []).append(make_own_text_indicator(question, option))
    return {profile: tuple(group) for profile, group in by_profile.items()}


def make_own_text_indicator(question: Question, option: str = "") -> Indicator:
    """Make the indicator of a question's own lines, or of one of its options."""
    return Indicator(
        IndicatorId(f"{question.id}/{OWN_TEXT}"),
        question.id,
        "What the question itself says",
        Direction.YES,
        Strength.SOME,
        (),
        option=option,
    )
