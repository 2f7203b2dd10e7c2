"""Commands on scores, receipts, accuracy, calibration, comparison and habits."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypedDict, TypeVar, Unpack, get_args

import click

from forecasts.calibration.snapshots import LEADS_DAYS
from forecasts.questions.links import HORIZONS
from forecasts.questions.question import (
    COMPUTED,
    CROWD,
    CROWD_EXTREMISED,
    CROWD_WEIGHTED,
    Forecaster,
    ForecasterId,
    Kind,
)
from forecasts.scoring.rulebook import RULES, RuleName
from tracker.app.tracker import Tracker
from tracker.errors import NotFound, Refused
from tracker.interfaces.cli import calibration_tables, score_tables
from tracker.interfaces.cli.commands.terminal import (
    as_json,
    console,
    print_result,
    tracker_session,
    write_file,
)
from tracker.model.read_models import Accuracy, Choice

if TYPE_CHECKING:
    from tracker.questions.queries.score_selection import TabulatedScore

_POOLS: Final = {
    "median": CROWD,
    "weighted": CROWD_WEIGHTED,
    "extremised": CROWD_EXTREMISED,
}

Command = TypeVar("Command", bound=Callable[..., Any])


class _ChoiceOptions(TypedDict):
    kind: Kind | None
    period: str | None
    horizon: Literal["short", "medium", "long"] | None
    tag: str | None
    retrospective: bool


def choice_options(command: Command) -> Command:
    """Add the options that select resolved questions."""
    for option in (
        click.option(
            "--kind", type=click.Choice(get_args(Kind)), help="Only questions of this kind."
        ),
        click.option(
            "--period", metavar="QUARTER", help="Only questions that closed then, such as 2026-Q1."
        ),
        click.option(
            "--horizon",
            type=click.Choice(list(HORIZONS)),
            help="Only questions of this length: "
            + "; ".join(f"{name} = {days}" for name, days in HORIZONS.items()),
        ),
        click.option("--tag", help="Only questions with this tag."),
        click.option(
            "--retrospective",
            is_flag=True,
            help="Questions written after their opening; never mixed with live ones.",
        ),
    ):
        command = option(command)
    return command


@click.command()
@click.argument("question", required=False)
@choice_options
@click.option("--rule", type=click.Choice(list(RULES)), help="Only this rule.")
@click.option(
    "--csv",
    "csv_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write all scores to a file.",
)
@as_json
@click.pass_context
def score(
    context: click.Context,
    /,
    *,
    question: str | None,
    rule: RuleName | None,
    csv_file: Path | None,
    json: bool,
    **choice: Unpack[_ChoiceOptions],
) -> None:
    """Show everyone's scores on a question, or over all.

    All are the questions that are resolved.
    """
    with tracker_session(context) as tracker:
        if question is not None and csv_file is not None:
            raise Refused(
                "a file holds the scores of all questions: leave out either the question or --csv"
            )
        if question is not None:
            _score_question(tracker, question, rule, json)
        elif csv_file is not None:
            _write_scores(tracker.accuracy.score_table(Choice(**choice)), rule, csv_file, json)
        else:
            accuracy = tracker.accuracy.summarise(Choice(**choice))
            rows = tuple(s for s in accuracy.summaries if rule in (None, s.rule))
            table = (
                score_tables.summaries_table(accuracy, rows)
                if rows
                else score_tables.explain_no_scores(accuracy)
            )
            print_result(accuracy if rule is None else rows, json, table)


def _score_question(tracker: Tracker, question: str, rule: RuleName | None, json: bool) -> None:
    receipts = tracker.resolutions.receipts(question)
    scores = tuple(s for s in receipts.scores if rule in (None, s.rule))
    message = (
        f"{question} has no scores by that rule: `tracker accuracy score {question}` lists those "
        "there are."
    )
    if not receipts.scores:
        message = f"{question} has no scores: it is not resolved, or was annulled."
    print_result(scores, json, score_tables.scores_table(receipts, scores) if scores else message)


def _write_scores(
    table: "tuple[TabulatedScore, ...]", rule: RuleName | None, file: Path, json: bool
) -> None:
    from tracker.questions.queries.score_selection import TabulatedScore
    from tracker.reports.table_export import to_csv

    rows = [row for row in table if rule in (None, row.rule)]
    write_file(file, to_csv(TabulatedScore._fields, rows).encode())
    print_result({"rows": len(rows)}, json, f"{len(rows)} scores written to {file}.")


@click.command()
@choice_options
@click.option(
    "--crowd",
    type=click.Choice(tuple(_POOLS)),
    help="Show this pool as the crowd from now on; another than the median has to lead.",
)
@as_json
@click.pass_context
def summarise_accuracy(
    context: click.Context, /, crowd: str | None, json: bool, **choice: Unpack[_ChoiceOptions]
) -> None:
    """Show how good every forecaster was.

    First a sentence on you, then the skill of people on the same questions at the same times,
    points, and what is waiting: answered questions whose scheduled close is still to come, with
    the date and everyone's provisional scores.
    """
    with tracker_session(context) as tracker:
        if crowd is not None:
            tracker.accuracy.choose_crowd(_POOLS[crowd])
            print_result({"crowd": crowd}, json, f"From now on the crowd shown is: {crowd}.")
            return
        results = tracker.accuracy.summarise(Choice(**choice))
        record = None if json else tracker.accuracy.record(Choice(**choice))
    if record is None:
        print_result(results, json, "")
        return
    if sentence := record.describe():
        console.print(sentence)
    _print_accuracy(results)


def _print_accuracy(results: Accuracy) -> None:
    if results.summaries:
        for rule in (rule for rule, people in results.adjusted.items() if people):
            console.print(score_tables.skill_table(results, rule))
        for rule in results.pools:
            if pools := score_tables.describe_pools(results, rule):
                console.print(pools)
        if offer := score_tables.describe_crowd_offer(results):
            console.print(offer)
        console.print(score_tables.headline_table(results))
        console.print(score_tables.cohorts_table(results))
        console.print(score_tables.describe_counts(results))
    else:
        console.print(score_tables.explain_no_scores(results))
    for table in score_tables.list_uncounted_tables(results):
        console.print(table)


@click.command()
@click.argument("question")
@click.option(
    "--rule", type=click.Choice(list(RULES)), help="Only this rule (default: the headline rule)."
)
@click.option("--who", "forecaster", metavar="NAME", help="Only this forecaster.")
@as_json
@click.pass_context
def receipts(
    context: click.Context,
    /,
    *,
    question: str,
    rule: RuleName | None,
    forecaster: str | None,
    json: bool,
) -> None:
    """Show the intervals that every score of a question is made of.

    It also lists what came too late to count. As JSON it has the proof that the signed log contains
    the forecasts and the answer, which docs/verify_receipt.py checks.
    """
    with tracker_session(context) as tracker:
        results = tracker.resolutions.receipts(question)
        chosen = None if forecaster is None else (ForecasterId(forecaster),)
        proof = tracker.resolutions.prove(question, chosen) if json else None
    if (
        forecaster is not None
        and results.scores
        and forecaster not in {s.forecaster_id for s in results.scores}
    ):
        raise NotFound(
            "forecaster", forecaster, f"`tracker accuracy score {question}` lists who was scored"
        )
    scores = score_tables.select_scores(results, rule, forecaster)
    if json:
        shown = {"scores": scores, "hindsight": results.hindsight, "proof": proof}
        print_result(shown, json, "")
        return
    if not scores:
        console.print(
            f"{question} has no such scores: `tracker accuracy score {question}` lists those there "
            "are."
        )
    for single in scores:
        console.print(score_tables.receipt_table(results, single))
    if results.hindsight:
        console.print(score_tables.hindsight_table(results))


def _find_forecasters(
    people: Iterable[Forecaster], names: Iterable[str]
) -> frozenset[ForecasterId]:
    """Return the ids of forecasters by name or id, all without names; raises `NotFound`."""
    names_by_id = {forecaster.id: forecaster.name for forecaster in people}
    ids_by_name: dict[str, ForecasterId] = {
        name: forecaster_id for forecaster_id, name in names_by_id.items()
    } | {str(forecaster_id): forecaster_id for forecaster_id in names_by_id}
    unknown = next((name for name in names if name not in ids_by_name), None)
    if unknown is not None:
        raise NotFound("forecaster", unknown, "`tracker accuracy summary` lists the names")
    return frozenset(ids_by_name[name] for name in names) or frozenset(ids_by_name.values())


@click.command()
@choice_options
@click.option(
    "--lead",
    type=click.IntRange(1),
    default=30,
    show_default=True,
    help=f"Days before the close ({LEADS_DAYS}).",
)
@click.option("--who", "forecaster", metavar="NAME", help="Only this forecaster.")
@click.option("--bands", is_flag=True, help="Show the curve with its bands as well.")
@click.option(
    "--recalibrate",
    type=click.Choice(("on", "off")),
    help="Recalibrate my further forecasts as my record bears out, or no longer.",
)
@as_json
@click.pass_context
def calibration(
    context: click.Context,
    /,
    *,
    lead: int,
    forecaster: str | None,
    bands: bool,
    recalibrate: Literal["on", "off"] | None,
    json: bool,
    **choice: Unpack[_ChoiceOptions],
) -> None:
    """Show whether 70% happened seven times in ten.

    A sentence first; then bins, measures, and where numbers and dates fell.
    """
    with tracker_session(context) as tracker:
        if recalibrate is not None:
            _switch_recalibration(tracker, is_on=recalibrate == "on", json=json)
            return
        report = tracker.accuracy.calibration(Choice(**choice), lead_days=lead)
        state = tracker.accuracy.recalibration()
    selected = _find_forecasters(
        report.forecasters.values(), () if forecaster is None else (forecaster,)
    )
    if json:
        print_result(report, json, "")
        return
    shown = [person for person in report.reliability if person in selected]
    for person in shown:
        console.print(*calibration_tables.reliability_tables(report, person), sep="\n")
        if bands:
            console.print(calibration_tables.band_table(report, person))
    measured = [person for person in report.ranks if person in selected]
    for person in measured:
        console.print(calibration_tables.ranks_table(report, person))
    if not shown and not measured:
        console.print(
            f"Nobody held a forecast {lead} days before the close of a question that has been "
            "scored."
        )
    for line in calibration_tables.describe_recalibration(state):
        console.print(line)


def _switch_recalibration(tracker: Tracker, *, is_on: bool, json: bool) -> None:
    if is_on:
        applied = tracker.accuracy.recalibrate()
        message = (
            "From now on your forecasts are shown recalibrated, too, and scored beside the others."
        )
        print_result(applied, json, message)
        return
    tracker.accuracy.stop_recalibrating()
    print_result({"recalibrated": False}, json, "Your forecasts are recalibrated no longer.")


@click.command()
@choice_options
@click.option("--who", "forecaster", metavar="NAME", help="This forecaster with everybody else.")
@as_json
@click.pass_context
def compare(
    context: click.Context,
    /,
    forecaster: str | None,
    json: bool,
    **choice: Unpack[_ChoiceOptions],
) -> None:
    """Say who was better than whom.

    On the same questions at the same times. It may be asked after every answer: at most 5% of the
    verdicts on equal forecasters are wrong, however often one looks.
    """
    with tracker_session(context) as tracker:
        forecaster_id = None if forecaster is None else _find_forecaster(tracker, forecaster)
        report = tracker.accuracy.compare(Choice(**choice), forecaster_id=forecaster_id)
    if json:
        print_result(report.rules, json, "")
    elif not any(c.questions for rule in report.rules for c in rule.comparisons):
        console.print("No two forecasters had a forecast on the same question at the same time.")
    else:
        for rule in report.rules:
            console.print(score_tables.comparison_table(report, rule))


def _find_forecaster(tracker: Tracker, name: str) -> ForecasterId:
    known = (*tracker.people.list(), *tracker.people.list_outside(), *COMPUTED)
    (forecaster_id,) = _find_forecasters(known, (name,))
    return forecaster_id


@click.command()
@choice_options
@as_json
@click.pass_context
def habits(context: click.Context, /, json: bool, **choice: Unpack[_ChoiceOptions]) -> None:
    """Show how people revise: how often, and by how much.

    It also says whether that is as much as the evidence asks for.
    """
    with tracker_session(context) as tracker:
        results = tracker.accuracy.habits(Choice(**choice))
    print_result(
        results,
        json,
        score_tables.habits_table(results)
        if results
        else "Nobody has forecast a question that was answered.",
    )
