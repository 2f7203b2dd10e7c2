"""The command line: argv → one verb → text.

Exit codes: 0 done, 1 failed while running, 2 the request cannot be carried out (with the reason).
"""

import os
import sys
import traceback
from pathlib import Path

import click

from forecasts.errors import ForecastsError
from tracker.commands import (
    archive,
    asking,
    backtest,
    essays,
    evidence,
    feeds,
    forecasts,
    indicators,
    learned,
    operations,
    questions,
    reports,
    scenarios,
    scores,
    sets,
    wording,
)
from tracker.commands.terminal import complain
from tracker.demo import replay_settings
from tracker.errors import Refused, StorageUnavailable, TrackerError
from tracker.logs import set_up_logs
from tracker.settings import load_settings


class Commands(click.Group):
    """The commands, which take no argument that is not text."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Refuse what the terminal sent in another encoding; no name or text that is kept could hold it."""
        for arg in args:
            if not arg.isascii() and any("\ud800" <= char <= "\udfff" for char in arg):
                raise Refused(f"the argument {arg} is not UTF-8: write it anew, or rename the file that it names")
        return super().parse_args(ctx, args)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--data", type=click.Path(path_type=Path), help="Data directory (default: data).")
@click.option("--replay", is_flag=True, help="Work on the replay's database instead of the live one.")
@click.version_option(package_name="scenario-tracker", message="%(version)s")
@click.pass_context
def cli(context: click.Context, /, data: Path | None, replay: bool) -> None:
    """Turn an essay's predictions into forecasts, follow the news, and keep score."""
    settings = load_settings(data)
    set_up_logs(settings)
    context.obj = replay_settings(settings) if replay else settings


COMMANDS = (
    questions.questions,
    questions.show_question,
    sets.sets,
    essays.essay,
    asking.ask,
    wording.lint,
    wording.edit,
    wording.retract,
    asking.options,
    indicators.indicator,
    scenarios.scenarios,
    scenarios.links,
    scenarios.calendar,
    forecasts.forecast,
    forecasts.reaffirm,
    forecasts.withdraw,
    forecasts.undo,
    forecasts.redo,
    evidence.inbox,
    evidence.review,
    learned.learned,
    learned.learn,
    learned.ask_model,
    questions.resolve,
    scores.score,
    scores.receipts,
    scores.accuracy,
    scores.calibration,
    scores.compare,
    scores.habits,
    reports.report,
    reports.export,
    feeds.feeds,
    feeds.ingest,
    feeds.metrics,
    archive.rematch,
    operations.suggest,
    operations.verify,
    backtest.backtest,
    operations.run,
    operations.up,
    operations.demo,
)

for command in COMMANDS:
    cli.add_command(command)


def main() -> None:
    """Run the command line; a refusal is one line on standard error and exit code 2."""
    try:
        cli.main(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        if isinstance(error, click.UsageError) and error.ctx is not None:
            click.echo(f"{error.ctx.get_usage()}\nTry '{error.ctx.command_path} --help' for help.", err=True)
        complain(error.format_message())
        sys.exit(error.exit_code)
    except (ForecastsError, TrackerError) as error:
        complain(error)
        sys.exit(1 if isinstance(error, StorageUnavailable) else 2)
    except BrokenPipeError:  # the reader of a pipe went away, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:  # a bug of ours: whoever typed the command should not have to read its trace
        if os.environ.get("TRACKER_DEBUG") == "1":
            traceback.print_exc()
        complain(f"unexpected {type(error).__name__}: {error}; set TRACKER_DEBUG=1 to see where it happened")
        sys.exit(1)
