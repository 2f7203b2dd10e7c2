"""Suggested shares for questions with options.

    q(option) ∝ prior(option) · exp(γ · doubt(Σ news))

Evidence for an option adds to its weight, evidence against it subtracts, by the rules of
`forecasts.suggestion.news`; the weights are then normalised (a softmax over the prior).
Deliberately simple: evidence moves the other options in proportion to their shares, the order of
ordered options is ignored, and time has no effect, as a question with options is about a state, not
about when.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Literal

from forecasts.distributions.distribution import OTHER, Categorical
from forecasts.errors import InvalidForecast
from forecasts.evidence.evidence import Evidence, Indicator, IndicatorId
from forecasts.evidence.log_odds import (
    GroupName,
    LedgerEntry,
    LineKind,
    StoryEffect,
    closing_difference,
    iter_groups,
)
from forecasts.evidence.weights import DEFAULT_MODEL, SuggestionModel
from forecasts.questions.amendments import fold_removed_options
from forecasts.questions.question import Question, QuestionId
from forecasts.scenarios.scenario_set import ScenarioLine, ScenarioPosterior
from forecasts.suggestion.news import describe_idle, limit_news, news_entries


@dataclass(frozen=True, slots=True)
class OptionLine:
    """Line of an option's ledger: `log_share` is its contribution to ln of the share, in nats."""

    kind: LineKind | Literal["all options"]
    why: str
    log_share: float
    effects: tuple[StoryEffect, ...] = ()


@dataclass(frozen=True, slots=True)
class OptionGroup:
    """Group of lines of an option; `log_share` is their total contribution, in nats.

    `idle` is as for `LedgerGroup`.
    """

    name: GroupName
    lines: tuple[OptionLine, ...]
    log_share: float
    idle: str = ""


@dataclass(frozen=True, slots=True)
class OptionSuggestion:
    """Suggested shares of options, with the lines that make up ln of each share.

    The lines add up within 1e-12. An option whose prior is 0 keeps it and has no lines. `idle`
    counts in words, by option, the pieces that move nothing.
    """

    question_id: QuestionId
    at: datetime
    distribution: Categorical
    lines: Mapping[str, tuple[OptionLine, ...]]
    version: str = DEFAULT_MODEL.version
    idle: Mapping[str, str] = field(default_factory=dict)

    def groups(self, option: str) -> tuple[OptionGroup, ...]:
        """Lines of an option by group, which add up to ln of its share; empty without lines.

        There are no groups for time and learned correction. "Other options" is the normalisation.
        """
        lines = self.lines.get(option, ())
        parts = iter_groups(lines) if lines else iter(())
        idle = self.idle.get(option, "")
        return tuple(
            OptionGroup(
                name,
                members,
                math.fsum(line.log_share for line in members),
                idle if name == "News" else "",
            )
            for name, members in parts
        )


def suggest_options(
    question: Question,
    evidence: Iterable[Evidence],
    indicators: Mapping[IndicatorId, Indicator],
    at: datetime,
    *,
    model: SuggestionModel = DEFAULT_MODEL,
    archive_from: datetime | None = None,
) -> OptionSuggestion:
    """Suggest shares of the options offered at `at`; without evidence the prior.

    Evidence is selected and weighed as in `forecasts.suggestion.suggest`. Evidence that names an
    option added after the prior was written counts for or against `Other`, from which such an
    option is read; evidence that names no option, or one that is not offered at `at`, has no
    effect. The mass of a removed option is in `Other`. No option gains or loses more than a factor
    of (1 − doubt)/doubt before normalisation. Learned shifts are not used. A question of another
    kind raises `InvalidForecast`.

    >>> from forecasts.questions.new_question import NewQuestion, build_question
    >>> from forecasts.evidence.evidence import Direction, SourceReport, Strength
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
    [0.191, 0.732, 0.077]
    """
    prior = fold_removed_options(question, at, question.prior)
    if not isinstance(prior, Categorical):
        raise InvalidForecast(
            f"{question.id} is a {question.kind} question: only one with options has shares to "
            "suggest"
        )
    pieces = tuple(evidence)
    weights = weigh_options(
        question,
        prior,
        pieces,
        indicators,
        at=at,
        model=model,
        archive_from=archive_from,
    )
    words = "its share before any evidence"
    start = {
        name: [LedgerEntry("base rate", words, math.log(p))]
        for name, p in zip(prior.options, prior.p, strict=True)
        if p > 0.0
    }
    distribution, lines = multiply_shares(prior, start, weights, model)
    idle = _describe_idle(prior, question, pieces, at=at, model=model)
    return OptionSuggestion(question.id, at, distribution, lines, model.version, idle)


def weigh_options(
    question: Question,
    prior: Categorical,
    evidence: Iterable[Evidence],
    indicators: Mapping[IndicatorId, Indicator],
    *,
    at: datetime,
    model: SuggestionModel = DEFAULT_MODEL,
    archive_from: datetime | None = None,
) -> dict[str, list[LedgerEntry]]:
    """Entries of news for each option of the prior, before doubt and scale."""
    weights: dict[str, list[LedgerEntry]] = {name: [] for name in prior.options}
    for option, entry in news_entries(
        question, evidence, indicators, at, model=model, archive_from=archive_from
    ):
        weights.get(find_prior_option(prior, question, at, option), []).append(entry)
    return weights


def find_prior_option(prior: Categorical, question: Question, at: datetime, option: str) -> str:
    """Option of the prior from which `option` is read; empty if it is not offered."""
    if option not in question.offered_options(at):
        return ""
    return option if option in prior.options else OTHER


