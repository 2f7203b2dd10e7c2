"""What a process that matches holds in memory: the matcher, the copies and the stories of the last
days.

All of it can be made from the database at any time, and is after a transaction that failed. Between
transactions it is brought up to what other processes have stored.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Final

from forecasts.evidence.evidence import Direction, Indicator, IndicatorId, Strength
from forecasts.questions.question import Question, QuestionId
from tracker.feeds.item import ItemId
from tracker.matching.profile import Profile, profile_of
from tracker.questions.queries.question_page import open_questions
from tracker.storage import items, questions, stories
from tracker.storage.sessions import Session

if TYPE_CHECKING:
    from tracker.matching.matcher import Matcher
    from tracker.matching.near_duplicates import Copies
    from tracker.matching.semantic import Encoder
    from tracker.matching.stories import Stories
    from tracker.matching.tokens import Tokens


OWN_TEXT: Final = "own-text"
"""The indicator of a question for which nobody wrote any: what its own text says."""

Bearings = Mapping[Profile, tuple[Indicator, ...]]


@dataclass(frozen=True, slots=True)
class Watch:
    """What items are held against: open questions, and which indicators each profile stands for."""

    questions: Mapping[QuestionId, Question]
    bearings: Bearings
    matcher: "Matcher"


class Newsdesk:
    """The memory of a process that matches. `encoder` names which encoder to use: auto, static,
    minilm or none.
    """

    def __init__(self, encoder: str, cache: Path) -> None:
        self.lock = RLock()
        self._wanted = encoder
        self._cache = cache
        self._watch: Watch | None = None
        self._tokens: Tokens | None = None
        self._copies: Copies | None = None
        self._last = ItemId(0)
        self._stories: Stories | None = None

    @cached_property
    def encoder(self) -> "Encoder | None":
        """What turns texts into vectors; None where matching goes by words alone."""
        from tracker.matching.encoders import open_encoder

        return open_encoder(self._wanted, self._cache)

    @cached_property
    def _phrasings(self) -> "Encoder | None":
        """Encodes each phrasing once, however often questions come and go: a transformer takes 5 ms
        for it.
        """
        from tracker.matching.encoders import Remembering

        return Remembering(self.encoder) if self.encoder else None

    @property
    def tokens(self) -> "Tokens":
        """The vocabulary of this process; a full one is given up, and with it the matcher that was
        built on it.
        """
        from tracker.matching.tokens import Tokens

        if self._tokens is None or self._tokens.full:
            self._tokens, self._watch = Tokens(), None
        return self._tokens

    @property
    def encoder_name(self) -> str:
        """Encoders of different names cannot be compared."""
        return self.encoder.name if self.encoder else ""

    @property
    def version(self) -> str:
        """Which matcher finds what is found."""
        from tracker.matching.matcher import version

        return version(self.encoder)

    def watch(
        self, session: Session, now: datetime, only: Sequence[QuestionId] | None = None
    ) -> Watch:
        """The open questions (or `only` these) with their indicators; the matcher is kept while
        they stay the same.
        """
        from tracker.matching.matcher import Matcher

        if only is None:
            opened = open_questions(session, now)
        else:
            opened = {q.id: q for q in questions.every(session) if q.id in set(only)}
        bearings = _bearings(opened, questions.indicators(session, list(opened)))
        with self.lock:
            tokens, kept = self.tokens, self._watch
            if kept is not None and only is None and tuple(bearings) == kept.matcher.profiles:
                matcher = kept.matcher
            else:
                matcher = Matcher(tuple(bearings), self.encoder, tokens, phrasings=self._phrasings)
            watch = Watch(opened, bearings, matcher)
            if only is None:
                self._watch = watch
            return watch

    def copies(self, session: Session, new: Sequence[ItemId], now: datetime) -> "Copies":
        """The items of the last days, brought up to all that is stored but for the `new` ones."""
        from tracker.matching.near_duplicates import WINDOW, Copies

        if self._copies is None:
            self._copies, self._last = Copies(), ItemId(0)
        fresh = set(new)
        stored = items.read_since(session, self._last, now - WINDOW)
        self._copies.remember(
            [
                (r.id, r.copy_of, r.title, r.summary, r.first_seen_at)
                for r in stored
                if r.id not in fresh
            ]
        )
        self._last = max([self._last, *(r.id for r in stored)])
        return self._copies

    def stories(self, session: Session, now: datetime) -> "Stories":
        """The stories that can be joined."""
        if self._stories is None:
            self._stories = self.stories_around(session, now)
        return self._stories

    def stories_around(self, session: Session, at: datetime) -> "Stories":
        """The stories that could be joined at some time, for going through an archive."""
        from tracker.matching.semantic import kind_of
        from tracker.matching.stories import LONGEST, WINDOW, Stories

        kind = kind_of(self.encoder)
        known = stories.recent(session, at - WINDOW, at, self.encoder_name)
        return Stories(
            [s for s in known if s.first_seen_at >= at - LONGEST - timedelta(days=1)], kind
        )

    def forget(self) -> None:
        """Make everything anew from the database the next time: what was held may not have been
        stored.
        """
        with self.lock:
            self._copies = self._stories = None


def _bearings(opened: Mapping[QuestionId, Question], indicators: Sequence[Indicator]) -> Bearings:
    """Profiles with the indicators that each stands for; a question without any indicator stands
    for itself.
    """
    found: dict[Profile, list[Indicator]] = {}
    for indicator in indicators:
        found.setdefault(profile_of(indicator), []).append(indicator)
    told = {indicator.question_id for indicator in indicators}
    for question in opened.values():
        if question.id not in told:
            found.setdefault(Profile(question.text), []).append(own_text(question))
    return {profile: tuple(some) for profile, some in found.items()}


def own_text(question: Question) -> Indicator:
    """A question's own text as its only indicator; which way its news points is for a person to
    say.
    """
    name = "What the question itself says"
    return Indicator(
        IndicatorId(f"{question.id}/{OWN_TEXT}"),
        question.id,
        name,
        Direction.NEUTRAL,
        Strength.SOME,
        (),
    )
