"""The tracks of a back-test → who did better, which feeds helped, is the suggestion calibrated, is
it safe?

A question's loss is the sum of its Brier scores on the dates before its answer, divided by all
dates of its schedule: divided by those before the answer it would reward whoever calls early what
comes early. The answer takes no date away, and the end of the archive takes away the same dates
whatever comes, so that the rule stays proper.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from forecasts.calibration.bins import Bin, bins
from forecasts.calibration.corp import corp
from forecasts.questions.cohorts import fate
from forecasts.questions.forecaster import HAZARD, PRIOR, SUGGESTION
from forecasts.questions.question import Question
from forecasts.scoring.skill import skill_with_interval
from forecasts.statistics.comparison import MIN_CLUSTERS
from forecasts.suggestion.binary import DEFAULT_MODEL
from tracker.replay.backtest.snapshots import Move, Snapshot, Track

RETROSPECTIVE: Final = "Retrospective: made after the fact, never part of live scores."

TOO_FEW: Final = f"too few to say: {MIN_CLUSTERS} fates are needed"


@dataclass(frozen=True, slots=True)
class ForecasterRow:
    """How good a forecaster was, beside time alone on the same dates.

    `brier` and `hazard` are means over `n` questions of losses over the schedule, 0 to 1, lower is
    better. `skill` is the share of the loss of time alone that was saved, 1 at most, with its 95 %
    interval from resampled clusters of questions that share their fate; None where it cannot be
    told.
    """

    who: str
    n: int
    clusters: int
    snapshots: int
    brier: float
    hazard: float
    skill: float | None
    low: float | None
    high: float | None
    verdict: str


@dataclass(frozen=True, slots=True)
class FeedRow:
    """How much worse the suggestion is without a feed: above 0 the feed helped, below 0 it harmed.

    `difference` is the mean over the `n` questions on which it reported evidence that anything hung
    on; `evidence` counts the pieces that it reported, on any question.
    """

    feed: str
    evidence: int
    n: int
    difference: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """What the suggestion said on all dates, against what happened; bars count questions of one
    fate once.
    """

    bins: tuple[Bin, ...]
    snapshots: int
    clusters: int
    mcb: float
    dsc: float
    unc: float


@dataclass(frozen=True, slots=True)
class Safety:
    """How far the suggestion went, in log-odds.

    All evidence together never exceeds `bound` to either side, so that in one day it moves by twice
    as much at the very most; `holds` says whether it kept to that on every day of every question.
    """

    largest_move: Move | None
    largest_evidence: float
    bound: float
    holds: bool


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """One question: how it came out (None: not known), its dates, and each forecaster's loss over
    the schedule.
    """

    question_id: str
    outcome: str | None
    scheduled: int
    snapshots: int
    evidence: int
    last: float | None
    brier: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Scores:
    """What a back-test found."""

    forecasters: tuple[ForecasterRow, ...]
    feeds: tuple[FeedRow, ...]
    calibration: Calibration | None
    safety: Safety
    questions: tuple[QuestionRow, ...]


def compare(
    tracks: Sequence[Track], questions: Mapping[str, Question], outcomes: Mapping[str, str]
) -> Scores:
    """Hold the tracks against how the questions came out; one without a yes or no counts for safety
    alone.
    """
    told = [t for t in tracks if outcomes.get(t.question_id) in ("yes", "no") and t.scheduled]
    happened = {t.question_id: int(outcomes[t.question_id] == "yes") for t in told}
    fates = {t.question_id: fate(questions[t.question_id]) for t in told}
    people = {who for t in told for s in t.snapshots for who in s.said} - {
        SUGGESTION,
        HAZARD,
        PRIOR,
    }
    everyone = (SUGGESTION, HAZARD, PRIOR, *sorted(people))
    rows = (_forecaster(who, told, happened, fates) for who in everyone)
    return Scores(
        forecasters=tuple(row for row in rows if row),
        feeds=tuple(sorted(_feeds(told, happened), key=lambda row: (-row.difference, row.feed))),
        calibration=_calibration(told, happened, fates),
        safety=_safety(tracks),
        questions=tuple(_question(t, outcomes.get(t.question_id), happened) for t in tracks),
    )


def loss(track: Track, who: str, happened: int, over: str | None = None) -> float | None:
    """A forecaster's loss over the schedule, on the dates on which `over` (or else they) held
    something; 0 to 1.
    """
    said = [(s.said.get(who), s.said.get(over or who)) for s in track.snapshots]
    held = [p for p, other in said if p is not None and other is not None]
    return math.fsum((p - happened) ** 2 for p in held) / track.scheduled if held else None


def _forecaster(
    who: str, told: Sequence[Track], happened: Mapping[str, int], fates: Mapping[str, str]
) -> ForecasterRow | None:
    own: dict[str, float] = {}
    hazard: dict[str, float] = {}
    for t in told:
        mine, time_alone = (loss(t, w, happened[t.question_id], who) for w in (who, HAZARD))
        if mine is not None and time_alone is not None:
            own[t.question_id], hazard[t.question_id] = mine, time_alone
    if not own:
        return None
    losses, reference, clusters = list(own.values()), list(hazard.values()), [fates[q] for q in own]
    found = skill_with_interval(losses, reference, name="hazard", clusters=clusters)
    n = len(own)
    return ForecasterRow(
        who=who,
        n=n,
        clusters=found.n_clusters,
        snapshots=sum(who in s.said for t in told for s in t.snapshots),
        brier=math.fsum(losses) / n,
        hazard=math.fsum(reference) / n,
        skill=found.skill,
        low=found.low,
        high=found.high,
        verdict=_verdict(who, found.n_clusters, found.low, found.high),
    )


def _verdict(who: str, clusters: int, low: float | None, high: float | None) -> str:
    if who == HAZARD:
        return "what the others are held against"
    if clusters < MIN_CLUSTERS or low is None or high is None:
        return TOO_FEW
    if low > 0.0:
        return "better than time alone"
    return "worse than time alone" if high < 0.0 else "no difference from time alone shown"


def _feeds(told: Sequence[Track], happened: Mapping[str, int]) -> Iterator[FeedRow]:
    for feed in sorted({feed for t in told for feed in t.feeds}):
        mine = [t for t in told if feed in t.feeds]
        moved = [t for t in mine if any(feed in s.without for s in t.snapshots)]
        if moved:
            apart = math.fsum(_lost_without(t, feed, happened[t.question_id]) for t in moved) / len(
                moved
            )
            yield FeedRow(feed, sum(t.feeds[feed] for t in mine), len(moved), apart)


def _lost_without(track: Track, feed: str, happened: int) -> float:
    """How much more the suggestion loses on a question without a feed."""
    each = (_worse(s, s.without[feed], happened) for s in track.snapshots if feed in s.without)
    return math.fsum(each) / track.scheduled


def _worse(snapshot: Snapshot, without: float, happened: int) -> float:
    return float((without - happened) ** 2 - (snapshot.said[SUGGESTION] - happened) ** 2)


def _calibration(
    told: Sequence[Track], happened: Mapping[str, int], fates: Mapping[str, str]
) -> Calibration | None:
    rows = [(s.said[SUGGESTION], t.question_id) for t in told for s in t.snapshots]
    if not rows:
        return None
    points = [(p, happened[q]) for p, q in rows]
    clusters = [fates[q] for _, q in rows]
    parts = corp([p for p, _ in points], [o for _, o in points])
    return Calibration(
        bins(points, clusters), len(rows), len(set(clusters)), parts.mcb, parts.dsc, parts.unc
    )


def _safety(tracks: Iterable[Track]) -> Safety:
    known = list(tracks)
    moves = [t.largest_move for t in known if t.largest_move]
    largest = max((t.largest_evidence for t in known), default=0.0)
    bound = DEFAULT_MODEL.soft_cap
    return Safety(
        max(moves, key=lambda m: abs(m.log_odds), default=None),
        largest,
        bound,
        largest <= bound + 1e-9,
    )


def _question(track: Track, outcome: str | None, happened: Mapping[str, int]) -> QuestionRow:
    everyone = sorted({who for s in track.snapshots for who in s.said})
    losses = {}
    if track.question_id in happened:
        losses = {who: loss(track, who, happened[track.question_id]) for who in everyone}
    last = track.snapshots[-1].said[SUGGESTION] if track.snapshots else None
    counts = (track.scheduled, len(track.snapshots), track.evidence)
    return QuestionRow(
        track.question_id,
        outcome,
        *counts,
        last,
        {w: b for w, b in losses.items() if b is not None},
    )
