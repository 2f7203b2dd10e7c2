"""What contradicts what, whose it is, and how repairs did."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Final, get_args

import pandas as pd

from dashboard.frames.columns import TIME, frame_of
from dashboard.wording import clipped, percent_exact
from dashboard.wording.coherence import gain
from forecasts.forecaster import CROWD
from forecasts.links import SHAPES, Link, LinkKind
from forecasts.question import ForecasterId, Question, QuestionId
from tracker.scenarios.values import Coherence, Contradiction, RepairWord, ScoredRepair
from tracker.summaries import QuestionSummary

LONGEST: Final = 120


@dataclass(frozen=True, slots=True)
class Sorted:
    """Contradictions by what can be done about them: mine, those of others, and those that may be
    noise.
    """

    mine: tuple[Contradiction, ...]
    others: tuple[Contradiction, ...]
    noise: tuple[Contradiction, ...]


@dataclass(frozen=True, slots=True)
class Moved:
    """A question of a contradiction under its label, with its forecast as it is and in the nearest
    that agree.
    """

    question: Question
    label: str
    before: str
    after: str


def sorted_out(found: Coherence, me: ForecasterId) -> Sorted:
    """The contradictions that are more than noise, mine apart from those of others, the largest
    first.
    """
    told = [each for each in found.contradictions if not each.slight and not _of_one(each, found)]
    flagged = [each for each in told if each.violation.flagged]
    return Sorted(
        mine=tuple(each for each in flagged if each.forecaster.id == me),
        others=tuple(each for each in flagged if each.forecaster.id != me),
        noise=tuple(
            sorted(
                (each for each in told if not each.violation.flagged),
                key=lambda each: each.forecaster.id != me,
            )
        ),
    )


def _of_one(each: Contradiction, found: Coherence) -> bool:
    """Whether it is the crowd's, and the crowd is one person: it would be told twice."""
    return each.forecaster.id == CROWD and any(
        other.forecaster.id != CROWD
        and other.violation.link.id == each.violation.link.id
        and other.violation.before == each.violation.before
        for other in found.contradictions
    )


def moved(contradiction: Contradiction) -> tuple[Moved, ...]:
    """The questions with their forecasts before and after the repair, in the order of the link."""
    broken = contradiction.violation
    labels = dict(zip(broken.link.question_ids, broken.link.labels, strict=False))
    return tuple(
        Moved(
            contradiction.questions[q].question,
            labels.get(q, ""),
            percent_exact(p),
            percent_exact(after),
        )
        for q, p, after in zip(broken.question_ids, broken.before, broken.after, strict=True)
    )


def still_decided(contradiction: Contradiction) -> bool:
    """Whether the newest decision was about these very forecasts."""
    decided, broken = contradiction.decided, contradiction.violation
    return (
        decided is not None
        and decided.question_ids == broken.question_ids
        and decided.before == broken.before
    )


def gains(repairs: Iterable[ScoredRepair], decision: RepairWord) -> tuple[float, ...]:
    """What the repairs with this decision gain that are answered, in nats."""
    return tuple(r.gain for r in repairs if r.decision.decision == decision and r.gain is not None)


def repairs_frame(found: Coherence, names: Mapping[ForecasterId, str]) -> pd.DataFrame:
    """All decisions on repairs, the newest first. Columns: at, link, who, decision, moved, nats,
    gain (words), why.
    """
    types = {
        "at": TIME,
        "link": "str",
        "who": "str",
        "decision": "str",
        "moved": "str",
        "nats": "float64",
    }
    rows = (
        (
            r.decision.at,
            r.link.title,
            names.get(r.decision.forecaster_id, r.decision.forecaster_id),
            r.decision.decision,
            _moved(r),
            r.decision.nats,
            gain(r.gain),
            r.decision.why,
        )
        for r in found.repairs
    )
    return frame_of({**types, "gain": "str", "why": "str"}, rows)


def _moved(repair: ScoredRepair) -> str:
    pairs = zip(repair.decision.before, repair.decision.after, strict=True)
    return ", ".join(f"{percent_exact(p)} → {percent_exact(q)}" for p, q in pairs)


def by_kind(links: Iterable[Link]) -> tuple[tuple[LinkKind, tuple[Link, ...]], ...]:
    """The links by kind, in the order of the kinds; kinds without a link are left out."""
    order = get_args(LinkKind)
    ranked = sorted(links, key=lambda link: (order.index(link.kind), link.title))
    return tuple((kind, tuple(of)) for kind, of in groupby(ranked, key=lambda link: link.kind))


def fitting(
    kind: LinkKind, rows: Iterable[QuestionSummary], place: int = 0
) -> dict[QuestionId, str]:
    """The questions that may stand at a place of a link of this kind, with their texts. Answered
    ones bind nobody.
    """
    binary = SHAPES[kind].binary
    only_binary = binary is None or place < binary
    return {
        row.question.id: clipped(row.question.text, LONGEST)
        for row in rows
        if row.status in ("open", "upcoming") and (row.question.kind == "binary" or not only_binary)
    }
