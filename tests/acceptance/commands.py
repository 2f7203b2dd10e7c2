"""The commands of the acceptance checks.

Exit codes: 0 done, 1 a reference case failed or its file could not be read, 2 the request cannot be
carried out.
"""

import sys
from pathlib import Path
from typing import Any

import click

from forecasts.errors import ForecastsError
from tests.acceptance.evaluation import tables
from tests.acceptance.evaluation.judge import cluster, open_judge
from tests.acceptance.evaluation.labelled import read_archive, read_labels, read_reports
from tests.acceptance.evaluation.relevance import evaluate_relevance, sampled, wordings
from tests.acceptance.evaluation.stories import evaluate_stories
from tests.acceptance.oracles import replay
from tests.acceptance.oracles.report import report_lines
from tracker.app import question_set_files
from tracker.errors import TrackerError, escape_control_characters
from tracker.interfaces.cli import tables as printing
from tracker.interfaces.cli.commands import essays
from tracker.interfaces.cli.commands.entry import print_error
from tracker.interfaces.cli.commands.terminal import as_json, console, print_result
from tracker.interfaces.process_setup import configure_logging
from tracker.settings import load_settings

input_file = click.Path(dir_okay=False, path_type=Path)


class AcceptanceGroup(click.Group):
    """A group of commands whose refusals are one line on standard error and exit code 2."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the chosen command."""
        try:
            return super().invoke(ctx)
        except (ForecastsError, TrackerError) as error:
            print_error(error)
            ctx.exit(2)


@click.group(
    cls=AcceptanceGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
def acceptance() -> None:
    """Hold the product against reference cases, labelled news and essays."""
    configure_logging(load_settings())


@acceptance.command()
@click.argument(
    "files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path)
)
@as_json
def oracles(files: tuple[Path, ...], json: bool) -> None:
    """Replay reference cases from JSON files through the public functions of `forecasts`, and show
    every difference.

    Exit code 1 when a case fails or a file holds no cases.
    """
    result = replay(files)
    errors = [escape_control_characters(error) for error in result.unreadable]
    record = {
        "passed": result.passed,
        "failed": result.failed,
        "failures": result.failures,
        "errors": errors,
    }
    print_result(record, json, printing.safe_text("\n".join(report_lines(result))))
    for error in errors:
        print_error(error)
    if not result.ok:
        sys.exit(1)


@acceptance.command()
@click.argument("file", type=input_file)
@click.option(
    "--set", "set_name", metavar="NAME", help="The question set whose ids the file names."
)
@click.option(
    "--negatives",
    type=input_file,
    help="Archive of unlabelled items (JSON lines, .gz) to find irrelevant.",
)
@click.option(
    "--sample",
    type=click.IntRange(0),
    default=5000,
    show_default=True,
    help="So many of them, at random.",
)
@click.option(
    "--seed", type=int, default=0, show_default=True, help="Another number draws another sample."
)
@click.option(
    "--encoder",
    default="auto",
    show_default=True,
    help="What compares meanings; auto: the best there is.",
)
@as_json
def relevance(file: Path, *, set_name: str | None, encoder: str, json: bool, **drawn: Any) -> None:
    """Judge the labelled items of FILE (JSON lines) and compare: average precision, precision,
    recall, direction.

    Lines hold question, title, summary, relevance (0, 1, 2) and stance (-1, 0, 1), and may hold qid
    and id.
    """
    labels = read_labels(file)
    archive = () if drawn["negatives"] is None else read_archive(drawn["negatives"])
    unlabelled = sampled(archive, labels, drawn["sample"], drawn["seed"])
    wording = {} if set_name is None else wordings(question_set_files.load_question_set(set_name))
    report = evaluate_relevance(open_judge(set_name, encoder), labels, unlabelled, wording=wording)
    if json:
        print_result({"seed": drawn["seed"], "report": report}, json, "")
        return
    console.print(tables.questions_table(report))
    print_result(report, json, "\n".join(tables.relevance_lines(report)))
    console.print(tables.confusion_table(report.direction))


@acceptance.command()
@click.argument("file", type=input_file)
@as_json
def stories(file: Path, *, json: bool) -> None:
    """Group the items of FILE (JSON lines) into stories and compare with their events: B³ and
    pairwise F1.

    Lines hold event, title, summary and published or first_seen, and may hold lang.
    """
    figures = evaluate_stories(cluster, read_reports(file))
    print_result(figures, json, tables.stories_table(figures))


@acceptance.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@click.option("--all", "everything", is_flag=True, help="Dropped sentences too.")
@as_json
@click.pass_context
def claims(context: click.Context, file: str, *, everything: bool, json: bool) -> None:
    """Find the claims of an essay in FILE as `tracker essay claims` does; `--json` prints every
    sentence.
    """
    context.invoke(essays.claims, essay_or_file=file, everything=everything, json=json)
