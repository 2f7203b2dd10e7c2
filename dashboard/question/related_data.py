"""Linked questions: their current forecasts in the order of the link, and contradictions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard.wording import format_answer
from forecasts.distributions.distribution import Distribution, p_yes
from forecasts.questions.links import LinkId
from forecasts.questions.question import (
    CROWD,
    PRIOR,
    SUGGESTION,
    Forecaster,
    ForecasterId,
    Question,
    is_person,
)
from forecasts.scenarios.link_rules import Violation, find_violation
from tracker.model.read_models import QuestionSummary
from tracker.model.scenarios import LinkGroup


@dataclass(frozen=True, slots=True)
class LinkMember:
    """A question of a link: its label and everyone's forecast, empty once it is answered."""

    link: LinkId
    summary: QuestionSummary
    label: str
    forecasts: Mapping[ForecasterId, Distribution]

    @property
    def question(self) -> Question:
        """The question itself."""
        return self.summary.question

    @property
    def answer(self) -> str:
        """Its answer in words, empty while unanswered."""
        resolution = self.summary.resolution
        return "" if resolution is None else format_answer(self.question, resolution)

    @property
    def answered_p(self) -> float | None:
        """1 after YES, 0 after NO, else None."""
        resolution = self.summary.resolution
        return None if resolution is None else {"yes": 1.0, "no": 0.0}.get(resolution.outcome)

    def p(self, forecaster_id: ForecasterId) -> float | None:
        """Return P(YES) of a forecaster, or of the answer; None for other kinds or without a
        forecast.
        """
        return self.answered_p if self.answer else p_yes(self.forecasts.get(forecaster_id))


def list_members(group: LinkGroup) -> tuple[LinkMember, ...]:
    """List the questions of a link in its order; without labels the question texts serve as
    labels.
    """
    labels = group.link.labels or tuple(row.question.text for row in group.questions)
    return tuple(
        LinkMember(
            group.link.id,
            row,
            label,
            {}
            if row.resolution
            else {
                forecaster_id: standing.distribution
                for forecaster_id, standing in row.standings.items()
            },
        )
        for row, label in zip(group.questions, labels, strict=True)
    )


def list_speakers(group: LinkGroup, me: ForecasterId) -> tuple[Forecaster, ...]:
    """List whose forecasts are shown: mine, the crowd (if others forecast), the suggestion; else
    base rate.
    """
    forecasters = {
        forecaster_id: standing.forecaster
        for row in group.questions
        for forecaster_id, standing in row.standings.items()
    }
    has_other_people = any(
        is_person(forecaster_id) and forecaster_id != me for forecaster_id in forecasters
    )
    preferred = (me, *([CROWD] if has_other_people else []), SUGGESTION)
    unanswered = [m for m in list_members(group) if not m.answer]
    speakers = [
        forecasters[forecaster_id]
        for forecaster_id in preferred
        if forecaster_id in forecasters and any(forecaster_id in m.forecasts for m in unanswered)
    ]
    return tuple(speakers) or tuple(
        forecasters[forecaster_id] for forecaster_id in (PRIOR,) if forecaster_id in forecasters
    )


def list_contradictions(
    group: LinkGroup, me: ForecasterId
) -> tuple[tuple[Forecaster, Violation], ...]:
    """List forecasters whose forecasts on open questions violate the link, with the nearest
    coherent ones.
    """
    questions = {row.question.id: row.question for row in group.questions}
    contradictions = []
    for forecaster in list_speakers(group, me):
        distributions = {
            m.question.id: m.forecasts[forecaster.id]
            for m in list_members(group)
            if forecaster.id in m.forecasts and m.summary.status == "open"
        }
        if (found_violation := find_violation(group.link, distributions, questions)) is not None:
            contradictions.append((forecaster, found_violation))
    return tuple(contradictions)


def probabilities_of(group: LinkGroup, forecaster_id: ForecasterId) -> tuple[float, ...] | None:
    """Return P(YES) of every question of the link by one forecaster; None if any is missing."""
    probabilities: Sequence[float | None] = [
        member.p(forecaster_id) for member in list_members(group)
    ]
    return None if None in probabilities else tuple(p for p in probabilities if p is not None)
