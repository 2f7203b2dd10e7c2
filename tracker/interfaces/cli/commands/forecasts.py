"""Forecasts: set, reaffirm, withdraw, undo, redo."""

from collections.abc import Mapping
from typing import Any

import click
from rich.text import Text

from forecasts.questions.format import in_full, warning_of
from forecasts.questions.question import EvidenceId, ForecasterId
from forecasts.questions.timeline import Forecast
from tracker.app.tracker import Tracker
from tracker.interfaces.cli.commands.terminal import acting_as, as_json, name_of, opened, show

because = click.option(
    "--because",
    "-m",
    "rationale",
    default="",
    metavar="TEXT",
    help="The reason, kept with the act.",
)
key = click.option(
    "--key", metavar="KEY", help="Idempotency key: a request repeated with it changes nothing."
)


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("question")
@click.argument("said", metavar="FORECAST")
@because
@click.option(
    "--cite",
    "cites",
    type=int,
    multiple=True,
    metavar="NR",
    help="Evidence that the forecast rests on.",
)
@acting_as
@key
@as_json
@click.pass_context
def forecast(context: click.Context, /, question: str, said: str, json: bool, **rest: Any) -> None:
    """Set your forecast.

    A probability as 0.63, 63% or 63; shares of options as "Beijing=50 Moscow=30 Other=rest";
    numbers or dates at levels as "5%=10 50%=41 95%=120", or three of them for quarter, middle,
    quarter of everything, as "20 41 80". What lies beyond an open bound is given as "below=2%",
    "above=2%", of dates as "never=20%"; three numbers or dates without it keep what you hold there,
    or else what the base rate has.
    """
    cites = tuple(map(EvidenceId, rest.pop("cites")))
    with opened(context) as tracker:
        made = tracker.forecast(question, said, cites=cites, **_said(rest))
        asked = tracker.question(question).summary.question
        who = name_of(tracker, made.forecaster_id)
        warning = warning_of(asked, made.distribution, made.made_at)
    show(made, json, f"{who} now holds {in_full(asked, made.distribution)} on {question}.")
    if warning and not json:
        show(None, False, Text(warning, style="yellow"))


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
        held = in_full(tracker.question(question).summary.question, made.distribution)
        who = name_of(tracker, made.forecaster_id)
    show(made, json, f"{who} still holds {held} on {question}.")


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
        who = name_of(tracker, made.forecaster_id)
    show(made, json, f"{who} holds no forecast on {question} any more.")


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
        held, who = _holds(tracker, made), name_of(tracker, made.forecaster_id)
    show(made, json, f"Undone: {who} {held} on {question}.")


@click.command()
@click.argument("question")
@because
@acting_as
@key
@as_json
@click.pass_context
def redo(context: click.Context, /, question: str, json: bool, **said: Any) -> None:
    """Bring back what your last undo took, as a new act."""
    with opened(context) as tracker:
        made = tracker.redo(question, **_said(said))
        held, who = _holds(tracker, made), name_of(tracker, made.forecaster_id)
    show(made, json, f"Done again: {who} {held} on {question}.")


def _holds(tracker: Tracker, made: Forecast) -> str:
    told = in_full(tracker.question(made.question_id).summary.question, made.distribution)
    return "holds no forecast" if made.distribution is None else f"holds {told}"


def _said(said: Mapping[str, Any]) -> Any:
    who = said.get("who")
    return {
        "rationale": said["rationale"],
        "key": said["key"],
        "forecaster": ForecasterId(who) if who else None,
    }
