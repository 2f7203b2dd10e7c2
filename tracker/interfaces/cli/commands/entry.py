"""Lazy group of all commands, and the printing of errors.

A command's modules are imported only when it is called; `--version`, `--help` and completion need
none of them, so this module imports nothing heavy.
"""

import gc
import sys
from collections.abc import Mapping
from copy import copy
from importlib import import_module
from typing import Any, NamedTuple, cast

import click
from click.shell_completion import CompletionItem

from tracker.errors import Refused, escape_control_characters


class CommandEntry(NamedTuple):
    """Place of a command, `module:attribute` below this package, and its short help."""

    place: str
    help: str


class LazyCommands(click.Group):
    """Group that lists its commands from a table, and imports one when it is looked up.

    `commands` has a stub with the help of each; `get_command` returns the real one.
    """

    def __init__(self, *args: Any, entries: Mapping[str, CommandEntry], **attributes: Any) -> None:
        super().__init__(*args, **attributes)
        self.places = {name: entry.place for name, entry in entries.items()}
        self.commands = {
            name: click.Command(name, help=entry.help) for name, entry in entries.items()
        }

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return the command of that name; None if there is none."""
        if cmd_name not in self.commands:
            return None
        module, attribute = self.places[cmd_name].split(":")
        return cast(click.Command, getattr(_import_module(f"{__package__}.{module}"), attribute))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write names and help without imports."""
        self._stub_group().format_commands(ctx, formatter)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete the name of a command or option without imports."""
        listing = copy(ctx)
        # click uses the command of the context, not the one that it calls.
        listing.command = self._stub_group()
        return listing.command.shell_complete(listing, incomplete)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Refuse arguments that are not UTF-8, which could not be stored."""
        for arg in args:
            if not arg.isascii() and any("\ud800" <= char <= "\udfff" for char in arg):
                raise Refused(
                    f"the argument {arg} is not UTF-8: write it anew, or rename the file that it "
                    "names"
                )
        return super().parse_args(ctx, args)

    def _stub_group(self) -> click.Group:
        return click.Group(self.name, commands=self.commands, params=self.params)


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