def _describe_idle(
    prior: Categorical,
    question: Question,
    evidence: Iterable[Evidence],
    *,
    at: datetime,
    model: SuggestionModel,
) -> Mapping[str, str]:
    """Count the pieces that move nothing, by the option of the prior that they concern."""
    by_option: dict[str, list[Evidence]] = {name: [] for name in prior.options}
    for e in evidence:
        by_option.get(find_prior_option(prior, question, at, e.option), []).append(e)
    return MappingProxyType(
        {name: describe_idle(pieces, question, at, model) for name, pieces in by_option.items()}
    )


def multiply_shares(
    start: Categorical,
    start_entries: Mapping[str, Sequence[LedgerEntry]],
    weights: Mapping[str, Sequence[LedgerEntry]],
    model: SuggestionModel,
    *,
    closing: str = "the shares of all options add up to 1",
) -> tuple[Categorical, Mapping[str, tuple[OptionLine, ...]]]:
    """Multiply the odds of each option by its evidence; the shares, and the lines of each.

    `start_entries` make up ln of the starting share but for normalisation, which `closing` names.
    """
    scaled = {name: limit_news(entries, model) for name, entries in weights.items()}
    possible = {name: p for name, p in zip(start.options, start.p, strict=True) if p > 0.0}
    log_weights = {name: math.log(p) + scaled[name][1] for name, p in possible.items()}
    total = _log_sum(log_weights.values())
    has_evidence = any(capped for _, capped in scaled.values())
    shares = (
        {name: math.exp(z - total) for name, z in log_weights.items()} if has_evidence else possible
    )
    distribution = Categorical(
        start.options, tuple(shares.get(name, 0.0) for name in start.options)
    )
    entries = {name: [*start_entries[name], *weights[name], *scaled[name][0]] for name in possible}
    lines = {
        name: tuple(_option_lines(entries[name], share, closing)) if name in possible else ()
        for name, share in zip(start.options, distribution.p, strict=True)
    }
    return distribution, MappingProxyType(lines)


def _log_sum(values: Iterable[float]) -> float:
    """ln Σ exp(z), computed from the largest to avoid overflow."""
    collected = list(values)
    largest = max(collected)
    return largest + math.log(math.fsum(math.exp(z - largest) for z in collected))


def _option_lines(
    entries: Sequence[LedgerEntry], share: float, closing: str
) -> Iterator[OptionLine]:
    for entry in entries:
        yield OptionLine(entry.kind, entry.why, entry.log_odds, entry.effects)
    yield OptionLine("all options", closing, closing_difference(math.log(share), entries))


def suggest_scenarios(
    question: Question,
    table: ScenarioPosterior,
    evidence: Iterable[Evidence],
    indicators: Mapping[IndicatorId, Indicator],
    *,
    at: datetime,
    model: SuggestionModel = DEFAULT_MODEL,
    archive_from: datetime | None = None,
) -> OptionSuggestion:
    """Suggest shares of the scenarios offered at `at`; without rows and stories the prior.

    `table` is what the questions of the table make of the scenarios at that time, the rest as for
    `forecasts.suggestion.categorical.suggest_options`. The lines of a scenario add up to ln of its
    share: its prior, one line of kind "table row" for each row (named by its question), the
    stories, and the normalisation. A scenario that is ruled out has a share of 0 and no lines.

    >>> from forecasts.questions.new_question import NewQuestion, build_question
    >>> from forecasts.questions.question import utc
    >>> from forecasts.scenarios.scenario_set import (ScenarioLikelihoods, ScenarioSet,
    ...     compute_posterior)
    >>> opens = utc("2026-01-01")
    >>> asked = build_question(NewQuestion("futures", "Which?", "As described.",
    ...     ("https://example.org",), opens,
    ...     utc("2027-01-01"), utc("2027-01-08"), kind="categorical", horizon_shape="state_at",
    ...     options=("neutral", "Other"), prior="neutral=80 Other=20"))
    >>> known = ScenarioSet("futures", "Two years", ("", ""), (ScenarioLikelihoods("summit", (0.125,
    ...     0.5)),))
    >>> table = compute_posterior(asked, known, {"summit": 0.2}, at=opens)
    >>> found = suggest_scenarios(asked, table, [], {}, at=opens)
    >>> [round(p, 3) for p in found.distribution.p]
    [0.8, 0.2]
    >>> found.lines["Other"][1].why
    'summit: at 20%, where the prior alone expects 20%'
    """
    pieces = tuple(evidence)
    weights = weigh_options(
        question,
        table.prior,
        pieces,
        indicators,
        at=at,
        model=model,
        archive_from=archive_from,
    )
    start = {name: [*map(_make_entry, lines[:-1])] for name, lines in table.lines.items()}
    closing = next(lines[-1].why for lines in table.lines.values() if lines)
    distribution, lines = multiply_shares(
        table.distribution, start, weights, model, closing=closing
    )
    idle = _describe_idle(table.prior, question, pieces, at=at, model=model)
    return OptionSuggestion(question.id, at, distribution, lines, model.version, idle)


def _make_entry(line: ScenarioLine) -> LedgerEntry:
    """Ledger entry of the prior of a scenario, or of a row of the table."""
    if line.question_id is None:
        return LedgerEntry("base rate", line.why, line.log_share)
    return LedgerEntry("table row", f"{line.question_id}: {line.why}", line.log_share)
