"""Terminal tables of scores, receipts, calibration and comparison."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from rich.table import Table

from forecasts.questions.formatting import (
    MINUS,
    format_full,
    format_percent,
    format_short,
    format_signed,
    format_utc_minute,
)
from forecasts.questions.question import ForecasterId
from forecasts.scoring.crps import IntervalRecord
from forecasts.scoring.rulebook import HEADLINE, RULES, RuleName
from forecasts.scoring.scores import Score, Summary, verify_receipt
from forecasts.scoring.skill import REFERENCES, format_skill, format_summary_interval
from forecasts.statistics.comparison import Comparison
from tracker.interfaces.cli.tables import escape_title, new_table, safe_text
from tracker.model.read_models import (
    Accuracy,
    CalibrationReport,
    ComparisonReport,
    Habits,
    Receipts,
)


def format_number(value: float | None, spec: str = ".4f") -> str:
    """Format a number, or a dash for None.

    A value that rounds to 0 has no minus sign, and the sign is the same in all outputs.
    """
    return "–" if value is None else format(value, spec.replace(".", "z.")).replace("-", MINUS)


def format_group_count(n: int, groups: int) -> str:
    """Format the number of questions, and of their groups that share a fate, if different."""
    return str(n) if n == groups else f"{n} in {groups} group{'' if groups == 1 else 's'}"


def scores_table(receipts: Receipts, scores: Sequence[Score]) -> Table:
    """Build the table of one question's scores, the headline rule first."""
    table = new_table("forecaster", "rule", "mean while active", "points of skill", "coverage")
    headline = HEADLINE[receipts.question.kind]
    for score in sorted(scores, key=lambda s: s.rule != headline):
        rule = RULES[score.rule]
        mean = "–" if rule.is_points else format_number(score.mean_while_active, ".3f")
        skill = format_skill(score.rule, score.skill_over_schedule)
        table.add_row(
            safe_text(receipts.get_name(score.forecaster_id)),
            _rule_title(score.rule),
            mean,
            skill,
            f"{score.coverage:.0%}",
        )
    table.caption = (
        "↓ lower is better, ↑ higher is better; skill: above 0 beats knowing nothing, over "
        "the schedule"
    )
    return table


def _rule_title(rule: RuleName) -> str:
    return f"{RULES[rule].title} {'↓' if RULES[rule].better == 'lower' else '↑'}"


def select_scores(
    receipts: Receipts, rule: RuleName | None, forecaster: str | None
) -> tuple[Score, ...]:
    """Select the scores of a forecaster by the headline rule, unless a rule is named."""
    selected_rule = rule or HEADLINE[receipts.question.kind]
    return tuple(
        s
        for s in receipts.scores
        if s.rule == selected_rule and forecaster in (None, s.forecaster_id)
    )


def receipt_table(receipts: Receipts, score: Score) -> Table:
    """Build the table of a score's intervals, with the check that they add up to it."""
    table = new_table("from", "to", "forecast", "score", "weight", "contribution")
    name, mean = receipts.get_name(score.forecaster_id), format_number(score.mean_while_active)
    table.title = escape_title(f"{name}, {RULES[score.rule].title}: {mean} while active")
    for line in score.receipt:
        forecast = safe_text(format_short(receipts.question, line.forecast))
        numbers = (
            format_number(line.score),
            format_number(line.weight),
            format_number(line.contribution),
        )
        table.add_row(
            format_utc_minute(line.start), format_utc_minute(line.end), forecast, *numbers
        )
    table.caption = _describe_check(receipts, score)
    return table


def _describe_check(receipts: Receipts, score: Score) -> str:
    is_exact = verify_receipt(receipts.question, receipts.resolution, score)
    if is_exact is None:
        return "contributions add up to the mean while active"
    if is_exact:
        return "the receipt gives the score again, to the last digit"
    return "THE RECEIPT DOES NOT GIVE THE SCORE: run `tracker system verify --scores`"


def hindsight_table(receipts: Receipts) -> Table:
    """Build the table of forecasts made once the answer was known, which do not count."""
    table = new_table("forecaster", "made", "forecast")
    table.title = "made when the answer was known, so they do not count"
    for act in receipts.hindsight:
        forecast = safe_text(format_full(receipts.question, act.distribution))
        table.add_row(
            safe_text(receipts.get_name(act.forecaster_id)),
            format_utc_minute(act.made_at),
            forecast,
        )
    return table


