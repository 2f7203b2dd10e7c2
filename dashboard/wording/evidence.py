"""Evidence in words: direction, certainty, reason of the match, reports, judges, signposts.

Phrasings are ours, but the reason of a direction may quote the item: show all of these as plain
text, or escaped.
"""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from dashboard.wording.numbers import (
    format_age,
    format_day,
    percent_whole,
    plural,
)
from forecasts.distributions.cdf import Cdf
from forecasts.distributions.distribution import Categorical, Distribution, p_yes
from forecasts.evidence.evidence import (
    PERHAPS,
    Direction,
    Evidence,
    Strength,
    describe_side,
)
from forecasts.evidence.signposts import CalendarEntry, Signpost, describe_likelihood_ratio
from forecasts.questions.formatting import capitalise, format_short
from forecasts.questions.question import Kind, Question
from forecasts.suggestion.explanation import LINE_TITLES
from tracker.model.audit import SignpostStatus
from tracker.model.evidence import MatchReason
from tracker.questions.review_evidence import NoEffectReason, ReviewEffect

NOT_CALLED: Final = "◆ direction unclear"

_STRENGTHS: Final = ("No", "Very weak", "Weak", "Moderate", "Strong", "Decisive")


def strength_name(value: Strength) -> str:
    """Return the word of a strength: `moderate`."""
    return value.name.lower()


def is_uncalled(e: Evidence) -> bool:
    """Return True if the direction is not called; such evidence has no effect until a person judges
    it.
    """
    return e.direction is Direction.NEUTRAL and not e.reviewed


def side_label(kind: Kind, direction: Direction, option: str = "") -> str:
    """Return the side with its shape: `▲ for YES`, `▼ lower`, `◀ earlier`, `▼ against option
    Moscow`, `◆ for neither side`.
    """
    return f"{_direction_shape(kind, direction)} {describe_side(kind, direction, option)}"


def evidence_side(e: Evidence, kind: Kind) -> str:
    """Return the side of a piece of evidence, or that its direction is not called."""
    return NOT_CALLED if is_uncalled(e) else side_label(kind, e.direction, e.option)


def describe_bearing(e: Evidence, kind: Kind) -> str:
    """Describe direction and strength of evidence: `Weak evidence for YES`, `Moderate evidence for
    a lower value`.
    """
    if is_uncalled(e):
        return "Evidence of unclear direction"
    if e.strength is Strength.NONE or e.direction is Direction.NEUTRAL:
        return "No evidence either way"
    side = describe_side(kind, e.direction, e.option).replace("option ", "", 1)
    if kind == "numeric":
        side = f"for a {side} value"
    elif kind == "date":
        side = "for an earlier date" if e.direction is Direction.YES else "for a later date"
    return f"{_STRENGTHS[e.strength]} evidence {side}"


def _direction_shape(kind: Kind, direction: Direction) -> str:
    if direction is Direction.NEUTRAL:
        return "◆"
    first, second = ("◀", "▶") if kind == "date" else ("▲", "▼")
    return first if direction is Direction.YES else second


_CONTEXT_ONLY: Final = "no effect here, as it counts through a question of the scenarios’ table"


def describe_certainty(
    e: Evidence,
    *,
    context_only: bool = False,
    perhaps: bool = False,
    before_opening: bool = False,
    corrected: float | None = None,
) -> str:
    """Describe how sure match and direction are, and the weight until a person judges it.

    `82% relevant · 90% sure of the direction · 66% weight until reviewed`. With a `corrected`
    relevance: `20% relevant by the judgements so far, 48% when logged`.
    """
    if e.reviewed or e.status == "rejected":
        return "Rejected" if e.status == "rejected" else "Accepted"
    facts = [f"{percent_whole(e.relevance)} relevant"]
    if corrected is not None:
        logged = percent_whole(e.relevance)
        facts = [
            f"{percent_whole(corrected)} relevant by the judgements so far, {logged} when logged"
        ]
    if perhaps:
        facts[0] = f"{PERHAPS.capitalize()}: {facts[0]}"
    if not is_uncalled(e):
        facts.append(f"{percent_whole(e.p_direction)} sure of the direction")
    if context_only:
        facts.append(_CONTEXT_ONLY)
    elif before_opening:
        facts.append("no weight")
    elif perhaps or is_uncalled(e):
        facts.append("no weight until you accept it")
    else:
        facts.append(f"{percent_whole(e.trust)} weight until reviewed")
    return " · ".join(facts)


