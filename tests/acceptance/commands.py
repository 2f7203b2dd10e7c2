"""The commands of the acceptance checks.

Exit codes: 0 done, 1 a reference case failed or its file could not be read, 2 the request cannot be
carried out.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import click

from forecasts.errors import ForecastsError
from tests.acceptance.evaluation import tables
from tests.acceptance.evaluation.claim_figures import evaluate_claims
from tests.acceptance.evaluation.clustering import cluster
from tests.acceptance.evaluation.evidence_figures import evaluate_evidence
from tests.acceptance.evaluation.labelled import read_pairs, read_questions, read_reports
from tests.acceptance.evaluation.metaculus import convert
from tests.acceptance.evaluation.platform_questions import (
    LintReport,
    measure_blocked_share,
    measure_caught_shares,
    read_platform_questions,
)
from tests.acceptance.evaluation.stories import evaluate_stories
from tests.acceptance.oracles import replay
from tests.acceptance.oracles.report import report_lines
from tests.acceptance.worlds import (
    calibration,
    crowds,
    habits,
    headline,
    intervals,
    suggestion,
    verdicts,
)
from tests.acceptance.worlds.figure import Figure, build_figure_table
from tests.forecasts.unanswerable import HALVES
from tracker.errors import TrackerError, escape_control_characters
from tracker.interfaces.cli import tables as printing
from tracker.interfaces.cli.commands import essays
from tracker.interfaces.cli.commands.entry import print_error
from tracker.interfaces.cli.commands.terminal import as_json, console, print_result
from tracker.interfaces.process_setup import configure_logging
from tracker.settings import Settings, load_settings

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
    configure_logging(replace(load_settings(), log_level="warning"))


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
@click.argument("source", type=click.Path(file_okay=False, exists=True, path_type=Path))
@click.argument("target", type=click.Path(file_okay=False, path_type=Path))
@as_json
def metaculus(source: Path, target: Path, json: bool) -> None:
    """Write the Metaculus sample of 2023 as question sets, with their forecasts and answers.

    TARGET gets the sets *questions* and *pairs*, and CSV files that `tracker forecast import` reads.
    """
    counts = convert(source, target)
    print_result(counts, json, f"{counts['questions']} questions and {counts['pairs']} pairs.")


@acceptance.command()
@click.option("--questions", required=True, type=input_file, help="The questions (JSON lines).")
@click.option("--pairs", required=True, type=input_file, help="Judged pairs of them with items.")
@click.option(
    "--stream",
    type=click.Path(path_type=Path),
    help="Archive of items that nobody judged (JSON lines, .gz), seen in the same days.",
)
@click.option(
    "--encoder",
    default="auto",
    show_default=True,
    help="What compares meanings; auto: the best there is.",
)
@click.option("--model-url", default="", help="A model that judges, as the setting model_url.")
@click.option("--model-name", default="", help="Its name.")
@as_json
def evidence(
    *,
    questions: Path,
    pairs: Path,
    stream: Path | None,
    encoder: str,
    model_url: str,
    model_name: str,
    json: bool,
) -> None:
    """Ask the questions, publish and poll the items of the pairs, and compare what was logged with
    the labels.

    Lines of questions hold question_id, group (own question, shipped set), question, criteria,
    kind, options, from, to and source; those of pairs question_id, item_id, title, summary, date,
    source, relevance (0, 1, 2: evidence) and direction (-1, 0, 1).
    """
    settings = Settings(
        encoder=encoder,
        model_url=model_url,
        model_name=model_name,
        model_seconds=600.0,
        model_budget=1_000_000,
    )
    report = evaluate_evidence(
        read_questions(questions), read_pairs(pairs), stream=stream, settings=settings
    )
    if not json:
        console.print(tables.evidence_table(report))
    print_result(report, json, "\n".join(tables.evidence_lines(report)))


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
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@as_json
def lint(folder: Path, *, json: bool) -> None:
    """Lint the questions of forecasting platforms in FOLDER, and our list of questions that nobody
    could answer: the share that is blocked, by code and by class.

    FOLDER holds metaculus_2023_sample and forecastbench.
    """
    report = LintReport(
        {
            name: measure_blocked_share(rows)
            for name, rows in read_platform_questions(folder).items()
        },
        {half: measure_caught_shares(half) for half in HALVES},
    )
    print_result(report, json, "\n".join(tables.lint_lines(report)))


@acceptance.command()
@click.argument("path", metavar="FILE|FOLDER", type=click.Path(exists=True, path_type=Path))
@click.option("--all", "everything", is_flag=True, help="Dropped sentences too.")
@as_json
@click.pass_context
def claims(context: click.Context, path: Path, *, everything: bool, json: bool) -> None:
    """Find the claims of an essay in FILE as `tracker essay claims` does, or compare those of the
    labelled essays in FOLDER with their labels, beside a regex of modal verbs.

    FOLDER holds NAME.txt and NAME.labels.json for each essay.
    """
    if path.is_dir():
        figures = evaluate_claims(path)
        print_result(figures, json, tables.claims_table(figures))
        return
    context.invoke(essays.claims, essay_or_file=str(path), everything=everything, json=json)


WORLDS: Mapping[str, Callable[[int], Iterator[Figure]]] = MappingProxyType(
    {
        "verdicts": verdicts.simulate,
        "intervals": intervals.simulate,
        "headline": headline.simulate,
        "calibration": calibration.simulate,
        "habits": habits.simulate,
        "suggestion": suggestion.simulate,
        "crowds": crowds.simulate,
    }
)


@acceptance.command()
@click.argument("parts", nargs=-1, metavar="[PART]...", type=click.Choice(list(WORLDS)))
@click.option("--seed", default=0, show_default=True, help="Seed of the worlds.")
@as_json
def worlds(parts: tuple[str, ...], *, seed: int, json: bool) -> None:
    """Simulate worlds with known truth, and print how often the product's statistics are wrong.

    All parts by default.
    """
    figures = {part: tuple(WORLDS[part](seed)) for part in parts or WORLDS}
    if not json:
        for part, rows in figures.items():
            console.print(build_figure_table(part, rows))
    missed = sum(not figure.is_met for rows in figures.values() for figure in rows)
    print_result(figures, json, f"{missed} figures miss what is wanted.")
