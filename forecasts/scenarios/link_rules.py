"""Rules of linked questions: validity, contradictions, and branches of conditional pairs."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations
from typing import TYPE_CHECKING, assert_never

from forecasts.distributions.distribution import Distribution, p_yes
from forecasts.errors import ForecastsError
from forecasts.questions.formatting import format_percent
from forecasts.questions.links import Link, check_link_labels
from forecasts.questions.links import check_link_questions as check_questions
from forecasts.questions.question import Outcome, Question, QuestionId

if TYPE_CHECKING:  # needs scipy, which is slow to import
    from forecasts.scenarios.coherence import Repair

FLAG_THRESHOLD = 2.58 * 0.05
"""Threshold of z for noise with standard deviation 0.05 √(p (1 − p)), at 99%."""

_BETA = 1e-3  # keeps z finite near 0 and 1
_MIN_NATS = 1e-9  # smaller divergences are rounding

ForecastProbabilities = Mapping[QuestionId, float]
QuestionNamer = Callable[[QuestionId], str]


@dataclass(frozen=True, slots=True)
class Violation:
    """Forecasts that contradict a link, and their nearest coherent repair.

    `question_ids` are those whose forecasts are in `repair`, in its order: all of the link, or
    those with a forecast. `z` is the contradiction in units of its uncertainty, above 0; `words`
    describe it. Source of z: Paleka et al. 2024, arXiv 2412.18544.
    """

    link: Link
    question_ids: tuple[QuestionId, ...]
    repair: "Repair"
    z: float
    words: str

    @property
    def before(self) -> tuple[float, ...]:
        """Forecasts as held."""
        return self.repair.before

    @property
    def after(self) -> tuple[float, ...]:
        """Nearest coherent forecasts."""
        return self.repair.after

    @property
    def nats(self) -> float:
        """Divergence of the repair, in nats: above 0, infinite for contradicting certainties."""
        return self.repair.nats

    @property
    def flagged(self) -> bool:
        """True if it exceeds the usual noise of forecasts."""
        return self.z > FLAG_THRESHOLD


def check_link(link: Link, questions: Mapping[QuestionId, Question]) -> None:
    """Raise `InvalidQuestion` if a link does not fit its questions, or has wrong labels."""
    check_questions(link, questions)
    check_link_labels(link)


def find_violation(
    link: Link,
    forecasts: Mapping[QuestionId, Distribution],
    questions: Mapping[QuestionId, Question],
) -> Violation | None:
    """Contradiction of a link by one forecaster's forecasts; None if coherent or too few.

    With some forecasts missing, the remaining constraints are checked: a conjunction against either
    part, dates in their order, "one of" by a sum of at most 1. A conditional pair is checked only
    together with its subject. Members, numbers, dates and states *at* several dates are
    unconstrained. `questions` has those of the link.

    >>> from forecasts.questions.new_question import NewQuestion, build_question
    >>> from forecasts.distributions.distribution import Binary
    >>> from forecasts.questions.question import utc
    >>> def asked(name, closes):
    ...     return build_question(NewQuestion(name, "Ceasefire?", "As announced.",
    ...     ("https://example.org",),
    ...         utc("2026-01-01"), utc(closes), utc(closes), horizon_shape="event_by"))
    >>> known = {"near": asked("near", "2027-01-01"), "far": asked("far", "2028-01-01")}
    >>> link = Link("ceasefire", "dates", ("near", "far"), "Ceasefire", ("by 2027", "by 2028"))
    >>> found = find_violation(link, {"near": Binary(0.6), "far": Binary(0.45)}, known)
    >>> found.words
    '“by 2027” is at 60%, and “by 2028”, which follows from it, only at 45%'
    >>> [round(p, 4) for p in found.after], round(found.nats, 4), found.flagged
    ([0.5256, 0.5256], 0.0228, True)
    """
    p = {q: yes for q in link.question_ids if (yes := p_yes(forecasts.get(q))) is not None}
    labels = dict(zip(link.question_ids, link.labels, strict=False))
    contradiction = _check_kind(
        link, p, questions, lambda q: f"“{labels.get(q) or questions[q].text}”"
    )
    return None if contradiction is None or contradiction.nats <= _MIN_NATS else contradiction


def score_repair(
    question_ids: Sequence[QuestionId],
    before: Sequence[float],
    after: Sequence[float],
    outcomes: Mapping[QuestionId, Outcome | None],
) -> float | None:
    """Gain of a repair in total log score, in nats, once its questions are answered.

    Above 0 the repaired forecasts were better; ±inf where one of the two was certain and wrong.
    None until all are answered, and when all are annulled or ambiguous, as those are not scored.
    Raises `ForecastsError` when the lengths differ.

    >>> round(score_repair(("a", "b"), (0.6, 0.45), (0.5256, 0.5256), {"a": "no", "b": "yes"}), 4)
    0.3259
    """
    if not len(question_ids) == len(before) == len(after):
        raise ForecastsError("give one forecast before and after for each question")
    answers = [outcomes.get(question_id) for question_id in question_ids]
    legs = [n for n, answer in enumerate(answers) if answer in ("yes", "no")]
    if None in answers or not legs:
        return None
    old, new = (
        math.fsum(_log_score(p[n], answers[n] == "yes") for n in legs) for p in (before, after)
    )
    return 0.0 if old == new else new - old  # −inf − −inf is NaN


def find_branch_to_annul(link: Link, outcome: Outcome) -> tuple[QuestionId, ...]:
    """Questions of a conditional pair whose condition failed with the given outcome.

    After YES the one on "if not", after NO the one on "if"; both when the condition has no answer.
    Empty for a link of another kind.

    >>> pair = Link("tariffs", "condition", ("tariffs", "war-if", "war-if-not"), "Tariffs and war")
    >>> find_branch_to_annul(pair, "yes"), find_branch_to_annul(pair, "annulled")
    (('war-if-not',), ('war-if', 'war-if-not'))
    """
    if link.kind != "condition" or len(link.question_ids) < 3:
        return ()
    if_so, if_not = link.question_ids[1:3]
    match outcome:
        case "yes":
            return (if_not,)
        case "no":
            return (if_so,)
        case "annulled" | "ambiguous" | "answered":
            return (if_so, if_not)
        case "reopened":
            return ()
        case _:
            assert_never(outcome)


def condition_text(
    link: Link, question_id: QuestionId, questions: Mapping[QuestionId, Question]
) -> str:
    """Condition under which a question of a conditional pair counts; empty for other questions.

    >>> from forecasts.questions.new_question import NewQuestion, build_question
    >>> from forecasts.questions.question import utc
    >>> tariffs = build_question(NewQuestion("tariffs", "Tariffs by 2027?", "As announced.",
    ...     ("https://example.org",),
    ...     utc("2026-01-01"), utc("2027-01-01"), utc("2027-01-01"), horizon_shape="event_by"))
    >>> pair = Link("tariffs", "condition", ("tariffs", "war-if", "war-if-not"), "Tariffs and war")
    >>> condition_text(pair, "war-if-not", {"tariffs": tariffs})
    'Counts only if “Tariffs by 2027?” is answered NO, and is annulled otherwise.'
    """
    if link.kind != "condition" or question_id not in link.question_ids[1:3]:
        return ""
    answer = "YES" if question_id == link.question_ids[1] else "NO"
    condition = questions[link.question_ids[0]].text
    return f"Counts only if “{condition}” is answered {answer}, and is annulled otherwise."


def _log_score(p: float, happened: bool) -> float:
    outcome_probability = p if happened else 1.0 - p
    return math.log(outcome_probability) if outcome_probability > 0.0 else -math.inf


def _check_kind(
    link: Link,
    p: ForecastProbabilities,
    questions: Mapping[QuestionId, Question],
    name: QuestionNamer,
) -> Violation | None:
    ids = link.question_ids
    known = tuple(q for q in ids if q in p)
    if len(known) < 2:
        return None
    match link.kind:
        case "implies":
            return _check_order(link, known, p, name)
        case "negates" | "one of":
            return _check_sum(link, known, p, name)
        case "conjunction":
            return _check_conjunction(link, known, p, name)
        case "dates":
            nested = _nesting_order(known, questions)
            return _check_order(link, nested, p, name) if nested else None
        case "condition":
            return _check_condition(link, p, name) if len(known) == 4 else None
        case "members" | "sibling":
            return None
        case _:
            assert_never(link.kind)


def _check_order(
    link: Link, ids: tuple[QuestionId, ...], p: ForecastProbabilities, name: QuestionNamer
) -> Violation:
    """Each question is implied by the ones before it, so its probability is no lower."""
    from forecasts.scenarios.coherence import repair_nested_dates

    ranked = [(date.fromordinal(n), p[q]) for n, q in enumerate(ids, start=1)]
    z, a, b = max(
        ((_z_score(p[a] - p[b], p[a], p[b]), a, b) for a, b in combinations(ids, 2)),
        key=lambda pair: pair[0],
    )
    words = (
        f"{name(a)} is at {format_percent(p[a])}, and {name(b)}, which follows from it, only at "
        f"{format_percent(p[b])}"
    )
    return Violation(link, ids, repair_nested_dates(ranked), z, words)


def _check_sum(
    link: Link, ids: tuple[QuestionId, ...], p: ForecastProbabilities, name: QuestionNamer
) -> Violation | None:
    """Exactly one comes true; of a subset, at most one."""
    from forecasts.scenarios.coherence import repair_sum_to_one

    probabilities = [p[q] for q in ids]
    total, partly = math.fsum(probabilities), len(ids) < len(link.question_ids)
    if partly and total <= 1.0:
        return None
    repair = repair_sum_to_one(probabilities)
    if partly:
        repair = replace(repair, worlds=(*repair.worlds, (0,) * len(ids)))
    listed = ", ".join(f"{name(q)} at {format_percent(p[q])}" for q in ids)
    most = (
        "at most one can come true, so they make no more than"
        if partly
        else "exactly one comes true, so they make"
    )
    return Violation(
        link,
        ids,
        repair,
        _z_score(abs(total - 1.0), *probabilities),
        f"{listed}: {most} 100%, not {100.0 * total:.4g}%",
    )


def _nesting_order(
    ids: tuple[QuestionId, ...], questions: Mapping[QuestionId, Question]
) -> tuple[QuestionId, ...]:
    """Order in which each question is implied by those before it; empty without implications.

    An event by a date also occurs by any later one, and a state that holds until a date also holds
    until any earlier one.
    """
    shapes = {questions[q].horizon_shape for q in ids}
    if shapes == {"event_by"}:
        return ids
    return ids[::-1] if shapes == {"holds_until"} else ()


def _check_conjunction(
    link: Link, ids: tuple[QuestionId, ...], p: ForecastProbabilities, name: QuestionNamer
) -> Violation | None:
    """P(both) is at most the lower of the two, and at least their sum less 1."""
    from forecasts.scenarios.coherence import repair_conjunction

    first, second, both = link.question_ids
    if both not in p:
        return None
    lower = min(ids[:-1], key=lambda q: p[q])
    if len(ids) == 2:
        return _check_order(link, (both, lower), p, name)
    repair, least = repair_conjunction(p[first], p[second], p[both]), p[first] + p[second] - 1.0
    if p[both] >= least:
        return replace(_check_order(link, (both, lower), p, name), question_ids=ids, repair=repair)
    words = (
        f"{name(first)} at {format_percent(p[first])} and {name(second)} at "
        f"{format_percent(p[second])} leave at least {format_percent(least)} for {name(both)}, "
        f"which is at {format_percent(p[both])}"
    )
    return Violation(
        link, ids, repair, _z_score(least - p[both], p[first], p[second], p[both]), words
    )


def _check_condition(link: Link, p: ForecastProbabilities, name: QuestionNamer) -> Violation:
    from forecasts.scenarios.coherence import repair_total_probability, total_probability_gap

    probabilities = [p[q] for q in link.question_ids]
    named = dict(zip(("p_b", "p_a_given_b", "p_a_given_not_b", "p_a"), probabilities, strict=True))
    gap = total_probability_gap(**named)
    condition, *_, about = link.question_ids
    words = (
        f"{name(about)} is at {format_percent(p[about])}, but "
        f"{format_percent(min(max(p[about] - gap, 0.0), 1.0))} follows from {name(condition)} at "
        f"{format_percent(p[condition])} and the forecasts on either side of it"
    )
    return Violation(
        link,
        link.question_ids,
        repair_total_probability(**named),
        _z_score(abs(gap), *probabilities),
        words,
    )


def _z_score(gap: float, *p: float) -> float:
    return max(gap, 0.0) / math.sqrt(math.fsum(x * (1.0 - x) for x in p) + _BETA)
