"""Evidence in words: direction, certainty, reason of the match, reports and judges.

Phrasings are ours, but the reason of a direction may quote the item: show all of these as plain
text, or escaped.
"""

from typing import Final

from dashboard.wording.numbers import MINUS, NBSP, format_log_odds, percent_whole, plural
from forecasts.distributions.distribution import Categorical, Distribution, p_yes
from forecasts.distributions.probability import logit, sigmoid
from forecasts.evidence.evidence import Direction, Evidence, Strength, describe_side
from forecasts.questions.format import capitalise, format_signed
from forecasts.questions.question import MATCHER, MODEL_PREFIX, ForecasterId, Kind, Question
from forecasts.suggestion.categorical import Leaning
from forecasts.suggestion.explanation import LINE_TITLES
from tracker.model.evidence import Decision, MatchReason
from tracker.questions.review_evidence import NoEffectReason, ReviewEffect

NOT_CALLED: Final = "◆ direction not called"

_STRENGTHS: Final = ("not at all", "slightly", "somewhat", "moderately", "strongly", "decisively")
_SCALE_KINDS: Final = ("numeric", "date")
"""Kinds whose evidence points along a scale."""


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
    """Describe direction and strength of evidence: `▲ speaks moderately for YES`, `▼ points
    slightly lower`.
    """
    if is_uncalled(e):
        return NOT_CALLED
    if e.strength is Strength.NONE or e.direction is Direction.NEUTRAL:
        return "◆ does not speak either way"
    verb = "points" if kind in _SCALE_KINDS else "speaks"
    words = describe_side(kind, e.direction, e.option)
    return f"{_direction_shape(kind, e.direction)} {verb} {_STRENGTHS[e.strength]} {words}"


def _direction_shape(kind: Kind, direction: Direction) -> str:
    if direction is Direction.NEUTRAL:
        return "◆"
    first, second = ("◀", "▶") if kind == "date" else ("▲", "▼")
    return first if direction is Direction.YES else second


CONTEXT_ONLY: Final = "context only: no judgement of it moves the suggestion"


def describe_certainty(e: Evidence, kind: Kind, *, context_only: bool = False) -> str:
    """Describe the certainty of match and direction, and the weight until a person judges it.

    `82 % likely to be relevant · for YES, 90 % sure · counts 66 % until a person judges it`.
    Reviewed evidence, rejected evidence, and `context_only` evidence have their own sentence.
    """
    if e.reviewed:
        counts = CONTEXT_ONLY if context_only else "it counts fully"
        return f"a person took it: {counts if e.direction else 'it speaks for neither side'}"
    if e.status == "rejected":
        return "a person rejected it: it counts nothing"
    relevant = f"{percent_whole(e.relevance)} likely to be relevant"
    if is_uncalled(e):
        counts = (
            CONTEXT_ONLY
            if context_only
            else "it counts nothing until a person says which way it points"
        )
        return f"{relevant} · direction not called: {counts}"
    words = describe_side(kind, e.direction, e.option)
    counts = (
        CONTEXT_ONLY
        if context_only
        else f"counts {percent_whole(e.trust)} until a person judges it"
    )
    return f"{relevant} · {words}, {percent_whole(e.p_direction)} sure · {counts}"


def describe_match(e: Evidence, why: MatchReason) -> str:
    """Describe the match: `matched “envoy” · nearest to: “…” (cosine 0.61)`."""
    words = ", ".join(f"“{word}”" for word in e.matched)
    cosine = f" (cosine {why.cosine:.2f})" if why.cosine else ""
    near = f"nearest to: “{why.nearest}”{cosine}" if why.nearest else ""
    return " · ".join(filter(None, (f"matched {words}" if words else "", near)))


def explain_direction(e: Evidence, why: MatchReason) -> str:
    """Explain why a direction was called or not; empty if the reason was not stored."""
    if not why.leaning:
        return ""
    reason = why.leaning
    if why.nearest:
        reason = reason.replace(f"as in “{why.nearest}”", "as in that phrasing")
    return f"why no direction: {reason}" if is_uncalled(e) else f"why this way: {reason}"


def effect_line(question: Question, effect: ReviewEffect | NoEffectReason, option: str = "") -> str:
    """Describe the effect of a judgement: `Suggested now 46.0 %; accepted 49.2 % (+3.2 points),
    …`
    """
    if effect == "context only":
        if question.kind in _SCALE_KINDS:
            return (
                "Context only: news makes no suggested "
                f"{'date' if question.kind == 'date' else 'number'}."
            )
        return "Context only: the suggestion follows from the indicator questions of its scenarios."
    if effect == "part of another story":
        return "It moves nothing by itself: its story was joined to another."
    current, accepted, rejected = (
        _probability_of(distribution, option)
        for distribution in (effect.stands, effect.confirmed, effect.rejected)
    )
    if current is None or accepted is None or rejected is None:
        return "It names no option, so it moves no share."
    changes = (
        f"{verb} {_format_tenths(p)} ({_format_change(p - current)})"
        for verb, p in (("accepted", accepted), ("rejected", rejected))
    )
    about = f" for {option}" if option else ""
    return f"Suggested now{about} {_format_tenths(current)}; {', '.join(changes)}."


