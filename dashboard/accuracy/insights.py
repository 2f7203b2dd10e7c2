"""Sentences about the accuracy page: the claim first, then how far it can be trusted."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from dashboard.accuracy.data import describe_sample, format_p_value, rank_summaries
from dashboard.wording import MINUS, NBSP, display_name, percent_whole, plural
from forecasts.calibration.reliability import MIN_CLUSTERS_FOR_ADVICE
from forecasts.questions.formatting import format_signed
from forecasts.questions.question import ForecasterId
from forecasts.scoring.crps import IntervalRecord
from forecasts.scoring.rulebook import HEADLINE, RULES, RuleName, is_counted_under
from forecasts.scoring.scores import Summary
from forecasts.scoring.skill import REFERENCES, Skill, format_interval, skill_points
from forecasts.statistics.comparison import MIN_CLUSTERS, Comparison
from tracker.model.read_models import Accuracy


class AccuracyFinding(NamedTuple):
    """A claim, and the caution with which to read it."""

    claim: str
    caution: str


def skill_finding(accuracy: Accuracy, me: ForecasterId, rule: RuleName) -> AccuracyFinding:
    """State who gained most by a rule, and whether it is more than luck.

    At least one forecaster must have been scored by the rule.
    """
    ranking = rank_summaries(accuracy, rule)
    best = ranking[0]
    return AccuracyFinding(
        _gain_sentence(accuracy, me, best, alone=len(ranking) == 1),
        _caution_sentence(best, alone=len(ranking) == 1),
    )


def _gain_sentence(accuracy: Accuracy, me: ForecasterId, best: Summary, *, alone: bool) -> str:
    name = display_name(accuracy.forecasters[best.forecaster_id], me)
    skill = skill_points(best.rule, best.skill or 0.0)
    unit = "points" if RULES[best.rule].is_points else "points of skill"
    low, high = (
        None if end is None else skill_points(best.rule, end) for end in (best.low, best.high)
    )
    interval_text = f", 95{NBSP}% interval {format_interval(low, high)}" if low is not None else ""
    gain_text = f"{name}, {format_signed(skill)} {unit} a question{interval_text}."
    if alone:
        return gain_text
    if skill > 0.0:
        return f"Most gained: {gain_text}"
    return f"Nobody did better than {_zero_reference(best.rule)}. Nearest: {gain_text}"


def _zero_reference(rule: RuleName) -> str:
    """Name the reference that earns 0 by a rule."""
    return "the others" if rule in ("peer", "spot_peer", "relative_brier") else "knowing nothing"


def _caution_sentence(best: Summary, *, alone: bool) -> str:
    unknown = "tell skill from luck" if alone else "say who is better"
    if shortage := _sample_shortage(best.questions, best.clusters, unknown):
        return shortage
    return (
        f"Over {describe_sample(best.questions, best.clusters)}. "
        f"{_interval_sentence(best.low, best.high, _zero_reference(best.rule))}"
    )


def _sample_shortage(questions: int, groups: int, unknown: str) -> str:
    """State how many groups are missing; empty if there are enough."""
    missing = MIN_CLUSTERS - groups
    if missing <= 0:
        return ""
    sample = describe_sample(questions, groups) + (
        "" if questions == groups else " that share their fate"
    )
    more = f"{missing} more" if questions == groups else plural(missing, "more group")
    return f"Over {sample}: too few to {unknown}, {more} {_is_or_are(missing)} needed."


def _is_or_are(count: int) -> str:
    return "is" if count == 1 else "are"


def _interval_sentence(low: float | None, high: float | None, reference: str) -> str:
    """State whether an interval of gains over a reference excludes 0."""
    if low is not None and low > 0.0:
        return "The interval lies above 0, which luck alone rarely gives."
    if high is not None and high < 0.0:
        return f"The interval lies below 0: {reference} did better."
    return f"The interval holds 0: this cannot be told from {reference}."


def describe_uncounted_questions(accuracy: Accuracy, rule: RuleName) -> str:
    """State which questions a rule does not count, and where they count; empty if it counts all."""
    uncounted = [q for q in accuracy.questions.values() if not is_counted_under(rule, q.kind)]
    if not uncounted:
        return ""
    titles = dict.fromkeys(RULES[HEADLINE[q.kind]].title for q in uncounted)
    count = len(uncounted)
    return (
        f"{plural(count, 'question')} of other kinds {_is_or_are(count)} not in it: see "
        f"{' and '.join(titles)}."
    )


def reference_finding(name: str, skills: Sequence[Skill]) -> AccuracyFinding:
    """State how a forecaster did against the base rate, or the first reference there is."""
    main = next((s for s in skills if s.reference == "base_rate"), skills[0])
    title = f"“{REFERENCES[main.reference].title}”"
    sample = f"Over {describe_sample(main.n, main.n_clusters)}."
    if main.skill is None:
        return AccuracyFinding(f"{title} lost nothing, so there was nothing to beat.", sample)
    interval_text = (
        ""
        if main.low is None
        else f", 95{NBSP}% interval {_percent_range(main.low, main.high or 0.0)}"
    )
    claim = f"{name}: {percent_whole(main.skill)} of what {title} lost was saved{interval_text}."
    if main.skill < 0.0:
        claim = (
            f"{name}: {percent_whole(-main.skill)} more was lost than by {title}; "
            f"saved{interval_text}."
        )
    shortage = _sample_shortage(main.n, main.n_clusters, "tell that from luck")
    return AccuracyFinding(
        claim, shortage or f"{sample} {_interval_sentence(main.low, main.high, title)}"
    )


def _percent_range(low: float, high: float) -> str:
    return f"{_format_signed_percent(low)} to {_format_signed_percent(high)}"


def _format_signed_percent(share: float) -> str:
    return f"{MINUS if share < 0.0 else ''}{percent_whole(abs(share))}"


def pair_finding(comparisons: Sequence[Comparison], names: Mapping[str, str]) -> AccuracyFinding:
    """State how many pairs can be told apart, and what the others lack.

    `names` maps the report's names to display names.
    """
    decided = [c for c in comparisons if c.verdict in ("better", "worse")]
    waiting = [c for c in comparisons if c.verdict == "not enough data"]
    tested = len(comparisons) - len(waiting)
    if decided:
        claim = f"{len(decided)} of {plural(len(comparisons), 'pair')} can be told apart."
    elif tested:
        claim = "No difference between any two is shown."
    else:
        claim = "It is too early to say who is better."
    if not waiting:
        return AccuracyFinding(claim, "")
    nearest = max(waiting, key=lambda c: c.n_clusters)
    subject = (
        "The other pairs do not have"
        if tested
        else "No two have"
        if len(comparisons) > 1
        else "The two do not have"
    )
    caution = (
        f"{subject} {MIN_CLUSTERS} separate groups of questions in common yet ({names[nearest.a]} "
        f"and {names[nearest.b]}: {nearest.n_clusters}), so what sets them apart may well be "
        "luck."
    )
    return AccuracyFinding(claim, caution)


def describe_pair(comparison: Comparison, names: Mapping[str, str]) -> str:
    """Describe a decided pair, the better forecaster first, in points of skill."""
    swapped = comparison.verdict == "worse"
    first, other = (comparison.b, comparison.a) if swapped else (comparison.a, comparison.b)
    factor = -100.0 if swapped else 100.0
    gain, *ends = (
        factor * (x or 0.0) for x in (comparison.mean_difference, comparison.low, comparison.high)
    )
    return (
        f"{names[first]} better than {names[other]}: {format_signed(gain)} points a question, "
        f"95{NBSP}% interval {format_interval(min(ends), max(ends))}, over "
        f"{describe_sample(comparison.n, comparison.n_clusters)}; by luck in "
        f"{format_p_value(comparison.p_adjusted or 0.0)}."
    )


def progress_finding(frame: pd.DataFrame) -> AccuracyFinding:
    """State who stands highest at the end of a progress frame, and after how many questions."""
    last = (
        frame.groupby("forecaster", sort=False)
        .last()
        .sort_values("mean", ascending=False, kind="stable")
    )
    name, best = last.index[0], last.iloc[0]
    after = plural(int(best["n"]), "question")
    claim = (
        f"{'Highest after' if len(last) > 1 else 'After'} {after}: {name}, "
        f"{format_signed(best['mean'])} points of skill."
    )
    return AccuracyFinding(
        claim, "The first few answers say little: lines settle as questions are added."
    )


def describe_interval_record(name: str, record: IntervalRecord) -> str:
    """State whether the answers fall into a forecaster's 90 % intervals as often as claimed."""
    inside = f"{name}: {round(record.coverage * record.n)} of {plural(record.n, 'answer')} inside"
    if record.n < MIN_CLUSTERS_FOR_ADVICE:
        missing = MIN_CLUSTERS_FOR_ADVICE - record.n
        return f"{inside}. Too few to say anything: {missing} more {_is_or_are(missing)} needed."
    if record.high95 < 0.9:
        return f"{inside}. Too narrow: fewer than was said."
    if record.low95 > 0.9:
        return f"{inside}. Wider than need be: more than was said."
    return f"{inside}, which agrees with 90{NBSP}% within chance."


def describe_unscored(accuracy: Accuracy) -> str:
    """State what does not count yet, or at all: early answers, unscored questions, hindsight."""
    early, unscored, late = (
        len(accuracy.early),
        len(accuracy.unscored),
        sum(accuracy.hindsight.values()),
    )
    words = []
    if early == 1:
        words.append(
            "1 question was answered before its scheduled close, and counts once that has passed."
        )
    elif early:
        words.append(
            f"{early} questions were answered before their scheduled close, and count once it "
            "has passed."
        )
    if unscored:
        words.append(
            f"{plural(unscored, 'question')} {_was_or_were(unscored)} annulled or ambiguous, and "
            "not scored."
        )
    if late:
        it = "it" if late == 1 else "they"
        words.append(
            f"{plural(late, 'forecast')} {_was_or_were(late)} made when the answer was known: {it} "
            "earned nothing."
        )
    return " ".join(words)


def _was_or_were(count: int) -> str:
    return "was" if count == 1 else "were"
