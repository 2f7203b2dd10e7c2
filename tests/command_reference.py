"""The tree of commands, and the reference that docs/commands.md has of it.

`python -m tests.command_reference` writes the reference anew.
"""

from collections.abc import Iterator
from pathlib import Path

import click

from tracker.interfaces.cli.main import cli

PAGE = Path(__file__).parent.parent / "docs" / "commands.md"
START, END = "## All commands\n", "## What keeps running\n"


def walk_commands(context: click.Context | None = None) -> Iterator[click.Context]:
    """Yield a context for every group and command of the tree, each group before its commands."""
    context = context or click.Context(cli, info_name="tracker")
    yield context
    if isinstance(context.command, click.Group):
        for name in context.command.list_commands(context):
            _, command, _ = context.command.resolve_command(context, [name])
            assert command is not None
            yield from walk_commands(click.Context(command, parent=context, info_name=name))


def example_of(context: click.Context) -> str:
    """Return the last line of a help text without its label."""
    label, _, line = context.get_help().splitlines()[-1].strip().partition(": ")
    assert label == "Example", context.command_path
    return line


def write_reference() -> str:
    """Return a section for each group: its commands with their options, and an example of each."""
    contexts = [c for c in walk_commands() if not isinstance(c.command, click.Group)]
    groups = {c.parent: [] for c in contexts if c.parent is not None}
    for context in contexts:
        if context.parent is not None:
            groups[context.parent].append(context)
    parts = [START]
    for group, commands in groups.items():
        parts.append(f"### `{group.command_path}`\n")
        parts.append(f"{group.command.help}\n")
        rows = [f"| `{_usage(c)}` | {_description(c.command)} |" for c in commands]
        parts.append("\n".join(["| command | what it does |", "|---|---|", *rows]) + "\n")
        parts.append("\n".join(["```sh", *map(example_of, commands), "```"]) + "\n")
    return "\n".join(parts)


def _usage(context: click.Context) -> str:
    arguments = [
        piece
        for parameter in context.command.params
        if isinstance(parameter, click.Argument)
        for piece in parameter.get_usage_pieces(context)
    ]
    return " ".join([str(context.info_name), *arguments]).replace("|", "\\|")


def _description(command: click.Command) -> str:
    options = [
        f"`{option.opts[0]}`"
        for option in command.params
        if isinstance(option, click.Option) and option.name not in {"json", "help"}
    ]
    text = " ".join((command.help or "").split())
    return f"{text} Options: {', '.join(options)}." if options else text


if __name__ == "__main__":
    page = PAGE.read_text(encoding="utf-8")
    before, after = page.split(START)[0], page.split(END)[1]
    PAGE.write_text(f"{before}{write_reference()}\n{END}{after}", encoding="utf-8")
