"""Commands on near misses: what the matcher left out, offered to be judged."""

from collections.abc import Sequence

import click
from rich.table import Table

from tracker.interfaces.cli import tables
from tracker.interfaces.cli.commands.terminal import as_json, print_result, tracker_session
from tracker.model.evidence import OfferedNearMiss

NO_NEAR_MISS = "No near miss waits: five are offered once a week, while the scheduler runs."


@click.command()
@as_json
@click.pass_context
def near_misses(context: click.Context, /, json: bool) -> None:
    """List this week's five that the matcher left out.

    If one is evidence, `tracker evidence add QUESTION --item NR` adds it; `evidence dismiss`
    says that it is not. The answers show how much of the evidence the matcher finds.
    """
    with tracker_session(context) as tracker:
        offered = tracker.evidence.near_misses()
    print_result(offered, json, near_misses_table(offered) if offered else NO_NEAR_MISS)


def near_misses_table(offered: Sequence[OfferedNearMiss]) -> Table:
    """Build the table of near misses with their items and questions."""
    table = tables.new_table("item", "report", "question")
    for miss in offered:
        item = miss.hit.item
        table.add_row(
            str(item.id),
            tables.safe_text(f"{item.title} – {miss.hit.feed_title}"),
            tables.safe_text(f"{miss.question.id}: {miss.question.text}"),
        )
    return table


@click.command()
@click.argument("question")
@click.argument("item", type=click.IntRange(1))
@as_json
@click.pass_context
def dismiss(context: click.Context, /, question: str, item: int, json: bool) -> None:
    """Say that a near miss is no evidence: it is not asked again."""
    with tracker_session(context) as tracker:
        result = tracker.evidence.dismiss(item, question)
    words = (
        f"Item {item} is no evidence on {question}."
        if result.outcome == "added"
        else f"Item {item} is evidence on {question} already, {result.evidence.status}: review it."
    )
    print_result(result, json, words)
