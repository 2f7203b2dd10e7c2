"""What this installation learns from its own reviews and answers: gather → fit → keep what changed.

Each value counts from the moment it was learned, never before, so that the past can be replayed as
it was. A person can freeze a value, or reset it: then what was learned from is forgotten, and
learning begins again. Values that are fitted together, such as the two of a calibration, mean
nothing apart, so whatever is decided holds for both.

What fits needs scipy and is imported where it is used: to freeze a value nobody has to wait for
that.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

from forecasts.distributions.probability import logit, sigmoid
from forecasts.evidence.evidence import RELIABILITY, Indicator, IndicatorId
from forecasts.evidence.parameters import CLIP, Learned, LearnedMap, teaches
from forecasts.questions.forecaster import MATCHER
from forecasts.questions.question import ForecasterId, Question, QuestionId, Resolution
from forecasts.suggestion.binary import DEFAULT_MODEL, suggest
from tracker.errors import NotFound, Refused
from tracker.feeds.item import FeedId
from tracker.questions.parameters import Known, calibrations
from tracker.questions.queries.question_page import open_questions
from tracker.questions.update_suggestion import archive_start
from tracker.storage import feeds, learned, properties, questions, resolutions, reviews, teaching
from tracker.storage.learned import Kept, State, ValuesOverTime
from tracker.storage.sessions import Session

if TYPE_CHECKING:
    from forecasts.suggestion.fitting import EvidenceRow, Review

__all__ = [
    "Decided",
    "Kept",
    "decide",
    "fitted",
    "keep",
    "learn",
]  # commands name what is kept by this door

SNAPSHOTS: Final = timedelta(days=14)
"""How far apart the dates of a question's schedule lie at which its suggestion is looked at."""

LEAST_ARCHIVE: Final = timedelta(days=14)
"""An archive that began later before the opening has no usual level to teach."""

SMALL: Final = 1e-3
"""A value that moved by less is not written down again."""

DEFAULTS: Final[Mapping[str, float]] = MappingProxyType(
    {
        "gamma": DEFAULT_MODEL.gamma,
        "shift": DEFAULT_MODEL.shift,
        "relevance shift": 0.0,
        "relevance slope": 1.0,
        "direction shift": 0.0,
        "direction slope": 1.0,
    }
)
"""The values of the whole installation, as they stand before anything is learned."""

TOGETHER: Final = (
    ("gamma", "shift"),
    ("relevance shift", "relevance slope"),
    ("direction shift", "direction slope"),
)
"""Values that are fitted together."""

Decided = Literal["freeze", "thaw", "reset"]
"""What a person can decide about a learned value."""


def learn(session: Session, now: datetime) -> tuple[Learned, ...]:
    """Learn from everything that was known before `now`; the values that changed, which count from
    now on.
    """
    return keep(session, fitted(session, now))


def fitted(session: Session, now: datetime) -> tuple[Learned, ...]:
    """Every value as it would be learned now. It only reads, and takes its time."""
    taught = _Taught(session, learned.current(session), now)
    return (
        *taught.calibration(),
        *taught.weights(),
        *taught.reliabilities(),
        *taught.usual_levels(),
    )


def keep(session: Session, found: tuple[Learned, ...]) -> tuple[Learned, ...]:
    """Write down what differs from what stands, unless a person froze it or decided about it
    meanwhile.
    """
    known = learned.current(session)
    changed = tuple(one for one in found if _is_news(known.get((one.name, one.scope)), one))
    for one in changed:
        learned.add(session, Kept(one, "learned", MATCHER))
    return changed


def decide(
    session: Session, name: str, scope: str, decided: Decided, *, by: ForecasterId, now: datetime
) -> Kept:
    """Freeze a learned value, let it learn again, or reset it; what it was fitted together with
    follows.

    Also before anything was learned: a default can be frozen, and what was judged so far forgotten.
    Raises `NotFound`, and `Refused` where it is so already.
    """
    known = learned.current(session)
    made = [
        _decided(session, known.get((part, scope)), (part, scope), (decided, by, now))
        for part in next((pair for pair in TOGETHER if name in pair), (name,))
    ]
    for one in made:
        learned.add(session, one)
    return next(one for one in made if one.learned.name == name)


