"""Scores, receipts, calibration and comparison as tables for the terminal."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from rich.table import Table

from forecasts.questions.format import MINUS, in_full, in_short, percent, signed
from forecasts.questions.question import ForecasterId
from forecasts.scoring.crps import IntervalRecord
from forecasts.scoring.rulebook import HEADLINE, RULES, RuleName
from forecasts.scoring.scores import Score, Summary, recomputes
from forecasts.scoring.skill import REFERENCES
from forecasts.scoring.skill_words import in_points, ranged
from forecasts.statistics.comparison import Comparison
from tracker.interfaces.cli.tables import as_title, minute, safe, table_of
from tracker.model.read_models import (
    Accuracy,
    CalibrationReport,
    ComparisonReport,
    Habits,
    Receipts,
)


def number(value: float | None, spec: str = ".4f") -> str:
    """A number, or a dash where there is none; what rounds to 0 has no minus, and the minus is that
    of all outputs.
    """
    return "–" if value is None else format(value, spec.replace(".", "z.")).replace("-", MINUS)


def grouped(n: int, groups: int) -> str:
    """The number of questions, and of the groups that share their fate where it is another."""
    return str(n) if n == groups else f"{n} in {groups} group{'' if groups == 1 else 's'}"


def scores_table(found: Receipts, scores: Sequence[Score]) -> Table:
    """Scores of one question by rule and forecaster, the headline rule first."""
    table = table_of("forecaster", "rule", "mean while active", "points of skill", "coverage")
    headline = HEADLINE[found.question.kind]
    for score in sorted(scores, key=lambda s: s.rule != headline):
        rule = RULES[score.rule]
        mean = "–" if rule.is_points else number(score.mean_while_active, ".3f")
        skill = in_points(score.rule, score.skill_over_schedule)
        table.add_row(
            safe(found.name(score.forecaster_id)),
            _title(score.rule),
            mean,
            skill,
            f"{score.coverage:.0%}",
        )
    table.caption = (
        "↓ lower is better, ↑ higher is better; skill: above 0 beats knowing nothing, over "
        "the schedule"
    )
    return table


def _title(rule: RuleName) -> str:
    return f"{RULES[rule].title} {'↓' if RULES[rule].better == 'lower' else '↑'}"


def picked(found: Receipts, rule: RuleName | None, who: str | None) -> tuple[Score, ...]:
    """The scores whose receipts are asked for: by the headline rule, unless a rule is named."""
    wanted = rule or HEADLINE[found.question.kind]
    return tuple(s for s in found.scores if s.rule == wanted and who in (None, s.forecaster_id))


def receipt_table(found: Receipts, score: Score) -> Table:
    """The intervals a score is made of, and whether they give it."""
    table = table_of("from", "to", "forecast", "score", "weight", "contribution")
    who, mean = found.name(score.forecaster_id), number(score.mean_while_active)
    table.title = as_title(f"{who}, {RULES[score.rule].title}: {mean} while active")
    for line in score.receipt:
        told = safe(in_short(found.question, line.forecast))
        numbers = (number(line.score), number(line.weight), number(line.contribution))
        table.add_row(minute(line.start), minute(line.end), told, *numbers)
    table.caption = _whole(found, score)
    return table


def _whole(found: Receipts, score: Score) -> str:
    whole = recomputes(found.question, found.resolution, score)
    if whole is None:
        return "contributions add up to the mean while active"
    if whole:
        return "the receipt gives the score again, to the last digit"
    return "THE RECEIPT DOES NOT GIVE THE SCORE: run `tracker verify --scores`"


def hindsight_table(found: Receipts) -> Table:
    """Forecasts made when the answer was known: shown, and without effect."""
    table = table_of("forecaster", "made", "forecast")
    table.title = "made when the answer was known, so they do not count"
    for act in found.hindsight:
        told = safe(in_full(found.question, act.distribution))
        table.add_row(safe(found.name(act.forecaster_id)), minute(act.made_at), told)
    return table


def headline_table(accuracy: Accuracy) -> Table:
    """Everyone by the rules that speak for each kind."""
    headlines = set(HEADLINE.values())
    return summaries_table(accuracy, [s for s in accuracy.summaries if s.rule in headlines])


def summaries_table(accuracy: Accuracy, rows: Iterable[Summary]) -> Table:
    """Accuracy with its interval and the number of questions it rests on."""
    table = table_of(
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
            safe(accuracy.forecasters[row.forecaster_id].name),
            _title(row.rule),
            grouped(row.questions, row.clusters),
            in_points(row.rule, row.skill),
            ranged(row) or "–",
            "–" if rule.is_points else number(row.mean_while_active, ".3f"),
            f"{row.coverage:.0%}",
        )
    table.caption = "questions in one group share their fate; intervals draw whole groups"
    return table


def skills_table(accuracy: Accuracy) -> Table:
    """The share of each reference's loss that a forecaster saved, on yes/no questions."""
    table = table_of("forecaster", "against", "questions", "saved", "95% interval")
    table.title = "how much of a reference's loss was saved"
    for who, skills in accuracy.skills.items():
        for skill in skills:
            ends = (
                "–"
                if skill.low is None
                else f"{number(skill.low, '+.0%')} to {number(skill.high, '+.0%')}"
            )
            table.add_row(
                safe(accuracy.forecasters[who].name),
                REFERENCES[skill.reference].title,
                str(skill.n),
                number(skill.skill, "+.0%"),
                ends,
            )
    return table


