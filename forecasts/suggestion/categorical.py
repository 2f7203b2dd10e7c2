"""Suggested shares for questions with options, and the leaning of evidence on numeric questions.

    q(option) ∝ prior(option) · exp(softcap(γ · (Σ stories ± ln LR · novelty · decay − Σ usual
    levels · ramp)))

Evidence for an option adds to its weight, evidence against it subtracts, by the rules of
`forecasts.suggestion`; the weights are then normalised (a softmax over the prior). Deliberately
simple: evidence moves the other options in proportion to their shares, the order of ordered options
is ignored, and time has no effect, as a question with options is about a state, not about when.

Numeric and date questions get no suggestion: a likelihood ratio for "higher" does not determine a
curve. `measure_leaning` sums up their evidence.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Literal

from forecasts.distributions.distribution import OTHER, Categorical
from forecasts.errors import InvalidForecast
from forecasts.evidence.evidence import Direction, Evidence, Indicator, IndicatorId
from forecasts.evidence.log_odds import (
    GroupName,
    LedgerEntry,
    LineKind,
    closing_difference,
    iter_groups,
)
from forecasts.evidence.weights import (
    DAY,
    DEFAULT_MODEL,
    SuggestionModel,
    visible_evidence,
    weigh_stories,
)
from forecasts.questions.amendments import fold_removed_options
from forecasts.questions.question import EvidenceId, Question, QuestionId
from forecasts.scenarios.scenario_set import (
    ScenarioLine,
    ScenarioPosterior,
    ScenarioSet,
    compute_posterior,
)
from forecasts.suggestion.binary import NO_USUAL_LEVELS, scale_evidence, usual_level_entries


@dataclass(frozen=True, slots=True)
class OptionLine:
    """Line of an option's ledger: `log_share` is its contribution to ln of the share, in nats."""

    kind: LineKind | Literal["all options"]
    why: str
    log_share: float
    evidence_id: EvidenceId | None = None


@dataclass(frozen=True, slots=True)
class OptionGroup:
    """Group of lines of an option; `log_share` is their total contribution, in nats."""

    name: GroupName
    lines: tuple[OptionLine, ...]
    log_share: float


@dataclass(frozen=True, slots=True)
class OptionSuggestion:
    """Suggested shares of options, with the lines that make up ln of each share.

    The lines add up within 1e-12. An option whose prior is 0 keeps it and has no lines.
    """

    question_id: QuestionId
    at: datetime
    distribution: Categorical
    lines: Mapping[str, tuple[OptionLine, ...]]
    version: str = DEFAULT_MODEL.version

    def groups(self, option: str) -> tuple[OptionGroup, ...]:
        """Lines of an option by group, which add up to ln of its share; empty without lines.

        There are no groups for time and learned correction. "Other options" is the normalisation.
        """
        lines = self.lines.get(option, ())
        parts = iter_groups(lines) if lines else iter(())
        return tuple(
            OptionGroup(name, members, math.fsum(line.log_share for line in members))
            for name, members in parts
        )


@dataclass(frozen=True, slots=True)
class Leaning:
    """Direction of the evidence on a number or a date, without an amount.

    Number of stories for each side (`yes`: higher or earlier, `no`: lower or later) and their
    present weights, in nats from 0 on.
    """

    yes: int
    no: int
    yes_weight: float
    no_weight: float


