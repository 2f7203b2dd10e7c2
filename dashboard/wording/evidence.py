"""Evidence: which way it points and how surely, why it matched, who reported it, who judged it.

Phrasings are ours, but why something leans may quote the item: all of these go where no Markdown is
read, or through `inert`.
"""

from typing import Final

from dashboard.wording.numbers import MINUS, NBSP, log_odds, percent, plural
from dashboard.wording.texts import capital
from forecasts.distributions.distribution import Categorical, Distribution, p_yes
from forecasts.distributions.probability import logit, sigmoid
from forecasts.evidence.evidence import Direction, Evidence, Strength, side_words
from forecasts.questions.forecaster import MATCHER, MODEL_PREFIX
from forecasts.questions.format import signed
from forecasts.questions.question import ForecasterId, Kind, Question
from forecasts.suggestion.categorical import Leaning
from forecasts.suggestion.why import TITLES
from tracker.model.read_models import Decision, Why
from tracker.questions.review_evidence import Effect, Unmoved

NOT_CALLED: Final = "◆ direction not called"

_STRENGTHS: Final = ("not at all", "slightly", "somewhat", "moderately", "strongly", "decisively")
_MEASURED: Final = ("numeric", "date")
"""Kinds whose evidence points along a scale."""


def strength(value: Strength) -> str:
    """The word of a strength: `moderate`."""
    return value.name.lower()


def uncalled(e: Evidence) -> bool:
    """Whether nobody has said yet which way it points: such evidence moves nothing until a person
    says.
    """
    return e.direction is Direction.NEUTRAL and not e.reviewed


def side(kind: Kind, direction: Direction, option: str = "") -> str:
    """The side with its shape: `▲ for YES`, `▼ lower`, `◀ earlier`, `▼ against option Moscow`, `◆
    for neither side`.
    """
    return f"{_shape(kind, direction)} {side_words(kind, direction, option)}"


def side_of(e: Evidence, kind: Kind) -> str:
    """The side that a piece of evidence speaks for, or that nobody has said so yet."""
    return NOT_CALLED if uncalled(e) else side(kind, e.direction, e.option)


def bearing(e: Evidence, kind: Kind) -> str:
    """How evidence bears on a question: `▲ speaks moderately for YES`, `▼ points slightly
    lower`.
    """
    if uncalled(e):
        return NOT_CALLED
    if e.strength is Strength.NONE or e.direction is Direction.NEUTRAL:
        return "◆ does not speak either way"
    verb = "points" if kind in _MEASURED else "speaks"
    words = side_words(kind, e.direction, e.option)
    return f"{_shape(kind, e.direction)} {verb} {_STRENGTHS[e.strength]} {words}"


def _shape(kind: Kind, direction: Direction) -> str:
    if direction is Direction.NEUTRAL:
        return "◆"
    first, second = ("◀", "▶") if kind == "date" else ("▲", "▼")
    return first if direction is Direction.YES else second


CONTEXT_ONLY: Final = "context only: no judgement of it moves the suggestion"


def sureness(e: Evidence, kind: Kind, *, context_only: bool = False) -> str:
    """How sure the match and its direction are, and what it counts for until a person says more.

    `82 % likely to be relevant · for YES, 90 % sure · counts 66 % until a person judges it`. Of
    what a person took or rejected, that. Of `context_only` evidence, that it counts for nothing.
    """
    if e.reviewed:
        counts = CONTEXT_ONLY if context_only else "it counts fully"
        return f"a person took it: {counts if e.direction else 'it speaks for neither side'}"
    if e.status == "rejected":
        return "a person rejected it: it counts nothing"
    relevant = f"{percent(e.relevance)} likely to be relevant"
    if uncalled(e):
        counts = (
            CONTEXT_ONLY
            if context_only
            else "it counts nothing until a person says which way it points"
        )
        return f"{relevant} · direction not called: {counts}"
    words = side_words(kind, e.direction, e.option)
    counts = CONTEXT_ONLY if context_only else f"counts {percent(e.trust)} until a person judges it"
    return f"{relevant} · {words}, {percent(e.p_direction)} sure · {counts}"


def matched(e: Evidence, why: Why) -> str:
    """The words that matched, and the phrasing nearest to it: `matched “envoy” · nearest to: “…”
    (cosine 0.61)`.
    """
    words = ", ".join(f"“{word}”" for word in e.matched)
    cosine = f" (cosine {why.cosine:.2f})" if why.cosine else ""
    near = f"nearest to: “{why.nearest}”{cosine}" if why.nearest else ""
    return " · ".join(filter(None, (f"matched {words}" if words else "", near)))


def leans(e: Evidence, why: Why) -> str:
    """Why it was taken to point where it does, or why no direction was called; empty where that was
    not kept.
    """
    if not why.leaning:
        return ""
    reason = why.leaning
    if why.nearest:
        reason = reason.replace(f"as in “{why.nearest}”", "as in that phrasing")
    return f"why no direction: {reason}" if uncalled(e) else f"why this way: {reason}"


