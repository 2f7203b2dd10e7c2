"""Signposts: indicators expected by a date, and the calendar of what is due.

A report that was due and did not come is evidence. `forecasts.suggestion` weighs signposts by
`find_sighted`, so that pages and suggestion agree.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, assert_never

from forecasts.evidence.evidence import (
    MIN_RELEVANCE,
    Evidence,
    Expectation,
    Indicator,
    IndicatorId,
    Strength,
)
from forecasts.questions.question import EvidenceId, Kind, Question, QuestionId, is_overdue

SEEN_THRESHOLD = 0.5
"""Probability from which a signpost is shown as seen. Weights are not rounded: see `Sighted`."""


@dataclass(frozen=True, slots=True)
class Signpost:
    """State of an expected indicator at an instant.

    "waiting": not seen, and the date is still to come; "seen": in time; "silent": the date passed
    without it. `trust` is the probability that it was seen in time; `seen_at` the instant from
    which that is a half or more, else None. `silence` is the probability, once the date has passed,
    that it was never seen.
    """

    indicator: Indicator
    state: Literal["waiting", "seen", "silent"]
    seen_at: datetime | None
    trust: float
    silence: float

    @property
    def expected(self) -> Expectation:
        """Date and words of its indicator."""
        assert self.indicator.expected is not None
        return self.indicator.expected

    @property
    def ratio(self) -> float:
        """Likelihood ratio that counts: of being seen and of silence, as far as each is sure."""
        expected = self.expected
        return math.exp(
            math.log(expected.ratio_when_seen) * self.trust
            + math.log(expected.ratio_when_silent) * self.silence
        )


@dataclass(frozen=True, slots=True)
class CalendarQuestion:
    """Question with its current signposts; answered questions have nothing due."""

    question: Question
    signposts: tuple[Signpost, ...] = ()
    answered: bool = False


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """Calendar entry: by `at` a signpost, the close or the answer is due.

    `if_seen` and `if_silent` are the likelihood ratios (above 1 favours YES) of a signpost that is
    or is not seen by then, None for a close or an answer; those are "waiting" or "past", a missing
    answer "overdue" (`forecasts.questions.question.is_overdue`).
    """

    at: datetime
    what: Literal["signpost", "close", "answer due"]
    question_id: QuestionId
    state: Literal["waiting", "seen", "silent", "past", "overdue"]
    indicator: Indicator | None = None
    if_seen: float | None = None
    if_silent: float | None = None


@dataclass(frozen=True, slots=True)
class Sighted:
    """Shares in which a dated signpost counts as seen in time and as silent, 0 to 1 each.

    Before the date nothing is silent. A report that came late takes its part of the silence back.
    `gains` maps each story to what the seen share would lack without it.
    """

    indicator: Indicator
    seen_share: float
    silent_share: float
    gains: Mapping[EvidenceId, float]


def find_sighted(
    question: Question,
    indicators: Iterable[Indicator],
    evidence: Iterable[Evidence],
    at: datetime,
    *,
    min_relevance: float = MIN_RELEVANCE,
) -> tuple[Sighted, ...]:
    """Find how far each dated signpost of a question is seen and silent at `at`, by name.

    In time is from the opening of the question to the date, both included. Rejected evidence, that
    for the other side or without strength, and what is too unsure (`Evidence.is_perhaps`) count for
    nothing, a doubtful match by its trust. Left out are indicators of other questions,
    those without an expected date, and those whose date had passed at the opening.
    """
    watched = {i.id: i for i in indicators if _is_expected(question, i)}
    stories: dict[IndicatorId, list[Evidence]] = {indicator_id: [] for indicator_id in watched}
    for e in evidence:
        indicator = watched.get(e.indicator_id)
        if (
            indicator
            and not e.is_perhaps(min_relevance)
            and _is_sighting(question, indicator, e, at)
        ):
            stories[e.indicator_id].append(e)
    posts = (_measure_sighted(i, stories[i.id], at) for i in watched.values())
    return tuple(sorted(posts, key=lambda post: (post.indicator.name, post.indicator.id)))


def _measure_sighted(indicator: Indicator, stories: Iterable[Evidence], at: datetime) -> Sighted:
    due = _due_date(indicator)
    in_order = sorted(stories, key=lambda e: e.id)  # a fixed order, so that rounding is the same
    timely = [e for e in in_order if e.first_seen_at <= due]
    unseen = math.prod(1.0 - e.trust for e in timely)
    silent = math.prod(1.0 - e.trust for e in in_order) if due <= at else 0.0
    gains = {e.id: math.prod(1.0 - o.trust for o in timely if o is not e) - unseen for e in timely}
    return Sighted(indicator, 1.0 - unseen, silent, gains)


def list_signposts(
    question: Question, indicators: Iterable[Indicator], evidence: Iterable[Evidence], at: datetime
) -> tuple[Signpost, ...]:
    """List the signposts of a question at `at`, earliest date first; selected as by
    `find_sighted`.

    A date equal to `at` has come. Only evidence first seen by `at` is used, so that the past can be
    replayed.

    >>> from forecasts.questions.new_question import NewQuestion, build_question
    >>> from forecasts.evidence.evidence import Direction, Expectation, Strength
    >>> from forecasts.questions.question import utc
    >>> truce = build_question(NewQuestion("truce", "A truce by July?", "As announced.",
    ...     ("https://example.org",),
    ...     utc("2026-01-01"), utc("2026-07-01"), utc("2026-07-08")))
    >>> visit = Indicator("truce/visit", "truce", "visit", Direction.YES, Strength.SOME,
    ...     (("visit",),),
    ...     expected=Expectation(utc("2026-04-01"), "very likely", "unlikely"))
    >>> days = "2026-03-31", "2026-04-01"
    >>> [list_signposts(truce, [visit], [], utc(day))[0].state for day in days]
    ['waiting', 'silent']
    """
    known = list(evidence)
    posts = [
        _make_signpost(post, [e for e in known if e.id in post.gains], at)
        for post in find_sighted(question, indicators, known, at)
    ]
    return tuple(
        sorted(posts, key=lambda s: (_due_date(s.indicator), s.indicator.name, s.indicator.id))
    )


def build_calendar(
    entries: Iterable[CalendarQuestion], now: datetime, *, since: datetime | None = None
) -> tuple[CalendarEntry, ...]:
    """List what is due over all questions, in order of time: signposts, closes and answers.

    From `now` on, or from an earlier `since`, with all overdue answers. A signpost whose date lies
    after the close is left out, as its silence has no effect.
    """
    upcoming = [
        expected
        for entry in entries
        if not entry.answered
        for expected in _calendar_entries(entry, now)
    ]
    selected = [
        expected
        for expected in upcoming
        if expected.at >= (since or now) or expected.state == "overdue"
    ]
    order = ("signpost", "close", "answer due")
    return tuple(
        sorted(
            selected,
            key=lambda e: (
                e.at,
                order.index(e.what),
                e.question_id,
                e.indicator.id if e.indicator else "",
            ),
        )
    )


def describe_likelihood_ratio(ratio: float, kind: Kind, option: str = "") -> str:
    """Describe a likelihood ratio (above 0) in words that fit the kind of question.

    >>> describe_likelihood_ratio(0.185, "binary"), describe_likelihood_ratio(2.5, "categorical",
    ...     "Moscow"), describe_likelihood_ratio(1.0, "date")
    ('5.4 times likelier if NO', '2.5 times likelier if Moscow', 'as likely either way')
    """
    times = round(math.exp(abs(math.log(ratio))), 1)
    if times == 1.0:
        return "as likely either way"
    return f"{times:g} times likelier if {_describe_side(kind, ratio > 1.0, option)}"


def _describe_side(kind: Kind, yes: bool, option: str) -> str:
    match kind:
        case "binary":
            return "YES" if yes else "NO"
        case "numeric":
            return "higher" if yes else "lower"
        case "date":
            return "earlier" if yes else "later"
        case "categorical" | "ordered":
            return f"{'' if yes else 'not '}{option or 'that option'}"
        case _:
            assert_never(kind)


def _is_expected(question: Question, indicator: Indicator) -> bool:
    return (
        indicator.question_id == question.id
        and bool(indicator.expected)
        and question.opens_at < _due_date(indicator)
    )


def _due_date(indicator: Indicator) -> datetime:
    assert indicator.expected is not None
    return indicator.expected.by


def _is_sighting(question: Question, indicator: Indicator, story: Evidence, at: datetime) -> bool:
    return (
        story.question_id == question.id
        and story.status != "rejected"
        and story.direction is indicator.direction
        and story.strength is not Strength.NONE
        and question.opens_at <= story.first_seen_at <= at
    )


def _make_signpost(post: Sighted, stories: Iterable[Evidence], at: datetime) -> Signpost:
    if post.seen_share >= SEEN_THRESHOLD:
        seen_at = _find_seen_time(stories)
        return Signpost(post.indicator, "seen", seen_at, post.seen_share, post.silent_share)
    state: Literal["waiting", "silent"] = "silent" if _due_date(post.indicator) <= at else "waiting"
    return Signpost(post.indicator, state, None, post.seen_share, post.silent_share)


def _find_seen_time(stories: Iterable[Evidence]) -> datetime:
    """Instant from which the combined probability of having been seen reaches `SEEN_THRESHOLD`."""
    in_order = sorted(stories, key=lambda e: (e.first_seen_at, e.id))
    unseen_share = 1.0
    for story in in_order:
        unseen_share *= 1.0 - story.trust
        if unseen_share <= 1.0 - SEEN_THRESHOLD:
            return story.first_seen_at
    return in_order[-1].first_seen_at  # rounding of the product in another order


def _calendar_entries(entry: CalendarQuestion, now: datetime) -> Iterable[CalendarEntry]:
    question = entry.question
    for post in entry.signposts:
        due = post.indicator.expected
        if due is not None and due.by <= question.closes_at:
            seen, silent = due.ratio_when_seen, due.ratio_when_silent
            yield CalendarEntry(
                due.by, "signpost", question.id, post.state, post.indicator, seen, silent
            )
    yield CalendarEntry(
        question.closes_at, "close", question.id, "past" if question.closes_at <= now else "waiting"
    )
    yield CalendarEntry(
        question.resolves_at,
        "answer due",
        question.id,
        "overdue" if is_overdue(question, None, now) else "waiting",
    )
