"""Fit the learned parameters from this installation's own reviews and answers, and store changes.

Each value is valid from the moment it was learned, never before, so that the past can be replayed.
A person can freeze a value, or reset it: earlier data is then ignored, and learning begins again.
Values that are fitted together, such as the two of a calibration, mean nothing apart, so every
decision applies to both.

Fitting needs scipy, which is imported in the functions that use it: freezing a value need not wait
for that.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

from forecasts.evidence.evidence import RELIABILITY
from forecasts.evidence.parameters import LearnedLogitMap, LearnedValue, is_learnable
from forecasts.questions.question import ForecasterId, Question, QuestionId, Resolution
from forecasts.suggestion.binary import DEFAULT_MODEL, suggest
from tracker.errors import NotFound, Refused
from tracker.feeds.item import FeedId
from tracker.questions import crowd_lessons
from tracker.questions.crowd_lessons import DEFAULT_EXPONENT, EXPONENT
from tracker.questions.review_lessons import (
    CORRECTION,
    DEMOTED_FEED,
    DEMOTED_INDICATOR,
    OwnRelevance,
    ReviewLessons,
    invert_calibration,
    store_changed,
)
from tracker.questions.update_suggestion import archive_start
from tracker.storage import (
    database_info,
    evidence_history,
    feeds,
    learned,
    matcher_precision,
    questions,
    record,
)
from tracker.storage.learned import (
    LearnedRecord,
    LearnedState,
    LearnedValues,
    ValuesOverTime,
    load_calibrations,
)
from tracker.storage.resolution_record import load_current_resolutions
from tracker.storage.sessions import Session

if TYPE_CHECKING:
    from forecasts.suggestion.fitting import CallReview, SuggestionSnapshot

__all__ = [
    "CORRECTION",
    "DEMOTED_FEED",
    "DEMOTED_INDICATOR",
    "LearnedRecord",
    "ParameterDecision",
    "decide_parameter",
    "fit_parameters",
    "store_parameters",
    "update_parameters",
]  # names of values and their record are re-exported for commands and pages

SNAPSHOT_INTERVAL: Final = timedelta(days=14)
"""Interval between the dates of a question's schedule at which its suggestion is evaluated."""

DEFAULT_VALUES: Final[Mapping[str, float]] = MappingProxyType(
    {
        "gamma": DEFAULT_MODEL.gamma,
        "shift": DEFAULT_MODEL.shift,
        "relevance shift": 0.0,
        "relevance slope": 1.0,
        "direction shift": 0.0,
        "direction slope": 1.0,
        EXPONENT: DEFAULT_EXPONENT,
    }
)
"""Values of the whole installation before anything is learned."""

FITTED_TOGETHER: Final = (
    ("gamma", "shift"),
    ("relevance shift", "relevance slope"),
    ("direction shift", "direction slope"),
)
"""Values that are fitted together."""

ParameterDecision = Literal["freeze", "thaw", "reset"]
"""Decisions of a person about a learned value."""


def update_parameters(session: Session, now: datetime) -> tuple[LearnedValue, ...]:
    """Fit everything known before `now`; return the values that changed, valid from now on."""
    return store_parameters(session, fit_parameters(session, now))


def fit_parameters(session: Session, now: datetime) -> tuple[LearnedValue, ...]:
    """Fit every value as of now. Only reads, and is slow."""
    from tracker.questions.fit_crowds import fit_crowds

    fits = _Fits(session, learned.load_current_records(session), now)
    calibration = tuple(fits.calibration())
    return (
        *calibration,
        *fits.review_lessons(calibration),
        *fits.weights(),
        *fits.reliabilities(),
        *fit_crowds(session, now),
    )


def store_parameters(session: Session, fits: tuple[LearnedValue, ...]) -> tuple[LearnedValue, ...]:
    """Store the values that changed, unless a person has frozen or decided them meanwhile."""
    return store_changed(session, learned.load_current_records(session), fits)


