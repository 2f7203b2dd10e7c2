"""Forecasts and answers as pages write them.

They follow the formatters of `forecasts`, with the day format of pages and a unit with every value.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Final, Literal
from zoneinfo import ZoneInfo

from dashboard.wording.numbers import (
    MINUS,
    UTC_ZONE,
    clip,
    describe_probability,
    escape_markdown,
    format_age,
    format_day,
    percent_exact,
    plural,
)
from forecasts.distributions.cdf import Cdf, Scale, date_from_day_number
from forecasts.distributions.distribution import Binary, Categorical, Distribution
from forecasts.linting.lint import CODES, Flaw
from forecasts.questions import answers, formatting
from forecasts.questions.amendments import WordingSegment
from forecasts.questions.answers import ABOVE, BELOW, NEVER
from forecasts.questions.question import Kind, Question, Resolution, Status, utc
from tracker.model.audit import Override

NO_FORECAST: Final = "–"

_MAX_NAME_CHARS: Final = 36
"""Maximum number of characters of an option's name in a headline."""

_MAX_RUNNERS_UP: Final = 3
"""Maximum number of options named after the likeliest; more are counted only."""

RangeSide = Literal["lower", "upper"]
"""An end of a range."""

KIND_NAMES: Final[dict[Kind, str]] = {
    "binary": "Yes or no",
    "categorical": "One of several options",
    "ordered": "One of several steps, in order",
    "numeric": "A number",
    "date": "A date",
}
"""Names of the kinds of questions, by their answer."""


def format_forecast(question: Question, distribution: Distribution | None) -> str:
    """Format a forecast for a table: `63%`, `Beijing 60%`, `235 (190 to 300) US dollars`, `never
    70%`.
    """
    if isinstance(distribution, Categorical) and not _is_uniform(distribution):
        return _format_share(distribution.likeliest, distribution.of(distribution.likeliest))
    middle = distribution.quantile(0.5) if isinstance(distribution, Cdf) else None
    if not isinstance(distribution, Cdf) or middle is None:
        return forecast_headline(question, distribution)[0]
    range_words = _format_range(question, distribution, 0.9)
    return f"{_bare_value(question, middle)} ({range_words}){_unit_suffix(question)}"


def forecast_headline(question: Question, distribution: Distribution | None) -> tuple[str, str]:
    """Return a forecast in brief, and its details.

    The probability, the likeliest option and the others, or the median and the 90% range.
    """
    match distribution:
        case None:
            return NO_FORECAST, ""
        case Binary():
            return percent_exact(distribution.p), ""
        case Categorical():
            return _options_headline(distribution)
        case Cdf():
            return _curve_headline(question, distribution)


def _options_headline(distribution: Categorical) -> tuple[str, str]:
    if _is_uniform(distribution):
        return f"each {percent_exact(distribution.p[0])}", "all options alike"
    ranked = sorted(
        zip(distribution.options, distribution.p, strict=True), key=lambda pair: -pair[1]
    )
    first, *other_shares = [_format_share(clip(name, _MAX_NAME_CHARS), p) for name, p in ranked]
    tail = (
        [f"{len(other_shares) - _MAX_RUNNERS_UP} more"]
        if len(other_shares) > _MAX_RUNNERS_UP + 1
        else other_shares[_MAX_RUNNERS_UP:]
    )
    return first, ", ".join([*other_shares[:_MAX_RUNNERS_UP], *tail])


def _is_uniform(distribution: Categorical) -> bool:
    return max(distribution.p) - min(distribution.p) < 1e-9


def _format_share(name: str, p: float) -> str:
    """Format a share: `Beijing 60%`, but `40 to 50: 45%`, because a name may end like a
    number.
    """
    return f"{name}{'' if name[-1:].isalpha() or name.endswith('…') else ':'} {percent_exact(p)}"


def _curve_headline(question: Question, curve: Cdf) -> tuple[str, str]:
    range_words = f"90%: {_format_range(question, curve, 0.9)}"
    middle = curve.quantile(0.5)
    if middle is not None:
        return format_value(question, middle), "; ".join(
            [range_words, *describe_tails(question, curve)]
        )
    if curve.below > curve.above:
        return f"{_format_outside(question, 'lower')} {percent_exact(curve.below)}", range_words
    return f"{_format_outside(question, 'upper')} {percent_exact(curve.above)}", range_words


