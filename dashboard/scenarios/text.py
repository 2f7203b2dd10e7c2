"""Scenario sets and coherence in words and frames: leader, changes, marks, contradictions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from math import isclose
from typing import Final, get_args
from zoneinfo import ZoneInfo

import pandas as pd

from dashboard.components.frames import build_frame
from dashboard.wording import (
    NBSP,
    clip,
    format_day,
    format_points,
    percent_exact,
    percent_whole,
    plural,
)
from dashboard.wording.links import format_gain
from forecasts.distributions.distribution import Categorical
from forecasts.questions.links import LINK_ARITIES, Link, LinkKind
from forecasts.questions.question import CROWD, ForecasterId, Question, QuestionId
from forecasts.scenarios.diagnosticity import ConsistencyMark, LikelihoodCell
from forecasts.scenarios.scenario_set import FIVE_WORDS, nearest_word
from tracker.model.read_models import QuestionSummary
from tracker.model.scenarios import (
    BoardEntry,
    CoherenceReport,
    Contradiction,
    RepairWord,
    ScoredRepair,
)

NamedShare = tuple[str, float]
"""A scenario and its share, 0 to 1."""

MIN_LEAD: Final = 0.005
"""Shares nearer than this count as equal: rounded they look the same."""

MARK_SIGNS: Final[dict[ConsistencyMark, str]] = {
    "--": "−−",
    "-": "−",
    "N": "N",
    "+": "+",
    "++": "++",
}
"""Display form of the marks."""

MARKS_LEGEND: Final = (
    "++ twice the mean of all scenarios or more, + from 5/4 of it, N near it, − down to half of "
    "it, −− below. Once a row is answered, the marks are those of its answer; while it is open, "
    "those of YES."
)


def leader_sentence(shares: Sequence[NamedShare]) -> str:
    """State the leading scenario: `“neutral” leads with 55%, 34 points ahead of “broker” (22
    %).`
    """
    ranked = sorted(shares, key=lambda share: -share[1])
    if len(ranked) < 2:
        return "".join(f"“{name}” has {percent_whole(p)}." for name, p in ranked)
    (first, p), (second, q) = ranked[:2]
    if p - q < MIN_LEAD:
        return f"“{first}” and “{second}” stand level at {percent_whole(p)}."
    ahead = format_points(p - q).removeprefix("up ")
    return (
        f"“{first}” leads with {percent_whole(p)}, {ahead} ahead of “{second}” "
        f"({percent_whole(q)})."
    )


def share_changes_sentence(changes: Sequence[NamedShare], since: datetime, zone: ZoneInfo) -> str:
    """State recent changes, largest first: `Since 13 Feb 2027 “broker” is up 12 points, “neutral”
    down 9 points.`

    Changes that round to nothing are left out.
    """
    moves = [
        f"“{name}” {'is ' if not n else ''}{format_points(change)}"
        for n, (name, change) in enumerate(sorted(changes, key=lambda share: -abs(share[1])))
        if format_points(change) != "unchanged"
    ]
    when = format_day(since, zone)
    return f"Since {when} {', '.join(moves[:3])}." if moves else f"Nothing has moved since {when}."


def format_cell(table_cell: LikelihoodCell) -> str:
    """Format a likelihood with mark, number and nearest word: `++ · 60% · roughly even chance`."""
    return f"{MARK_SIGNS[table_cell.mark]}{NBSP}· {percent_exact(table_cell.p)} {table_cell.word}"


def format_likelihood(p: float) -> str:
    """Format a likelihood as it may be typed: one of the five words if exact, else `60%`."""
    word = nearest_word(p)
    return word if isclose(FIVE_WORDS[word], p, abs_tol=1e-9) else f"{100.0 * p:.6g}%"


def describe_board_state(seat: BoardEntry) -> str:
    """Describe an indicator question's state: `41% (Crowd)`, `answered yes`, `no number`."""
    if seat.question.resolution is not None:
        outcome = seat.question.resolution.outcome
        return f"answered {outcome.upper()}" if outcome in ("yes", "no") else outcome
    return "no number" if seat.p is None else f"{percent_exact(seat.p)} ({seat.by})"


def format_factor(factor: float) -> str:
    """Format what a share is multiplied by: `×1.20`; empty where it stays as it is.

    >>> format_factor(0.371), format_factor(1.001)
    ('×0.37', '')
    """
    words = f"×{factor:.2f}" if factor < 10 else f"×{factor:.0f}"
    return "" if words == "×1.00" else words


def describe_largest_change(before: Categorical, after: Categorical) -> str:
    """Describe the scenario that changes most: `friends 30% → 72%`.

    >>> before, after = (Categorical(("friends", "Other"), (p, 1.0 - p)) for p in (0.3, 0.72))
    >>> describe_largest_change(before, after)
    'friends 30% → 72%'
    """
    name = max(after.options, key=lambda option: abs(after.of(option) - before.of(option)))
    return f"{name} {percent_whole(before.of(name))} → {percent_whole(after.of(name))}"


def describe_counts_against(names: Sequence[str], counts: Sequence[int], answered: int) -> str:
    """Count the answers against each scenario, fewest first."""
    if not answered:
        return "No row is answered yet, so nothing counts against any scenario."
    ranked = sorted(zip(names, counts, strict=True), key=lambda pair: pair[1])
    counts_by_name = ", ".join(f"“{name}” {count}" for name, count in ranked)
    return (
        f"Against each scenario, of {plural(answered, 'answered row')} (− counts 1, −− "
        f"counts 2): {counts_by_name}."
    )


def strain_sentence(nats: float, text: str, observed: float, expected: float) -> str:
    """State that board and table are inconsistent, and where most; empty if they are consistent.

    `nats` is the inconsistency of the board beyond the expected surprise of answers.
    """
    if nats < 0.5:
        return ""
    verdict = (
        "Board and table hardly go together"
        if nats >= 1.5
        else "The board says other things than prior and table lead to expect"
    )
    if observed in (0.0, 1.0):
        outcome = f"was answered {'YES' if observed else 'NO'}"
        return (
            f"{verdict}: {nats:.1f}{NBSP}nats apart. Most of all, “{text}” {outcome}, with "
            f"{percent_whole(expected)} expected."
        )
    difference = (
        f"“{text}” is at {percent_whole(observed)}, where {percent_whole(expected)} was to "
        "be expected"
    )
    return (
        f"{verdict}: {nats:.1f}{NBSP}nats apart. Most of all, {difference}. Look at its row, or at "
        "its forecasts."
    )


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
