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
from tracker.interfaces.cli.commands.entry import CommandEntry, LazyCommands, print_error

COMMANDS = {
    "questions": CommandEntry(
        "questions:questions", "List the questions with their current numbers."
    ),
    "show": CommandEntry(
        "questions:show_question",
        "Show one question: its numbers, why the suggestion is what it is or why it moved, its "
        "evidence.",
    ),
    "sets": CommandEntry("sets:sets", "Check, load and write question sets."),
    "essay": CommandEntry(
        "essays:essay", "Read an essay: its claims, the questions from them, and its record."
    ),
    "ask": CommandEntry("question_edits:ask", "Open a question of your own, of any kind."),
    "lint": CommandEntry(
        "question_edits:lint",
        "Say what keeps a stranger from resolving a question, and what to write instead.",
    ),
    "edit": CommandEntry(
        "question_edits:edit",
        "Word a question anew; forecasts keep the wording that they were made on.",
    ),
    "retract": CommandEntry(
        "question_edits:retract",
        "Take a question back that nobody has forecast yet; afterwards it can only be annulled.",
    ),
    "options": CommandEntry(
        "question_edits:options", "Show the options of a question, add one, or remove one."
    ),
    "indicator": CommandEntry(
        "evidence:indicator", "What would bear on a question, written down in advance."
    ),
    "scenarios": CommandEntry(
        "scenarios:scenarios", "Whole futures: how they stand, and what would change our mind."
    ),
    "links": CommandEntry(
        "scenarios:links", "Questions bound to each other, and what contradicts what."
    ),
    "calendar": CommandEntry(
        "scenarios:calendar",
        "Show what to expect next: signposts, closes and answers, with what it says if they "
        "come or stay out.",
    ),
    "forecast": CommandEntry("forecasts:forecast", "Set your forecast."),
    "reaffirm": CommandEntry("forecasts:reaffirm", "Say again what you hold; it counts as an act."),
    "withdraw": CommandEntry(
        "forecasts:withdraw", "Take your forecast back: from now on you hold none."
    ),
    "undo": CommandEntry("forecasts:undo", "Take back your last act on a question, as a new act."),
    "redo": CommandEntry("forecasts:redo", "Bring back what your last undo took, as a new act."),
    "inbox": CommandEntry(
        "evidence:inbox",
        "List the evidence that waits for your judgement: what it would change most comes first.",
    ),
    "review": CommandEntry(
        "evidence:review",
        "Judge a piece of evidence: confirm it, perhaps corrected, or reject it; or reopen it, "
        "so that it waits again.",
    ),
    "learned": CommandEntry(
        "learned:learned",
        "Show what was learned from reviews and answers; with a subcommand, freeze or reset it.",
    ),
    "learn": CommandEntry(
        "learned:learn", "Learn from reviews and answers now, as the scheduler does once a day."
    ),
    "ask-model": CommandEntry(
        "learned:ask_model",
        "Have the model judge evidence that waits; its judgement is marked as such and "
        "overrides nobody.",
    ),
    "resolve": CommandEntry(
        "questions:resolve", "Answer a question, or annul it; a later answer supersedes this one."
    ),
    "score": CommandEntry(
        "scores:score", "Show everyone's scores on a question, or over all resolved questions."
    ),
    "receipts": CommandEntry(
        "scores:receipts",
        "Show the intervals that every score of a question is made of, and what came too late "
        "to count.",
    ),
    "accuracy": CommandEntry(
        "scores:accuracy",
        "Show how good every forecaster was: the headline skill, the references, and what is "
        "waiting.",
    ),
    "calibration": CommandEntry(
        "scores:calibration",
        "Show whether 70 % happened seven times in ten, with bands, decompositions and a plain "
        "sentence.",
    ),
    "compare": CommandEntry(
        "scores:compare",
        "Say of every pair of forecasters who was better, or that there is not enough to say.",
    ),
    "habits": CommandEntry(
        "scores:habits",
        "Show how people revise: how often, by how much, and whether as much as the evidence "
        "asks for.",
    ),
    "report": CommandEntry(
        "reports:report",
        "Write a report on a question, a scenario set, an essay or the last week, as HTML, PDF "
        "or JSON.",
    ),
    "export": CommandEntry(
        "reports:export",
        "Write a table as CSV, Parquet or JSON, or every table into a folder; without either, "
        "list them.",
    ),
    "feeds": CommandEntry(
        "feeds:feeds",
        "Show the feeds with their health; with a subcommand, change which are read and how.",
    ),
    "ingest": CommandEntry(
        "feeds:ingest", "Poll the feeds that are due, once, and log what is new as evidence."
    ),
    "metrics": CommandEntry(
        "feeds:metrics",
        "Print the state of feeds, questions and jobs in the format that Prometheus reads.",
    ),
    "rematch": CommandEntry(
        "operations:rematch",
        "Hold the archive against questions that are new, or that a newer matcher has not seen.",
    ),
    "suggest": CommandEntry(
        "operations:suggest", "Bring the suggestion of every open question up to now."
    ),
    "verify": CommandEntry(
        "operations:verify",
        "Check that no forecast, decision, answer or question was changed after it was entered.",
    ),
    "backtest": CommandEntry(
        "backtest:backtest",
        "Replay ARCHIVE in the order it was first seen, and compare the suggestion with time "
        "alone.",
    ),
    "run": CommandEntry(
        "operations:run", "Run the scheduler alone: poll feeds and let time pass until Ctrl-C."
    ),
    "up": CommandEntry(
        "operations:up",
        "Start everything: database, question set on first start, scheduler, dashboard.",
    ),
    "demo": CommandEntry(
        "operations:demo",
        "Replay the years since February 2022 into a database of its own, and show it.",
    ),
}


@click.group(
    cls=LazyCommands,
    entries=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option("--data", type=click.Path(path_type=Path), help="Data directory (default: data).")
@click.option(
    "--replay", is_flag=True, help="Work on the replay's database instead of the live one."
)
@click.version_option(package_name="scenario-tracker", message="%(version)s")
@click.pass_context
def cli(context: click.Context, /, data: Path | None, replay: bool) -> None:
    """Turn an essay's predictions into forecasts, follow the news, and keep score."""
    from tracker.interfaces.process_setup import (
        configure_logging,  # --help and --version need neither
    )
    from tracker.settings import load_settings, replay_settings

    settings = load_settings(data)
    configure_logging(settings)
    context.obj = replay_settings(settings) if replay else settings


def main() -> None:
    """Run the command line; a refused request prints one line on standard error and exits
    with 2.
    """
    try:
        cli.main(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        if isinstance(error, click.UsageError) and error.ctx is not None:
            click.echo(
                f"{error.ctx.get_usage()}\nTry '{error.ctx.command_path} --help' for help.",
                err=True,
            )
        print_error(error.format_message())
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
