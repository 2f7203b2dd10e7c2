"""Check of a model: a hundred headlines with known answers decide if it may move numbers.

The pairs are our own, on topics that no question of the tracker is about. A model that falls short,
or was never checked, only proposes: its judgements are shown and change nothing.
"""

import csv
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal, cast

from forecasts.evidence.evidence import Direction
from forecasts.questions.compiled_question import Statement
from forecasts.questions.formatting import format_count
from tracker.llm.evidence_judgement import FORM, Ask, Contrast, compare_outcomes, compare_topic
from tracker.llm.llm_messages import Choice, ChoiceForm, LlmFailure, LlmMessage, read_choice
from tracker.model.llm_endpoint import LlmEndpoint
from tracker.storage import llm_answers
from tracker.storage.sessions import Session

PairLabel = Literal["for", "against", "neither", "unrelated"]

PAIRS_FILE: Final = Path(__file__).with_name("model_check.tsv")

MIN_RIGHT: Final = 0.9
"""Share of the called directions that has to be right."""

MIN_COVERAGE: Final = 0.3
"""Share of headlines with a side that has to get a direction."""

MIN_TOPIC_AUC: Final = 0.85
"""Chance that a headline on the topic has to be ranked above one that is not."""

MAX_FAILURES: Final = 3
"""Consecutive failures that end a check."""


@dataclass(frozen=True, slots=True)
class CheckPair:
    """A headline, the two outcomes it is compared with, and what it really says."""

    statement: Statement
    label: PairLabel
    headline: str


@dataclass(frozen=True, slots=True)
class CheckReading:
    """A model's reading of a pair: its contrast of the outcomes, and of topic and other topics."""

    label: PairLabel
    outcome: Contrast
    topic: Contrast


@dataclass(frozen=True, slots=True)
class ModelCheck:
    """Result of a check of the model at an address; shares and AUC lie between 0 and 1.

    Of headlines with a side: `accuracy` counts the sign of every margin, `auc` ranks those for
    above those against, `coverage` is the share with a direction and `right` how many of those are
    right. `sided` is the share of headlines without a side that get one all the same, `topic_auc`
    ranks headlines on the topic above others. `is_plain`: the server gives no log-probabilities.
    """

    base_url: str
    model: str
    checked_at: datetime
    pairs: int
    accuracy: float
    auc: float
    coverage: float
    right: float
    sided: float
    topic_auc: float
    is_plain: bool
    form: str = FORM

    @property
    def objection(self) -> str:
        """Return why the model only proposes; "" if it may move numbers."""
        if self.coverage < MIN_COVERAGE:
            called, needed = format_share(self.coverage), format_share(MIN_COVERAGE)
            return f"it calls {called} of the directions, {needed} are needed"
        if self.right < MIN_RIGHT:
            right, needed = format_share(self.right), format_share(MIN_RIGHT)
            return f"{right} of the directions that it calls are right, {needed} are needed"
        if self.topic_auc < MIN_TOPIC_AUC:
            return f"its AUC of topics is {self.topic_auc:.2f}, {MIN_TOPIC_AUC:.2f} is needed"
        return ""

    @property
    def may_move(self) -> bool:
        """True if the model's judgements may move numbers."""
        return not self.objection

    def holds_for(self, endpoint: LlmEndpoint) -> bool:
        """Return True if this is the model of the endpoint, asked as it is asked now."""
        return (self.base_url, self.model, self.form) == (endpoint.base_url, endpoint.model, FORM)


def format_share(share: float) -> str:
    """Format a share of headlines in whole percents.

    >>> format_share(0.952)
    '95%'
    """
    return f"{100.0 * share:.0f}%"


@lru_cache(maxsize=1)
def load_pairs() -> tuple[CheckPair, ...]:
    """Load the pairs that come with the tracker."""
    with PAIRS_FILE.open(encoding="utf-8", newline="") as file:
        return tuple(
            CheckPair(
                Statement(row["yes"], row["no"]), cast(PairLabel, row["label"]), row["headline"]
            )
            for row in csv.DictReader(file, delimiter="\t")
        )