def describe_forecast(question: Question, distribution: Distribution | None) -> str:
    """Format all numbers of a forecast, to confirm how input was understood."""
    match distribution:
        case None:
            return NO_FORECAST
        case Binary():
            return describe_probability(distribution.p)
        case Categorical():
            return ", ".join(
                _format_share(name, p)
                for name, p in zip(distribution.options, distribution.p, strict=True)
            )
        case Cdf():
            middle = distribution.quantile(0.5)
            parts = [] if middle is None else [f"median {_bare_value(question, middle)}"]
            parts.append(f"50% interval {_format_range(question, distribution, 0.5)}")
            parts.append(f"90% interval {format_central_range(question, distribution, 0.9)}")
            return "; ".join([", ".join(parts), *describe_tails(question, distribution)])


def format_central_range(question: Question, curve: Cdf, level: float) -> str:
    """Format the central interval with mass `level`: `10 to 120 US dollars`, `1 Mar 2027 to
    never`.
    """
    return _format_range(question, curve, level) + _unit_suffix(question)


def _format_range(question: Question, curve: Cdf, level: float) -> str:
    ends = [format_quantile(question, curve, share) for share in ((1 - level) / 2, (1 + level) / 2)]
    return " to ".join(dict.fromkeys(ends))


def format_quantile(question: Question, curve: Cdf, share: float) -> str:
    """Format a quantile without its unit: `190`, `below 100`, `never`."""
    value = curve.quantile(share)
    if value is not None:
        return _bare_value(question, value)
    return _format_outside(question, "lower" if share < curve.below else "upper")


def describe_tails(question: Question, curve: Cdf) -> list[str]:
    """List the visible mass beyond the range: `below 100: 5%`, `never: 40%`."""
    outside: tuple[tuple[RangeSide, float], ...] = (("lower", curve.below), ("upper", curve.above))
    return [
        f"{_format_outside(question, side)}: {percent_exact(mass)}"
        for side, mass in outside
        if mass >= 0.005
    ]


def format_bound(question: Question, side: RangeSide, *, unit: bool = True) -> str:
    """Format an answer beyond the range: `below 100 US dollars`, `never by 31 Dec 2028`."""
    if question.kind == "date" and side == "upper":
        return f"{NEVER} by {_bare_value(question, _scale_of(question).upper)}"
    return _format_outside(question, side) + (_unit_suffix(question) if unit else "")


def _format_outside(question: Question, side: RangeSide) -> str:
    scale = _scale_of(question)
    if side == "lower":
        return (
            f"{'before' if question.kind == 'date' else BELOW} {_bare_value(question, scale.lower)}"
        )
    return NEVER if question.kind == "date" else f"{ABOVE} {_bare_value(question, scale.upper)}"


def format_value(question: Question, value: float) -> str:
    """Format a value with its unit, or a day: `235 US dollars`, `5 Mar 2027`."""
    return f"{_bare_value(question, value)}{_unit_suffix(question)}"


def format_answer(question: Question, resolution: Resolution | None) -> str:
    """Format an answer: `YES`, `Astana`, `291.5 US dollars`, `5 Nov 2026`, `never by 31 Dec 2028`,
    `annulled`.
    """
    if resolution is None or resolution.outcome != "answered" or question.scale is None:
        return formatting.format_answer(question, resolution)
    match resolution.answer.lower():
        case answers.BELOW:
            return format_bound(question, "lower")
        case answers.ABOVE | answers.NEVER:
            return format_bound(question, "upper")
    if question.kind == "date":
        return format_day(utc(resolution.answer), UTC_ZONE)
    words = formatting.format_answer(question, resolution)  # as entered, not rounded
    return f"{MINUS}{words[1:]}" if words.startswith("-") else words


def _bare_value(question: Question, value: float) -> str:
    if question.kind == "date":
        return format_day(date_from_day_number(value), UTC_ZONE)
    # A zero that went through a logarithm is not exactly zero any more.
    is_noise = abs(value) < 1e-9 * _scale_of(question).span
    return formatting.format_value(question, 0.0 if is_noise else value).replace("-", MINUS)


