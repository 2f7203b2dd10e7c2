"""Commands on learned parameters."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import click
from rich.table import Table

from forecasts.questions.formatting import format_utc_minute
from tracker.interfaces.cli import tables
from tracker.interfaces.cli.commands.terminal import (
    as_json,
    console,
    print_result,
    tracker_session,
)
from tracker.model.json_values import to_plain

if TYPE_CHECKING:
    from tracker.questions.fit_parameters import LearnedRecord, ParameterDecision

NOTHING_LEARNED = (
    "Nothing is learned yet, the defaults stand: it takes a review for the correction of a "
    "question, 30 reviews for relevance and direction, 30 questions that closed with an answer for "
    "the weight of evidence, 10 for the reliability of a feed, 15 families of questions that two "
    "people forecast for the weights of the crowd."
)


@click.command()
@as_json
@click.pass_context
def list_learned(context: click.Context, /, json: bool) -> None:
    """List what was learned from reviews and answers."""
    with tracker_session(context) as tracker:
        values = tracker.learning.list()
        record = tracker.learning.matcher_record()
    print_result(
        [_flat_record(parameter) for parameter in values],
        json,
        learned_table(values) if values else NOTHING_LEARNED,
    )
    total = f"Of all that was found and judged, {record.total}." if str(record.total) else ""
    for line in () if json else filter(None, (total, record.recall_words)):
        console.print(tables.safe_text(line))


@click.command()
@click.argument("name")
@click.argument("scope", default="all")
@as_json
@click.pass_context
def history(context: click.Context, /, name: str, scope: str, json: bool) -> None:
    """Show every version of a learned value, the oldest first."""
    with tracker_session(context) as tracker:
        versions = tracker.learning.history(_name_in_storage(name), scope)
    nothing = f"{_name_in_storage(name)} {scope} was never learned: the default stands."
    print_result(
        [_flat_record(version) for version in versions],
        json,
        learned_table(versions) if versions else nothing,
    )


def _decision_command(
    decision: "ParameterDecision", result_words: str, help_text: str
) -> click.Command:
    """Build a command that applies a decision to a learned value."""

    @click.command(help=help_text)
    @click.argument("name")
    @click.argument("scope", default="all")
    @as_json
    @click.pass_context
    def decide(context: click.Context, /, name: str, scope: str, json: bool) -> None:
        with tracker_session(context) as tracker:
            parameter = tracker.learning.decide(_name_in_storage(name), scope, decision)
        label = f"{parameter.learned.name} {parameter.learned.scope}"
        print_result(
            _flat_record(parameter), json, f"{label} {result_words} {parameter.learned.value:.3f}."
        )

    return decide


freeze = _decision_command(
    "freeze", "stays at", "Keep a value as it is, whatever reviews and answers say."
)
thaw = _decision_command("thaw", "learns again, from", "Let a frozen value learn again.")
reset = _decision_command(
    "reset",
    "is back at",
    "Put a value back to its default.\n\nWhat it was learned from counts no more.",
)


@click.command()
@as_json
@click.pass_context
def update(context: click.Context, /, json: bool) -> None:
    """Learn from reviews and answers now.

    The scheduler does it once a day.
    """
    with tracker_session(context) as tracker:
        changed = tracker.learning.fit()
    lines = [
        f"{value.name} {value.scope} is {value.value:.3f} from now on: {value.why}"
        for value in changed
    ]
    print_result(changed, json, "\n".join(lines) or "Nothing changed.")


def learned_table(values: "Iterable[LearnedRecord]") -> Table:
    """Build the table of learned values with sample size and date."""
    table = tables.new_table("what", "scope", "value", "n", "since", "state", "why")
    for parameter in values:
        learned_value = parameter.learned
        since, value = format_utc_minute(learned_value.as_of), f"{learned_value.value:.3f}"
        table.add_row(
            learned_value.name,
            tables.safe_text(learned_value.scope),
            value,
            str(learned_value.n),
            since,
            parameter.state,
            tables.safe_text(learned_value.why),
        )
    return table


def _flat_record(parameter: "LearnedRecord") -> dict[str, Any]:
    """Return a value as one flat record for `--json`."""
    return {**to_plain(parameter.learned), "state": parameter.state, "by": parameter.by}


def _name_in_storage(name: str) -> str:
    """Return the stored name of a value; `relevance-shift` is easier to type than a name with a
    space.
    """
    return name.replace("-", " ")
