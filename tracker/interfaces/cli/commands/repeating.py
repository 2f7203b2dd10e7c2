"""Command that repeats a long question in shorter windows."""

from typing import TypedDict, Unpack, get_args

import click

from forecasts.distributions.cdf import Scale
from forecasts.essays.siblings.foretelling import describe_siblings
from forecasts.questions.formatting import format_full, format_sentence
from forecasts.questions.question import ForecasterId, Question, QuestionId, utc
from forecasts.questions.repetition import PLACEHOLDERS, Repetition, SiblingTemplate
from forecasts.questions.windows import Rhythm
from tracker.app.tracker import Tracker
from tracker.errors import Refused
from tracker.interfaces.cli.commands.terminal import (
    as_json,
    forecaster_option,
    print_result,
    tracker_session,
)
from tracker.model.siblings import SiblingFamily, SiblingPlan

_FILLED = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)


class _RepeatOptions(TypedDict):
    every: Rhythm | None
    count: int | None
    until: str | None
    text: str
    criteria: str
    prior: str
    prior_reason: str
    bounds: tuple[float, float] | None
    rule: str
    override: str


@click.command()
@click.argument("question")
@click.option(
    "--every", type=click.Choice(get_args(Rhythm)), help="Length of the windows of the siblings."
)
@click.option("--count", type=click.IntRange(min=1), help="Open this many siblings in all.")
@click.option("--until", metavar="DAY", help="Open none whose window begins after this day.")
@click.option(
    "--text", default="", help=f"Text of the siblings, with {_FILLED} (default: its own, moved)."
)
@click.option("--criteria", default="", help="Criteria of the siblings, in the same way.")
@click.option(
    "--prior", default="", metavar="FORECAST", help="Base rate of each (default: from its own)."
)
@click.option("--prior-reason", default="", metavar="TEXT", help="Where that rate comes from.")
@click.option(
    "--range", "bounds", type=(float, float), metavar="LOWER UPPER", help="Range of a number."
)
@click.option(
    "--rule", default="", help="How the series of the question settles them, with the same names."
)
@click.option(
    "--override", default="", metavar="TEXT", help="Why they open although the linter objects."
)
@click.option("--dry-run", is_flag=True, help="Show the next sibling, and open nothing.")
@click.option("--stop", is_flag=True, help="Open no further sibling.")
@forecaster_option
@as_json
@click.pass_context
def repeat(
    context: click.Context,
    /,
    *,
    question: str,
    dry_run: bool,
    stop: bool,
    forecaster: ForecasterId | None,
    json: bool,
    **fields: Unpack[_RepeatOptions],
) -> None:
    """Open a question again and again for shorter windows.

    The first sibling opens now, each further one when the last has closed or has its answer.
    """
    if stop and (dry_run or any(fields.values())):
        raise Refused("--stop ends the repetition: give nothing beside it")
    with tracker_session(context) as tracker:
        if stop:
            stopped = tracker.questions.stop_repeating(question, by=forecaster)
            print_result(stopped, json, f"{question} is repeated no more; its siblings stay open.")
            return
        repetition = _build_repetition(tracker, question, fields)
        if dry_run:
            plan = tracker.questions.plan_sibling(repetition)
            print_result(plan, json, _describe_plan(plan))
            return
        opened = tracker.questions.repeat(repetition, by=forecaster)
        family = tracker.questions.siblings(question)
    newest = opened or (family.siblings[0].question if family and family.siblings else None)
    print_result(newest, json, _describe_opened(question, repetition, newest, is_new=bool(opened)))


def _build_repetition(tracker: Tracker, question: str, fields: _RepeatOptions) -> Repetition:
    if fields["every"] is None:
        raise Refused("say how often: --every week, month, quarter or year")
    until = fields["until"]
    return Repetition(
        question_id=QuestionId(question),
        every=fields["every"],
        until=utc(until).date() if until else None,
        count=fields["count"],
        template=SiblingTemplate(
            text=fields["text"],
            criteria=fields["criteria"],
            prior=fields["prior"],
            prior_reason=fields["prior_reason"]
            or ("given with the repetition" if fields["prior"] else ""),
            scale=_build_scale(tracker, question, fields["bounds"]),
            rule=fields["rule"],
        ),
        override=fields["override"],
    )


def _build_scale(
    tracker: Tracker, question: str, bounds: tuple[float, float] | None
) -> Scale | None:
    """Range of the siblings in the unit of the question."""
    if bounds is None:
        return None
    parent_scale = tracker.questions.get(question).summary.question.scale
    return Scale(*bounds, unit="" if parent_scale is None else parent_scale.unit)


def _describe_plan(plan: SiblingPlan) -> str:
    question = plan.question
    lines = [
        f"{question.id} would open, for {plan.sibling.window.words}:",
        f"  {question.text}",
        f"  {question.criteria}",
        f"Closes {question.closes_at:%Y-%m-%d %H:%M} UTC, answer due by "
        f"{question.resolves_at:%Y-%m-%d}.",
        _describe_prior(question)
        + ("" if plan.repetition.template.prior else " Give --prior for another."),
        *([f"Settled by {s.series_id}: {s.rule}."] if (s := plan.settlement) else []),
        *(f"{flaw.severity}: {flaw.reason}. {flaw.fix}" for flaw in plan.flaws),
    ]
    return "\n".join(lines)


def _describe_prior(question: Question) -> str:
    sentences = [f"base rate {format_full(question, question.prior)}", question.prior_reason]
    return " ".join(format_sentence(sentence) for sentence in sentences if sentence)


def _describe_opened(
    name: str, repetition: Repetition, newest: Question | None, *, is_new: bool
) -> str:
    parts = []
    if repetition.count is not None:
        parts.append(f"{repetition.count} in all")
    if repetition.until is not None:
        parts.append(f"until {repetition.until}")
    end = "".join(f", {part}" for part in parts)
    if newest is None:
        return f"{name} is repeated every {repetition.every}{end}."
    state = "is open" if is_new else "is open already"
    return (
        f"{newest.id} {state} until {newest.closes_at:%Y-%m-%d}: {newest.text}\n"
        f"{_describe_prior(newest)}\n"
        f"The next one opens when it ends{end}; `tracker question repeat {name} --stop` ends it."
    )


MAX_LISTED = 6


def describe_family(family: SiblingFamily, question: str) -> str:
    """Describe a question's siblings, the newest first; of a sibling, its parent."""
    if question != family.parent.id:
        return f"A sibling of {family.parent.id}: {family.parent.text}"
    lines = [describe_siblings(family.record)]
    for sibling in family.siblings[:MAX_LISTED]:
        resolution = sibling.resolution
        state = (
            f"open until {sibling.question.closes_at:%Y-%m-%d}"
            if resolution is None
            else resolution.answer or resolution.outcome.upper()
        )
        score = "" if sibling.score is None else f", your score {sibling.score:.2g}"
        lines.append(f"  {sibling.window}: {state}{score} ({sibling.question.id})")
    return "\n".join(lines)
