"""Command line entry point: parse arguments, run one command, print the result.

Exit codes: 0 done, 1 failed while running, 2 the request cannot be carried out (with the reason).
"""

import os
import sys
import traceback
from pathlib import Path

import click

from forecasts.errors import ForecastsError
from tracker.errors import StorageUnavailable, TrackerError
from tracker.interfaces.cli.command_table import COMMANDS
from tracker.interfaces.cli.commands.entry import LazyCommands, print_error


@click.group(
    cls=LazyCommands,
    entries=COMMANDS,
    epilog="\b\nExample: tracker question list --status open",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option("--data", type=click.Path(path_type=Path), help="Data directory (default: data).")
@click.option(
    "--replay", is_flag=True, help="Work on the replay's database instead of the live one."
)
@click.version_option(package_name="scenario-tracker", message="%(version)s")
def cli(**_options: Path | bool | None) -> None:
    """Turn an essay's predictions into forecasts, follow the news, and keep score."""


def main() -> None:
    """Run the command line; a refused request prints one line on standard error and exits
    with 2.
    """
    try:
        cli.main(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        _print_click_error(error)
        sys.exit(error.exit_code)
    except (ForecastsError, TrackerError) as error:
        print_error(error)
        sys.exit(1 if isinstance(error, StorageUnavailable) else 2)
    except BrokenPipeError:  # the reader of a pipe ended, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:  # a bug: no traceback unless TRACKER_DEBUG is set
        if os.environ.get("TRACKER_DEBUG") == "1":
            traceback.print_exc()
        print_error(
            f"unexpected {type(error).__name__}: {error}; set TRACKER_DEBUG=1 to see where it "
            "happened"
        )
        sys.exit(1)


def _print_click_error(error: click.ClickException) -> None:
    """Print the help of a group without arguments, or else the error as one line."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
        return
    message = " ".join(error.format_message().split())
    if isinstance(error, click.UsageError) and error.ctx is not None:
        usage = " ".join(error.ctx.get_usage().split()).removeprefix("Usage: ")
        hint = f"write {usage}, or see" if isinstance(error, click.MissingParameter) else "see"
        message = f"{message.rstrip('.')}; {hint} `{error.ctx.command_path} --help`"
    print_error(message)
