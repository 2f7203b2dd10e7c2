"""Terminal tables of scores, receipts and comparison."""

from collections.abc import Iterable, Sequence
from typing import Final

from rich.table import Table

from forecasts.aggregation.leading_pool import describe_leading_pool
from forecasts.questions.formatting import (
    MINUS,
    format_full,
    format_percent,
    format_short,
    format_signed,
    format_utc_day,
    format_utc_minute,
)
from forecasts.questions.question import CROWD
from forecasts.scoring.comparison import Comparison
from forecasts.scoring.rulebook import HEADLINE, RULES, RuleName
from forecasts.scoring.scores import Score, verify_receipt
from forecasts.scoring.summary import Summary, format_interval, format_skill
from forecasts.statistics.small_samples import explain_interval_shortage
from tracker.interfaces.cli.tables import escape_title, new_table, safe_text
from tracker.model.read_models import (
    Accuracy,
    ComparisonReport,
    Habits,
    Receipts,
    RuleComparison,
)


def format_number(value: float | None, spec: str = ".4f") -> str:
    """Format a number, or a dash for None.

    A value that rounds to 0 has no minus sign, and the sign is the same in all outputs.
    """
    return "–" if value is None else format(value, spec.replace(".", "z.")).replace("-", MINUS)


def format_family_count(n: int, families: int) -> str:
    """Format the number of questions, and of their families, if different."""
    return str(n) if n == families else f"{n} ({families} independent)"


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
    if receipts.provisional_until is not None:
        close = format_utc_day(receipts.provisional_until)
        table.title = f"provisional until the scheduled close, {close}"
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
    """Build the table of points, with numbers of questions and coverage."""
    table = new_table("forecaster", "rule", "questions", "points", "mean while active", "coverage")
    for row in rows:
        rule = RULES[row.rule]
        table.add_row(
            safe_text(accuracy.forecasters[row.forecaster_id].name),
            _rule_title(row.rule),
            format_family_count(row.questions, row.families),
            format_signed(row.points),
            "–" if rule.is_points else format_number(row.mean_while_active, ".3f"),
            f"{row.coverage:.0%}",
        )
    table.caption = "points add up over the questions that somebody answered, and rank nobody"
    return table


def skill_table(accuracy: Accuracy, rule: RuleName) -> Table:
    """Build the table of people's skill on the same questions at the same times."""
    table = new_table("forecaster", "skill", "95% interval", "questions", "drawn to the middle")
    table.title = f"points better than the average forecaster, by {RULES[rule].title}"
    for row in accuracy.adjusted[rule]:
        shortage = explain_interval_shortage(row.families, row.rarer)
        table.add_row(
            safe_text(accuracy.forecasters[row.forecaster_id].name),
            format_signed(100 * row.skill),
            shortage or _format_points(row.low, row.high),
            format_family_count(row.questions, row.families),
            f"{row.pooling:.0%}",
        )
    table.caption = (
        "on the same questions at the same times as others; a newcomer starts in the middle"
    )
    return table


def describe_pools(accuracy: Accuracy, rule: RuleName) -> str:
    """State which way of pooling people's forecasts leads under a rule; empty without any."""
    names = {name: forecaster.name for name, forecaster in accuracy.forecasters.items()}
    sentence = describe_leading_pool(accuracy.pools[rule], names)
    return f"By {RULES[rule].title}: {sentence}" if sentence else ""


def describe_crowd_offer(accuracy: Accuracy) -> str:
    """State which pool is shown as the crowd, or which could be; empty for the plain one alone."""
    if accuracy.offered_pool is not None:
        option = accuracy.offered_pool.removeprefix("crowd-")
        return f"Show it as the crowd? `tracker accuracy summary --crowd {option}` does."
    if accuracy.shown_pool == CROWD:
        return ""
    name = accuracy.forecasters[accuracy.shown_pool].name
    return f"Shown as the crowd: {name}; `tracker accuracy summary --crowd median` undoes it."


