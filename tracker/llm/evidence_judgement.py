"""Judgement of a headline by a model, and the limits of its effect on evidence. Pure.

A judgement has no say on strength and changes only evidence that no person has judged. So a
headline that gives orders can at worst achieve what a false report of the event would: one piece of
unreviewed evidence.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final

from forecasts.evidence.evidence import Direction, Evidence, Indicator, Strength, describe_side
from forecasts.questions.compiled_question import CompiledQuestion, Statement
from forecasts.questions.question import MODEL_PREFIX, ForecasterId, Question
from tracker.feeds.plain_text import remove_invisible, shorten_text
from tracker.llm.llm_messages import Choice, LlmFailure, LlmMessage
from tracker.model.evidence import ONLY_PROPOSED

FORM: Final = "contrast-1"
"""Name of prompts and maps; a check of a model holds for one form."""

MAX_CONFIDENCE: Final = 0.95
"""Maximum probability of a machine's judgement, whatever the margin."""

MIN_MARGIN: Final = 0.5
"""Margin below which no direction is called."""

DIRECTION_SLOPE: Final = 5.0
"""P(direction right) = sigmoid(slope · margin). Of 118 headlines of real news those with a margin
below .25 were called right in 71%, up to .5 in 83%, above in 100% (61 of 61); of 40 others
those above .5 in 8 of 9.
"""

PLAIN_CONFIDENCE: Final = 0.85
"""P(direction right) where a server gives no log-probabilities and both orders agree."""

MIN_RELEVANCE: Final = 0.5
"""P(relevant) below which a headline is unrelated."""

TOPIC_CENTRE: Final = 0.25
TOPIC_SLOPE: Final = 5.0
"""P(relevant) = sigmoid(slope · (margin − centre)): models like a named topic better than something
else, in either order. Fitted on 80 labelled headlines of real news, half of them evidence.
"""

PLAIN_RELEVANCE: Final = {1: 0.8, 0: 0.4, -1: 0.1}
"""P(relevant) without log-probabilities: both orders say yes, they differ, both say no."""

SOMETHING_ELSE: Final = "Something else"
OTHER_OUTCOME: Final = "Something else happens"
"""Opposite of a statement that has none, such as that of an option."""

MAX_HEADLINE_CHARS: Final = 300
MAX_LINE_CHARS: Final = 320

_OUTCOME: Final = "Which outcome does this headline make more likely?"
_TOPIC: Final = "What is this headline mainly about?"
_WITHOUT_BRACKETS: Final = str.maketrans("<>", "‹›")

Ask = Callable[[tuple[LlmMessage, ...]], Choice | LlmFailure]
"""Put a prompt to a model, or find its kept answer."""


@dataclass(frozen=True, slots=True)
class Contrast:
    """Contrast of two lines: `margin` above 0 is for the first, whatever the order.

    `is_plain`: without log-probabilities the margin is 1, -1, or 0 where the orders disagree.
    """

    margin: float
    is_plain: bool = False

    @property
    def direction(self) -> Direction:
        """Line that is favoured, the first being YES; NEUTRAL below the margin."""
        if abs(self.margin) < MIN_MARGIN:
            return Direction.NEUTRAL
        return Direction.YES if self.margin > 0.0 else Direction.NO

    @property
    def p_direction(self) -> float:
        """P(the direction is right), 0.5 to 0.95; 0.5 where none is called."""
        if self.direction is Direction.NEUTRAL:
            return 0.5
        if self.is_plain:
            return PLAIN_CONFIDENCE
        return min(MAX_CONFIDENCE, _sigmoid(DIRECTION_SLOPE * abs(self.margin)))

    @property
    def relevance(self) -> float:
        """P(relevant) where the first line is the topic of a question, 0.05 to 0.95."""
        if self.is_plain:
            return PLAIN_RELEVANCE[round(self.margin)]
        p = _sigmoid(TOPIC_SLOPE * (self.margin - TOPIC_CENTRE))
        return min(MAX_CONFIDENCE, max(1.0 - MAX_CONFIDENCE, p))