def cohorts_table(accuracy: Accuracy) -> Table:
    """What became of the questions that opened in each quarter."""
    table = table_of(
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
    rate = "–" if accuracy.annul_rate is None else percent(accuracy.annul_rate)
    table.caption = (
        f"annulled or ambiguous, of those that are over: {rate}; early: answered before the "
        "scheduled close"
    )
    return table


def waiting(accuracy: Accuracy) -> str:
    """How many questions have an answer and do not count yet, and what was made in hindsight."""
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


def nothing_yet(accuracy: Accuracy) -> str:
    """Why there are no scores to show."""
    return (
        waiting(accuracy) if accuracy.early else "None of the chosen questions has been scored yet."
    )


def reliability_tables(report: CalibrationReport, who: ForecasterId) -> tuple[Table, Table]:
    """Bins with their bars, and the numbers beside the diagram."""
    found = report.reliability[who]
    bins = table_of(
        "said", "questions", "said on average", "happened", "95% (Wilson)", "95% (Jeffreys)"
    )
    name = report.forecasters[who].name
    bins.title = as_title(f"{name}, {report.lead_days} days before the close: {found.advice}")
    for row in (b for b in found.bins if b.n):
        bins.add_row(
            f"{row.low:.0%} to {row.high:.0%}",
            str(row.n),
            percent(row.mean_p),
            f"{row.happened} = {number(row.share, '.0%')}",
            f"{number(row.low95, '.0%')} to {number(row.high95, '.0%')}",
            f"{number(row.jeffreys_low95, '.0%')} to {number(row.jeffreys_high95, '.0%')}",
        )
    measures = table_of("measure", "value", "what it says")
    for line in _measures(report, who):
        measures.add_row(*line)
    return bins, measures


def _measures(report: CalibrationReport, who: ForecasterId) -> list[tuple[str, str, str]]:
    found = report.reliability[who]
    corp, murphy, tells = found.corp, found.murphy, found.discrimination
    return [
        ("questions", grouped(found.n, found.clusters), "one row each, never one a revision"),
        ("Brier score", number(corp.score), "MCB − DSC + UNC; lower is better"),
        ("miscalibration (MCB)", number(corp.mcb), "what recalibration would save; 0 is perfect"),
        (
            "p-value of MCB",
            number(found.p_value, ".3f"),
            "how often a perfectly calibrated forecaster looks like this",
        ),
        (
            "discrimination (DSC)",
            number(corp.dsc),
            "what telling questions apart gained; higher is better",
        ),
        ("uncertainty (UNC)", number(corp.unc), "what the questions themselves cost"),
        (
            "reliability, bias corrected",
            number(max(0.0, murphy.rel_bc)),
            f"in tenths; raw {number(murphy.rel_bc, '+.4f')}",
        ),
        (
            "resolution, bias corrected",
            number(max(0.0, murphy.res_bc)),
            f"in tenths; raw {number(murphy.res_bc, '+.4f')}",
        ),
        (
            "area under the ROC",
            number(tells.auc, ".3f"),
            "how often a YES was given more than a NO; 0.5 is chance",
        ),
        (
            "sharpness",
            number(found.sharpness),
            "variance of the forecasts; only worth something if calibrated",
        ),
    ]


def intervals_table(
    report: CalibrationReport, records: Mapping[ForecasterId, IntervalRecord]
) -> Table:
    """Coverage and width of the central 90 % intervals of numbers and dates, for some of its
    forecasters.
    """
    table = table_of(
        "forecaster", "questions", "inside the 90% interval", "95% interval of that", "mean width"
    )
    for who, found in records.items():
        table.add_row(
            safe(report.forecasters[who].name),
            str(found.n),
            f"{found.coverage:.0%}",
            f"{found.low95:.0%} to {found.high95:.0%}",
            f"{found.mean_width:.0%} of the range",
        )
    return table


def pairs(report: ComparisonReport, among: Collection[ForecasterId]) -> tuple[Comparison, ...]:
    """The comparisons among some forecasters who answered the same questions; of one, those with
    anybody.
    """
    wanted = {report.forecasters[who].name for who in among}
    both = [c for c in report.comparisons if c.n and {c.a, c.b} & wanted]
    return tuple(c for c in both if len(wanted) == 1 or {c.a, c.b} <= wanted)


def comparison_table(report: ComparisonReport, found: Iterable[Comparison]) -> Table:
    """Every pair with its verdict in words."""
    table = table_of("pair", "questions", "verdict", "in words")
    for one in found:
        table.add_row(
            safe(f"{one.a} – {one.b}"),
            grouped(one.n, one.n_clusters),
            one.verdict,
            safe(one.sentence),
        )
    if report.difficulty is not None:
        effects = ", ".join(
            f"{report.forecasters[ForecasterId(who)].name} {signed(-100 * effect)}"
            for who, effect in report.difficulty.effects.items()
        )
        adjusted = (
            "points of skill adjusted for the difficulty of questions (0 is average, higher "
            "is better)"
        )
        table.caption = as_title(f"{adjusted}: {effects}")
    return table


def habits_table(found: Iterable[Habits]) -> Table:
    """How people revise, with the two verdicts in words."""
    table = table_of(
        "forecaster",
        "acts",
        "a month",
        "mean move",
        "reaffirmed",
        "reversed",
        "momentum",
        "in words",
    )
    for one in found:
        updates = one.updates
        table.add_row(
            safe(one.forecaster.name),
            f"{updates.n_acts} on {updates.n_questions} questions",
            number(updates.per_30_days, ".1f"),
            "–" if updates.mean_move is None else f"{100 * updates.mean_move:.0f} points",
            number(updates.reaffirmation_share, ".0%"),
            number(updates.reversal_share, ".0%"),
            number(updates.momentum, "+.2f"),
            f"{one.excess.sentence} {one.reaction.sentence}",
        )
    return table
