"""Commands on forecasts: set, reaffirm, withdraw, undo, redo; markets beside people."""

from collections.abc import Callable
from typing import Any, TypeVar, Unpack, get_args

import click
from rich.text import Text

from forecasts.questions.formatting import format_full, warn_of_past_mass
from forecasts.questions.question import EvidenceId, MarketKind
from forecasts.questions.timeline import Forecast
from tracker.app.forecasts import ActOptions
from tracker.app.tracker import Tracker
from tracker.interfaces.cli.commands.terminal import (
    as_json,
    forecaster_name,
    forecaster_option,
    print_result,
    tracker_session,
)

Command = TypeVar("Command", bound=Callable[..., Any])

rationale_option = click.option(
    "--because",
    "-m",
    "rationale",
    default="",
    metavar="TEXT",
    help="The reason, kept with the act.",
)
key_option = click.option(
    "--key", metavar="KEY", help="Idempotency key: a request repeated with it changes nothing."
)


def act_options(command: Command) -> Command:
    """Add the options of `ActOptions`: the reason, the forecaster and the idempotency key."""
    return rationale_option(forecaster_option(key_option(command)))


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("question")
@click.argument("entry", metavar="FORECAST")
@rationale_option
@click.option(
    "--cite",
    "cites",
    type=int,
    multiple=True,
    metavar="NR",
    help="Evidence that the forecast rests on.",
)
@forecaster_option
@key_option
@as_json
@click.pass_context
def set_forecast(
    context: click.Context,
    /,
    *,
    question: str,
    entry: str,
    cites: tuple[int, ...],
    json: bool,
    **options: Unpack[ActOptions],
) -> None:
    """Set your forecast.

    A probability as 0.63, 63% or 63; shares of options as "Beijing=50 Moscow=30 Other=rest";
    numbers or dates at levels as "5%=10 50%=41 95%=120", or three of them for quarter, middle,
    quarter of everything, as "20 41 80". What lies beyond an open bound is given as "below=2%",
    "above=2%", of dates as "never=20%"; three numbers or dates without it keep what you hold there,
    or else what the base rate has.
    """
    with tracker_session(context) as tracker:
        made = tracker.forecasts.submit(
            question, entry, cites=tuple(map(EvidenceId, cites)), **options
        )
        target = tracker.questions.get(question).summary.question
        name = forecaster_name(tracker, made.forecaster_id)
        warning = warn_of_past_mass(target, made.distribution, made.made_at)
    print_result(
        made, json, f"{name} now holds {format_full(target, made.distribution)} on {question}."
    )
    if warning and not json:
        print_result(None, False, Text(warning, style="yellow"))


@click.command()
@click.argument("question")
@act_options
@as_json
@click.pass_context
def reaffirm(
    context: click.Context,
    /,
    *,
    question: str,
    json: bool,
    **options: Unpack[ActOptions],
) -> None:
    """Say again what you hold; it counts as an act."""
    with tracker_session(context) as tracker:
        made = tracker.forecasts.reaffirm(question, **options)
        distribution = format_full(
            tracker.questions.get(question).summary.question, made.distribution
        )
        name = forecaster_name(tracker, made.forecaster_id)
    print_result(made, json, f"{name} still holds {distribution} on {question}.")


@click.command()
@click.argument("question")
@act_options
@as_json
@click.pass_context
def withdraw(
    context: click.Context,
    /,
    *,
    question: str,
    json: bool,
    **options: Unpack[ActOptions],
) -> None:
    """Take your forecast back: from now on you hold none."""
    with tracker_session(context) as tracker:
        made = tracker.forecasts.withdraw(question, **options)
        name = forecaster_name(tracker, made.forecaster_id)
    print_result(made, json, f"{name} holds no forecast on {question} any more.")


@click.command()
@click.argument("question")
@act_options
@as_json
@click.pass_context
def undo(
    context: click.Context,
    /,
    *,
    question: str,
    json: bool,
    **options: Unpack[ActOptions],
) -> None:
    """Take back your last act on a question, as a new act."""
    with tracker_session(context) as tracker:
        made = tracker.forecasts.undo(question, **options)
        state, name = _describe_state(tracker, made), forecaster_name(tracker, made.forecaster_id)
    print_result(made, json, f"Undone: {name} {state} on {question}.")


@click.command()
@click.argument("question")
@act_options
@as_json
@click.pass_context
def redo(
    context: click.Context,
    /,
    *,
    question: str,
    json: bool,
    **options: Unpack[ActOptions],
) -> None:
    """Bring back what your last undo took, as a new act."""
    with tracker_session(context) as tracker:
        made = tracker.forecasts.redo(question, **options)
        state, name = _describe_state(tracker, made), forecaster_name(tracker, made.forecaster_id)
    print_result(made, json, f"Redone: {name} {state} on {question}.")


def _describe_state(tracker: Tracker, made: Forecast) -> str:
    distribution = format_full(
        tracker.questions.get(made.question_id).summary.question, made.distribution
    )
    return "holds no forecast" if made.distribution is None else f"holds {distribution}"


@click.command()
@click.argument("name")
@click.option(
    "--kind",
    type=click.Choice(get_args(MarketKind)),
    required=True,
    help="A market with prices, or the crowd of another platform.",
)
@as_json
@click.pass_context
def add_outside(context: click.Context, /, *, name: str, kind: MarketKind, json: bool) -> None:
    """Add a market or platform, scored beside people.

    It is scored as everyone is, drawn in the chart of a question and compared with people, but no
    member of the crowd. Set its forecasts with `--as`.
    """
    with tracker_session(context) as tracker:
        added = tracker.people.add_outside(name, kind)
    example = f"tracker forecast set QUESTION 62% --as {added.id}"
    print_result(added, json, f"{added.name} is {added.id} from now on: `{example}`.")