def headline_table(accuracy: Accuracy) -> Table:
    """Build the table of all forecasters by the headline rule of each kind."""
    headlines = set(HEADLINE.values())
    return summaries_table(accuracy, [s for s in accuracy.summaries if s.rule in headlines])


def summaries_table(accuracy: Accuracy, rows: Iterable[Summary]) -> Table:
    """Build the accuracy table, with intervals and numbers of questions."""
    table = new_table(
        "forecaster",
        "rule",
        "questions",
        "points of skill",
        "95% interval",
        "mean while active",
        "coverage",
    )
    for row in rows:
        rule = RULES[row.rule]
        table.add_row(
            safe_text(accuracy.forecasters[row.forecaster_id].name),
            _rule_title(row.rule),
            format_group_count(row.questions, row.clusters),
            format_skill(row.rule, row.skill),
            format_summary_interval(row) or "–",
            "–" if rule.is_points else format_number(row.mean_while_active, ".3f"),
            f"{row.coverage:.0%}",
        )
    table.caption = "questions in one group share their fate; intervals draw whole groups"
    return table


def skills_table(accuracy: Accuracy) -> Table:
    """Build the table of skill against each reference on yes/no questions."""
    table = new_table("forecaster", "against", "questions", "saved", "95% interval")
    table.title = "how much of a reference's loss was saved"
    for forecaster, skills in accuracy.skills.items():
        for skill in skills:
            interval = (
                "–"
                if skill.low is None
                else f"{format_number(skill.low, '+.0%')} to {format_number(skill.high, '+.0%')}"
            )
            table.add_row(
                safe_text(accuracy.forecasters[forecaster].name),
                REFERENCES[skill.reference].title,
                str(skill.n),
                format_number(skill.skill, "+.0%"),
                interval,
            )
    return table


def cohorts_table(accuracy: Accuracy) -> Table:
    """Build the table of outcomes by quarter of opening."""
    table = new_table(
        "opened in", "questions", "over", "answered", "annulled", "ambiguous", "unanswered", "early"
    )
    for line in accuracy.cohorts:
        counts = (
            line.opened,
            line.over,
            line.answered,
            line.annulled,
            line.ambiguous,
            line.unanswered,
            line.early,
        )
        table.add_row(line.quarter, *map(str, counts))
    rate = "–" if accuracy.annul_rate is None else format_percent(accuracy.annul_rate)
    table.caption = (
        f"annulled or ambiguous, of those that are over: {rate}; early: answered before the "
        "scheduled close"
    )
    return table


def describe_waiting(accuracy: Accuracy) -> str:
    """Describe the questions that do not count yet, and the forecasts made in hindsight."""
    late = sum(accuracy.hindsight.values())
    n = len(accuracy.questions)
    words = ["1 question counts." if n == 1 else f"{n} questions count."]
    if accuracy.early:
        early = len(accuracy.early)
        was = (
            "1 was answered early and counts"
            if early == 1
            else f"{early} were answered early and count"
        )
        words.append(f"{was} once the scheduled close has passed.")
    if late:
        words.append(f"{late} forecasts were made when the answer was known: they earned nothing.")
    return " ".join(words)


def explain_no_scores(accuracy: Accuracy) -> str:
    """Explain why there are no scores to show."""
    return (
        describe_waiting(accuracy)
        if accuracy.early
        else "None of the chosen questions has been scored yet."
    )


def reliability_tables(report: CalibrationReport, forecaster: ForecasterId) -> tuple[Table, Table]:
    """Build the table of bins, and the table of calibration measures."""
    reliability = report.reliability[forecaster]
    bins = new_table(
        "said", "questions", "said on average", "happened", "95% (Wilson)", "95% (Jeffreys)"
    )
    name = report.forecasters[forecaster].name
    bins.title = escape_title(
        f"{name}, {report.lead_days} days before the close: {reliability.advice}"
    )
    for row in (b for b in reliability.bins if b.n):
        bins.add_row(
            f"{row.low:.0%} to {row.high:.0%}",
            str(row.n),
            format_percent(row.mean_p),
            f"{row.happened} = {format_number(row.share, '.0%')}",
            f"{format_number(row.low95, '.0%')} to {format_number(row.high95, '.0%')}",
            f"{format_number(row.jeffreys_low95, '.0%')} to "
            f"{format_number(row.jeffreys_high95, '.0%')}",
        )
    measures = new_table("measure", "value", "what it says")
    for line in _list_measures(report, forecaster):
        measures.add_row(*line)
    return bins, measures


