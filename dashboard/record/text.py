"""Sentences of the track record."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from dashboard.wording.numbers import (
    display_name,
    format_day,
    name_in_sentence,
    percent_whole,
    plural,
)
from forecasts.aggregation.leading_pool import describe_leading_pool
from forecasts.questions.question import ForecasterId
from forecasts.scoring.comparison import Comparison
from forecasts.scoring.rulebook import RULES, RuleName
from tracker.model.read_models import Accuracy, AnsweredForecast, ForecasterRecord

SOON: Final = timedelta(days=30)

SCORING_IN_A_LINE: Final = (
    "A forecast is scored while it stands: on a yes/no question +25 points at best, 0 for knowing "
    "nothing, −75 at worst. A question counts once it is resolved and its scheduled close has "
    "passed."
)


def name_standard(record: ForecasterRecord, me: ForecasterId) -> str:
    """Name those with whom a record is compared, as a sentence goes on."""
    if record.reference is not None:
        return name_in_sentence(record.reference, me)
    return "" if record.skill is None else f"the average of {record.skill.people} people"


def explain_chart(record: ForecasterRecord, me: ForecasterId) -> str:
    """Explain the band of a record's chart, what is compared, and what a point is."""
    owner = "your" if record.forecaster.id == me else "the"
    rule = "" if record.rule is None else RULES[record.rule].title
    return (
        f"Shaded: the range of {owner} true skill, with 95% confidence however often you look. "
        "All are compared on the same questions at the same times, so easy questions and joining "
        f"late earn nothing. A point is a hundredth of the {rule}."
    )


def describe_whose(accuracy: Accuracy, record: ForecasterRecord, me: ForecasterId) -> str:
    """State that a record is practice, or that of somebody else while I have none; else empty."""
    notes = []
    if me not in {s.forecaster_id for s in accuracy.summaries if s.questions}:
        name = name_in_sentence(record.forecaster, me)
        notes.append(f"None of your forecasts is resolved yet: this is the record of {name}.")
    if accuracy.choice.retrospective:
        notes.append("Retrospective questions are practice and don’t count towards a record.")
    return " ".join(notes)


def describe_start(
    accuracy: Accuracy, record: ForecasterRecord, now: datetime, zone: ZoneInfo
) -> str:
    """State when my record starts, before any question counts."""
    start = "Your record starts with the first resolution"
    soon = sum(question.closes_at <= now + SOON for question in accuracy.upcoming)
    if soon:
        verb = "closes" if soon == 1 else "close"
        return f"{start}: {plural(soon, 'question')} {verb} within 30 days."
    waiting = [a.provisional_until for a in record.answered if a.provisional_until is not None]
    if waiting:
        return (
            f"Your record starts on {format_day(min(waiting), zone)}: until then it is provisional."
        )
    if not accuracy.upcoming:
        return f"{start} of a question on which you hold a forecast."
    first = format_day(accuracy.upcoming[0].closes_at, zone)
    return f"{start}: the next question closes on {first}."


def describe_answered(answers: Sequence[AnsweredForecast]) -> str:
    """State how many questions are listed, and in which points."""
    count = plural(len(answers), "question")
    if all(answer.question.kind == "binary" for answer in answers):
        scale = "+25 is the best possible, 0 is knowing nothing, −75 the worst"
    else:
        scale = "each by the rule of its kind, 0 is knowing nothing, higher is better"
    return f"{count}, in points: {scale}. One question says little about anybody."


def describe_hindsight(accuracy: Accuracy) -> str:
    """State how many forecasts came when the answer was known; empty without any."""
    late = sum(accuracy.hindsight.values())
    return f"{plural(late, 'forecast')} made after the outcome was known: not scored." * bool(late)


def describe_pools(accuracy: Accuracy, rule: RuleName, me: ForecasterId) -> str:
    """State which way of pooling people's forecasts leads under a rule; empty without any."""
    names = {f.id: display_name(f, me) for f in accuracy.forecasters.values()}
    return describe_leading_pool(accuracy.pools[rule], names)


def describe_pair(comparison: Comparison, a: str, b: str) -> str:
    """Describe a comparison with the share of time in common, and why the bar is high."""
    common = percent_whole(comparison.coverage)
    text = f"{comparison.describe(a, b)} Both had a forecast for {common} of the scheduled time."
    if comparison.pairs < 2 or comparison.verdict == "too early to say":
        return text
    return f"{text} The bar is set higher because {comparison.pairs} pairs are looked at together."