def check_model(
    endpoint: LlmEndpoint, now: datetime, on_pair: Callable[[int, int], None]
) -> ModelCheck | LlmFailure:
    """Put all pairs to a model, without kept answers; `on_pair` hears how many of how many."""
    from tracker.llm.chat_client import request_answer  # loads the HTTP client

    def ask(messages: tuple[LlmMessage, ...]) -> Choice | LlmFailure:
        result = request_answer(endpoint, messages, ChoiceForm())
        if isinstance(result, LlmFailure):
            return result
        return read_choice(result.value) or LlmFailure("the answer is no choice")

    pairs, readings, failures = load_pairs(), list[CheckReading](), 0
    for number, pair in enumerate(pairs, 1):
        reading = read_pair(pair, ask)
        if isinstance(reading, CheckReading):
            readings.append(reading)
            failures = 0
        elif (failures := failures + 1) >= MAX_FAILURES or reading.is_auth_error:
            return reading
        on_pair(number, len(pairs))
    if len(readings) < len(pairs):
        missing = format_count(len(pairs) - len(readings), "pair")
        return LlmFailure(f"{missing} of {len(pairs)} got no usable answer: check again")
    return measure_readings(readings, endpoint, now)


def read_pair(pair: CheckPair, ask: Ask) -> CheckReading | LlmFailure:
    """Put a pair to the model as evidence is: topic, and outcomes, in both orders."""
    topic = compare_topic(pair.headline, pair.statement.yes, ask)
    if isinstance(topic, LlmFailure):
        return topic
    outcome = compare_outcomes(pair.headline, pair.statement, ask)
    if isinstance(outcome, LlmFailure):
        return outcome
    return CheckReading(pair.label, outcome, topic)


def measure_readings(
    readings: Sequence[CheckReading], endpoint: LlmEndpoint, now: datetime
) -> ModelCheck:
    """Measure the readings of all pairs."""
    with_side = [r for r in readings if r.label in ("for", "against")]
    is_for = [r.label == "for" for r in with_side]
    margins = [r.outcome.margin for r in with_side]
    called = [r for r in with_side if r.outcome.direction]
    neither = [r for r in readings if r.label == "neither"]
    on_topic = [r for r in readings if r.label != "neither"]
    return ModelCheck(
        base_url=endpoint.base_url,
        model=endpoint.model,
        checked_at=now,
        pairs=len(readings),
        accuracy=_mean([m != 0.0 and (m > 0.0) == f for m, f in zip(margins, is_for, strict=True)]),
        auc=_rank(margins, is_for),
        coverage=len(called) / len(with_side),
        right=_mean([_is_right(r) for r in called]),
        sided=_mean([bool(r.outcome.direction) for r in neither]),
        topic_auc=_rank(
            [r.topic.margin for r in on_topic], [r.label != "unrelated" for r in on_topic]
        ),
        is_plain=any(r.outcome.is_plain for r in readings),
    )


def _is_right(reading: CheckReading) -> bool:
    return reading.outcome.direction is (Direction.YES if reading.label == "for" else Direction.NO)


def _mean(hits: Sequence[bool]) -> float:
    return sum(hits) / len(hits) if hits else 0.0


def _rank(margins: Sequence[float], is_higher: Sequence[bool]) -> float:
    """Return the chance that one that should be higher is; a tie counts half."""
    pairs = list(zip(margins, is_higher, strict=True))
    high = [margin for margin, flag in pairs if flag]
    low = [margin for margin, flag in pairs if not flag]
    wins = sum((a > b) + 0.5 * (a == b) for a in high for b in low)
    return wins / (len(high) * len(low))


def save_check(session: Session, check: ModelCheck) -> None:
    """Store a check; the last one counts."""
    stored = asdict(check) | {"checked_at": check.checked_at.isoformat()}
    llm_answers.save_model_check(session, stored)


def load_check(session: Session, endpoint: LlmEndpoint) -> ModelCheck | None:
    """Return the check of this model; None if it was never checked as it is asked now."""
    stored = llm_answers.read_model_check(session)
    if stored is None or stored.get("form") != FORM:
        return None
    checked_at = datetime.fromisoformat(stored["checked_at"])
    check = ModelCheck(**{**stored, "checked_at": checked_at})
    return check if check.holds_for(endpoint) else None


def may_move_numbers(session: Session, endpoint: LlmEndpoint) -> bool:
    """Return True if the model has passed its check."""
    check = load_check(session, endpoint)
    return check is not None and check.may_move
