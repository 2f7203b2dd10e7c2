"""Forecasts: set, reaffirm, withdraw, undo."""

from collections.abc import Mapping
from typing import Any

import click

from forecasts.distribution import parse_probability
from forecasts.evidence import EvidenceId
from forecasts.question import ForecasterId
from tracker import printing
from tracker.commands.terminal import acting_as, as_json, opened, show

because = click.option(
    "--because", "-m", "rationale", default="", metavar="TEXT", help="The reason, kept with the act."
)
key = click.option("--key", metavar="KEY", help="Idempotency key: a request repeated with it changes nothing.")


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("question")
@click.argument("probability")
@because
@click.option("--cite", "cites", type=int, multiple=True, metavar="NR", help="Evidence that the forecast rests on.")
@acting_as
@key
@as_json
@click.pass_context
def forecast(context: click.Context, /, question: str, probability: str, json: bool, **said: Any) -> None:
    """Set your probability, as 0.63, 63% or 63."""
    cites = tuple(map(EvidenceId, said.pop("cites")))
    distribution = parse_probability(probability)
    with opened(context) as tracker:
        made = tracker.forecast(question, distribution, cites=cites, **_said(said))
    show(made, json, f"{made.forecaster_id} now holds {printing.percent(distribution.p)} on {question}.")


@click.command()
@click.argument("question")
@because
@acting_as
@key
@as_json
@click.pass_context
def reaffirm(context: click.Context, /, question: str, json: bool, **said: Any) -> None:
    """Say again what you hold; it counts as an act."""
    with opened(context) as tracker:
        made = tracker.reaffirm(question, **_said(said))
    held = made.distribution.p if made.distribution else None
    show(made, json, f"{made.forecaster_id} still holds {printing.percent(held)} on {question}.")


@click.command()
@click.argument("question")
@because
@acting_as
@key
@as_json
@click.pass_context
def withdraw(context: click.Context, /, question: str, json: bool, **said: Any) -> None:
    """Take your forecast back: from now on you hold none."""
    with opened(context) as tracker:
        made = tracker.withdraw(question, **_said(said))
    show(made, json, f"{made.forecaster_id} holds no forecast on {question} any more.")


@click.command()
@click.argument("question")
@because
@acting_as
@key
@as_json
@click.pass_context
def undo(context: click.Context, /, question: str, json: bool, **said: Any) -> None:
    """Take back your last act on a question, as a new act."""
    with opened(context) as tracker:
        made = tracker.undo(question, **_said(said))
    held = f"holds {printing.percent(made.distribution.p)}" if made.distribution else "holds no forecast"
    show(made, json, f"Undone: {made.forecaster_id} {held} on {question}.")


def _said(said: Mapping[str, Any]) -> Any:
    who = said.get("who")
    return {"rationale": said["rationale"], "key": said["key"], "forecaster": ForecasterId(who) if who else None}
