"""Data of contradictions, repairs and links."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Final, get_args

import pandas as pd

from dashboard.components.frames import build_frame
from dashboard.wording import clip, percent_exact
from dashboard.wording.links import format_gain
from forecasts.questions.links import LINK_ARITIES, Link, LinkKind
from forecasts.questions.question import CROWD, ForecasterId, Question, QuestionId
from tracker.model.read_models import QuestionSummary
from tracker.model.scenarios import CoherenceReport, Contradiction, RepairWord, ScoredRepair

MAX_QUESTION_CHARS: Final = 120


@dataclass(frozen=True, slots=True)
class ContradictionGroups:
    """Contradictions by required action: mine, those of others, and those that may be noise."""

    mine: tuple[Contradiction, ...]
    by_others: tuple[Contradiction, ...]
    noise: tuple[Contradiction, ...]


@dataclass(frozen=True, slots=True)
class RepairedForecast:
    """A question of a contradiction: its label, its forecast, and the nearest coherent one."""

    question: Question
    label: str
    before: str
    after: str


def group_contradictions(coherence: CoherenceReport, me: ForecasterId) -> ContradictionGroups:
    """Group the contradictions beyond noise by owner, largest first, and the probable noise."""
    significant = [
        c
        for c in coherence.contradictions
        if not c.slight and not _is_single_person_crowd(c, coherence)
    ]
    flagged = [c for c in significant if c.violation.flagged]
    return ContradictionGroups(
        mine=tuple(c for c in flagged if c.forecaster.id == me),
        by_others=tuple(c for c in flagged if c.forecaster.id != me),
        noise=tuple(
            sorted(
                (c for c in significant if not c.violation.flagged),
                key=lambda c: c.forecaster.id != me,
            )
        ),
    )


def _is_single_person_crowd(contradiction: Contradiction, coherence: CoherenceReport) -> bool:
    """Return True for the crowd's contradiction if the crowd is one person, to avoid repeating
    it.
    """
    return contradiction.forecaster.id == CROWD and any(
        other.forecaster.id != CROWD
        and other.violation.link.id == contradiction.violation.link.id
        and other.violation.before == contradiction.violation.before
        for other in coherence.contradictions
    )


def list_repaired_forecasts(contradiction: Contradiction) -> tuple[RepairedForecast, ...]:
    """List the questions with their forecasts before and after the repair, in the order of the
    link.
    """
    violation = contradiction.violation
    labels = dict(zip(violation.link.question_ids, violation.link.labels, strict=False))
    return tuple(
        RepairedForecast(
            contradiction.questions[question_id].question,
            labels.get(question_id, ""),
            percent_exact(before),
            percent_exact(after),
        )
        for question_id, before, after in zip(
            violation.question_ids, violation.before, violation.after, strict=True
        )
    )


def is_decided(contradiction: Contradiction) -> bool:
    """Return True if the latest decision applies to the current forecasts."""
    decision, violation = contradiction.decided, contradiction.violation
    return (
        decision is not None
        and decision.question_ids == violation.question_ids
        and decision.before == violation.before
    )


def list_gains(repairs: Iterable[ScoredRepair], decision: RepairWord) -> tuple[float, ...]:
    """List the gains in nats of answered repairs with this decision."""
    return tuple(r.gain for r in repairs if r.decision.decision == decision and r.gain is not None)


def repairs_frame(coherence: CoherenceReport, names: Mapping[ForecasterId, str]) -> pd.DataFrame:
    """All decisions on repairs, newest first. Columns: at, link, who, decision, moved, nats, gain
    (words), why.
    """
    rows = (
        (
            repair.decision.at,
            repair.link.title,
            names.get(repair.decision.forecaster_id, repair.decision.forecaster_id),
            repair.decision.decision,
            _format_repair(repair),
            repair.decision.nats,
            format_gain(repair.gain),
            repair.decision.why,
        )
        for repair in coherence.repairs
    )
    return build_frame("at:time link who decision moved nats:float gain why", rows)


def _format_repair(repair: ScoredRepair) -> str:
    pairs = zip(repair.decision.before, repair.decision.after, strict=True)
    return ", ".join(f"{percent_exact(before)} → {percent_exact(after)}" for before, after in pairs)


def group_links_by_kind(links: Iterable[Link]) -> tuple[tuple[LinkKind, tuple[Link, ...]], ...]:
    """Group the links by kind, in the order of the kinds; empty kinds are left out."""
    order = get_args(LinkKind)
    ranked = sorted(links, key=lambda link: (order.index(link.kind), link.title))
    return tuple((kind, tuple(of)) for kind, of in groupby(ranked, key=lambda link: link.kind))


def list_linkable_questions(
    kind: LinkKind, rows: Iterable[QuestionSummary], place: int = 0
) -> dict[QuestionId, str]:
    """Map the open questions that may stand at a place of a link of this kind to their texts."""
    binary_places = LINK_ARITIES[kind].binary
    must_be_binary = binary_places is None or place < binary_places
    return {
        row.question.id: clip(row.question.text, MAX_QUESTION_CHARS)
        for row in rows
        if row.status in ("open", "upcoming")
        and (row.question.kind == "binary" or not must_be_binary)
    }
