"""Commands that add evidence by hand, search what was read, and judge near misses."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypedDict, Unpack

import click
from rich.table import Table

from forecasts.evidence.evidence import Strength
from forecasts.questions.formatting import format_count, format_utc_day
from forecasts.questions.question import ForecasterId, Question, utc
from tracker.feeds.item import ItemId
from tracker.interfaces.cli import tables
from tracker.interfaces.cli.commands.terminal import (
    as_json,
    console,
    forecaster_option,
    print_result,
    tracker_session,
)
from tracker.interfaces.cli.evidence_replies import DIRECTION_WORDS, EstimateWatch, describe_piece
from tracker.model.evidence import ManualEvidence, ManualResult, OfferedNearMiss, SearchHit
from tracker.questions.parse_side import parse_side

_STRENGTHS = [strength.name.lower() for strength in Strength if strength is not Strength.NONE]


class _AddOptions(TypedDict):
    source: str | None
    item: int | None
    direction: str
    strength: str
    date: str | None
    note: str
    title: str
    indicator: str
    forecaster: ForecasterId | None


@click.command()
@click.argument("question")
@click.argument("source", required=False, metavar="URL|TEXT")
@click.option("--item", type=click.IntRange(1), metavar="NR", help="An item that was read.")
@click.option(
    "--direction",
    required=True,
    metavar="WORD",
    help=DIRECTION_WORDS,
)
@click.option("--strength", type=click.Choice(_STRENGTHS), default="some", show_default=True)
@click.option("--date", metavar="DATE", help="When it was published.")
@click.option("--note", default="", metavar="TEXT", help="Why, kept with the decision.")
@click.option("--title", default="", metavar="TEXT", help="The headline, instead of fetching it.")
@click.option(
    "--indicator", default="", metavar="NAME", help="Of which indicator (default: own-text)."
)
@forecaster_option
@as_json
@click.pass_context
def add(
    context: click.Context, /, question: str, json: bool, **options: Unpack[_AddOptions]
) -> None:
    """Add a report as evidence, by its address or headline.

    It counts fully from now on, as your decision; what the matcher had logged already becomes your
    review.
    """
    source = _choose_source(options["source"], options["item"])
    date = utc(options["date"]) if options["date"] else None
    with tracker_session(context) as tracker:
        watch = EstimateWatch(tracker, question)
        direction, option = parse_side(watch.question, options["direction"])
        piece = ManualEvidence(
            watch.question.id,
            source,
            direction,
            Strength[options["strength"].upper()],
            date,
            options["note"],
            options["title"],
            option,
            options["indicator"],
        )
        result = tracker.evidence.add(piece, by=options["forecaster"])
        move = watch.describe_move(result.evidence.option)
    print_result(result, json, describe_result(watch.question, result, move))


def _choose_source(source: str | None, item: int | None) -> str | ItemId:
    if (source is None) == (item is None):
        raise click.UsageError("give an address, a headline or --item, and one of them only")
    return ItemId(item) if item is not None else source or ""


def describe_result(question: Question, result: ManualResult, move: str) -> str:
    """Describe what was added, how the estimate moved, and why the matcher had missed it."""
    piece = result.evidence
    done = {
        "added": "is added",
        "reviewed": f"was there already and is {piece.status} by you now",
        "proposed": "is proposed, and waits for a review",
        "unchanged": "was there already, as you said",
    }[result.outcome]
    reports = format_count(result.reports, "report")
    content = f"{describe_piece(question, piece, result.headline)} ({reports})"
    remark = f"\nIt is {result.remark}." if result.remark else ""
    return f"Evidence {piece.id} on {question.id} {done}: {content}.\n{move}\n{result.miss}{remark}"


class _SearchOptions(TypedDict):
    since: str | None
    limit: int


@click.command()
@click.argument("words", nargs=-1, required=True)
@click.option("--since", metavar="DATE", help="Only what was first seen from this day on.")
@click.option("--limit", type=click.IntRange(1, 500), default=20, show_default=True)
@as_json
@click.pass_context
def search(
    context: click.Context, /, words: tuple[str, ...], json: bool, **options: Unpack[_SearchOptions]
) -> None:
    """Search everything that was read, the newest first.

    All words have to occur; if nothing has all, the best of what has any is listed. A word may end
    in *, and "words in quotes" follow one another.
    """
    since: datetime | None = utc(options["since"]) if options["since"] else None
    with tracker_session(context) as tracker:
        hits = tracker.evidence.search(" ".join(words), since=since, limit=options["limit"])
    if json or not hits:
        print_result(hits, json, "Nothing that was read has these words.")
        return
    console.print(hits_table(hits))


def hits_table(hits: Sequence[SearchHit]) -> Table:
    """Build the table of items with their sources, and the questions that they are evidence on."""
    table = tables.new_table("item", "seen", "report", "evidence on")
    for hit in hits:
        uses = "\n".join(f"{use.question_id} ({use.evidence_id}, {use.status})" for use in hit.uses)
        table.add_row(
            str(hit.item.id),
            format_utc_day(hit.item.first_seen_at),
            tables.safe_text(f"{hit.item.title} – {hit.feed_title}\n{hit.item.url}"),
            tables.safe_text(uses or "–"),
        )
    return table


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
    """Say that a near miss is no evidence: it is not asked again.

    Only what `near-misses` listed can be dismissed.
    """
    with tracker_session(context) as tracker:
        watch = EstimateWatch(tracker, question)
        result = tracker.evidence.dismiss(item, question)
        move = watch.describe_move()
    again = ", as was said before" if result.outcome == "unchanged" else ""
    words = f"Item {item} is no evidence on {question}{again}: “{result.headline}”."
    print_result(result, json, f"{words}\n{move}")
