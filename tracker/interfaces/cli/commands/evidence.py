"""Evidence that waits, and the judgement about it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import click
from rich.table import Table

from forecasts.evidence.evidence import (
    Direction,
    EvidenceStatus,
    Strength,
    side_words,
    strength_from_words,
)
from forecasts.questions.question import ForecasterId, Kind, QuestionId
from tracker.errors import Refused
from tracker.interfaces.cli import tables as printing
from tracker.interfaces.cli.commands.terminal import acting_as, as_json, console, opened, show
from tracker.model.read_models import EvidenceCard


@click.command()
@click.argument("question", required=False)
@as_json
@click.pass_context
def inbox(context: click.Context, /, question: str | None, json: bool) -> None:
    """List the evidence that waits for your judgement: what it would change most comes first."""
    with opened(context) as tracker:
        cards = tracker.inbox(question)
        if json or not cards:
            show(cards, json, "Nothing waits for review.")
            return
        kinds = {row.question.id: row.question.kind for row in tracker.questions()}
        headlines = tracker.headlines()
    console.print(inbox_table(cards, kinds))
    if headlines:
        console.print(printing.safe(headlines))


@click.command()
@click.argument("number", type=int, metavar="NR")
@click.argument("verdict", type=click.Choice(["confirm", "reject", "reopen"]))
@click.option(
    "--direction", type=click.Choice(["yes", "no", "neutral"]), help="Correct what it speaks for."
)
@click.option(
    "--strength",
    type=click.Choice([s.name.lower() for s in Strength]),
    help="Correct how strongly.",
)
@click.option(
    "--if-yes", metavar="WORD", help='How expected it is if the answer is YES, such as "likely".'
)
@click.option("--if-no", metavar="WORD", help="How expected it is if the answer is NO: say both.")
@click.option("--note", default="", metavar="TEXT", help="Why, kept with the decision.")
@acting_as
@as_json
@click.pass_context
def review(context: click.Context, /, number: int, verdict: str, json: bool, **asked: Any) -> None:
    """Judge a piece of evidence: confirm it, perhaps corrected, or reject it; or reopen it, so that
    it waits again.
    """
    if verdict == "reopen":
        _reopen(context, number, json, asked)
        return
    status: EvidenceStatus = "confirmed" if verdict == "confirm" else "rejected"
    direction = Direction[asked["direction"].upper()] if asked["direction"] else None
    strength = Strength[asked["strength"].upper()] if asked["strength"] else None
    if asked["if_yes"] or asked["if_no"]:
        direction, strength = _elicited(asked)
    who = ForecasterId(asked["who"]) if asked["who"] else None
    with opened(context) as tracker:
        piece = tracker.review(
            number,
            status,
            direction=direction,
            strength=strength,
            note=asked["note"],
            forecaster=who,
        )
    show(piece, json, f"Evidence {number} on {piece.question_id} is {piece.status}.")


def _reopen(context: click.Context, number: int, json: bool, asked: Mapping[str, Any]) -> None:
    if any(asked[name] for name in ("direction", "strength", "if_yes", "if_no", "note")):
        raise Refused("what is reopened waits as it was logged: give nothing but the number")
    who = ForecasterId(asked["who"]) if asked["who"] else None
    with opened(context) as tracker:
        piece = tracker.reopen_evidence(number, who)
    show(piece, json, f"Evidence {number} on {piece.question_id} waits for review again.")


def _elicited(asked: Mapping[str, Any]) -> tuple[Direction, Strength]:
    """Direction and strength from how expected the report is under either answer."""
    if not (asked["if_yes"] and asked["if_no"]) or asked["direction"] or asked["strength"]:
        raise click.UsageError(
            "give --if-yes and --if-no together, and then neither --direction nor --strength"
        )
    return strength_from_words(asked["if_yes"], asked["if_no"])


def inbox_table(cards: Sequence[EvidenceCard], kinds: Mapping[QuestionId, Kind]) -> Table:
    """Evidence that waits, with what it is taken for, how surely, and why."""
    table = printing.table_of("nr", "seen", "report", "speaks", "why")
    for card in cards:
        piece = card.evidence
        copies = f" ({len(card.items)} reports)" if len(card.items) > 1 else ""
        report = (
            f"{card.headline}{copies} – {card.items[0].feed_title}\non {piece.question_id}: "
            f"{card.indicator_name}"
        )
        speaks = [
            _side(card, kinds[piece.question_id]),
            f"strength {piece.strength.name.lower()}",
            f"relevance {piece.relevance:.2f}",
            *(["context only"] if card.context_only else []),
        ]
        table.add_row(
            str(piece.id),
            printing.day(piece.first_seen_at),
            printing.safe(report),
            printing.safe("\n".join(speaks)),
            printing.safe("\n".join(_reasons(card))),
        )
    return table


def _side(card: EvidenceCard, kind: Kind) -> str:
    piece = card.evidence
    side = side_words(kind, piece.direction, piece.option)
    return f"{side} {piece.p_direction:.2f}" if piece.direction else side


def _reasons(card: EvidenceCard) -> Iterator[str]:
    """Why it matched and points where it does, and what a model made of it."""
    why = card.why
    if card.may_answer:
        yield f"may be the answer itself: if it is, `tracker resolve {card.evidence.question_id}`"
    if card.evidence.matched:
        yield f"words: {', '.join(card.evidence.matched)}"
    if why.nearest:
        yield f"nearest: “{why.nearest}”" + (f" ({why.cosine:.2f})" if why.cosine else "")
    if why.leaning:
        yield f"leans: {why.leaning}"
    yield from (decision.note for decision in card.decisions if decision.by.startswith("model:"))
