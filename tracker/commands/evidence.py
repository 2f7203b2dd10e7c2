"""Evidence that waits, and the judgement about it."""

from typing import Any

import click

from forecasts.evidence import Direction, EvidenceStatus, Strength
from forecasts.question import ForecasterId
from tracker import printing
from tracker.commands.terminal import acting_as, as_json, opened, show


@click.command()
@click.argument("question", required=False)
@as_json
@click.pass_context
def inbox(context: click.Context, /, question: str | None, json: bool) -> None:
    """List the evidence that waits for your judgement."""
    with opened(context) as tracker:
        cards = tracker.inbox(question)
    show(cards, json, printing.evidence_table(cards) if cards else "Nothing waits for review.")


@click.command()
@click.argument("number", type=int, metavar="NR")
@click.argument("verdict", type=click.Choice(["confirm", "reject"]))
@click.option("--direction", type=click.Choice(["yes", "no", "neutral"]), help="Correct what it speaks for.")
@click.option("--strength", type=click.Choice([s.name.lower() for s in Strength]), help="Correct how strongly.")
@click.option("--note", default="", metavar="TEXT", help="Why, kept with the decision.")
@acting_as
@as_json
@click.pass_context
def review(context: click.Context, /, number: int, verdict: str, json: bool, **asked: Any) -> None:
    """Judge a piece of evidence: confirm it, perhaps corrected, or reject it."""
    status: EvidenceStatus = "confirmed" if verdict == "confirm" else "rejected"
    direction = Direction[asked["direction"].upper()] if asked["direction"] else None
    strength = Strength[asked["strength"].upper()] if asked["strength"] else None
    who = ForecasterId(asked["who"]) if asked["who"] else None
    with opened(context) as tracker:
        piece = tracker.review(
            number, status, direction=direction, strength=strength, note=asked["note"], forecaster=who
        )
    show(piece, json, f"Evidence {number} on {piece.question_id} is {piece.status}.")