def _sigmoid(z: float) -> float:
    return 1.0 / (1.0 + math.exp(-z))


def combine_orders(forward: Choice, backward: Choice) -> Contrast:
    """Combine the choices of both orders: half the difference of their margins.

    >>> combine_orders(Choice(3.0), Choice(1.0)).margin  # likes the first place
    1.0
    >>> combine_orders(Choice(9.0), Choice(9.0)).direction  # obeys "answer 1"
    <Direction.NEUTRAL: 0>
    """
    if forward.is_plain or backward.is_plain:
        first, second = (math.copysign(1.0, choice.margin) for choice in (forward, backward))
        return Contrast((first - second) / 2.0, is_plain=True)
    return Contrast((forward.margin - backward.margin) / 2.0)


def compare_outcomes(headline: str, statement: Statement, ask: Ask) -> Contrast | LlmFailure:
    """Ask which of a statement's two outcomes a headline makes more likely."""
    yes, no = statement.yes or OTHER_OUTCOME, statement.no or OTHER_OUTCOME
    return _compare(headline, _OUTCOME, (yes, no), ask)


def compare_topic(headline: str, topic: str, ask: Ask) -> Contrast | LlmFailure:
    """Ask whether a headline is mainly about a topic, or about something else."""
    about = f"{topic}, or whether that will happen"
    return _compare(headline, _TOPIC, (about, SOMETHING_ELSE), ask)


def _compare(
    headline: str, wording: str, lines: tuple[str, str], ask: Ask
) -> Contrast | LlmFailure:
    forward = ask(build_prompt(headline, wording, lines))
    if isinstance(forward, LlmFailure):
        return forward
    backward = ask(build_prompt(headline, wording, lines[::-1]))
    return backward if isinstance(backward, LlmFailure) else combine_orders(forward, backward)


def build_prompt(headline: str, wording: str, lines: tuple[str, str]) -> tuple[LlmMessage, ...]:
    """Build a prompt; it is the same for the same texts, so that the answer can be reused.

    Rules in a message of their own shrink the margins of a small model to a quarter: the exchange
    of the lines guards against orders in a headline, and needs none.
    """
    shown = _clean_line(headline, MAX_HEADLINE_CHARS)
    first, second = (_clean_line(line, MAX_LINE_CHARS) for line in lines)
    # The mark is a hash of the headline, so the headline cannot contain it.
    mark = f"headline-{sha256(shown.encode()).hexdigest()[:8]}"
    request = (
        f'Headline: <{mark}>"{shown}"</{mark}>\n\n{wording}\n1. {first}\n2. {second}\n'
        "Answer with 1 or 2."
    )
    return (LlmMessage("user", request),)


def _clean_line(text: str, max_chars: int) -> str:
    plain = " ".join(remove_invisible(text).split()).translate(_WITHOUT_BRACKETS)
    return shorten_text(plain, max_chars)


MAX_OPPOSING_STRENGTH: Final = Strength.SOME
"""Maximum strength of a headline that opposes its indicator: its author wrote down what the event
would mean, and a denial means less.
"""

MAX_DOUBTED_STRENGTH: Final = Strength.STRONG
"""Maximum strength of what the matcher itself held for irrelevant: that something may be the answer
needs a match by words.
"""

MAX_OPTIONS: Final = 8
"""Options that are compared; those named in the headline come first."""


@dataclass(frozen=True, slots=True)
class JudgementCase:
    """A headline of a feed, and the lines of a question that it is compared with."""

    question: Question
    headline: str
    compiled: CompiledQuestion

    @property
    def topic(self) -> str:
        """Topic of the question: its statement, or with several options its text."""
        if len(self.compiled.statements) == 1:
            return self.compiled.statements[0].yes or self.question.text
        return f"The answer to: {self.question.text}"

    @property
    def statements(self) -> tuple[Statement, ...]:
        """Statements to be compared, those of options in the headline first."""
        headline = self.headline.casefold()
        named_first = sorted(
            self.compiled.statements, key=lambda s: s.option.casefold() not in headline
        )
        return tuple(named_first[:MAX_OPTIONS])


