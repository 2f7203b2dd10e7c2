"""Scenario sets: a question whose options are scenarios, with a likelihood table.

Each row of the table is one binary question. Answered or forecast, the rows update the scenarios by
`forecasts.scenarios.soft_update`, and each share is broken down by row. Rows whose questions are of
one family have one cause, and count together as one row: by the mean of what they say.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from forecasts.distributions.distribution import Categorical
from forecasts.distributions.probability import check_probabilities
from forecasts.errors import ForecastsError, InvalidForecast, InvalidProbability, InvalidQuestion
from forecasts.evidence.likelihood_ratios import ICD_203
from forecasts.questions.amendments import fold_removed_options
from forecasts.questions.formatting import format_percent
from forecasts.questions.parse_probability import parse_probability
from forecasts.questions.question import Question, QuestionId

FIVE_WORDS: Mapping[str, float] = MappingProxyType(
    {
        word: ICD_203[word]
        for word in (
            "almost no chance",
            "very unlikely",
            "roughly even chance",
            "very likely",
            "almost certain",
        )
    }
)
"""Words of a likelihood table → P(YES | scenario): ICD 203 without "unlikely" and "likely"."""

_ROUNDING = 1e-12  # smaller changes of shares are ignored


@dataclass(frozen=True, slots=True)
class ScenarioLikelihoods:
    """P(an indicator question is answered YES | scenario), in the options' order.

    Each is 0 to 1. `why` is the justification of the row.
    """

    question_id: QuestionId
    p: tuple[float, ...]
    why: str = ""


@dataclass(frozen=True, slots=True)
class ScenarioSet:
    """Exclusive, exhaustive scenarios, as options of a categorical question, with their table.

    `question_id` is that question: its options are the scenarios, its prior theirs before any
    evidence; its criteria define which one fits best and how ties are broken. `descriptions` has
    one text for each option, in their order.
    """

    question_id: QuestionId
    title: str
    descriptions: tuple[str, ...]
    rows: tuple[ScenarioLikelihoods, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class ScenarioLine:
    """Line of a scenario's ledger: `log_share` is its contribution to ln of the share, in nats.

    `question_id` is that of the row; None for the first line (the prior) and the last (interaction
    of the rows). A row with equal likelihoods adds 0 everywhere; for a single row the last line is
    0. Rows interact: one above the prior's expectation may lower a scenario here, if another row
    has raised it already. `why` compares with the prior alone.
    """

    question_id: QuestionId | None
    why: str
    log_share: float


@dataclass(frozen=True, slots=True)
class ScenarioPosterior:
    """Scenario shares by table and question board.

    The `lines` of a scenario add up to ln of its share, within 1e-12; one whose prior is 0 keeps it
    and has none. `nats` is the distance of the board from the expectation of prior and table (0:
    equal); large numbers mean disagreement. `left_out` are the rows whose question has no number on
    the board.
    """

    question_id: QuestionId
    prior: Categorical
    distribution: Categorical
    nats: float
    lines: Mapping[str, tuple[ScenarioLine, ...]]
    left_out: tuple[QuestionId, ...]


def nearest_word(p: float) -> str:
    """Nearest of the five words for a probability; raises `InvalidProbability`.

    >>> nearest_word(0.1), nearest_word(0.4), nearest_word(0.97)
    ('very unlikely', 'roughly even chance', 'almost certain')
    """
    checked = float(check_probabilities(p))
    return min(FIVE_WORDS, key=lambda word: abs(FIVE_WORDS[word] - checked))


def parse_likelihood(text: str) -> float:
    """Parse a typed likelihood: one of the five words, or a probability such as 0.3 or 30%.

    Raises `InvalidProbability` with what would be right.

    >>> parse_likelihood("Very likely"), parse_likelihood("30%")
    (0.875, 0.3)
    """
    word = " ".join(text.split()).casefold()
    if word in FIVE_WORDS:
        return FIVE_WORDS[word]
    try:
        return parse_probability(text).p
    except InvalidProbability as error:
        raise InvalidProbability(f"{error}, or one of: {', '.join(FIVE_WORDS)}") from None


def check_scenario_set(
    scenario_set: ScenarioSet, question: Question, questions: Mapping[QuestionId, Question]
) -> None:
    """Raise `InvalidQuestion` or `InvalidProbability` if set, question and table do not match.

    `questions` has at least those of the rows. Likelihoods lie strictly between 0 and 1, so that no
    answer rules out everything and any board can be fitted.
    """
    if question.id != scenario_set.question_id or question.kind != "categorical":
        raise InvalidQuestion(
            f"{question.id!r} is {question.kind}: scenarios are the options of a categorical "
            "question"
        )
    names = [option.name for option in question.options]
    if len(scenario_set.descriptions) != len(names):
        raise InvalidQuestion(
            f"{len(scenario_set.descriptions)} descriptions for {len(names)} scenarios: give one "
            f"for each of {', '.join(names)}"
        )
    seen = {question.id}
    for row in scenario_set.rows:
        if row.question_id in seen:
            twice = (
                "the scenarios' own question"
                if row.question_id == question.id
                else "in the table twice"
            )
            raise InvalidQuestion(
                f"{row.question_id!r} is {twice}: give each other question one row"
            )
        seen.add(row.question_id)
        _check_row(row, names, questions)


def _check_row(
    row: ScenarioLikelihoods, names: Sequence[str], questions: Mapping[QuestionId, Question]
) -> None:
    question = questions.get(row.question_id)
    if question is None:
        raise InvalidQuestion(
            f"there is no question {row.question_id!r}: take its row out, or open it first"
        )
    if question.kind != "binary":
        raise InvalidQuestion(
            f"{question.id!r} is {question.kind}: a row is about a binary question, "
            "P(YES | scenario)"
        )
    if len(row.p) != len(names):
        raise InvalidQuestion(
            f"the row of {question.id!r} has {len(row.p)} numbers for {len(names)} scenarios: give "
            f"one for each of {', '.join(names)}"
        )
    checked = check_probabilities(row.p)
    if ((checked == 0.0) | (checked == 1.0)).any():
        raise InvalidProbability(
            f"the row of {question.id!r} is certain of an answer, and nothing could undo that: "
            "write 0.01 or 0.99"
        )


def likelihood_matrix(
    question: Question, rows: Iterable[ScenarioLikelihoods], options: Sequence[str]
) -> list[list[float]]:
    """Likelihoods of the rows for the named options; raises `ForecastsError` if one is missing."""
    names = [option.name for option in question.options]
    matrix = []
    for row in rows:
        # Options added later may have no number yet.
        likelihoods = dict(zip(names, row.p, strict=False))
        missing = [name for name in options if name not in likelihoods]
        if missing:
            raise ForecastsError(
                f"the row of {row.question_id!r} says nothing of {missing[0]!r}: give it a number"
            )
        matrix.append([likelihoods[name] for name in options])
    return matrix


def weigh_rows(
    rows: Iterable[ScenarioLikelihoods], families: Mapping[QuestionId, str]
) -> tuple[float, ...]:
    """Weights of rows: those of one family make 1 together; one not listed stands alone.

    >>> rows = [ScenarioLikelihoods(name, (0.7, 0.3)) for name in ("may", "june", "vote")]
    >>> weigh_rows(rows, {"may": "summit", "june": "summit"})
    (0.5, 0.5, 1.0)
    """
    names = [families.get(row.question_id, row.question_id) for row in rows]
    return tuple(1.0 / names.count(name) for name in names)


def find_shared_causes(
    rows: Iterable[ScenarioLikelihoods], families: Mapping[QuestionId, str]
) -> tuple[tuple[QuestionId, ...], ...]:
    """Find the questions of rows that have one cause, several together."""
    members: dict[str, list[QuestionId]] = {}
    for row in rows:
        members.setdefault(families.get(row.question_id, row.question_id), []).append(
            row.question_id
        )
    return tuple(tuple(group) for group in members.values() if len(group) > 1)


def compute_posterior(
    question: Question,
    scenario_set: ScenarioSet,
    board: Mapping[QuestionId, float],
    *,
    families: Mapping[QuestionId, str] = MappingProxyType({}),
    at: datetime | None = None,
) -> ScenarioPosterior:
    """Update the scenarios by the board: P(YES) of indicator questions, 0 or 1 once answered.

    Board questions without a row are ignored, and rows that are not on the board are reported as
    left out; rows of one of the `families` are weighed by `weigh_rows`. With `at`, the mass of an
    option removed by then is in `Other`. The order of the rows does not matter; without any the
    prior is returned. Raises `InvalidForecast` for a question without options, and as
    `forecasts.scenarios.soft_update` does. The line of a row is ln of the factor on the prior by
    that row alone.

    >>> from forecasts.questions.new_question import NewQuestion, build_question
    >>> from forecasts.questions.question import utc
    >>> asked = build_question(NewQuestion("futures", "Which?", "As described.",
    ...     ("https://example.org",), utc("2026-01-01"),
    ...     utc("2027-01-01"), utc("2027-01-08"), kind="categorical", horizon_shape="state_at",
    ...     options=("neutral", "closer", "Other"), prior="neutral=50 closer=30 Other=20"))
    >>> rows = (ScenarioLikelihoods("contract", (0.8, 0.3, 0.6)),
    ...     ScenarioLikelihoods("summit", (0.1, 0.6, 0.05)))
    >>> found = compute_posterior(asked, ScenarioSet("futures", "Two years", ("", "", ""), rows),
    ...     {"summit": 1.0})
    >>> [round(p, 3) for p in found.distribution.p], found.left_out
    ([0.208, 0.75, 0.042], ('contract',))
    >>> [(line.question_id, round(line.log_share, 3)) for line in found.lines["closer"]]
    [(None, -1.204), ('summit', 0.916), (None, 0.0)]
    """
    from forecasts.scenarios.likelihood_table import indicator_probabilities, soft_update

    prior = question.prior if at is None else fold_removed_options(question, at, question.prior)
    if not isinstance(prior, Categorical):
        raise InvalidForecast(f"{question.id} is a {question.kind} question: scenarios are options")
    rows = [row for row in scenario_set.rows if row.question_id in board]
    table = likelihood_matrix(question, rows, prior.options)
    board_values = [float(board[row.question_id]) for row in rows]
    weights = weigh_rows(rows, families)
    update = soft_update(prior.p, table, board_values, weights)
    why = map(_describe_row, board_values, indicator_probabilities(prior.p, table), weights)
    row_logs = (_normalise_effects(prior.p, logs) for logs in update.row_logs)
    effects = list(zip((row.question_id for row in rows), why, row_logs, strict=True))
    distribution = Categorical(prior.options, update.scenarios) if rows else prior
    return ScenarioPosterior(
        question_id=question.id,
        prior=prior,
        distribution=distribution,
        nats=update.nats if rows else 0.0,
        lines=MappingProxyType(
            {
                name: tuple(_scenario_lines(n, prior, distribution, effects))
                for n, name in enumerate(prior.options)
            }
        ),
        left_out=tuple(r.question_id for r in scenario_set.rows if r.question_id not in board),
    )


def posterior_history(
    question: Question,
    scenario_set: ScenarioSet,
    boards: Iterable[tuple[datetime, Mapping[QuestionId, float]]],
    families: Mapping[QuestionId, str] = MappingProxyType({}),
) -> tuple[tuple[datetime, tuple[float, ...]], ...]:
    """Scenario shares over time: for each board that changed them, its instant and the shares.

    The shares are in the order of the prior's options, and each entry is valid until the next.
    Raises as `compute_posterior`.
    """
    entries: list[tuple[datetime, tuple[float, ...]]] = []
    before: Mapping[QuestionId, float] | None = None
    for at, board in boards:
        known = {
            row.question_id: board[row.question_id]
            for row in scenario_set.rows
            if row.question_id in board
        }
        if known == before:
            continue
        before = known
        shares = compute_posterior(question, scenario_set, known, families=families).distribution.p
        if (
            not entries
            or max(abs(a - b) for a, b in zip(shares, entries[-1][1], strict=True)) > _ROUNDING
        ):
            entries.append((at, shares))
    return tuple(entries)


RowEffect = tuple[QuestionId, str, tuple[float, ...]]


def _describe_row(current: float, expected: float, weight: float) -> str:
    now = {1.0: "answered YES", 0.0: "answered NO"}.get(current, f"at {format_percent(current)}")
    words = f"{now}, where the prior alone expects {format_percent(expected)}"
    if weight == 1.0:
        return words
    return f"{words}; one of {round(1.0 / weight)} rows of one cause, which count as one"


def _normalise_effects(prior: Sequence[float], logs: Sequence[float]) -> tuple[float, ...]:
    """Contribution of a row to each scenario, normalised so that alone it leaves the sum at 1."""
    largest = max(log for p, log in zip(prior, logs, strict=True) if p > 0.0)
    total = largest + math.log(
        math.fsum(
            p * math.exp(log - largest) for p, log in zip(prior, logs, strict=True) if p > 0.0
        )
    )
    return tuple(log - total for log in logs)


def _scenario_lines(
    index: int, prior: Categorical, distribution: Categorical, effects: Sequence[RowEffect]
) -> Iterator[ScenarioLine]:
    if prior.p[index] == 0.0:
        return
    first = ScenarioLine(None, "its share before any evidence", math.log(prior.p[index]))
    lines = [
        first,
        *(ScenarioLine(question_id, words, logs[index]) for question_id, words, logs in effects),
    ]
    yield from lines
    share = distribution.p[index]
    # A scenario that is ruled out is already at −∞.
    remainder = (
        math.fsum((math.log(share), *(-line.log_share for line in lines))) if share > 0.0 else 0.0
    )
    yield ScenarioLine(
        None,
        "the rows together: what several of them say counts once, and the shares make 1",
        remainder,
    )
