"""Questions and their resolution."""

from typing import Any, get_args

import click

from forecasts.question import ForecasterId, Status, utc
from tracker import printing, scorecards
from tracker.commands.terminal import acting_as, as_json, console, opened, show


@click.command()
@click.option("--status", type=click.Choice(get_args(Status)), help="Only questions that stand there.")
@click.option("--tag", help="Only questions with this tag.")
@as_json
@click.pass_context
def questions(context: click.Context, /, status: Status | None, tag: str | None, json: bool) -> None:
    """List the questions with their current numbers."""
    with opened(context) as tracker:
        rows = [
            r for r in tracker.questions() if status in (None, r.status) and (tag is None or tag in r.question.tags)
        ]
        me = tracker.settings.me
    show([printing.question_row(r, me) for r in rows], json, printing.questions_table(rows, me))


@click.command("show")
@click.argument("question")
@as_json
@click.pass_context
def show_question(context: click.Context, /, question: str, json: bool) -> None:
    """Show one question: its numbers, why the suggestion is what it is, its evidence."""
    with opened(context) as tracker:
        page = tracker.question(question)
    if json:
        click.echo(printing.to_json(page))
    else:
        printing.print_page(console, page)


@click.command(context_settings={"ignore_unknown_options": True})  # an answer may be −12.5
@click.argument("question")
@click.argument("answer")
@click.option("--source", required=True, metavar="URL", help="Where anyone can check the answer.")
@click.option("--known-at", required=True, metavar="TIME", help="When it was known, with zone; a bare date is UTC.")
@click.option("--event-at", metavar="TIME", help="When it happened (default: when it was known).")
@click.option("--note", default="", metavar="TEXT", help="One sentence on how the criteria were met.")
@acting_as
@as_json
@click.pass_context
def resolve(context: click.Context, /, question: str, answer: str, json: bool, **asked: Any) -> None:
    """Answer a question, or annul it; a later answer supersedes this one.

    ANSWER is yes or no, the name of an option, a number, a date, below, above or never; or annulled or ambiguous.
    """
    known_at = utc(asked["known_at"])
    event_at = utc(asked["event_at"]) if asked["event_at"] else None
    who = ForecasterId(asked["who"]) if asked["who"] else None
    with opened(context) as tracker:
        scores = tracker.resolve(
            question,
            answer,
            source_url=asked["source"],
            known_at=known_at,
            event_at=event_at,
            note=asked["note"],
            by=who,
        )
        found = tracker.question(question).summary
    nobody = f"{question} is {found.status}: nobody is scored on it."
    show(scores, json, scorecards.scores_table(found.question, scores) if scores else nobody)
