"""Forecasts and answers as pages write them.

They say what `forecasts.questions.format` says to a terminal, in the typography of pages: a no-break space
before %, a day as everywhere else on them, a unit with every value.
"""

from typing import Final, Literal

from dashboard.wording.moments import UTC_ZONE, day
from dashboard.wording.numbers import echo, percent_exact
from dashboard.wording.texts import clipped
from forecasts.distributions.cdf import Cdf, Scale, date_of
from forecasts.distributions.distribution import Binary, Categorical, Distribution
from forecasts.questions import answers
from forecasts.questions import format as spoken
from forecasts.questions.answers import ABOVE, BELOW, NEVER
from forecasts.questions.question import Kind, Question, Resolution, utc

NOTHING: Final = "–"

_LONGEST: Final = 36
"""How much of an option's name a headline has room for."""

_RUNNERS_UP: Final = 3
"""How many options a headline names after the likeliest before it only counts them."""

Side = Literal["lower", "upper"]
"""An end of a range."""

KIND: Final[dict[Kind, str]] = {
    "binary": "Yes or no",
    "categorical": "One of several options",
    "ordered": "One of several steps, in order",
    "numeric": "A number",
    "date": "A date",
}
"""The kinds of questions, by what their answer is."""


def in_short(question: Question, held: Distribution | None) -> str:
    """A forecast for a table: `63 %`, `Beijing 60 %`, `235 (190 to 300) US dollars`, `never 70
    %`.
    """
    if isinstance(held, Categorical) and not _alike(held):
        return _share(held.likeliest, held.of(held.likeliest))
    middle = held.quantile(0.5) if isinstance(held, Cdf) else None
    if not isinstance(held, Cdf) or middle is None:
        return headline(question, held)[0]
    return f"{_bare(question, middle)} ({_span(question, held, 0.9)}){_unit(question)}"


def headline(question: Question, held: Distribution | None) -> tuple[str, str]:
    """A forecast as one thing to read at once, and what else belongs to it.

    The probability, the likeliest option and the others, or the middle and the 90 % range.
    """
    match held:
        case None:
            return NOTHING, ""
        case Binary():
            return percent_exact(held.p), ""
        case Categorical():
            return _options_headline(held)
        case Cdf():
            return _curve_headline(question, held)


def _options_headline(held: Categorical) -> tuple[str, str]:
    if _alike(held):
        return f"each {percent_exact(held.p[0])}", "all options alike"
    ranked = sorted(zip(held.options, held.p, strict=True), key=lambda pair: -pair[1])
    first, *others = [_share(clipped(name, _LONGEST), p) for name, p in ranked]
    more = (
        [f"{len(others) - _RUNNERS_UP} more"]
        if len(others) > _RUNNERS_UP + 1
        else others[_RUNNERS_UP:]
    )
    return first, ", ".join([*others[:_RUNNERS_UP], *more])


def _alike(held: Categorical) -> bool:
    return max(held.p) - min(held.p) < 1e-9


def _share(name: str, p: float) -> str:
    """`Beijing 60 %`, but `40 to 50: 45 %`: a name may end like a number."""
    return f"{name}{'' if name[-1:].isalpha() or name.endswith('…') else ':'} {percent_exact(p)}"


def _curve_headline(question: Question, curve: Cdf) -> tuple[str, str]:
    ranged = f"90\u00a0%: {_span(question, curve, 0.9)}"
    middle = curve.quantile(0.5)
    if middle is not None:
        return value_of(question, middle), "; ".join([ranged, *beyond(question, curve)])
    if curve.below > curve.above:
        return f"{_outside(question, 'lower')} {percent_exact(curve.below)}", ranged
    return f"{_outside(question, 'upper')} {percent_exact(curve.above)}", ranged


def told(question: Question, held: Distribution | None) -> str:
    """Everything that a forecast says, in words: what was understood of what somebody typed or
    set.
    """
    match held:
        case None:
            return NOTHING
        case Binary():
            return echo(held.p)
        case Categorical():
            return ", ".join(_share(name, p) for name, p in zip(held.options, held.p, strict=True))
        case Cdf():
            middle = held.quantile(0.5)
            parts = [] if middle is None else [f"middle {_bare(question, middle)}"]
            parts.append(f"half of it {_span(question, held, 0.5)}")
            parts.append(f"90\u00a0% of it {span_of(question, held, 0.9)}")
            return "; ".join([", ".join(parts), *beyond(question, held)])


def span_of(question: Question, curve: Cdf, level: float) -> str:
    """The central range that holds `level` of a curve: `10 to 120 US dollars`, `1 Mar 2027 to
    never`.
    """
    return _span(question, curve, level) + _unit(question)


def _span(question: Question, curve: Cdf, level: float) -> str:
    ends = [edge(question, curve, share) for share in ((1 - level) / 2, (1 + level) / 2)]
    return " to ".join(dict.fromkeys(ends))


def edge(question: Question, curve: Cdf, share: float) -> str:
    """Below what a share of a curve lies, without its unit: `190`, `below 100`, `never`."""
    value = curve.quantile(share)
    if value is not None:
        return _bare(question, value)
    return _outside(question, "lower" if share < curve.below else "upper")


def beyond(question: Question, curve: Cdf) -> list[str]:
    """What lies beyond the range, as far as it can be seen: `below 100: 5 %`, `never: 40 %`."""
    outside: tuple[tuple[Side, float], ...] = (("lower", curve.below), ("upper", curve.above))
    return [
        f"{_outside(question, side)}: {percent_exact(mass)}"
        for side, mass in outside
        if mass >= 0.005
    ]


def bound(question: Question, side: Side, *, unit: bool = True) -> str:
    """An answer beyond the range in full: `below 100 US dollars`, `never by 31 Dec 2028`."""
    if question.kind == "date" and side == "upper":
        return f"{NEVER} by {_bare(question, _scale(question).upper)}"
    return _outside(question, side) + (_unit(question) if unit else "")


def _outside(question: Question, side: Side) -> str:
    scale = _scale(question)
    if side == "lower":
        return f"{'before' if question.kind == 'date' else BELOW} {_bare(question, scale.lower)}"
    return NEVER if question.kind == "date" else f"{ABOVE} {_bare(question, scale.upper)}"


def value_of(question: Question, value: float) -> str:
    """A value with its unit, or a day: `235 US dollars`, `5 Mar 2027`."""
    return f"{_bare(question, value)}{_unit(question)}"


def answer_of(question: Question, resolution: Resolution | None) -> str:
    """An answer: `YES`, `Astana`, `291.5 US dollars`, `5 Nov 2026`, `never by 31 Dec 2028`,
    `annulled`.
    """
    if resolution is None or resolution.outcome != "answered" or question.scale is None:
        return spoken.answer_in_words(question, resolution)
    match resolution.answer.lower():
        case answers.BELOW:
            return bound(question, "lower")
        case answers.ABOVE | answers.NEVER:
            return bound(question, "upper")
    if question.kind == "date":
        return day(utc(resolution.answer), UTC_ZONE)
    return spoken.answer_in_words(
        question, resolution
    )  # as it was entered: an answer is not rounded


def _bare(question: Question, value: float) -> str:
    if question.kind == "date":
        return day(date_of(value), UTC_ZONE)
    noise = (
        abs(value) < 1e-9 * _scale(question).span
    )  # what is left of a zero that went through a logarithm
    return spoken.value(question, 0.0 if noise else value)


def _unit(question: Question) -> str:
    unit = "" if question.scale is None else question.scale.unit
    return f" {unit}" if unit else ""


def _scale(question: Question) -> Scale:
    assert question.scale is not None
    return question.scale
