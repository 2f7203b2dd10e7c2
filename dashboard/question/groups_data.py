"""Questions that are linked: who says what of each, in the order of the link, and what contradicts
it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from dashboard.components.columns_data import TIME, frame_of
from dashboard.wording import answer_of, in_short, named, percent_exact
from forecasts.distributions.cdf import Cdf, Scale, date_of
from forecasts.distributions.distribution import Distribution, p_yes
from forecasts.questions.forecaster import CROWD, PRIOR, RESERVED, SUGGESTION, Forecaster
from forecasts.questions.links import LinkId
from forecasts.questions.question import ForecasterId, Question
from forecasts.scenarios.link_rules import Violation, violation
from tracker.model.read_models import QuestionSummary
from tracker.model.scenarios import Group

LEVELS: Final[Mapping[str, float]] = {
    "low80": 0.1,
    "low50": 0.25,
    "middle": 0.5,
    "high50": 0.75,
    "high80": 0.9,
}
"""The levels of a fan over labels."""

ANSWER: Final = "Answer"
"""Who says what is known: drawn beside the forecasters."""


@dataclass(frozen=True, slots=True)
class Member:
    """A question of a link under its label, with what everyone holds; nothing once it has its
    answer.
    """

    link: LinkId
    summary: QuestionSummary
    label: str
    held: Mapping[ForecasterId, Distribution]

    @property
    def question(self) -> Question:
        """The question itself."""
        return self.summary.question

    @property
    def answer(self) -> str:
        """Its answer in words, empty while there is none."""
        resolution = self.summary.resolution
        return "" if resolution is None else answer_of(self.question, resolution)

    @property
    def answered_p(self) -> float | None:
        """1 after YES, 0 after NO, else None."""
        resolution = self.summary.resolution
        return None if resolution is None else {"yes": 1.0, "no": 0.0}.get(resolution.outcome)

    def p(self, who: ForecasterId) -> float | None:
        """P(YES) by somebody, or as it is known; None for other kinds, and where nobody says."""
        return self.answered_p if self.answer else p_yes(self.held.get(who))


def members(group: Group) -> tuple[Member, ...]:
    """The questions of a link in its order; without labels they go by their text."""
    labels = group.link.labels or tuple(row.question.text for row in group.questions)
    return tuple(
        Member(
            group.link.id,
            row,
            label,
            {} if row.resolution else {who: s.distribution for who, s in row.standings.items()},
        )
        for row, label in zip(group.questions, labels, strict=True)
    )


def speakers(group: Group, me: ForecasterId) -> tuple[Forecaster, ...]:
    """Whose forecasts are shown: mine, the crowd's where it is more than me, the suggestion; else
    the base rate.
    """
    known = {who: s.forecaster for row in group.questions for who, s in row.standings.items()}
    others = any(who not in RESERVED and who != me for who in known)
    wanted = (me, *([CROWD] if others else []), SUGGESTION)
    open_now = [m for m in members(group) if not m.answer]
    found = [known[who] for who in wanted if who in known and any(who in m.held for m in open_now)]
    return tuple(found) or tuple(known[who] for who in (PRIOR,) if who in known)


def chances_frame(group: Group, me: ForecasterId) -> pd.DataFrame:
    """P(YES) of each question by each speaker, or its answer. Columns:

    label, rank (0 for the first of the link), at (the close), p, forecaster (name, or `ANSWER`),
    shown (in words).
    """
    types = {
        "label": "str",
        "rank": "int64",
        "at": TIME,
        "p": "float64",
        "forecaster": "str",
        "shown": "str",
    }
    rows: list[tuple[Any, ...]] = []
    for rank, member in enumerate(members(group)):
        place = (member.label, rank, member.question.closes_at)
        if member.answered_p is not None:
            rows.append((*place, member.answered_p, ANSWER, member.answer))
        held = () if member.answer else ((who, member.p(who.id)) for who in speakers(group, me))
        rows += [(*place, p, named(who, me), percent_exact(p)) for who, p in held if p is not None]
    return frame_of(types, rows)


def by_chance(frame: pd.DataFrame) -> tuple[str, ...]:
    """The labels with the likeliest first, by the mean of what is said of each."""
    means = (
        frame.groupby("label", sort=False)["p"].mean().sort_values(ascending=False, kind="stable")
    )
    return tuple(map(str, means.index))


def fan_frame(group: Group, who: ForecasterId) -> pd.DataFrame:
    """One forecaster's numbers or dates over the labels. Columns:

    label, rank, low80 to high80 (values at `LEVELS`; beyond the range its bound), shown (the
    forecast in words).
    """
    asked = group.questions[-1].question
    kind = TIME if asked.kind == "date" else "float64"
    types = {"label": "str", "rank": "int64", **dict.fromkeys(LEVELS, kind), "shown": "str"}
    rows = [
        (
            m.label,
            rank,
            *(_drawn(m.question, held, q) for q in LEVELS.values()),
            in_short(m.question, held),
        )
        for rank, m in enumerate(members(group))
        if isinstance(held := m.held.get(who), Cdf)
    ]
    return frame_of(types, rows)


def _drawn(question: Question, held: Cdf, share: float) -> Any:
    scale = question.scale
    assert scale is not None
    value = held.quantile(share)
    bounded = _bound(scale, held, share) if value is None else value
    return date_of(bounded) if question.kind == "date" else bounded


def _bound(scale: Scale, held: Cdf, share: float) -> float:
    return scale.lower if share < held.below else scale.upper


def contradictions(group: Group, me: ForecasterId) -> tuple[tuple[Forecaster, Violation], ...]:
    """Whose forecasts on open questions the link forbids, and the nearest ones that it allows."""
    questions = {row.question.id: row.question for row in group.questions}
    found = []
    for who in speakers(group, me):
        held = {
            m.question.id: m.held[who.id]
            for m in members(group)
            if who.id in m.held and m.summary.status == "open"
        }
        if (broken := violation(group.link, held, questions)) is not None:
            found.append((who, broken))
    return tuple(found)


def said_by(group: Group, who: ForecasterId) -> tuple[float, ...] | None:
    """P(YES) of every question of the link in its order, by one forecaster; None where one of them
    has none.
    """
    given: Sequence[float | None] = [member.p(who) for member in members(group)]
    return None if None in given else tuple(p for p in given if p is not None)