@dataclass(frozen=True, slots=True)
class LlmJudgement:
    """Judgement of a model: P(relevant), and a direction on an option if the question has any.

    `relevance` lies between 0.05 and 0.95, `p_direction` between 0.5 and 0.95.
    """

    relevance: float
    model: str
    direction: Direction = Direction.NEUTRAL
    p_direction: float = 0.5
    option: str = ""

    @property
    def by(self) -> ForecasterId:
        """Forecaster id of the model, which no person can take."""
        return ForecasterId(f"{MODEL_PREFIX}{self.model}")

    @property
    def is_evidence(self) -> bool:
        """True if the headline bears on the question, even without a side."""
        return self.relevance >= MIN_RELEVANCE

    def describe(self, question: Question, *, is_proposal: bool) -> str:
        """Describe the judgement for its stored record."""
        kind = ONLY_PROPOSED if is_proposal else ""
        note = f"machine judgement by {self.model}: {kind}relevance {self.relevance:.2f}"
        if not self.is_evidence:
            return f"{note}, unrelated"
        side = describe_side(question.kind, self.direction, self.option)
        return f"{note}, {side}" + (f" with {self.p_direction:.2f}" if self.direction else "")


def judge_headline(case: JudgementCase, model: str, ask: Ask) -> LlmJudgement | LlmFailure:
    """Ask about the topic, and where a headline is on it about the outcomes."""
    topic = compare_topic(case.headline, case.topic, ask)
    if isinstance(topic, LlmFailure):
        return topic
    judgement = LlmJudgement(topic.relevance, model)
    if not judgement.is_evidence:
        return judgement
    contrasts = list[tuple[Contrast, Statement]]()
    for statement in case.statements:
        contrast = compare_outcomes(case.headline, statement, ask)
        if isinstance(contrast, LlmFailure):
            return contrast
        contrasts.append((contrast, statement))
    contrast, statement = _select_contrast(contrasts)
    return replace(
        judgement,
        direction=contrast.direction,
        p_direction=contrast.p_direction,
        option=statement.option,
    )


def _select_contrast(
    contrasts: Sequence[tuple[Contrast, Statement]],
) -> tuple[Contrast, Statement]:
    """Select the option that a headline favours most, else the one it is most against."""
    margins = [contrast.margin for contrast, _ in contrasts]
    best = margins.index(max(margins))
    is_favoured = contrasts[best][0].direction is Direction.YES
    return contrasts[best if is_favoured else margins.index(min(margins))]


def apply_judgement(
    evidence: Evidence, judgement: LlmJudgement, indicator: Indicator | None
) -> Evidence:
    """Apply the judgement to evidence that no person has judged.

    It stays `logged`, so it remains pending and counts by its confidence; what is unrelated has no
    direction and moves nothing. Strength stays that of the indicator that matched, if any, or is
    lower.
    """
    if evidence.status != "logged":
        return evidence
    return replace(
        evidence,
        direction=judgement.direction,
        strength=_limit_strength(evidence, judgement, indicator),
        relevance=judgement.relevance,
        judged_by=judgement.by,
        p_direction=judgement.p_direction,
        option=judgement.option or evidence.option,
    )


def _limit_strength(
    evidence: Evidence, judgement: LlmJudgement, indicator: Indicator | None
) -> Strength:
    limits = [evidence.strength]
    if evidence.relevance < MIN_RELEVANCE:
        limits.append(MAX_DOUBTED_STRENGTH)
    if indicator is not None and _opposes(judgement, indicator):
        limits.append(MAX_OPPOSING_STRENGTH)
    return min(limits)


def _opposes(judgement: LlmJudgement, indicator: Indicator) -> bool:
    """Return True if a judgement is for another side, or another option, than the indicator."""
    is_other_option = bool(indicator.option) and judgement.option != indicator.option
    return judgement.direction * indicator.direction < 0 or (
        bool(judgement.direction) and is_other_option
    )