def describe_match(e: Evidence, why: MatchReason) -> str:
    """Describe the match: `Matched “envoy”; closest phrasing “Envoy visits Kyiv”`."""
    words = ", ".join(f"“{word}”" for word in e.matched)
    nearest = f"closest phrasing “{why.nearest}”" if why.nearest else ""
    return capitalise("; ".join(filter(None, (f"matched {words}" if words else "", nearest))))


def explain_direction(e: Evidence, why: MatchReason) -> str:
    """Explain why a direction was called or not; empty if the reason was not stored."""
    if not why.leaning:
        return ""
    reason = why.leaning
    if why.nearest:
        reason = reason.replace(f"as in “{why.nearest}”", "as in that phrasing")
    return f"Why {'no' if is_uncalled(e) else 'this'} direction: {reason}"


def effect_line(question: Question, effect: ReviewEffect | NoEffectReason, option: str = "") -> str:
    """Describe the effect of a judgement: `Accepting moves the estimate 46.0% → 49.2%, rejecting
    moves it to 44.1%.`
    """
    if effect == "context only":
        return "It has no effect here: it counts through an indicator question of its scenarios."
    if effect == "part of another story":
        return "Merged into another story."
    words = [
        format_short(question, distribution)
        if isinstance(distribution, Cdf)
        else _format_tenths(distribution, option)
        for distribution in (effect.stands, effect.confirmed, effect.rejected)
    ]
    now, accepted, rejected = words
    if "" in words:
        return "It names no option, so it moves none."
    estimate = f"the estimate for {option}" if option else "the estimate"
    if now == accepted == rejected:
        return f"Neither answer moves {estimate}, {now}."
    accepting = f"keeps {estimate} at {now}"
    if accepted != now:
        accepting = f"moves {estimate} {now} → {accepted}"
    rejecting = "leaves it" if rejected == now else f"moves it to {rejected}"
    return f"Accepting {accepting}, rejecting {rejecting}."


def _format_tenths(distribution: Distribution, option: str) -> str:
    """Format a percentage with tenths, as one story seldom moves a point; "" if it has none."""
    if isinstance(distribution, Categorical):
        p = dict(zip(distribution.options, distribution.p, strict=True)).get(option)
    else:
        p = p_yes(distribution)
    return "" if p is None else f"{100 * p:.1f}%"


def format_report_counts(reports: int, independent: int, copies: int) -> str:
    """Format report counts: `3 reports, 2 independent; 14 copies`."""
    text = plural(reports, "report")
    if reports > 1:
        text += ", all independent" if independent == reports else f", {independent:,} independent"
    return f"{text}; {plural(copies, 'copy', 'copies')}" if copies else text


LINE_MEANINGS: Final = {
    "no news": "no story moves it, and none that was expected is missing",
    "base rate": "where it starts, before any news",
    "time passed": "what the time that passed without the event, or with it, tells",
    "reports": (
        "how many reports came, against what would be usual if the answer is YES and if it is NO"
    ),
    "evidence": "one story with a strength of its own, which a person or a model gave it",
    "table row": "what an indicator question says by the likelihood table",
    "signpost": "a report that was expected by a date: seen in time, or missing since",
    "doubt": "what is taken off because all news together may point the wrong way",
    "evidence scale": "how much evidence counts, as past answers taught",
    "learned correction": "by how much earlier estimates were off on average, whatever the news",
    "limits": "no estimate goes beyond these",
    "all options": "adjustment so that shares total 100%",
}
"""Meaning of each kind of line in a suggestion."""

