"""Settle questions by series: the rule, what it gives now, or what is missing."""

import statistics
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Final

from forecasts.errors import InvalidQuestion
from forecasts.linting.option_ranges import OptionRange, parse_option_range
from forecasts.questions.answers import parse_answer
from forecasts.questions.question import Question
from forecasts.questions.series import Series, SeriesValue, format_quantity
from forecasts.questions.settlement import (
    MissingValue,
    RuleResult,
    Settlement,
    SettlementRule,
    answer_question,
    apply_rule,
    check_rule,
    describe_distance,
    end_of_period,
    first_releases,
    parse_rule,
)
from tracker.errors import NotFound, Refused
from tracker.feeds.feed import FeedState
from tracker.model.audit import Authorship
from tracker.model.proposed_answers import ProposedAnswer, SettlingSeries
from tracker.questions.queries.question_page import require_question
from tracker.questions.submit_forecast import refuse_reserved, register_forecaster
from tracker.storage import resolution_record, series
from tracker.storage.sessions import Session

MAX_LOOK_BACK: Final = timedelta(days=800)
"""Age, before a question opened, of values that a rule may compare with: two years and a bit."""

MAX_QUOTED_VALUES: Final = 2

KNOWN_ALREADY: Final = "the question looks back: the number may have been known when it was asked"


def set_settlement(
    session: Session, question_id: str, typed: Settlement, made: Authorship
) -> Question:
    """Store the series and rule of a question; an empty rule leaves it to people again.

    Raises `NotFound`, `Refused` after its answer, `InvalidQuestion` for a rule that cannot answer.
    """
    refuse_reserved(made.by)
    question = require_question(session, question_id)
    if resolution_record.find_resolution(session, question.id) is not None:
        raise Refused(f"{question.id} has its answer: re-open it before its rule changes")
    settlement = Settlement(
        require_series(session, typed.series_id).id, " ".join(typed.rule.split())
    )
    if settlement.rule:
        check_settlement(question, settlement)
    register_forecaster(session, made.by, made.at)
    series.add_settlement(session, question.id, settlement, made)
    return question


def require_series(session: Session, series_id: str) -> Series:
    """Return a series that is read; raises `NotFound`."""
    if series_id not in series.map_series_to_feeds(session):
        raise NotFound("series", series_id, "see `tracker feed series` for the names")
    found_series = series.find_series(session, series_id)
    assert found_series is not None
    return found_series


def check_settlement(question: Question, settlement: Settlement) -> SettlementRule:
    """Return the rule; raises `InvalidQuestion` if it cannot answer the question."""
    rule = parse_rule(settlement.rule)
    check_rule(question, rule)
    if question.options:
        _read_bands(question)
    return rule


def _read_bands(question: Question) -> tuple[tuple[OptionRange, ...], str | None]:
    """Return the bands of options, and the option for all other numbers."""
    bands = [(option.name, parse_option_range(option.name)) for option in question.options]
    unbanded = [name for name, band in bands if band is None]
    if len(unbanded) > 1:
        raise InvalidQuestion(
            f"the options {', '.join(unbanded)} are no bands of numbers, such as “60 to 70” or "
            "“more than 70”: a series cannot choose among them"
        )
    return tuple(band for _, band in bands if band is not None), next(iter(unbanded), None)


def find_band(question: Question, number: float) -> str | None:
    """Return the name of the option that a number falls in; None if there is none."""
    bands, other = _read_bands(question)
    for band in bands:
        above = number > band.low if band.low_open else number >= band.low
        below = number < band.high if band.high_open else number <= band.high
        if above and below:
            return band.name
    return other


def load_settling_series(
    session: Session, question: Question, settlement: Settlement, state: FeedState | None
) -> tuple[SettlingSeries, RuleResult | MissingValue]:
    """Return the series of a question with its first releases, and what its rule gives now."""
    one_series = series.find_series(session, settlement.series_id)
    assert one_series is not None  # a foreign key ensures it
    rule = check_settlement(question, settlement)
    values = series.load_values(session, one_series.id, _find_begin(question, rule))
    read_at = max((v.known_at for v in values), default=question.opens_at)
    if state is not None and state.last_success_at is not None:
        read_at = max(read_at, state.last_success_at)
    result = apply_rule(question, rule, values, read_at)
    releases = first_releases(values, read_at)
    distance = describe_distance(rule, releases[-1], one_series.unit) if releases else ""
    return SettlingSeries(settlement, one_series, releases, distance), result


def _find_begin(question: Question, rule: SettlementRule) -> date | None:
    """Return the day from which values matter: None for all, as a rate may stand for decades."""
    if rule.measure == "standing":
        return None
    opened = question.opens_at.date()
    return (opened if rule.period is None else min(opened, rule.period.start)) - MAX_LOOK_BACK


