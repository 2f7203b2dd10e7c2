"""Judgement of a headline by a model, and the limits of its effect on evidence. Pure.

A judgement has no say on strength and changes only evidence that no person has judged. So a
headline that gives orders can at worst achieve what a false report of the event would: one piece of
unreviewed evidence.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from forecasts.evidence.evidence import Direction, Evidence, Indicator, Strength, describe_side
from forecasts.questions.compiled_question import CompiledQuestion, Statement
from forecasts.questions.question import MODEL_PREFIX, ForecasterId, Question
from tracker.llm.contrast import MIN_RELEVANCE, Ask, Contrast, compare_outcomes, compare_topic
from tracker.llm.llm_messages import LlmFailure

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
        kind = "only proposed, " if is_proposal else ""
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