def _decided(
    session: Session,
    kept: Kept | None,
    which: tuple[str, str],
    act: tuple[Decided, ForecasterId, datetime],
) -> Kept:
    decided, by, now = act
    default, stands = _default(session, *which), kept.learned if kept else None
    if stands is None and default is None:
        raise NotFound("learned value", " ".join(which), "see `tracker learned` for the names")
    if (decided == "thaw") != (kept is not None and kept.state == "frozen") and decided != "reset":
        raise Refused(
            f"{which[0]} {which[1]} is {'frozen already' if decided == 'freeze' else 'not frozen'}"
        )
    if stands is None or (decided == "reset" and default is not None):
        stands = Learned(
            *which, DEFAULTS.get(which[0], 0.0) if default is None else default, 0, now, ""
        )
    states: dict[Decided, tuple[State, str]] = {
        "freeze": ("frozen", f"frozen by {by}"),
        "thaw": ("learned", f"{by} lets it learn again"),
        "reset": ("reset", f"reset by {by}: what was known until then teaches it no more"),
    }
    state, why = states[decided]
    return Kept(replace(stands, as_of=now, why=why), state, by)


def _default(session: Session, name: str, scope: str) -> float | None:
    """What stands while nothing is learned; None when there is no such value."""
    match name:
        case "reliability":
            state = feeds.feed(session, scope)
            return None if state is None else RELIABILITY[state.feed.grade]
        case "usual level":
            own = questions.indicators(session, [QuestionId(scope.rpartition("/")[0])])
            return next((i.usual_level for i in own if i.id == scope), None)
        case _:
            return DEFAULTS.get(name) if scope == "all" else None


def _is_news(kept: Kept | None, found: Learned) -> bool:
    was_taught = not found.why.startswith("default")
    if kept is None:
        return was_taught
    if kept.state == "frozen" or kept.learned.as_of > found.as_of:
        return False
    return was_taught if kept.state == "reset" else abs(kept.learned.value - found.value) >= SMALL


def _said(shown: float, corrected: LearnedMap) -> float | None:
    """The matcher's own chance behind one that was shown; None where the correction left nothing of
    it.

    What is learned is applied to what the matcher says. Were it learned from what was shown, the
    corrected chances would teach that nothing has to be corrected.
    """
    shift, slope = corrected.shift.value, corrected.slope.value
    if (shift, slope) == (0.0, 1.0):
        return shown
    if slope < SMALL:
        return None
    return sigmoid((logit(min(max(shown, CLIP[0]), CLIP[1])) - shift) / slope)