def propose_by_series(
    session: Session, question: Question, settling: SettlingSeries, result: RuleResult
) -> ProposedAnswer | MissingValue:
    """Return the answer that the result of a rule gives, or why it cannot be one."""
    rule = parse_rule(settling.settlement.rule)
    answer = answer_question(question, rule, result, lambda number: find_band(question, number))
    if answer is None:
        return MissingValue(f"{format_quantity(result.number)} is in the band of no option")
    if result.known_at < question.opens_at:
        return MissingValue(
            f"the series gave its number, {format_quantity(result.number)}, before the question "
            "opened: correct the rule, or annul the question"
        )
    outcome, typed = parse_answer(question, answer)
    quote, one_series = _quote_values(rule, result), settling.series
    if question.retrospective:
        quote += f" ({KNOWN_ALREADY})"
    document_hash = result.values[-1].document_hash
    return ProposedAnswer(
        question=question,
        key=_make_key(one_series.id, settling.settlement.rule, answer),
        outcome=outcome,
        answer=typed or answer,
        quote=quote,
        source_url=one_series.url,
        known_at=result.known_at,
        event_at=result.event_at,
        note=(
            f"Series {one_series.id}, rule “{rule}”. {quote}. Document with SHA-256 "
            f"{document_hash}, first seen {result.values[-1].known_at:%Y-%m-%d %H:%M} UTC."
        ),
        series_id=one_series.id,
        document_hash=document_hash,
        revised=_describe_revisions(
            result.values, series.load_values(session, one_series.id, result.values[0].period.start)
        ),
    )


def _make_key(*parts: str) -> str:
    return f"series:{sha256(repr(parts).encode()).hexdigest()[:16]}"


def _quote_values(rule: SettlementRule, result: RuleResult) -> str:
    """Quote the values that decided, as the source writes them, and what the rule makes of them."""
    shown = [f"{value.period}: {value.text}" for value in result.values]
    if len(shown) > MAX_QUOTED_VALUES:
        shown = [f"{len(shown)} values from {shown[0]}", f"to {shown[-1]}"]
    words = ", ".join(shown)
    if rule.measure in ("mean", "change", "percent change"):
        unit = "%" if rule.measure == "percent change" else ""
        words = f"{words}; {rule.measure} {format_quantity(round(result.number, 6))}{unit}"
    if any(_is_early(value) for value in result.values):
        return f"{words} (published before the period was over)"
    return words


def _is_early(value: SeriesValue) -> bool:
    """Return True for the value of a longer period that counts from the period's end on."""
    period = value.period
    return period.start < period.end and value.known_at == end_of_period(period)


def _describe_revisions(decided: Sequence[SeriesValue], stored: Sequence[SeriesValue]) -> str:
    """Say how the source has changed the values since that decided; "" if it has not."""
    changes = []
    for value in decided:
        newest = next((v for v in reversed(stored) if v.period.start == value.period.start), value)
        if newest.value != value.value and newest.known_at > value.known_at:
            day = f"{newest.known_at:%Y-%m-%d}"
            changes.append(f"{value.period} was revised to {newest.text} on {day}")
    return "; ".join(changes[:MAX_QUOTED_VALUES])


# Overdue answers


def describe_gap(
    settling: SettlingSeries, gap: MissingValue, state: FeedState | None, now: datetime
) -> str:
    """Say what a rule waits for: the value, since when it is late, and if its source is silent.

    `state` is the polling state of the document of the series, None if it is not read any more.
    """
    reasons = [f"series {settling.series.id}: {gap.reason}"]
    if gap.due is not None:
        usual = _measure_usual_delay(settling.values)
        over = end_of_period(gap.due)
        if usual is not None and now > over + usual:
            reasons.append(f"the release is late since {over + usual:%Y-%m-%d}")
        elif usual is not None and now >= over:
            reasons.append(f"it usually comes by {over + usual:%Y-%m-%d}")
    if state is None:
        reasons.append("the series is not read any more")
    elif state.paused:
        reasons.append(
            f"its source is paused ({state.paused_why}): `tracker feed retry "
            f"{settling.series.id}` takes it up"
        )
    elif state.failures:
        since = f"{state.failing_since:%Y-%m-%d}" if state.failing_since else "now"
        reasons.append(f"its source is silent since {since}: {state.last_error}")
    return "; ".join(reasons)


def _measure_usual_delay(values: Sequence[SeriesValue]) -> timedelta | None:
    """Return the median time from the end of a period to its release, of those that we saw come.

    The values of the first reading were there before: they tell nothing.
    """
    first = min((value.known_at for value in values), default=None)
    delays = [
        (value.known_at - end_of_period(value.period)).total_seconds()
        for value in values
        if value.known_at != first
    ]
    return timedelta(seconds=statistics.median(delays)) if delays else None
