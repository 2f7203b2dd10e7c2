"""How good everyone was: scores, receipts, accuracy, calibration, comparison, habits."""

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, get_args

import click

from forecasts.calibration.snapshots import LEADS_DAYS
from forecasts.questions.cohorts import HORIZONS
from forecasts.questions.forecaster import Forecaster
from forecasts.questions.question import ForecasterId, Kind
from forecasts.scoring.rulebook import RULES, RuleName
from tracker.app.tracker import Tracker
from tracker.errors import NotFound, Refused
from tracker.interfaces.cli import score_tables as scorecards
from tracker.interfaces.cli.commands.terminal import as_json, console, opened, put, show
from tracker.model.read_models import Choice

if TYPE_CHECKING:
    import polars as pl

Command = TypeVar("Command", bound=Callable[..., Any])


def choosing(command: Command) -> Command:
    """The options that say which resolved questions a command is about."""
    for option in (
        click.option(
            "--kind", type=click.Choice(get_args(Kind)), help="Only questions of this kind."
        ),
        click.option(
            "--period", metavar="QUARTER", help="Only questions that closed then, such as 2026-Q1."
        ),
        click.option(
            "--horizon",
            type=click.Choice(list(HORIZONS)),
            help="Only questions of this length: "
            + "; ".join(f"{name} = {days}" for name, days in HORIZONS.items()),
        ),
        click.option("--tag", help="Only questions with this tag."),
        click.option(
            "--retrospective",
            is_flag=True,
            help="Questions written after their own window; never mixed with live ones.",
        ),
    ):
        command = option(command)
    return command


@click.command()
@click.argument("question", required=False)
@choosing
@click.option("--rule", type=click.Choice(list(RULES)), help="Only this rule.")
@click.option(
    "--csv",
    "csv_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write all scores to a file.",
)
@as_json
@click.pass_context
def score(
    context: click.Context,
    /,
    question: str | None,
    rule: RuleName | None,
    csv_file: Path | None,
    **asked: Any,
) -> None:
    """Show everyone's scores on a question, or over all resolved questions."""
    json = asked.pop("json")
    with opened(context) as tracker:
        if question is not None and csv_file is not None:
            raise Refused(
                "a file holds the scores of all questions: leave out either the question or --csv"
            )
        if question is not None:
            _score_question(tracker, question, rule, json)
        elif csv_file is not None:
            _write_scores(tracker.score_table(Choice(**asked)), rule, csv_file, json)
        else:
            accuracy = tracker.accuracy(Choice(**asked))
            rows = tuple(s for s in accuracy.summaries if rule in (None, s.rule))
            table = (
                scorecards.summaries_table(accuracy, rows)
                if rows
                else scorecards.nothing_yet(accuracy)
            )
            show(accuracy if rule is None else rows, json, table)


def _score_question(tracker: Tracker, question: str, rule: RuleName | None, json: bool) -> None:
    found = tracker.receipts(question)
    scores = tuple(s for s in found.scores if rule in (None, s.rule))
    none = (
        f"{question} has no scores by that rule: `tracker score {question}` lists those there are."
    )
    if not found.scores:
        none = f"{question} has no scores: it is not resolved, or was annulled."
    show(scores, json, scorecards.scores_table(found, scores) if scores else none)


def _write_scores(table: "pl.DataFrame", rule: RuleName | None, file: Path, json: bool) -> None:
    rows = table if rule is None else table.filter(table["rule"] == rule)
    from tracker.reports.table_export import csv

    put(file, csv(rows).encode())
    show({"rows": rows.height}, json, f"{rows.height} scores written to {file}.")


@click.command()
@choosing
@as_json
@click.pass_context
def accuracy(context: click.Context, /, json: bool, **asked: Any) -> None:
    """Show how good every forecaster was: the headline skill, the references, and what is
    waiting.
    """
    with opened(context) as tracker:
        found = tracker.accuracy(Choice(**asked))
    if json:
        show(found, json, "")
    elif not found.summaries:
        console.print(scorecards.nothing_yet(found))
    else:
        console.print(scorecards.headline_table(found))
        if found.skills:
            console.print(scorecards.skills_table(found))
        console.print(scorecards.cohorts_table(found))
        console.print(scorecards.waiting(found))


