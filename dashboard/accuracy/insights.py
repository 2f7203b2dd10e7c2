"""What the numbers of the accuracy page say, in sentences: the claim first, then how far it can be
trusted.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from dashboard.accuracy.accuracy_data import cases
from dashboard.accuracy.skill_data import by_skill, rests_on
from dashboard.wording import MINUS, NBSP, named, percent, plural
from forecasts.calibration.bins import TOO_FEW
from forecasts.questions.format import signed
from forecasts.questions.question import ForecasterId
from forecasts.scoring.crps import IntervalRecord
from forecasts.scoring.rulebook import HEADLINE, RULES, RuleName, counts_under
from forecasts.scoring.scores import Summary
from forecasts.scoring.skill import REFERENCES, Skill
from forecasts.scoring.skill_words import gained, interval
from forecasts.statistics.comparison import MIN_CLUSTERS, Comparison
from tracker.model.read_models import Accuracy


class Finding(NamedTuple):
    """A claim, and what it rests on with how far it can be trusted."""

    claim: str
    caution: str


def on_skill(accuracy: Accuracy, me: ForecasterId, rule: RuleName) -> Finding:
    """Who gained most by a rule, and whether that is more than luck. Somebody has been scored by
    it.
    """
    everyone = by_skill(accuracy, rule)
    best = everyone[0]
    return Finding(
        _gain(accuracy, me, best, alone=len(everyone) == 1), _trust(best, alone=len(everyone) == 1)
    )


def _gain(accuracy: Accuracy, me: ForecasterId, best: Summary, *, alone: bool) -> str:
    name = named(accuracy.forecasters[best.forecaster_id], me)
    skill = gained(best.rule, best.skill or 0.0)
    unit = "points" if RULES[best.rule].is_points else "points of skill"
    low, high = (None if end is None else gained(best.rule, end) for end in (best.low, best.high))
    ranged = f", 95{NBSP}% interval {interval(low, high)}" if low is not None else ""
    number = f"{name}, {signed(skill)} {unit} a question{ranged}."
    if alone:
        return number
    if skill > 0.0:
        return f"Most gained: {number}"
    return f"Nobody did better than {_zero(best.rule)}. Nearest: {number}"


def _zero(rule: RuleName) -> str:
    """What earns 0 by a rule."""
    return "the others" if rule in ("peer", "spot_peer", "relative_brier") else "knowing nothing"


def _trust(best: Summary, *, alone: bool) -> str:
    unsure = "tell skill from luck" if alone else "say who is better"
    if few := _too_few(best.questions, best.clusters, unsure):
        return few
    return (
        f"Over {rests_on(best.questions, best.clusters)}. "
        f"{_side(best.low, best.high, _zero(best.rule))}"
    )


def _too_few(questions: int, groups: int, unsure: str) -> str:
    """How many groups are missing; empty when there are enough."""
    missing = MIN_CLUSTERS - groups
    if missing <= 0:
        return ""
    rests = rests_on(questions, groups) + ("" if questions == groups else " that share their fate")
    more = f"{missing} more" if questions == groups else plural(missing, "more group")
    return f"Over {rests}: too few to {unsure}, {more} {_are(missing)} needed."


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _side(low: float | None, high: float | None, reference: str) -> str:
    """Whether an interval of gains over a reference says anything."""
    if low is not None and low > 0.0:
        return "The interval lies above 0, which luck alone rarely gives."
    if high is not None and high < 0.0:
        return f"The interval lies below 0: {reference} did better."
    return f"The interval holds 0: this cannot be told from {reference}."


def left_out(accuracy: Accuracy, rule: RuleName) -> str:
    """The questions that do not count under a rule, and under which they do; empty when all
    count.
    """
    others = [q for q in accuracy.questions.values() if not counts_under(rule, q.kind)]
    if not others:
        return ""
    titles = dict.fromkeys(RULES[HEADLINE[q.kind]].title for q in others)
    count = len(others)
    return (
        f"{plural(count, 'question')} of other kinds {_are(count)} not in it: see "
        f"{' and '.join(titles)}."
    )


def on_references(name: str, skills: Sequence[Skill]) -> Finding:
    """How a forecaster did against the base rate, or the first reference there is."""
    main = next((s for s in skills if s.reference == "base_rate"), skills[0])
    title = f"“{REFERENCES[main.reference].title}”"
    rests = f"Over {rests_on(main.n, main.n_clusters)}."
    if main.skill is None:
        return Finding(f"{title} lost nothing, so there was nothing to beat.", rests)
    ranged = (
        "" if main.low is None else f", 95{NBSP}% interval {_percents(main.low, main.high or 0.0)}"
    )
    claim = f"{name}: {percent(main.skill)} of what {title} lost was saved{ranged}."
    if main.skill < 0.0:
        claim = f"{name}: {percent(-main.skill)} more was lost than by {title}; saved{ranged}."
    few = _too_few(main.n, main.n_clusters, "tell that from luck")
    return Finding(claim, few or f"{rests} {_side(main.low, main.high, title)}")


def _percents(low: float, high: float) -> str:
    return f"{_signed_percent(low)} to {_signed_percent(high)}"


def _signed_percent(share: float) -> str:
    return f"{MINUS if share < 0.0 else ''}{percent(abs(share))}"


def on_pairs(found: Sequence[Comparison], names: Mapping[str, str]) -> Finding:
    """How many pairs can be told apart. Said once: what is missing for those that have too few
    questions.

    `names` says how who is looking calls the forecasters.
    """
    decided = [c for c in found if c.verdict in ("better", "worse")]
    waiting = [c for c in found if c.verdict == "not enough data"]
    tested = len(found) - len(waiting)
    if decided:
        claim = f"{len(decided)} of {plural(len(found), 'pair')} can be told apart."
    elif tested:
        claim = "No difference between any two is shown."
    else:
        claim = "It is too early to say who is better."
    if not waiting:
        return Finding(claim, "")
    nearest = max(waiting, key=lambda c: c.n_clusters)
    who = (
        "The other pairs do not have"
        if tested
        else "No two have"
        if len(found) > 1
        else "The two do not have"
    )
    caution = (
        f"{who} {MIN_CLUSTERS} separate groups of questions in common yet ({names[nearest.a]} "
        f"and {names[nearest.b]}: {nearest.n_clusters}), so what sets them apart may well be "
        "luck."
    )
    return Finding(claim, caution)


def told_apart(found: Comparison, names: Mapping[str, str]) -> str:
    """A pair that can be told apart, the better one first, in points of skill."""
    turned = found.verdict == "worse"
    first, other = (found.b, found.a) if turned else (found.a, found.b)
    side = -100.0 if turned else 100.0
    gain, *ends = (side * (x or 0.0) for x in (found.mean_difference, found.low, found.high))
    return (
        f"{names[first]} better than {names[other]}: {signed(gain)} points a question, 95{NBSP}% "
        f"interval {interval(min(ends), max(ends))}, over {rests_on(found.n, found.n_clusters)}; "
        f"by luck in {cases(found.p_adjusted or 0.0)}."
    )


def on_progress(frame: pd.DataFrame) -> Finding:
    """Who stands highest at the end of a progress frame, and after how many questions."""
    last = (
        frame.groupby("forecaster", sort=False)
        .last()
        .sort_values("mean", ascending=False, kind="stable")
    )
    name, best = last.index[0], last.iloc[0]
    after = plural(int(best["n"]), "question")
    claim = (
        f"{'Highest after' if len(last) > 1 else 'After'} {after}: {name}, "
        f"{signed(best['mean'])} points of skill."
    )
    return Finding(claim, "The first few answers say little: lines settle as questions are added.")


def on_intervals(name: str, own: IntervalRecord) -> str:
    """Whether the answers lie in a forecaster's 90 % intervals as often as was said."""
    inside = f"{name}: {round(own.coverage * own.n)} of {plural(own.n, 'answer')} inside"
    if own.n < TOO_FEW:
        missing = TOO_FEW - own.n
        return f"{inside}. Too few to say anything: {missing} more {_are(missing)} needed."
    if own.high95 < 0.9:
        return f"{inside}. Too narrow: fewer than was said."
    if own.low95 > 0.9:
        return f"{inside}. Wider than need be: more than was said."
    return f"{inside}, which agrees with 90{NBSP}% within chance."


def on_waiting(accuracy: Accuracy) -> str:
    """What does not count, and why: answered early, without an answer to score, or made in
    hindsight.
    """
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
            f"{plural(unscored, 'question')} {_were(unscored)} annulled or ambiguous, and not "
            "scored."
        )
    if late:
        it = "it" if late == 1 else "they"
        words.append(
            f"{plural(late, 'forecast')} {_were(late)} made when the answer was known: {it} "
            "earned nothing."
        )
    return " ".join(words)


def _were(count: int) -> str:
    return "was" if count == 1 else "were"