@dataclass(frozen=True, slots=True)
class _Taught:
    """What the record teaches, of what was known before `now`."""

    session: Session
    known: Known
    now: datetime

    def calibration(self) -> Iterator[Learned]:
        """How far the matcher's chances are off, from reviews."""
        from forecasts.suggestion.fitting import fit_direction, fit_relevance

        relevance, directions = self._reviews()
        for name, kept, fit in (
            ("relevance", relevance, fit_relevance),
            ("direction", directions, fit_direction),
        ):
            start = self._forgotten(f"{name} shift", f"{name} slope")
            found = fit((r for r in kept if start is None or r.at > start), before=self.now)
            yield from (found.shift, found.slope)

    def _reviews(self) -> "tuple[list[Review], list[Review]]":
        """What people made of the matcher's own chances of relevance, and of its calls of
        direction.
        """
        from forecasts.suggestion.fitting import Review

        shown_by = calibrations(self.session)
        relevance, directions = [], []
        for first in teaching.first_reviews(self.session):
            shown, left, corrected = first.shown, first.left, shown_by(first.logged_at)
            accepted = left.status != "rejected"
            if (said := _said(shown.relevance, corrected.relevance)) is not None:
                relevance.append(Review(said, accepted, first.at))
            if not (accepted and shown.direction and left.direction):
                continue
            was_right, said = (
                shown.direction == left.direction,
                _said(shown.p_direction, corrected.direction),
            )
            # Of a call whose corrected chance fell below one half, only the half was kept.
            if said is not None and (shown.p_direction > 0.5 or said == shown.p_direction):
                directions.append(Review(said, was_right, first.at))
        return relevance, directions

    def weights(self) -> Iterator[Learned]:
        """How much evidence counts, from answered questions."""
        from forecasts.suggestion.fitting import fit_gamma

        start = self._forgotten("gamma", "shift")
        then = (
            learned.values_over_time(self.session, "usual level"),
            learned.values_over_time(self.session, "reliability"),
        )
        rows = (
            row
            for question, resolution in self._answered()
            for row in self._rows(question, resolution, *then)
        )
        # A reset forgets the dates before it, and not the questions answered before it: of
        # questions that were open at the reset, the early YES would be missing.
        return iter(
            fit_gamma((row for row in rows if start is None or row.at > start), before=self.now)
        )

    def reliabilities(self) -> Iterator[Learned]:
        """How far each feed pointed to what came out, from answered questions."""
        from forecasts.suggestion.fitting import Pointed, fit_reliability

        record: dict[FeedId, list[Pointed]] = {}
        for question, resolution in self._answered():
            for feed, side in teaching.pointed(
                self.session, question.id, before=resolution.known_at
            ):
                row = Pointed(
                    question.id, resolution.known_at, side > 0, resolution.outcome == "yes"
                )
                record.setdefault(feed, []).append(row)
        grades = {state.id: state.feed.grade for state in feeds.feeds(self.session)}
        for feed in sorted(record.keys() & grades.keys()):
            start = self._forgotten("reliability", scope=feed)
            kept = [row for row in record[feed] if start is None or row.known_at > start]
            yield fit_reliability(feed, RELIABILITY[grades[feed]], kept, before=self.now)

    def usual_levels(self) -> Iterator[Learned]:
        """What is usual, from the archive before a question opened; again only when more of it was
        gone through.
        """
        from forecasts.evidence.base_level import learned_usual_level

        late = teaching.logged_before_opening(self.session)
        for question in open_questions(self.session, self.now).values():
            start = archive_start(self.session, question)
            own = questions.indicators(self.session, [question.id])
            wanted = [i for i in own if self._can_teach(i, late.get(question.id))]
            if not wanted or question.opens_at - start < LEAST_ARCHIVE:
                continue
            seen = reviews.as_known(self.session, question.id, question.opens_at)
            for indicator in wanted:
                found = learned_usual_level(
                    indicator, seen, archive_from=start, opens_at=question.opens_at
                )
                yield replace(found, as_of=self.now)

    def _can_teach(self, indicator: Indicator, logged_at: datetime | None) -> bool:
        if indicator.half_life_days is None or not indicator.direction:
            return False  # there is no level to settle at
        kept = self.known.get(("usual level", indicator.id))
        if kept is None:
            return True
        return kept.state == "learned" and logged_at is not None and logged_at > kept.learned.as_of

    def _forgotten(self, *names: str, scope: str = "all") -> datetime | None:
        """Until when a person had everything forgotten that these values are learned from."""
        kept = (
            k
            for n in names
            if (n, scope) in self.known
            for k in learned.history(self.session, n, scope)
        )
        return max((k.learned.as_of for k in kept if k.state == "reset"), default=None)

    def _answered(self) -> Iterator[tuple[Question, Resolution]]:
        """Questions that teach how things come out, with their answers."""
        current = resolutions.current(self.session)
        replayed = properties.replayed_until(self.session) is not None
        for question in questions.every(self.session) if current else ():
            resolution = current.get(question.id)
            if resolution is not None and teaches(
                question, resolution, self.now, replayed=replayed
            ):
                yield question, resolution

    def _rows(
        self,
        question: Question,
        resolution: Resolution,
        levels: ValuesOverTime,
        reliability: ValuesOverTime,
    ) -> "Iterator[EvidenceRow]":
        """The suggestion on the dates of the question's schedule, as it stood then."""
        from forecasts.suggestion.fitting import evidence_row

        dates = _schedule(question)
        indicators = {i.id: i for i in questions.indicators(self.session, [question.id])}
        start = archive_start(self.session, question)
        known = reviews.EvidenceOverTime(self.session, question.id)
        for at in (d for d in dates if d < min(resolution.known_at, question.closes_at)):
            seen = known.at(at, reliability(at))
            usual = {
                IndicatorId(scope): level
                for scope, level in levels(at).items()
                if scope in indicators
            }
            stood = suggest(question, seen, indicators, at, archive_from=start, usual_levels=usual)
            happened = resolution.outcome == "yes"
            yield evidence_row(
                stood, known_at=resolution.known_at, happened=happened, scheduled=len(dates)
            )


def _schedule(question: Question) -> list[datetime]:
    count = max(1, int((question.closes_at - question.opens_at) / SNAPSHOTS))
    return [question.opens_at + SNAPSHOTS * (n + 0.5) for n in range(count)]