def _format_tenths(p: float) -> str:
    """Format a percentage with tenths, because one story seldom moves a whole point."""
    return f"{100 * p:.1f}{NBSP}%"


def _format_change(p: float) -> str:
    return "unchanged" if abs(p) < 0.0005 else f"{format_signed(100 * p)} points"


def _probability_of(distribution: Distribution, option: str) -> float | None:
    if isinstance(distribution, Categorical):
        return dict(zip(distribution.options, distribution.p, strict=True)).get(option)
    return p_yes(distribution)


def describe_shift(adds: float | None, p: float) -> str:
    """Describe the effect of a story on a suggestion of p: `Shifts the suggestion by −0.03 in
    log-odds now, about −0.5 points`.

    `adds` is its contribution in log-odds, or None.
    """
    if adds is None:
        return "Does not move the suggestion now"
    points = round(100 * (p - sigmoid(logit(p) - adds)), 1)
    size = f"{'+' if points > 0 else MINUS}{abs(points):g}" if points else "0"
    return f"Shifts the suggestion by {format_log_odds(adds)} in log-odds now, about {size} points"


def format_report_counts(reports: int, independent: int, copies: int) -> str:
    """Format report counts: `3 reports, 2 independent; 14 copies`."""
    text = plural(reports, "report")
    if reports > 1:
        text += ", all independent" if independent == reports else f", {independent:,} independent"
    return f"{text}; {plural(copies, 'copy', 'copies')}" if copies else text


def model_name(by: str) -> str:
    """Return the name of the judging model; empty for other judges."""
    return by.removeprefix(MODEL_PREFIX) if by.startswith(MODEL_PREFIX) else ""


def judge_name(by: ForecasterId, me: ForecasterId) -> str:
    """Return the judge's name: `me`, `the matcher`, `a machine (name)`, or a person's name."""
    model = model_name(by)
    if model:
        return f"a machine ({model})"
    return {me: "me", MATCHER: "the matcher"}.get(by, by)


def judgement_line(decision: Decision, kind: Kind, option: str, me: ForecasterId) -> str:
    """Describe a judgement: `Machine judgement (name): for YES, moderate. …`, `Confirmed by me: for
    YES, moderate.`
    """
    model = model_name(decision.by)
    if model:
        judged_by = f"Machine judgement ({model})"
    elif decision.status == "logged":
        judged_by = (
            f"{'Logged' if decision.by == MATCHER else 'Taken back'} by "
            f"{judge_name(decision.by, me)}"
        )
    else:
        judged_by = f"{decision.status.capitalize()} by {judge_name(decision.by, me)}"
    if decision.direction is Direction.NEUTRAL and decision.status == "logged":
        words = "direction not called"
    else:
        words = describe_side(kind, decision.direction, option)
    note = decision.note.removeprefix(f"machine judgement by {model}: ")
    note_suffix = f" {capitalise(note)}" if note else ""
    return f"{judged_by}: {words}, {strength_name(decision.strength)}.{note_suffix}"


def leaning_sentence(kind: Kind, leaning: Leaning) -> str:
    """Describe the evidence on a number or date: `5 stories point higher, 2 lower; no number is
    made from that.`
    """
    kind_word = "date" if kind == "date" else "number"
    yes, no = describe_side(kind, Direction.YES), describe_side(kind, Direction.NO)
    if not leaning.yes and not leaning.no:
        return f"No story points {yes} or {no} yet; no {kind_word} is made from stories."
    first, *second = [(n, word) for n, word in ((leaning.yes, yes), (leaning.no, no)) if n]
    verb = "points" if first[0] == 1 else "point"
    first_words = f"{plural(first[0], 'story', 'stories')} {verb} {first[1]}"
    second_words = (
        f"{second[0][0]:,} {second[0][1]}" if second else f"none {no if first[1] == yes else yes}"
    )
    return f"{first_words}, {second_words}; no {kind_word} is made from that."


LINE_MEANINGS: Final = {
    "no news": "no story moves it, and none that was expected is missing",
    "base rate": "where it starts, before any news",
    "time passed": "what the time that passed without the event, or with it, tells",
    "evidence": "one story, weighed",
    "table row": "what an indicator question says by the likelihood table",
    "silence": "a signpost that was expected by its date and was not seen",
    "usual level": "what such news amounts to in ordinary times, taken off again",
    "evidence scale": "all evidence together counts for less than its parts say",
    "saturation": "what is taken off so that no volume of news runs away with the number",
    "learned correction": "by how much earlier suggestions were off on average, whatever the news",
    "limits": "no suggestion goes beyond these",
    "all options": "what others gained or lost, as all shares are brought back to 100 %",
}
"""Meaning of each kind of line in a suggestion."""

_SELF_EXPLANATORY: Final = frozenset({"base rate", "time passed", "evidence", "no news"})


def explain_lines(kinds: set[str]) -> str:
    """Explain the less obvious lines among these, a sentence each; empty if there is none."""
    names = {
        kind: LINE_TITLES[kind].removeprefix("News: ").capitalize()
        for kind in kinds & LINE_MEANINGS.keys() - _SELF_EXPLANATORY
    }
    return " ".join(
        f"{names[kind]}: {meaning}." for kind, meaning in LINE_MEANINGS.items() if kind in names
    )