def _unit_suffix(question: Question) -> str:
    unit = "" if question.scale is None else question.scale.unit
    return f" {unit}" if unit else ""


def _scale_of(question: Question) -> Scale:
    assert question.scale is not None
    return question.scale


STATUS_NAMES: Final = {
    "upcoming": "Not open yet",
    "open": "Open",
    "closed": "Awaiting resolution",
    "resolved": "Resolved",
    "annulled": "Annulled",
    "ambiguous": "Ambiguous",
}
"""Names of question states."""


def question_status_line(
    question: Question,
    state: Status,
    resolution: Resolution | None,
    clock: tuple[datetime, ZoneInfo],
) -> str:
    """Describe the state of a question: `Open · closes 1 Jan 2028, in 13 months`.

    `clock` is now and the viewer's zone.
    """
    now, zone = clock
    if resolution is not None:
        known = format_day(resolution.known_at, zone)
        return f"{describe_resolution(question, resolution)} · known {known}"
    closes = f"{format_day(question.closes_at, zone)}, {format_age(question.closes_at, now)}"
    match state:
        case "upcoming":
            opens = f"{format_day(question.opens_at, zone)}, {format_age(question.opens_at, now)}"
            return f"Not open yet · opens {opens} · closes {format_day(question.closes_at, zone)}"
        case "open":
            return f"Open · closes {closes}"
        case _:
            return f"Closed {closes} · awaiting resolution"


def describe_resolution(question: Question, resolution: Resolution) -> str:
    """Describe a resolution: `Resolved YES`, `Resolved: Astana`, `Annulled: not scored`."""
    match resolution.outcome:
        case "annulled" | "ambiguous":
            return f"{STATUS_NAMES[resolution.outcome]}: not scored"
        case "answered":
            return f"Resolved: {format_answer(question, resolution)}"
        case _:
            return f"Resolved {format_answer(question, resolution)}"


_LINE_LABELS: Final[Mapping[Kind, tuple[str, str]]] = MappingProxyType(
    {
        "binary": ("A headline for YES", "A headline for NO"),
        "numeric": ("A headline for a higher number", "A headline for a lower number"),
        "date": ("A headline for an earlier date", "A headline for a later date"),
    }
)


def line_labels(kind: Kind) -> tuple[str, str]:
    """Return the labels of the two lines that news on a question without options is compared with.

    Numbers and dates are compared with their median.
    """
    return _LINE_LABELS[kind]


def option_line_label(option: str) -> str:
    """Return the label of the line of an option."""
    return f"A headline for {option}"


_CHANGE_MARKUP: Final = {
    "same": "{}",
    "added": ":blue-background[**{}**]",
    "removed": ":orange-background[~~{}~~]",
}


def diff_markdown(pieces: Sequence[WordingSegment]) -> str:
    """Format a diff as Markdown: additions bold, removals struck out; the words are escaped."""
    return " ".join(
        _CHANGE_MARKUP[piece.change].format(escape_markdown(piece.text)) for piece in pieces
    )


def count_flaws(flaws: Sequence[Flaw]) -> str:
    """Count findings: `1 must be fixed, 2 suggestions`; `no problems` without any."""
    blocking = sum(flaw.severity == "blocking" for flaw in flaws)
    advice = len(flaws) - blocking
    parts = [f"{blocking} must be fixed"] if blocking else []
    parts += [plural(advice, "suggestion")] if advice else []
    return ", ".join(parts) or "no problems"


def flaw_line(flaw: Flaw) -> str:
    """Format a finding: `Must fix: readers measure “significantly” by different yardsticks. Name a
    number.`
    """
    kind = "Must fix" if flaw.severity == "blocking" else "Suggestion"
    return (
        f"{kind}: {formatting.format_sentence(flaw.reason)} {formatting.format_sentence(flaw.fix)}"
    )


def override_line(override: Override, *, opened: bool, by: str, on: str) -> str:
    """Describe an override of the linter: `Opened against the linter by you on …, because …`"""
    action = "Opened" if opened else "Edited"
    objections = " ".join(CODES.get(code, code) for code in override.codes)
    return (
        f"{action} against the linter by {by} on {on}, because: "
        f"{formatting.format_sentence(override.why)} The linter objected: {objections}"
    )
