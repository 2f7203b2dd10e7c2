"""Words for judgements on evidence, and for later reports that lifted it."""

from typing import Final

from dashboard.wording.evidence import strength_name
from dashboard.wording.numbers import percent_whole
from forecasts.evidence.evidence import Direction, describe_side
from forecasts.evidence.rungs import Rung
from forecasts.questions.formatting import capitalise
from forecasts.questions.question import MATCHER, MODEL_PREFIX, ForecasterId, Kind, Question
from tracker.model.evidence import ONLY_PROPOSED, Decision, Lift


def model_name(by: str) -> str:
    """Return the name of the judging model; empty for other judges."""
    return by.removeprefix(MODEL_PREFIX) if by.startswith(MODEL_PREFIX) else ""


def judge_name(by: ForecasterId, me: ForecasterId) -> str:
    """Return the judge's name: `you`, `the matcher`, `the model (name)`, or a person's name."""
    model = model_name(by)
    if model:
        return f"the model ({model})"
    return {me: "you", MATCHER: "the matcher"}.get(by, by)


def describe_choice(question: Question, direction: Direction, option: str) -> str:
    """Describe a direction as a choice: `for YES`, `lower`, `neutral`, `against it` of an option
    not chosen.
    """
    if direction is Direction.NEUTRAL:
        return "neutral"
    if question.options and not option:
        return "for it" if direction is Direction.YES else "against it"
    return describe_side(question.kind, direction, option).replace("option ", "", 1)


_ACTS: Final = {"logged": "Undone", "confirmed": "Accepted", "edited": "Edited"}


def judgement_line(
    decision: Decision, kind: Kind, option: str, me: ForecasterId, *, adds: bool = False
) -> str:
    """Describe a judgement: `Accepted by you: for YES, moderate.`; one that `adds` the piece by
    hand is the first one.
    """
    model, by = model_name(decision.by), judge_name(decision.by, me)
    note = decision.note.removeprefix(f"machine judgement by {model}: ")
    if note.startswith(ONLY_PROPOSED):
        return f"Proposed by {by}: {note.removeprefix(ONLY_PROPOSED).removesuffix('.')}."
    if adds and decision.status == "rejected":
        return f"Rejected by {by}: not evidence."
    act = "Added by hand" if adds else _ACTS.get(decision.status, "Rejected")
    if decision.by == MATCHER and decision.status == "logged":
        act = "Logged"
    judged_by = f"Judged by the model ({model})" if model else f"{act} by {by}"
    words = describe_side(kind, decision.direction, option)
    if decision.direction is Direction.NEUTRAL and decision.status == "logged":
        words = "direction unclear"
    note_suffix = f" {capitalise(note)}" if note else ""
    return f"{judged_by}: {words}, {strength_name(decision.strength)}.{note_suffix}"


_RUNGS: Final = {Rung.ANNOUNCED: "announced", Rung.DONE: "done", Rung.IN_FORCE: "in force"}


def lift_line(lift: Lift, kind: Kind) -> str:
    """Describe what a later report added: `Strengthened by “…” (Wire): 31% → 85% relevant, for
    YES, 90% sure.`
    """
    report, decision = lift.report, lift.decision
    by = f"“{report.item.title}” ({report.feed_title})" if report else "a story merged into it"
    revision = decision.revision or lift.before
    before, after = map(percent_whole, lift.relevance)
    change = after if before == after else f"{before} → {after}"
    side = "direction unclear"
    if decision.direction:
        words = describe_side(kind, decision.direction, revision.option)
        side = f"{words}, {percent_whole(revision.p_direction)} sure"
    rung = "" if lift.rung is None else f", now reported as {_RUNGS[lift.rung]}"
    return f"Strengthened by {by}: {change} relevant, {side}{rung}."