def decide_parameter(
    session: Session,
    name: str,
    scope: str,
    decided: ParameterDecision,
    *,
    by: ForecasterId,
    now: datetime,
) -> LearnedRecord:
    """Freeze a learned value, let it learn again, or reset it.

    The value fitted together with it follows. Also before anything was learned: a default can be
    frozen, and earlier reviews be ignored. Raises `NotFound`, and `Refused` where it is so already.
    """
    current = learned.load_current_records(session)
    decided_values = [
        _apply_decision(
            session, current.get((part, scope)), part, scope=scope, decided=decided, by=by, now=now
        )
        for part in next((pair for pair in FITTED_TOGETHER if name in pair), (name,))
    ]
    for value in decided_values:
        learned.add_learned(session, value)
    return next(value for value in decided_values if value.learned.name == name)


def _apply_decision(
    session: Session,
    stored: LearnedRecord | None,
    name: str,
    *,
    scope: str,
    decided: ParameterDecision,
    by: ForecasterId,
    now: datetime,
) -> LearnedRecord:
    default, value = _find_default(session, name, scope), stored.learned if stored else None
    if value is None and default is None:
        raise NotFound(
            "learned value", f"{name} {scope}", "see `tracker model learned` for the names"
        )
    if (decided == "thaw") != (
        stored is not None and stored.state == "frozen"
    ) and decided != "reset":
        raise Refused(
            f"{name} {scope} is {'frozen already' if decided == 'freeze' else 'not frozen'}"
        )
    if value is None or (decided == "reset" and default is not None):
        value_now = DEFAULT_VALUES.get(name, 0.0) if default is None else default
        value = LearnedValue(name, scope, value_now, 0, now, "")
    states: dict[ParameterDecision, tuple[LearnedState, str]] = {
        "freeze": ("frozen", f"frozen by {by}"),
        "thaw": ("learned", f"{by} lets it learn again"),
        "reset": ("reset", f"reset by {by}: what was known until then teaches it no more"),
    }
    state, why = states[decided]
    return LearnedRecord(replace(value, as_of=now, why=why), state, by)


def _find_default(session: Session, name: str, scope: str) -> float | None:
    """Default of a value; None when there is no such value."""
    match name:
        case "reliability":
            state = feeds.find_feed(session, scope)
            return None if state is None else RELIABILITY[state.feed.grade]
        case learned.CORRECTION | matcher_precision.DEMOTED_INDICATOR:
            question_id = QuestionId(scope.partition("/")[0])
            return None if questions.find_question(session, question_id) is None else 0.0
        case crowd_lessons.SKILL:
            member = ForecasterId(scope.partition("/")[2])
            return 0.0 if member in record.list_forecasters(session) else None
        case matcher_precision.DEMOTED_FEED:
            return None if feeds.find_feed(session, scope) is None else 0.0
        case _:
            return DEFAULT_VALUES.get(name) if scope == "all" else None