def suggest_options(
    question: Question,
    evidence: Iterable[Evidence],
    indicators: Mapping[IndicatorId, Indicator],
    at: datetime,
    *,
    model: SuggestionModel = DEFAULT_MODEL,
    archive_from: datetime | None = None,
    usual_levels: Mapping[IndicatorId, float] = NO_USUAL_LEVELS,
) -> OptionSuggestion:
    """Suggest shares of the options offered at `at`; without evidence the prior.

    Evidence is selected and weighed as in `forecasts.suggestion.suggest`. Evidence that names an
    option added after the prior was written counts for or against `Other`, from which such an
    option is read; evidence that names no option, or one that is not offered at `at`, has no
    effect. The mass of a removed option is in `Other`. No option gains or loses more than a factor
    `exp(model.soft_cap)` before normalisation. Silence and learned corrections are not used. A
    question of another kind raises `InvalidForecast`.

    >>> from forecasts.questions.new_question import NewQuestion, build_question
    >>> from forecasts.evidence.evidence import SourceReport, Strength
    >>> from forecasts.questions.question import utc
    >>> opens = utc("2026-01-01")
    >>> summit = build_question(NewQuestion("summit", "Where?", "As announced.",
    ...     ("https://example.org",), opens,
    ...     utc("2026-06-01"), utc("2026-06-08"), kind="categorical", horizon_shape="state_at",
    ...     options=("Moscow", "Beijing", "Other"), prior="Moscow=50 Beijing=30 Other=20"))
    >>> hall = Evidence(1, "summit", 1, "summit/hall", Direction.YES, Strength.STRONG, 1.0,
    ...     "confirmed", "ann", opens,
    ...     (SourceReport("wire", 0.9, opens),), option="Beijing")
    >>> [round(p, 3) for p in suggest_options(summit, [hall], {}, opens).distribution.p]
    [0.336, 0.53, 0.134]
    """
    prior = fold_removed_options(question, at, question.prior)
    if not isinstance(prior, Categorical):
        raise InvalidForecast(
            f"{question.id} is a {question.kind} question: only one with options has shares to "
            "suggest"
        )
    archive_days = (at - (archive_from or question.opens_at)) / DAY
    own_indicators = sorted(
        (i for i in indicators.values() if i.question_id == question.id),
        key=lambda i: (i.name, i.id),
    )
    weights: dict[str, list[LedgerEntry]] = {name: [] for name in prior.options}
    for story in weigh_stories(visible_evidence(evidence, question.id, at), indicators, at, model):
        option = find_prior_option(prior, question, at, story.evidence.option)
        weights.get(option, []).append(story.ledger_entry(question.kind))
    for indicator in own_indicators:
        entries = weights.get(find_prior_option(prior, question, at, indicator.option), [])
        entries.extend(usual_level_entries([indicator], archive_days, usual_levels))
    distribution, lines = _compute_shares(prior, weights, model)
    return OptionSuggestion(question.id, at, distribution, lines, model.version)


def measure_leaning(
    question: Question,
    evidence: Iterable[Evidence],
    indicators: Mapping[IndicatorId, Indicator],
    at: datetime,
    *,
    model: SuggestionModel = DEFAULT_MODEL,
) -> Leaning:
    """Count and weigh the stories on each side of a question at `at`.

    Selected and weighed as by `forecasts.suggestion.suggest`, without usual level, scale and cap.
    Not a probability.

    >>> from forecasts.questions.new_question import NewQuestion, build_question
    >>> from forecasts.distributions.cdf import Scale
    >>> from forecasts.evidence.evidence import SourceReport, Strength
    >>> from forecasts.questions.question import utc
    >>> opens = utc("2026-01-01")
    >>> trade = build_question(NewQuestion("trade", "How much?", "As reported.",
    ...     ("https://example.org",), opens,
    ...     utc("2026-06-01"), utc("2026-06-08"), kind="numeric", scale=Scale(0.0, 400.0)))
    >>> def story(n, side):
    ...     return Evidence(n, "trade", n, f"trade/{n}", side, Strength.MODERATE, 1.0, "confirmed",
    ...     "ann", opens,
    ...         (SourceReport("wire", 0.9, opens),))
    >>> found = measure_leaning(trade, [story(1, Direction.YES), story(2, Direction.YES), story(3,
    ...     Direction.NO)], {}, opens)
    >>> found.yes, found.no, round(found.yes_weight, 2), round(found.no_weight, 2)
    (2, 1, 2.06, 1.03)
    """
    stories = list(
        weigh_stories(visible_evidence(evidence, question.id, at), indicators, at, model)
    )
    sides = [
        [s.log_odds for s in stories if s.evidence.direction is side]
        for side in (Direction.YES, Direction.NO)
    ]
    yes, no = sides
    return Leaning(len(yes), len(no), math.fsum(yes), abs(math.fsum(no)))


def find_prior_option(prior: Categorical, question: Question, at: datetime, option: str) -> str:
    """Option of the prior from which `option` is read; empty if it is not offered."""
    if option not in question.offered_options(at):
        return ""
    return option if option in prior.options else OTHER


