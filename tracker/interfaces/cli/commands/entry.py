"""Lazy groups of commands, and the printing of errors.

A command's modules are imported only when it is called; `--version`, the help of a group and
completion of names need none of them, so this module imports nothing heavy.
"""

import gc
import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Any, NamedTuple, cast

import click

from tracker.errors import Refused, escape_control_characters


class CommandEntry(NamedTuple):
    """Place of a command, `module:attribute` below this package; its short help; and what follows
    its name in an example.
    """

    place: str
    help: str
    example: str = ""


class GroupEntry(NamedTuple):
    """Short help of a group, and its commands by name."""

    help: str
    commands: Mapping[str, CommandEntry]

    @property
    def example(self) -> str:
        """The example of the first command."""
        name, entry = next(iter(self.commands.items()))
        return f"{name} {entry.example}"


class LazyCommands(click.Group):
    """Group that lists its commands from a table, and imports one when it is called.

    `commands` has a stub with the help of each; `resolve_command` returns the real one.
    """

    def __init__(
        self, *args: Any, entries: Mapping[str, CommandEntry | GroupEntry], **attributes: Any
    ) -> None:
        super().__init__(*args, **attributes)
        self.entries = entries
        self.commands = {
            name: LazyCommands(name, help=entry.help, entries=entry.commands)
            if isinstance(entry, GroupEntry)
            else click.Command(name, help=entry.help)
            for name, entry in entries.items()
        }

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the table."""
        return list(self.entries)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the name, the imported command with its example, and its arguments.

        A command that stands in one group alone is found without it: `tracker verify`.
        """
        groups = self._find_groups(args[0])
        if len(groups) == 1:
            args = [*groups, *args]
        elif groups and not ctx.resilient_parsing:
            places = " or ".join(f"'{group} {args[0]}'" for group in groups)
            ctx.fail(f"No such command '{args[0]}'. Did you mean {places}?")
        name, command, arguments = super().resolve_command(ctx, args)
        if name is not None and command is not None:
            entry = self.entries[name]
            if isinstance(entry, CommandEntry):
                module_name, attribute = entry.place.split(":")
                module = _import_module(f"{__package__}.{module_name}")
                command = cast(click.Command, getattr(module, attribute))
            command.epilog = f"\b\nExample: {ctx.command_path} {name} {entry.example}".rstrip()
        return name, command, arguments

    def _find_groups(self, name: str) -> list[str]:
        """Return the groups in which a command stands that is not here."""
        return [
            group
            for group, entry in self.entries.items()
            if isinstance(entry, GroupEntry) and name in entry.commands and name not in self.entries
        ]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Refuse arguments that are not UTF-8, which could not be stored."""
        for arg in args:
            if not arg.isascii() and any("\ud800" <= char <= "\udfff" for char in arg):
                raise Refused(
                    f"the argument {arg} is not UTF-8: type it again, or rename the file that it "
                    "names"
                )
        return super().parse_args(ctx, args)


def _import_module(name: str) -> object:
    """Import a module with garbage collection disabled.

    Imported objects stay alive: collecting them takes a seventh of the start-up time.
    """
    if name in sys.modules:
        return sys.modules[name]
    gc.disable()
    try:
        return import_module(name)
    finally:
        gc.freeze()
        gc.enable()


def print_error(reason: object) -> None:
    """Print an error as one line, with unprintable characters escaped."""
    click.echo(f"Error: {escape_control_characters(str(reason))}", err=True)
