"""The group of all commands, which loads the modules of a command only when it is called, and how
an error is printed.

`--version`, `--help` and the completion of names need none of them, so this module imports nothing
heavy.
"""

import gc
import sys
from collections.abc import Mapping
from copy import copy
from importlib import import_module
from typing import Any, NamedTuple, cast

import click
from click.shell_completion import CompletionItem

from tracker.errors import Refused, in_plain_characters


class CommandEntry(NamedTuple):
    """The place of a command, as `module:attribute` below `tracker.interfaces.cli.commands`, and the first
    paragraph of its help.
    """

    place: str
    help: str


class LazyCommands(click.Group):
    """A group that lists its commands from a table, and imports one when it is asked for by name.

    `commands` holds a name with its help for each; `get_command` returns the real one.
    """

    def __init__(self, *args: Any, entries: Mapping[str, CommandEntry], **attributes: Any) -> None:
        super().__init__(*args, **attributes)
        self.places = {name: entry.place for name, entry in entries.items()}
        self.commands = {
            name: click.Command(name, help=entry.help) for name, entry in entries.items()
        }

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, imported now; None where there is none."""
        if cmd_name not in self.commands:
            return None
        module, attribute = self.places[cmd_name].split(":")
        return cast(click.Command, getattr(_imported(f"{__package__}.{module}"), attribute))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the names with their help, which needs no import."""
        self._names().format_commands(ctx, formatter)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete the name of a command or option, which needs no import."""
        listing = copy(ctx)
        listing.command = (
            self._names()
        )  # click asks the command of the context, not the one that it calls
        return listing.command.shell_complete(listing, incomplete)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Refuse what the terminal sent in another encoding; no name or text that is kept could
        hold it.
        """
        for arg in args:
            if not arg.isascii() and any("\ud800" <= char <= "\udfff" for char in arg):
                raise Refused(
                    f"the argument {arg} is not UTF-8: write it anew, or rename the file that it "
                    "names"
                )
        return super().parse_args(ctx, args)

    def _names(self) -> click.Group:
        return click.Group(self.name, commands=self.commands, params=self.params)


def _imported(name: str) -> object:
    """A module; while it is imported, no garbage is collected.

    What is imported stays: looking for garbage in it takes a seventh of the start, and time later.
    """
    if name in sys.modules:
        return sys.modules[name]
    gc.disable()
    try:
        return import_module(name)
    finally:
        gc.freeze()
        gc.enable()


def complain(reason: object) -> None:
    """Print an error as one line, whatever characters the names in it have."""
    click.echo(f"Error: {in_plain_characters(str(reason))}", err=True)