def _compute_shares(
    prior: Categorical, weights: Mapping[str, Sequence[LedgerEntry]], model: SuggestionModel
) -> tuple[Categorical, Mapping[str, tuple[OptionLine, ...]]]:
    scaled = {name: scale_evidence(entries, model) for name, entries in weights.items()}
    possible = {name: p for name, p in zip(prior.options, prior.p, strict=True) if p > 0.0}
    log_weights = {name: math.log(p) + scaled[name][1] for name, p in possible.items()}
    total = _log_sum(log_weights.values())
    has_evidence = any(capped for _, capped in scaled.values())
    shares = (
        {name: math.exp(z - total) for name, z in log_weights.items()} if has_evidence else possible
    )
    distribution = Categorical(
        prior.options, tuple(shares.get(name, 0.0) for name in prior.options)
    )
    lines = {
        name: tuple(_option_lines(possible[name], [*weights[name], *scaled[name][0]], share))
        if name in possible
        else ()
        for name, share in zip(prior.options, distribution.p, strict=True)
    }
    return distribution, MappingProxyType(lines)


def _log_sum(values: Iterable[float]) -> float:
    """ln Σ exp(z), computed from the largest to avoid overflow."""
    collected = list(values)
    largest = max(collected)
    return largest + math.log(math.fsum(math.exp(z - largest) for z in collected))


def _option_lines(
    prior: float, weights: Sequence[LedgerEntry], share: float
) -> Iterator[OptionLine]:
    first = [LedgerEntry("base rate", "its share before any evidence", math.log(prior)), *weights]
    for weight in first:
        yield OptionLine(weight.kind, weight.why, weight.log_odds, weight.evidence_id)
    yield OptionLine(
        "all options",
        "the shares of all options add up to 1",
        closing_difference(math.log(share), first),
    )


VERSION = "scenarios-1"
"""Version of the method."""


def suggest_scenarios(
    question: Question, scenario_set: ScenarioSet, board: Mapping[QuestionId, float], at: datetime
) -> OptionSuggestion:
    """Suggest shares of the scenarios offered at `at`; without rows on the board the prior.

    `board` and errors are those of `forecasts.scenarios.scenario_set.compute_posterior`. The lines
    of a scenario add up to ln of its share: its prior, one line of kind "evidence" for each row
    (named by its question), and the normalisation. A scenario that is ruled out has a share of 0
    and no lines.

    >>> from forecasts.questions.new_question import NewQuestion, build_question
    >>> from forecasts.questions.question import utc
    >>> from forecasts.scenarios.scenario_set import ScenarioLikelihoods
    >>> opens = utc("2026-01-01")
    >>> asked = build_question(NewQuestion("futures", "Which?", "As described.",
    ...     ("https://example.org",), opens,
    ...     utc("2027-01-01"), utc("2027-01-08"), kind="categorical", horizon_shape="state_at",
    ...     options=("neutral", "Other"), prior="neutral=80 Other=20"))
    >>> known = ScenarioSet("futures", "Two years", ("", ""), (ScenarioLikelihoods("summit", (0.125,
    ...     0.5)),))
    >>> found = suggest_scenarios(asked, known, {"summit": 0.2}, opens)
    >>> [round(p, 3) for p in found.distribution.p]
    [0.8, 0.2]
    >>> found.lines["Other"][1].why
    'summit: at 20%, where the prior alone expects 20%'
    """
    posterior_now = compute_posterior(question, scenario_set, board, at=at)
    lines = {
        name: _scenario_lines(posterior_now, name) for name in posterior_now.distribution.options
    }
    return OptionSuggestion(
        question.id, at, posterior_now.distribution, MappingProxyType(lines), VERSION
    )


def _scenario_lines(result: ScenarioPosterior, name: str) -> tuple[OptionLine, ...]:
    lines = result.lines[name]
    if result.distribution.of(name) == 0.0 or not lines:
        return ()
    first, *rows, last = lines
    return (
        OptionLine("base rate", first.why, first.log_share),
        *map(_row_line, rows),
        OptionLine("all options", last.why, last.log_share),
    )


def _row_line(line: ScenarioLine) -> OptionLine:
    return OptionLine("evidence", f"{line.question_id}: {line.why}", line.log_share)
