"""Statements and names of a question: the lines that news is compared with."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

from forecasts.errors import InvalidQuestion
from forecasts.questions.compiled_question import CompiledQuestion
from forecasts.questions.question import ForecasterId
from forecasts.questions.statement_edits import build_own_lines, change_lines, parse_names
from tracker.errors import Refused
from tracker.interfaces.cli import tables
from tracker.interfaces.cli.commands.terminal import (
    as_json,
    forecaster_option,
    print_result,
    tracker_session,
)

Command = TypeVar("Command", bound=Callable[..., Any])

_OPTIONS = (
    click.option(
        "--yes",
        metavar="LINE",
        help="A headline that would report YES; of a number higher, of a date earlier.",
    ),
    click.option("--no", metavar="LINE", help="A headline that would report NO; lower, or later."),
    click.option(
        "--option-statement",
        "option_statements",
        multiple=True,
        metavar="NAME=LINE",
        help="A headline that would report an option; once for each.",
    ),
    click.option(
        "--name",
        "names",
        multiple=True,
        metavar="NAME|NAME",
        help="Who or what to look for, with all spellings; may be given again.",
    ),
)


def statement_options(command: Command) -> Command:
    """Give a command the options that word the lines of a question."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def read_own_lines(fields: Mapping[str, Any]) -> CompiledQuestion | None:
    """Read the lines that the options word; None if they word none."""
    if not any(fields[name] for name in ("yes", "no", "option_statements", "names")):
        return None
    return build_own_lines(
        fields["yes"] or "",
        fields["no"] or "",
        _parse_option_statements(fields["option_statements"]),
        parse_names(fields["names"]),
    )


def _parse_option_statements(typed: tuple[str, ...]) -> dict[str, str]:
    lines: dict[str, str] = {}
    for text in typed:
        name, mark, line = text.partition("=")
        if not mark or not name.strip():
            raise InvalidQuestion(
                f"{text!r} names no option: write NAME=LINE, such as Moscow='She flies to Moscow'"
            )
        lines[" ".join(name.split())] = line
    return lines


@click.command()
@click.argument("question")
@statement_options
@click.option("--reset", is_flag=True, help="Leave all lines to the rules again.")
@forecaster_option
@as_json
@click.pass_context
def statements(
    context: click.Context,
    /,
    *,
    question: str,
    reset: bool,
    forecaster: ForecasterId | None,
    json: bool,
    **fields: Any,
) -> None:
    """Show the lines that news is compared with, or edit them.

    Lines that are not given stay as they are; an empty one is left to the rules.
    """
    is_edit = any(value not in (None, ()) for value in fields.values())
    if reset and is_edit:
        raise Refused("--reset leaves every line to the rules: give no line beside it")
    with tracker_session(context) as tracker:
        if reset:
            tracker.questions.reset_statements(question, by=forecaster)
        elif is_edit:
            changed = change_lines(
                tracker.questions.get_statements(question).compiled,
                yes=fields["yes"],
                no=fields["no"],
                options=_parse_option_statements(fields["option_statements"]),
                names=parse_names(fields["names"]) if fields["names"] else None,
            )
            tracker.questions.set_statements(question, changed, by=forecaster)
        page = tracker.questions.get(question)
    print_result(
        page.statements.compiled,
        json,
        tables.statements_table(page.summary.question, page.statements),
    )