def format_comparison_interval(comparison: Comparison) -> str:
    """Format the confidence sequence of a difference in points."""
    return _format_points(comparison.low, comparison.high)


def _format_points(low: float | None, high: float | None) -> str:
    scaled = [None if end is None else 100 * end for end in (low, high)]
    return format_interval(scaled[0], scaled[1]) or "–"


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


SCORING_IN_A_LINE: Final = (
    "A forecast is scored while it stands, +25 points at best on a yes-no question and 0 for "
    "knowing nothing; a question counts once it is answered and its scheduled close has passed."
)


def waiting_table(accuracy: Accuracy) -> Table:
    """Build the table of answered questions that wait for their close, with provisional scores."""
    table = new_table("question", "answer", "counts from", "points of skill so far")
    for entry in accuracy.waiting:
        best_first = sorted(entry.scores, key=lambda s: -s.skill_over_schedule)
        points = ", ".join(
            f"{accuracy.forecasters[s.forecaster_id].name} "
            f"{format_skill(s.rule, s.skill_over_schedule)}"
            for s in best_first
        )
        table.add_row(
            safe_text(entry.question.id),
            safe_text(entry.resolution.answer or entry.resolution.outcome),
            format_utc_day(entry.counts_from),
            safe_text(points or "–"),
        )
    table.title = "answered, waiting for the close"
    table.caption = "provisional: each counts from its scheduled close on, and not before"
    return table


MAX_UPCOMING: Final = 5
"""Open questions that are named as the next to close."""


def upcoming_table(accuracy: Accuracy) -> Table:
    """Build the table of the next questions to close."""
    table = new_table("question", "closes", "asks")
    for question in accuracy.upcoming[:MAX_UPCOMING]:
        closes = format_utc_day(question.closes_at)
        table.add_row(safe_text(question.id), closes, safe_text(question.text))
    table.title = "next to close"
    return table


def list_uncounted_tables(accuracy: Accuracy) -> list[Table]:
    """Build the tables of what does not count yet; empty ones are left out."""
    return [
        *([waiting_table(accuracy)] if accuracy.waiting else []),
        *([upcoming_table(accuracy)] if accuracy.upcoming else []),
    ]


def describe_counts(accuracy: Accuracy) -> str:
    """Describe how many questions count and wait, and the forecasts made in hindsight."""
    late = sum(accuracy.hindsight.values())
    n, early = len(accuracy.questions), len(accuracy.waiting)
    words = ["1 question counts." if n == 1 else f"{n} questions count."]
    if early:
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
    """Explain why there are no scores to show, and how scoring works."""
    state = (
        describe_counts(accuracy)
        if accuracy.waiting
        else "None of the chosen questions has been scored yet."
    )
    return f"{state} {SCORING_IN_A_LINE}"


def comparison_table(report: ComparisonReport, rule: RuleComparison) -> Table:
    """Build the table of pairs with their verdicts, by one rule."""
    table = new_table(
        "forecaster",
        "against",
        "points better",
        "95% interval",
        "questions",
        "time in common",
        "verdict",
        "one look",
    )
    table.title = f"by {RULES[rule.rule].title}, on the same questions at the same times"
    for comparison in rule.comparisons:
        if comparison.advantage is not None:
            table.add_row(
                *(safe_text(report.forecasters[n].name) for n in (comparison.a, comparison.b)),
                format_signed(100 * comparison.advantage),
                format_comparison_interval(comparison),
                format_family_count(comparison.questions, comparison.families),
                f"{comparison.coverage:.0%}",
                comparison.verdict,
                "–" if comparison.p_value is None else f"p {comparison.p_value:.3f}",
            )
    pairs = max((c.pairs for c in rule.comparisons), default=0)
    table.caption = (
        f"intervals and verdicts hold however often you look, and allow for {pairs} pairs; one "
        "look: sign-flip test, valid only if the number of families was decided on beforehand"
    )
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
