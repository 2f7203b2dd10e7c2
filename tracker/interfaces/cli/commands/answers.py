"""Commands on answers: the series that settle questions, and the answers that are proposed."""

from collections.abc import Iterator

import click

from forecasts.questions.formatting import format_utc_day, format_utc_minute
from forecasts.questions.question import ForecasterId, Question
from tracker.interfaces.cli import tables
from tracker.interfaces.cli.commands.terminal import (
    as_json,
    console,
    forecaster_option,
    print_result,
    tracker_session,
)
from tracker.model.proposed_answers import (
    AnswerDesk,
    MissingAnswer,
    ProposedAnswer,
    SettlingSeries,
)


@click.command()
@click.argument("question")
@click.argument("series")
@click.option(
    "--rule",
    required=True,
    metavar="RULE",
    help="Such as 'value in 2026-12 more than 60'; '' leaves the question to people again.",
)
@forecaster_option
@as_json
@click.pass_context
def settle_by(
    context: click.Context,
    /,
    question: str,
    series: str,
    *,
    rule: str,
    forecaster: ForecasterId | None,
    json: bool,
) -> None:
    """Name the series and the rule that settle a question.

    The rule is “value in”, “mean of”, “last of”, “max of”, “min of”, “change of”, “percent change
    of” or “standing at” a period, for a yes/no question with “more than”, “at least”, “at most” or
    “less than” a number; for a date “first day on which value more than” a number. Once the series
    has the number, the answer is proposed; a person confirms it.
    """
    with tracker_session(context) as tracker:
        desk = tracker.resolutions.settle_by(question, series, rule, by=forecaster)
    print_result(desk, json, _describe_desk(question, desk))


def _describe_desk(question: str, desk: AnswerDesk) -> str:
    if desk.settling is None:
        return f"{question} is left to people: no series settles it."
    words = _describe_settling(desk.settling, desk.waiting)
    return "\n".join([words, *map(_describe_proposal, desk.proposals[:1])])


def _describe_settling(settling: SettlingSeries, waiting: str) -> str:
    settlement = settling.settlement
    words = f"Settled by the series {settlement.series_id}: {settlement.rule}."
    waits = f"It waits: {waiting}." if waiting else ""
    return " ".join(filter(None, (words, waits, settling.distance)))


def list_answer_lines(question: Question, desk: AnswerDesk) -> Iterator[str]:
    """Yield how a question gets its answer, what is proposed, and what an overdue one lacks."""
    if desk.settling is not None:
        yield _describe_settling(desk.settling, "" if desk.missing else desk.waiting)
    differ = len({(p.outcome, p.answer) for p in desk.proposals}) > 1
    for proposal in desk.proposals if differ else desk.proposals[:1]:
        key = f" --key {proposal.key}" if differ else ""
        yield (
            f"Proposed answer: {proposal.answer or proposal.outcome} ({proposal.quote}). Confirm "
            f"it with: tracker question resolve {question.id} --proposed{key}"
        )
    if desk.missing:
        yield f"Overdue since {format_utc_day(question.resolves_at)}: {desk.missing}."


@click.command()
@as_json
@click.pass_context
def list_proposed_answers(context: click.Context, /, json: bool) -> None:
    """List proposed answers, and what others wait for.

    `tracker question resolve QUESTION --proposed` confirms one.
    """
    with tracker_session(context) as tracker:
        proposals, missing = tracker.resolutions.proposals(), tracker.resolutions.missing()
    if json:
        print_result({"proposed": proposals, "missing": missing}, json, "")
        return
    parts = [*map(_describe_proposal, proposals), *map(_describe_missing, missing)]
    console.print(
        tables.safe_text("\n\n".join(parts) or "No answer is proposed, and none is overdue.")
    )


def _describe_proposal(proposal: ProposedAnswer) -> str:
    source = f"series {proposal.series_id}" if proposal.series_id else "a decisive report"
    lines = [
        f"{proposal.question.id}: {(proposal.answer or proposal.outcome)}, by {source}",
        f"  {proposal.quote}",
        f"  {proposal.source_url}",
        f"  known {format_utc_minute(proposal.known_at)}",
        *([f"  document {proposal.document_hash}"] if proposal.document_hash else []),
        *([f"  revised since: {proposal.revised}"] if proposal.revised else []),
        f"  confirm it with: tracker question resolve {proposal.question.id} --proposed",
    ]
    return "\n".join(lines)


def _describe_missing(missing: MissingAnswer) -> str:
    question = missing.question
    return (
        f"{question.id}: overdue since {format_utc_day(question.resolves_at)}\n  {missing.reason}"
    )


@click.command()
@click.argument("question")
@click.option("--why", required=True, metavar="TEXT", help="Why it is not the answer.")
@click.option("--key", metavar="KEY", help="Which one, where several are proposed.")
@forecaster_option
@click.pass_context
def dismiss_answer(
    context: click.Context,
    /,
    question: str,
    *,
    why: str,
    key: str | None,
    forecaster: ForecasterId | None,
) -> None:
    """Dismiss a proposed answer: it is not proposed again."""
    with tracker_session(context) as tracker:
        proposal = tracker.resolutions.dismiss_proposed(question, why, key=key, by=forecaster)
    console.print(
        tables.safe_text(f"Dismissed: {proposal.answer or proposal.outcome} for {question}.")
    )