def _list_measures(
    report: CalibrationReport, forecaster: ForecasterId
) -> list[tuple[str, str, str]]:
    reliability = report.reliability[forecaster]
    corp, murphy, discrimination = reliability.corp, reliability.murphy, reliability.discrimination
    return [
        (
            "questions",
            format_group_count(reliability.n, reliability.clusters),
            "one row each, never one a revision",
        ),
        ("Brier score", format_number(corp.score), "MCB − DSC + UNC; lower is better"),
        (
            "miscalibration (MCB)",
            format_number(corp.mcb),
            "what recalibration would save; 0 is perfect",
        ),
        (
            "p-value of MCB",
            format_number(reliability.p_value, ".3f"),
            "how often a perfectly calibrated forecaster looks like this",
        ),
        (
            "discrimination (DSC)",
            format_number(corp.dsc),
            "what telling questions apart gained; higher is better",
        ),
        ("uncertainty (UNC)", format_number(corp.unc), "what the questions themselves cost"),
        (
            "reliability, bias corrected",
            format_number(max(0.0, murphy.rel_bc)),
            f"in tenths; raw {format_number(murphy.rel_bc, '+.4f')}",
        ),
        (
            "resolution, bias corrected",
            format_number(max(0.0, murphy.res_bc)),
            f"in tenths; raw {format_number(murphy.res_bc, '+.4f')}",
        ),
        (
            "area under the ROC",
            format_number(discrimination.auc, ".3f"),
            "how often a YES was given more than a NO; 0.5 is chance",
        ),
        (
            "sharpness",
            format_number(reliability.sharpness),
            "variance of the forecasts; only worth something if calibrated",
        ),
    ]


def intervals_table(
    report: CalibrationReport, records: Mapping[ForecasterId, IntervalRecord]
) -> Table:
    """Build the table of coverage and width of central 90 % intervals."""
    table = new_table(
        "forecaster", "questions", "inside the 90% interval", "95% interval of that", "mean width"
    )
    for forecaster, record in records.items():
        table.add_row(
            safe_text(report.forecasters[forecaster].name),
            str(record.n),
            f"{record.coverage:.0%}",
            f"{record.low95:.0%} to {record.high95:.0%}",
            f"{record.mean_width:.0%} of the range",
        )
    return table


def select_comparisons(
    report: ComparisonReport, among: Collection[ForecasterId]
) -> tuple[Comparison, ...]:
    """Select the comparisons among forecasters with common questions; for a single one, all of
    theirs.
    """
    names = {report.forecasters[forecaster].name for forecaster in among}
    comparisons = [c for c in report.comparisons if c.n and {c.a, c.b} & names]
    return tuple(c for c in comparisons if len(names) == 1 or {c.a, c.b} <= names)


def comparison_table(report: ComparisonReport, comparisons: Iterable[Comparison]) -> Table:
    """Build the table of pairs with their verdicts."""
    table = new_table("pair", "questions", "verdict", "in words")
    for comparison in comparisons:
        table.add_row(
            safe_text(f"{comparison.a} – {comparison.b}"),
            format_group_count(comparison.n, comparison.n_clusters),
            comparison.verdict,
            safe_text(comparison.sentence),
        )
    if report.difficulty is not None:
        effects = ", ".join(
            f"{report.forecasters[ForecasterId(forecaster)].name} {format_signed(-100 * effect)}"
            for forecaster, effect in report.difficulty.effects.items()
        )
        adjusted = (
            "points of skill adjusted for the difficulty of questions (0 is average, higher "
            "is better)"
        )
        table.caption = escape_title(f"{adjusted}: {effects}")
    return table


def habits_table(rows: Iterable[Habits]) -> Table:
    """Build the table of updating habits with both verdicts."""
    table = new_table(
        "forecaster",
        "acts",
        "a month",
        "mean move",
        "reaffirmed",
        "reversed",
        "momentum",
        "in words",
    )
    for row in rows:
        updates = row.updates
        table.add_row(
            safe_text(row.forecaster.name),
            f"{updates.n_acts} on {updates.n_questions} questions",
            format_number(updates.per_30_days, ".1f"),
            "–" if updates.mean_move is None else f"{100 * updates.mean_move:.0f} points",
            format_number(updates.reaffirmation_share, ".0%"),
            format_number(updates.reversal_share, ".0%"),
            format_number(updates.momentum, "+.2f"),
            f"{row.excess.sentence} {row.reaction.sentence}",
        )
    return table
