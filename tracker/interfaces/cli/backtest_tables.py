"""Terminal tables of a back-test, preceded by its description."""

from collections.abc import Iterator, Sequence

from rich.table import Table

from tracker.interfaces.cli.score_tables import number
from tracker.interfaces.cli.tables import day, safe, table_of
from tracker.replay.backtest.running import BacktestReport
from tracker.replay.backtest.scores import Calibration, FeedRow, ForecasterRow, QuestionRow, Safety

MOST_FEEDS = 10
"""Feeds shown at either end; the report has them all."""


def heading(report: BacktestReport) -> str:
    """Describe the replay and its caveats."""
    scored = sum(bool(row.brier) for row in report.scores.questions)
    lines = [
        report.retrospective,
        f"{day(report.since)} to {day(report.until)}: {report.items:,} items of "
        f"{report.sources:,} sources, {report.evidence:,} pieces of evidence in "
        f"{report.stories:,} stories.",
        (
            f"{scored} questions are scored at weekly dates; {report.not_open} were not open in "
            "that time."
        ),
    ]
    return "\n".join([*lines, *(f"Note: {warning}." for warning in report.warnings)])


def forecasters_table(rows: Sequence[ForecasterRow]) -> Table:
    """Build the table of forecasters beside the time-only baseline on the same dates."""
    table = table_of(
        "forecaster",
        "questions",
        "fates",
        "dates",
        "Brier",
        "time alone",
        "skill",
        "95 %",
        "verdict",
    )
    for row in rows:
        table.add_row(
            safe(row.who),
            *(str(count) for count in (row.n, row.clusters, row.snapshots)),
            *(number(value, ".4f") for value in (row.brier, row.hazard)),
            number(row.skill, "+.1%"),
            "–" if row.low is None or row.high is None else f"{row.low:+.1%} to {row.high:+.1%}",
            row.verdict,
        )
    table.caption = (
        "Brier: mean over questions of the sum over dates / scheduled dates; lower is better."
    )
    return table


def feeds_table(rows: Sequence[FeedRow]) -> Table:
    """Build the table of the most helpful and the most harmful feeds."""
    table = table_of("feed", "evidence", "questions", "Brier without it")
    helped = [row for row in rows if row.difference > 0.0][:MOST_FEEDS]
    harmed = [row for row in rows if row.difference < 0.0][-MOST_FEEDS:]
    for row in (*helped, *harmed):
        table.add_row(safe(row.feed), str(row.evidence), str(row.n), f"{row.difference:+.5f}")
    omitted = len(rows) - len(helped) - len(harmed)
    table.caption = (
        f"Above 0: it helped. Below: the suggestion is better without it. {omitted} more in the "
        "report."
    )
    return table


def calibration_table(calibration: Calibration) -> Table:
    """Build the calibration table in five bins."""
    table = table_of("said", "dates", "mean", "happened", "share", "95 %")
    for bin_ in calibration.bins:
        low, high = number(bin_.low95, ".0%"), number(bin_.high95, ".0%")
        shares = (number(bin_.mean_p, ".0%"), str(bin_.happened), number(bin_.share, ".0%"))
        table.add_row(
            f"{bin_.low:.0%} to {bin_.high:.0%}",
            str(bin_.n),
            *shares,
            f"{low} to {high}" if bin_.n else "–",
        )
    parts = (
        f"miscalibration {calibration.mcb:.4f}, discrimination {calibration.dsc:.4f}, uncertainty "
        f"{calibration.unc:.4f}"
    )
    table.caption = (
        f"{calibration.snapshots} dates of questions of {calibration.clusters} fates, which the "
        f"intervals count once; CORP: {parts}"
    )
    return table


def questions_table(rows: Sequence[QuestionRow]) -> Table:
    """Build the table of questions with their losses."""
    table = table_of(
        "question", "outcome", "dates", "evidence", "last", "suggestion", "time alone", "prior"
    )
    for row in rows:
        losses = (
            number(row.brier.get(forecaster), ".4f")
            for forecaster in ("suggestion", "hazard", "prior")
        )
        dates = f"{row.snapshots} of {row.scheduled}"
        outcome = row.outcome or "not known"
        table.add_row(
            safe(row.question_id),
            outcome,
            dates,
            str(row.evidence),
            number(row.last, ".0%"),
            *losses,
        )
    return table


def safety_lines(safety: Safety) -> Iterator[str]:
    """Yield the lines on the safety bound of the suggestion."""
    if move := safety.largest_move:
        yield (
            f"Largest move in one day: {move.log_odds:+.3f} in log-odds ({move.question_id}, "
            f"{day(move.day)})."
        )
    verdict = "kept on every day" if safety.holds else "BROKEN: this is a bug, report it"
    yield (
        f"All evidence together: at most {safety.largest_evidence:.3f} of ±{safety.bound:.3f} "
        f"in log-odds; {verdict}."
    )