_SELF_EXPLANATORY: Final = frozenset({"base rate", "time passed", "no news"})


def explain_lines(kinds: set[str]) -> str:
    """Explain the less obvious lines among these, a sentence each; empty if there is none."""
    names = {
        kind: LINE_TITLES[kind].removeprefix("News: ").capitalize()
        for kind in kinds & LINE_MEANINGS.keys() - _SELF_EXPLANATORY
    }
    return " ".join(
        f"{names[kind]}: {meaning}." for kind, meaning in LINE_MEANINGS.items() if kind in names
    )


SIGNPOST_STATES: Final = {"waiting": "○ Waiting", "seen": "✓ Seen", "silent": "∅ Silent"}
"""States of a signpost, each with its shape."""


def describe_ratio(ratio: float, kind: Kind, option: str = "") -> str:
    """Describe a likelihood ratio: `×0.42, speaks for NO`, `×5.4, points higher`."""
    factor = f"×{ratio:.2g}" if ratio < 10 else f"×{ratio:.0f}"
    if factor == "×1":
        return f"{factor}, neutral"
    verb = "points" if kind in ("numeric", "date") else "speaks"
    return (
        f"{factor}, {verb} "
        f"{describe_side(kind, Direction.YES if ratio > 1.0 else Direction.NO, option)}"
    )


def describe_outcomes(question: Question, expected: CalendarEntry) -> str:
    """Describe both outcomes of a signpost: `If it happens: odds ×2.7. If not by then: odds ×0.19.`

    Empty for closes and answers.
    """
    if expected.indicator is None or expected.if_seen is None or expected.if_silent is None:
        return ""
    option = expected.indicator.option
    ahead = f" of {option}" if option else ""
    if question.kind in ("numeric", "date"):
        ahead = f" of {describe_side(question.kind, Direction.YES)}"
    seen, silent = (
        f"×{ratio:.2g}" if ratio < 10 else f"×{ratio:.0f}"
        for ratio in (expected.if_seen, expected.if_silent)
    )
    return f"If it happens: odds{ahead} {seen}. If not by then: odds{ahead} {silent}."


def describe_signpost_state(post: Signpost, clock: tuple[datetime, ZoneInfo]) -> str:
    """Describe the state of a signpost: `○ Waiting, due by 15 Jan 2027 (in 6 weeks)`; `clock` is
    now and the viewer's zone.
    """
    now, zone = clock
    by = post.expected.by
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
    actual one, as far as it is sure.

    `If unseen by 15 Jan 2027: ×0.42, speaks for NO.`
    """
    seen, silent, counted = (
        describe_ratio(ratio, question.kind, post.indicator.option)
        for ratio in (post.expected.ratio_when_seen, post.expected.ratio_when_silent, post.ratio)
    )
    match post.state:
        case "seen":
            if_sure = "" if counted == seen else f" (if certain: {seen})"
            return f"Seen in time: {counted}{if_sure}."
        case "silent":
            if_sure = "" if counted == silent else f" (if certain: {silent})"
            return f"Not seen: {counted}{if_sure}."
        case _:
            so_far = f" Unclear sighting so far: {counted}." if post.trust else ""
            by = format_day(post.expected.by, zone)
            return f"If unseen by {by}: {silent}. If seen: {seen}.{so_far}"


def describe_silence(
    question: Question, post: Signpost, logged: datetime | None, zone: ZoneInfo
) -> str:
    """Describe a silence as evidence: `Silence: “…” was expected by … and not seen, likelihood
    ratio 0.42 (…)`.
    """
    strength = describe_likelihood_ratio(post.ratio, question.kind, post.indicator.option)
    ratio = f"likelihood ratio {post.ratio:.2g} ({strength})"
    logged_words = f", logged on {format_day(logged, zone)}" if logged is not None else ""
    return (
        f"“{post.indicator.name}” was expected by {format_day(post.expected.by, zone)} "
        f"and hasn’t been seen, {ratio}{logged_words}."
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
