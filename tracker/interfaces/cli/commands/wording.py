"""Commands that lint, reword and retract questions."""

from collections.abc import Iterable

import click
from rich.table import Table

from forecasts.linting.lint import Flaw
from forecasts.questions.question import ForecasterId
from tracker.app.questions import Wording
from tracker.interfaces.cli import tables as printing
from tracker.interfaces.cli.commands.terminal import (
    as_json,
    console,
    forecaster_option,
    print_result,
    tracker_session,
)


@click.command()
@click.argument("question")
@as_json
@click.pass_context
def lint(context: click.Context, /, question: str, json: bool) -> None:
    """Say what keeps a stranger from resolving a question, and what to write instead."""
    with tracker_session(context) as tracker:
        flaws = tracker.questions.lint_stored(question)
    print_result(flaws, json, flaws_table(flaws) if flaws else f"{question}: nothing to object to.")


def flaws_table(flaws: Iterable[Flaw]) -> Table:
    """Build the table of the linter's findings, blocking ones first."""
    table = printing.new_table("finding", "", "in", "because", "write")
    for flaw in flaws:
        table.add_row(
            flaw.code,
            flaw.severity,
            flaw.where,
            printing.safe_text(flaw.reason),
            printing.safe_text(flaw.fix),
        )
    return table


@click.command()
@click.argument("question")
@click.option("--text", help="The question itself, as it shall read.")
@click.option("--criteria", help="By which criteria it will be answered, from now on.")
@click.option(
    "--source",
    "sources",
    multiple=True,
    metavar="URL",
    help="Where the answer will stand; replaces all.",
)
@click.option("--why", required=True, metavar="TEXT", help="Why it is worded anew.")
@click.option(
    "--override", default="", metavar="TEXT", help="Why it stands although the linter objects."
)
@forecaster_option
@click.pass_context
def edit(
    context: click.Context,
    /,
    *,
    question: str,
    text: str | None,
    criteria: str | None,
    sources: tuple[str, ...],
    why: str,
    override: str,
    forecaster: ForecasterId | None,
) -> None:
    """Word a question anew; forecasts keep the wording that they were made on."""
    wording = Wording(text, criteria, sources or None)
    with tracker_session(context) as tracker:
        tracker.questions.edit(question, wording, why=why, by=forecaster, override=override)
        versions = tracker.questions.get(question).versions
    console.print(
        f"{question} now has {len(versions)} wordings; `tracker show {question}` tells them apart."
    )


@click.command()
@click.argument("question")
@click.option("--why", required=True, metavar="TEXT", help="Why it is taken back.")
@forecaster_option
@click.pass_context
def retract(
    context: click.Context, /, question: str, why: str, forecaster: ForecasterId | None
) -> None:
    """Take a question back that nobody has forecast yet; afterwards it can only be annulled."""
    with tracker_session(context) as tracker:
        tracker.questions.retract(question, why, by=forecaster)
    console.print(f"{question} is taken back; its name is not given again.")
