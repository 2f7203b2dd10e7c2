"""Signposts in words: state, meaning of sighting or silence, and marks.

Names of signposts are ours or an analyst's: escape them for Markdown.
"""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from dashboard.wording.numbers import format_age, format_day, percent_whole
from forecasts.evidence.evidence import Direction, Expectation, Indicator, describe_side
from forecasts.evidence.signposts import CalendarEntry, Signpost, describe_silence_effect
from forecasts.questions.question import Kind, Question
from tracker.model.audit import SignpostStatus

SIGNPOST_STATES: Final = {"waiting": "○ Waiting", "seen": "✓ Seen", "silent": "∅ Silent"}
"""States of a signpost, each with its shape."""

DUE_KINDS: Final = {"signpost": "Signpost", "close": "Closes", "answer due": "Answer due"}
"""Kinds of calendar entries."""


def describe_ratio(ratio: float, kind: Kind, option: str = "") -> str:
    """Describe a likelihood ratio: `×0.42, speaks for NO`, `×5.4, points higher`."""
    factor = f"×{ratio:.2g}" if ratio < 10 else f"×{ratio:.0f}"
    if factor == "×1":
        return f"{factor}, speaks for neither side"
    verb = "points" if kind in ("numeric", "date") else "speaks"
    return (
        f"{factor}, {verb} "
        f"{describe_side(kind, Direction.YES if ratio > 1.0 else Direction.NO, option)}"
    )


def describe_outcomes(question: Question, expected: CalendarEntry) -> str:
    """Describe both outcomes of a signpost: `If seen: ×2.7, speaks for YES. If not: ×0.19, speaks
    for NO.`

    Empty for closes and answers.
    """
    if expected.indicator is None or expected.if_seen is None or expected.if_silent is None:
        return ""
    option = expected.indicator.option
    seen, silent = (
        describe_ratio(ratio, question.kind, option)
        for ratio in (expected.if_seen, expected.if_silent)
    )
    return f"If seen: {seen}. If not: {silent}."


def describe_signpost_state(post: Signpost, clock: tuple[datetime, ZoneInfo]) -> str:
    """Describe the state of a signpost: `○ Waiting, due by 15 Jan 2027 (in 6 weeks)`; `clock` is
    now and the viewer's zone.
    """
    now, zone = clock
    by = _expectation_of(post.indicator).by
    match post.state:
        case "seen":
            when = "" if post.seen_at is None else f" {format_day(post.seen_at, zone)}"
            doubt = "" if post.trust > 0.995 else f" ({percent_whole(post.trust)} sure)"
            return f"{SIGNPOST_STATES[post.state]}{when}{doubt}, due by {format_day(by, zone)}"
        case "silent":
            return (
                f"{SIGNPOST_STATES[post.state]}: due by {format_day(by, zone)} "
                f"({format_age(by, now)}) and not seen"
            )
        case _:
            return (
                f"{SIGNPOST_STATES[post.state]}, due by {format_day(by, zone)} "
                f"({format_age(by, now)})"
            )


def describe_signpost_ratio(question: Question, post: Signpost, zone: ZoneInfo) -> str:
    """Describe the evidence of a signpost by its state: both outcomes while it waits, else the
    actual one.

    `If unseen by 15 Jan 2027: ×0.42, speaks for NO.`
    """
    expectation = _expectation_of(post.indicator)
    option = post.indicator.option
    seen, silent = (
        describe_ratio(ratio, question.kind, option)
        for ratio in (expectation.ratio_when_seen, expectation.ratio_when_silent)
    )
    match post.state:
        case "seen":
            return "Seen in time: its reports are evidence, each weighed by itself."
        case "silent":
            return f"The silence counts: {silent}."
        case _:
            return f"If unseen by {format_day(expectation.by, zone)}: {silent}. If seen: {seen}."


def describe_silence(
    question: Question, indicator: Indicator, logged: datetime | None, zone: ZoneInfo
) -> str:
    """Describe a silence as evidence: `Silence: “…” was expected by … and not seen, likelihood
    ratio 0.42 (…)`.
    """
    expectation = _expectation_of(indicator)
    strength = describe_silence_effect(question, indicator)
    ratio = f"likelihood ratio {expectation.ratio_when_silent:.2g} ({strength})"
    logged_words = f", logged on {format_day(logged, zone)}" if logged is not None else ""
    return (
        f"Silence: “{indicator.name}” was expected by {format_day(expectation.by, zone)} and not "
        f"seen, {ratio}{logged_words}."
    )


def mark_line(mark: SignpostStatus, name: str, kind: Kind, zone: ZoneInfo) -> str:
    """Describe a mark of a signpost: `✓ Seen: “…”, due by …, noted on …`, with the ratio of a
    silence.
    """
    due, noted = format_day(mark.due_at, zone), format_day(mark.at, zone)
    if mark.state == "seen":
        return f"{SIGNPOST_STATES[mark.state]}: “{name}”, due by {due}, noted on {noted}"
    return (
        f"{SIGNPOST_STATES[mark.state]}: “{name}” was due by {due} and not seen, noted on {noted}: "
        f"{describe_ratio(mark.ratio, kind)}"
    )


def _expectation_of(indicator: Indicator) -> Expectation:
    assert indicator.expected is not None
    return indicator.expected