@dataclass(frozen=True, slots=True)
class _Fits:
    """Fits of all parameters from data known before `now`."""

    session: Session
    current: LearnedValues
    now: datetime

    def calibration(self) -> Iterator[LearnedValue]:
        """Fit the calibration of the matcher's probabilities to reviews."""
        from forecasts.suggestion.fitting import fit_direction, fit_relevance

        relevance, directions = self._load_reviews()
        for name, used_reviews, fit in (
            ("relevance", relevance, fit_relevance),
            ("direction", directions, fit_direction),
        ):
            start = self._last_reset(f"{name} shift", f"{name} slope")
            fit_result = fit(
                (r for r in used_reviews if start is None or r.at > start), before=self.now
            )
            yield from (fit_result.shift, fit_result.slope)

    def _load_reviews(self) -> "tuple[list[CallReview], list[CallReview]]":
        """Reviews of the matcher's own probabilities of relevance, and of its directions."""
        from forecasts.suggestion.fitting import CallReview

        calibration_at, own_relevance = (
            load_calibrations(self.session),
            OwnRelevance(self.session),
        )
        relevance, directions = [], []
        for first in evidence_history.list_first_reviews(self.session):
            shown, left, calibration = first.shown, first.reviewed, calibration_at(first.logged_at)
            accepted = left.status != "rejected"
            if (
                own_probability := own_relevance.recover(shown, first.logged_at, first.log_seq)
            ) is not None:
                relevance.append(CallReview(own_probability, accepted, first.at))
            if not (accepted and shown.direction and left.direction):
                continue
            was_right = shown.direction == left.direction
            own_probability = invert_calibration(shown.p_direction, calibration.direction)
            # Of a call whose corrected chance fell below one half, only the half was kept.
            if own_probability is not None and (
                shown.p_direction > 0.5 or own_probability == shown.p_direction
            ):
                directions.append(CallReview(own_probability, was_right, first.at))
        return relevance, directions

    def review_lessons(self, calibration: Sequence[LearnedValue]) -> Iterator[LearnedValue]:
        """Fit what the reviews of single questions, indicators and feeds teach.

        The corrections come on top of the `calibration` that counts from now on.
        """
        shift, slope = (
            stored.learned
            if (stored := self.current.get((fit.name, fit.scope))) and stored.state == "frozen"
            else fit
            for fit in calibration[:2]
        )
        lessons = ReviewLessons(self.session, self.current, LearnedLogitMap(shift, slope), self.now)
        yield from lessons.corrections()
        yield from lessons.demote_indicators()
        yield from lessons.demote_feeds()

    def weights(self) -> Iterator[LearnedValue]:
        """Fit the weight of evidence to answered questions."""
        from forecasts.suggestion.fitting import fit_gamma

        start = self._last_reset("gamma", "shift")
        reliability = learned.load_values_over_time(self.session, "reliability")
        rows = (
            row
            for question, resolution in self._list_answered()
            for row in self._evidence_rows(question, resolution, reliability)
        )
        # A reset forgets the dates before it, and not the questions answered before it: of
        # questions that were open at the reset, the early YES would be missing.
        return iter(
            fit_gamma((row for row in rows if start is None or row.at > start), before=self.now)
        )

    def reliabilities(self) -> Iterator[LearnedValue]:
        """Fit the reliability of each feed to answered questions."""
        from forecasts.suggestion.fitting import FeedSignal, fit_reliability

        record: dict[FeedId, list[FeedSignal]] = {}
        for question, resolution in self._list_answered():
            for feed, side in evidence_history.list_feed_directions(
                self.session, question.id, before=resolution.known_at
            ):
                row = FeedSignal(
                    question.id, resolution.known_at, side > 0, resolution.outcome == "yes"
                )
                record.setdefault(feed, []).append(row)
        grades = {state.id: state.feed.grade for state in feeds.list_feeds(self.session)}
        for feed in sorted(record.keys() & grades.keys()):
            start = self._last_reset("reliability", scope=feed)
            used = [row for row in record[feed] if start is None or row.known_at > start]
            yield fit_reliability(feed, RELIABILITY[grades[feed]], used, before=self.now)

    def _last_reset(self, *names: str, scope: str = "all") -> datetime | None:
        """Time of the last reset of these values; earlier data is ignored."""
        versions = (
            k
            for n in names
            if (n, scope) in self.current
            for k in learned.list_versions(self.session, n, scope)
        )
        return max((k.learned.as_of for k in versions if k.state == "reset"), default=None)

    def _list_answered(self) -> Iterator[tuple[Question, Resolution]]:
        """Answered questions that can teach, with their answers."""
        current = load_current_resolutions(self.session)
        replayed = database_info.read_replay_time(self.session) is not None
        for question in questions.list_questions(self.session) if current else ():
            resolution = current.get(question.id)
            if resolution is not None and is_learnable(
                question, resolution, self.now, replayed=replayed
            ):
                yield question, resolution

    def _evidence_rows(
        self,
        question: Question,
        resolution: Resolution,
        reliability: ValuesOverTime,
    ) -> "Iterator[SuggestionSnapshot]":
        """Suggestions on the dates of the question's schedule, as they were then."""
        from forecasts.suggestion.fitting import suggestion_snapshot

        count = max(1, int((question.closes_at - question.opens_at) / SNAPSHOT_INTERVAL))
        dates = [question.opens_at + SNAPSHOT_INTERVAL * (n + 0.5) for n in range(count)]
        indicators = {i.id: i for i in questions.list_indicators(self.session, [question.id])}
        start = archive_start(self.session, question)
        known = evidence_history.EvidenceOverTime(self.session, question.id)
        for at in (d for d in dates if d < min(resolution.known_at, question.closes_at)):
            seen = known.as_of(at, reliability(at))
            suggestion = suggest(question, seen, indicators, at, archive_from=start)
            happened = resolution.outcome == "yes"
            yield suggestion_snapshot(
                suggestion, known_at=resolution.known_at, happened=happened, scheduled=len(dates)
            )