@click.command()
@click.argument("question")
@click.option(
    "--rule", type=click.Choice(list(RULES)), help="Only this rule (default: the headline rule)."
)
@click.option("--who", metavar="NAME", help="Only this forecaster.")
@as_json
@click.pass_context
def receipts(  # noqa: PLR0917  one value of each option
    context: click.Context, /, question: str, rule: RuleName | None, who: str | None, json: bool
) -> None:
    """Show the intervals that every score of a question is made of, and what came too late to
    count.
    """
    with opened(context) as tracker:
        found = tracker.receipts(question)
    if who is not None and found.scores and who not in {s.forecaster_id for s in found.scores}:
        raise NotFound("forecaster", who, f"`tracker score {question}` lists who was scored")
    scores = scorecards.picked(found, rule, who)
    if json:
        show({"scores": scores, "hindsight": found.hindsight}, json, "")
        return
    if not scores:
        console.print(
            f"{question} has no such scores: `tracker score {question}` lists those there are."
        )
    for one in scores:
        console.print(scorecards.receipt_table(found, one))
    if found.hindsight:
        console.print(scorecards.hindsight_table(found))


def _named(people: Iterable[Forecaster], names: Iterable[str]) -> frozenset[ForecasterId]:
    """The forecasters of these names or ids, everyone when there are none; a name that nobody has
    is refused.
    """
    ids = {forecaster.id: forecaster.name for forecaster in people}
    known: dict[str, ForecasterId] = {name: who for who, name in ids.items()} | {
        str(who): who for who in ids
    }
    strange = next((name for name in names if name not in known), None)
    if strange is not None:
        raise NotFound("forecaster", strange, "`tracker accuracy` lists the names")
    return frozenset(known[name] for name in names) or frozenset(known.values())


@click.command()
@choosing
@click.option(
    "--lead",
    type=click.IntRange(1),
    default=30,
    show_default=True,
    help=f"Days before the close ({LEADS_DAYS}).",
)
@click.option("--who", metavar="NAME", help="Only this forecaster.")
@as_json
@click.pass_context
def calibration(
    context: click.Context, /, lead: int, who: str | None, json: bool, **asked: Any
) -> None:
    """Show whether 70 % happened seven times in ten, with bands, decompositions and a plain
    sentence.
    """
    with opened(context) as tracker:
        found = tracker.calibration(Choice(**asked), lead_days=lead)
    wanted = _named(found.forecasters.values(), () if who is None else (who,))
    if json:
        show(found, json, "")
        return
    shown = [forecaster for forecaster in found.reliability if forecaster in wanted]
    for forecaster in shown:
        console.print(*scorecards.reliability_tables(found, forecaster), sep="\n")
    inside = {
        forecaster: record for forecaster, record in found.intervals.items() if forecaster in wanted
    }
    if inside:
        console.print(scorecards.intervals_table(found, inside))
    if not shown and not inside:
        console.print(
            f"Nobody held a forecast {lead} days before the close of a question that has been "
            "scored."
        )


@click.command()
@choosing
@click.option(
    "--who",
    "names",
    metavar="NAME",
    multiple=True,
    help="Only pairs with this forecaster; given again, among these.",
)
@as_json
@click.pass_context
def compare(context: click.Context, /, names: tuple[str, ...], json: bool, **asked: Any) -> None:
    """Say of every pair of forecasters who was better, or that there is not enough to say."""
    with opened(context) as tracker:
        found = tracker.compare(Choice(**asked))
    wanted = _named(found.forecasters.values(), names)
    pairs = scorecards.pairs(found, wanted)
    if json:
        show({"comparisons": pairs, "difficulty": found.difficulty}, json, "")
        return
    if not pairs:
        console.print("No two forecasters answered the same question yet.")
        return
    console.print(scorecards.comparison_table(found, pairs))


@click.command()
@choosing
@as_json
@click.pass_context
def habits(context: click.Context, /, json: bool, **asked: Any) -> None:
    """Show how people revise: how often, by how much, and whether as much as the evidence asks
    for.
    """
    with opened(context) as tracker:
        found = tracker.habits(Choice(**asked))
    show(
        found,
        json,
        scorecards.habits_table(found)
        if found
        else "Nobody has forecast a question that was answered.",
    )


def verify_scores(context: click.Context, json: bool) -> None:
    """`tracker verify --scores`: every stored score against what the log gives; exit code 1 on a
    difference.
    """
    with opened(context) as tracker:
        check = tracker.verify_scores()
    whole = (
        f"All {check.scores} scores of {check.questions} resolved questions are what the log gives."
    )
    show(check, json, "\n".join(check.differences) or whole)
    if check.differences:
        sys.exit(1)