def effect_line(question: Question, found: Effect | Unmoved, option: str = "") -> str:
    """What a judgement would do: `Suggested now 46.0 %; accepted 49.2 % (+3.2 points), …`"""
    if found == "context only":
        if question.kind in _MEASURED:
            return (
                "Context only: news makes no suggested "
                f"{'date' if question.kind == 'date' else 'number'}."
            )
        return "Context only: the suggestion follows from the indicator questions of its scenarios."
    if found == "part of another story":
        return "It moves nothing by itself: its story was joined to another."
    stands, accepted, rejected = (
        _chance(held, option) for held in (found.stands, found.confirmed, found.rejected)
    )
    if stands is None or accepted is None or rejected is None:
        return "It names no option, so it moves no share."
    told = (
        f"{verb} {_tenths(p)} ({_change(p - stands)})"
        for verb, p in (("accepted", accepted), ("rejected", rejected))
    )
    return (
        f"Suggested now{f' for {option}' if option else ''} {_tenths(stands)}; {', '.join(told)}."
    )


def _tenths(p: float) -> str:
    """In tenths of a point, for one story seldom moves a whole one."""
    return f"{100 * p:.1f}{NBSP}%"


def _change(p: float) -> str:
    return "unchanged" if abs(p) < 0.0005 else f"{signed(100 * p)} points"


def _chance(held: Distribution, option: str) -> float | None:
    if isinstance(held, Categorical):
        return dict(zip(held.options, held.p, strict=True)).get(option)
    return p_yes(held)


def shift_of(adds: float | None, p: float) -> str:
    """What a story does to a suggestion of p: `Shifts the suggestion by −0.03 in log-odds now,
    about −0.5 points`.

    `adds` is its line in log-odds, None where it has none.
    """
    if adds is None:
        return "Does not move the suggestion now"
    moved = round(100 * (p - sigmoid(logit(p) - adds)), 1)
    size = f"{'+' if moved > 0 else MINUS}{abs(moved):g}" if moved else "0"
    return f"Shifts the suggestion by {log_odds(adds)} in log-odds now, about {size} points"


def folded(reports: int, independent: int, copies: int) -> str:
    """`3 reports, 2 independent; 14 copies`."""
    told = plural(reports, "report")
    if reports > 1:
        told += ", all independent" if independent == reports else f", {independent:,} independent"
    return f"{told}; {plural(copies, 'copy', 'copies')}" if copies else told


def machine(by: str) -> str:
    """The name of the model, if a judge is one; else empty."""
    return by.removeprefix(MODEL_PREFIX) if by.startswith(MODEL_PREFIX) else ""


def judge(by: ForecasterId, me: ForecasterId) -> str:
    """Who judged: `me`, `the matcher`, `a machine (name)`, or a person's name."""
    model = machine(by)
    if model:
        return f"a machine ({model})"
    return {me: "me", MATCHER: "the matcher"}.get(by, by)


def judgement_line(decision: Decision, kind: Kind, option: str, me: ForecasterId) -> str:
    """A judgement in a line: `Machine judgement (name): for YES, moderate. …`, `Confirmed by me:
    for YES, moderate.`
    """
    model = machine(decision.by)
    if model:
        who = f"Machine judgement ({model})"
    elif decision.status == "logged":
        who = f"{'Logged' if decision.by == MATCHER else 'Taken back'} by {judge(decision.by, me)}"
    else:
        who = f"{decision.status.capitalize()} by {judge(decision.by, me)}"
    if decision.direction is Direction.NEUTRAL and decision.status == "logged":
        words = "direction not called"
    else:
        words = side_words(kind, decision.direction, option)
    said = decision.note.removeprefix(f"machine judgement by {model}: ")
    note = f" {capital(said)}" if said else ""
    return f"{who}: {words}, {strength(decision.strength)}.{note}"


def leaning_sentence(kind: Kind, found: Leaning) -> str:
    """Where the evidence on a number or a day leans: `5 stories point higher, 2 lower; no number is
    made from that.`
    """
    made = "date" if kind == "date" else "number"
    yes, no = side_words(kind, Direction.YES), side_words(kind, Direction.NO)
    if not found.yes and not found.no:
        return f"No story points {yes} or {no} yet; no {made} is made from stories."
    first, *others = [(n, word) for n, word in ((found.yes, yes), (found.no, no)) if n]
    verb = "points" if first[0] == 1 else "point"
    told = f"{plural(first[0], 'story', 'stories')} {verb} {first[1]}"
    rest = (
        f"{others[0][0]:,} {others[0][1]}" if others else f"none {no if first[1] == yes else yes}"
    )
    return f"{told}, {rest}; no {made} is made from that."


LINE: Final = {
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
"""What each kind of line in a suggestion means."""

_OBVIOUS: Final = frozenset({"base rate", "time passed", "evidence", "no news"})


def lines_explained(kinds: set[str]) -> str:
    """What the less obvious lines among these mean, in a sentence each; empty when there is
    none.
    """
    names = {
        kind: TITLES[kind].removeprefix("News: ").capitalize()
        for kind in kinds & LINE.keys() - _OBVIOUS
    }
    return " ".join(f"{names[kind]}: {said}." for kind, said in LINE.items() if kind in names)
