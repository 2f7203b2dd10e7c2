"""What the installation learned from its own reviews and answers, and the model that may judge
evidence.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import click
from rich.table import Table

from tracker.interfaces.cli import tables as printing
from tracker.interfaces.cli.commands.terminal import as_json, opened, show
from tracker.model.json_values import plain

if TYPE_CHECKING:
    from tracker.questions.fit_parameters import Decided, Kept

NOTHING = (
    "Nothing is learned yet, the defaults stand: it takes 30 reviews for relevance and "
    "direction, 30 questions that closed with an answer for the weight of evidence, 10 for the "
    "reliability of a feed, 14 days of archive for what is usual."
)


@click.group(invoke_without_command=True)
@as_json
@click.pass_context
def learned(context: click.Context, /, json: bool) -> None:
    """Show what was learned from reviews and answers; with a subcommand, freeze or reset it."""
    if context.invoked_subcommand is not None:
        return
    with opened(context) as tracker:
        values = tracker.learned()
    show([_flat(kept) for kept in values], json, learned_table(values) if values else NOTHING)


@learned.command()
@click.argument("name")
@click.argument("scope", default="all")
@as_json
@click.pass_context
def history(context: click.Context, /, name: str, scope: str, json: bool) -> None:
    """Show every version of a learned value, the oldest first."""
    with opened(context) as tracker:
        versions = tracker.learned_history(_spaced(name), scope)
    nothing = f"{_spaced(name)} {scope} was never learned: the default stands."
    show([_flat(kept) for kept in versions], json, learned_table(versions) if versions else nothing)


def _deciding(decided: "Decided", told: str, explained: str) -> click.Command:
    """A command that decides about a learned value."""

    @learned.command(decided, help=explained)
    @click.argument("name")
    @click.argument("scope", default="all")
    @as_json
    @click.pass_context
    def decide(context: click.Context, /, name: str, scope: str, json: bool) -> None:
        with opened(context) as tracker:
            kept = tracker.decide_learned(_spaced(name), scope, decided)
        which = f"{kept.learned.name} {kept.learned.scope}"
        show(_flat(kept), json, f"{which} {told} {kept.learned.value:.3f}.")

    return decide


freeze = _deciding("freeze", "stays at", "Keep a value as it is, whatever reviews and answers say.")
thaw = _deciding("thaw", "learns again, from", "Let a frozen value learn again.")
reset = _deciding(
    "reset",
    "is back at",
    "Put a value back to its default; what it was learned from counts no more.",
)


@click.command()
@as_json
@click.pass_context
def learn(context: click.Context, /, json: bool) -> None:
    """Learn from reviews and answers now, as the scheduler does once a day."""
    with opened(context) as tracker:
        changed = tracker.learn()
    lines = [f"{one.name} {one.scope} is {one.value:.3f} from now on: {one.why}" for one in changed]
    show(changed, json, "\n".join(lines) or "Nothing changed.")


@click.command("ask-model")
@click.option(
    "--most",
    type=click.IntRange(1),
    default=20,
    show_default=True,
    help="How many pieces to ask about.",
)
@as_json
@click.pass_context
def ask_model(context: click.Context, /, most: int, json: bool) -> None:
    """Have the model judge evidence that waits; its judgement is marked as such and overrides
    nobody.
    """
    with opened(context) as tracker:
        report = tracker.ask_model(most=most)
    told = (
        f"{report.asked} asked with {report.requests} requests, {report.judged} judged, "
        f"{report.refused} refused."
    )
    show(report, json, f"{told} {report.why}".strip())


def learned_table(values: "Iterable[Kept]") -> Table:
    """Learned values with what they rest on."""
    table = printing.table_of("what", "scope", "value", "n", "since", "state", "why")
    for kept in values:
        one = kept.learned
        since, value = printing.minute(one.as_of), f"{one.value:.3f}"
        table.add_row(
            one.name,
            printing.safe(one.scope),
            value,
            str(one.n),
            since,
            kept.state,
            printing.safe(one.why),
        )
    return table


def _flat(kept: "Kept") -> dict[str, Any]:
    """A value as one flat record for `--json`."""
    return {**plain(kept.learned), "state": kept.state, "by": kept.by}


def _spaced(name: str) -> str:
    """The name of a value as it is stored; `relevance-shift` is easier to type than a name with a
    space in it.
    """
    return name.replace("-", " ")
