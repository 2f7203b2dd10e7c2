"""Score the tracks of a back-test: forecasters, feeds, calibration and safety bound.

The loss of a question is the sum of its Brier scores on the dates before its answer, divided by all
dates of its schedule; dividing by the dates before the answer would reward early calls of early
events. An early answer removes no date, and the end of the archive removes the same dates whatever
happens, so the rule stays proper.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from forecasts.calibration.bins import Bin, bin_forecasts
from forecasts.calibration.corp import corp
from forecasts.evidence.log_odds import apply_doubt
from forecasts.questions.families import FamilyId
from forecasts.questions.question import (
    HAZARD,
    PRIOR,
    SUGGESTION,
    ForecasterId,
    Question,
    QuestionId,
)
from forecasts.scoring.comparison import CommonQuestion, Comparison, compare_pairs
from forecasts.statistics.betting import Differences
from forecasts.suggestion.binary import DEFAULT_MODEL
from tracker.replay.backtest.question_tracks import DailyMove, ForecastSnapshot, QuestionTrack

RETROSPECTIVE_NOTE: Final = "Retrospective: made after the fact, never part of live scores."


@dataclass(frozen=True, slots=True)
class ForecasterLossRow:
    """Accuracy of a forecaster, beside the time-only baseline on the same dates.

    `brier` and `hazard` are means over `n` questions of losses over the schedule, 0 to 1, lower is
    better. `comparison` compares the forecaster with the baseline on the dates of both, None for
    the baseline itself.
    """

    who: str
    n: int
    families: int
    snapshots: int
    brier: float
    hazard: float
    comparison: Comparison | None

    @property
    def verdict(self) -> str:
        """Verdict on the forecaster, against time alone."""
        if self.comparison is None:
            return "what the others are held against"
        verdict = self.comparison.verdict
        return f"{verdict} than time alone" if verdict in ("better", "worse") else verdict


@dataclass(frozen=True, slots=True)
class FeedContributionRow:
    """Contribution of a feed: above 0 it helped the suggestion, below 0 it harmed.

    `difference` is the mean extra loss without the feed, over the `n` questions where its evidence
    changed anything; `evidence` counts the pieces it reported, on any question.
    """

    feed: str
    evidence: int
    n: int
    difference: float


@dataclass(frozen=True, slots=True)
class BacktestCalibration:
    """Calibration of the suggestion on all dates; error bars count each family once."""

    bins: tuple[Bin, ...]
    snapshots: int
    clusters: int
    mcb: float
    dsc: float
    unc: float


@dataclass(frozen=True, slots=True)
class SafetyCheck:
    """Maximum movement of the suggestion, in log-odds.

    All evidence together never exceeds `bound` in either direction, so one day moves it by twice as
    much at most; `holds` is True if that bound was kept on every day of every question.
    """

    largest_move: DailyMove | None
    largest_evidence: float
    bound: float
    holds: bool


@dataclass(frozen=True, slots=True)
class QuestionLossRow:
    """One question: its outcome (None: unknown), its dates, and the schedule loss of each
    forecaster.
    """

    question_id: str
    outcome: str | None
    scheduled: int
    snapshots: int
    evidence: int
    last: float | None
    brier: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class BacktestScores:
    """All results of a back-test."""

    forecasters: tuple[ForecasterLossRow, ...]
    feeds: tuple[FeedContributionRow, ...]
    calibration: BacktestCalibration | None
    safety: SafetyCheck
    questions: tuple[QuestionLossRow, ...]


def score_tracks(
    tracks: Sequence[QuestionTrack],
    questions: Mapping[str, Question],
    outcomes: Mapping[str, str],
    families: Mapping[QuestionId, FamilyId],
) -> BacktestScores:
    """Score the tracks against the outcomes; one without a yes or no counts for safety alone."""
    scored = [t for t in tracks if outcomes.get(t.question_id) in ("yes", "no") and t.scheduled]
    happened = {t.question_id: int(outcomes[t.question_id] == "yes") for t in scored}
    people = {forecaster for t in scored for s in t.snapshots for forecaster in s.said} - {
        SUGGESTION,
        HAZARD,
        PRIOR,
    }
    everyone = (SUGGESTION, HAZARD, PRIOR, *map(ForecasterId, sorted(people)))
    compared = [name for name in everyone if name != HAZARD]
    events = {name: (question, families[question.id]) for name, question in questions.items()}
    judged = compare_pairs(
        ((name, HAZARD), list(_list_common_questions(name, scored, events, happened)))
        for name in compared
    )
    comparisons = dict(zip(compared, judged, strict=True))
    rows = (_score_forecaster(n, scored, happened, comparisons.get(n)) for n in everyone)
    return BacktestScores(
        forecasters=tuple(row for row in rows if row),
        feeds=tuple(
            sorted(_score_feeds(scored, happened), key=lambda row: (-row.difference, row.feed))
        ),
        calibration=_calibrate(scored, happened, families),
        safety=_check_safety(tracks),
        questions=tuple(_score_question(t, outcomes.get(t.question_id), happened) for t in tracks),
    )


def schedule_loss(
    track: QuestionTrack, forecaster: str, happened: int, beside: str | None = None
) -> float | None:
    """Return a forecaster's schedule loss, 0 to 1, on the dates where `beside` has a forecast too.

    `beside` defaults to the forecaster; None without a common date.
    """
    pairs = [(s.said.get(forecaster), s.said.get(beside or forecaster)) for s in track.snapshots]
    forecasts = [p for p, other in pairs if p is not None and other is not None]
    return (
        math.fsum((p - happened) ** 2 for p in forecasts) / track.scheduled if forecasts else None
    )


def _list_common_questions(
    forecaster: str,
    scored: Iterable[QuestionTrack],
    events: Mapping[str, tuple[Question, FamilyId]],
    happened: Mapping[str, int],
) -> Iterator[CommonQuestion]:
    """Yield the questions on which a forecaster and time alone have a date in common."""
    for track in scored:
        (question, family), answer = events[track.question_id], happened[track.question_id]
        dates = [(s.said.get(forecaster), s.said.get(HAZARD)) for s in track.snapshots]
        pairs = np.array([pair for pair in dates if None not in pair], dtype=np.float64)
        if len(pairs):
            if_yes, if_no = ((pairs - outcome) ** 2 @ [-1.0, 1.0] for outcome in (1, 0))
            yield CommonQuestion(
                family,
                question.closes_at,
                bool(answer),
                Differences(
                    np.full(len(pairs), 1.0 / track.scheduled),
                    if_yes if answer else if_no,
                    np.maximum(np.abs(if_yes), np.abs(if_no)),
                ),
            )


def _score_forecaster(
    forecaster: ForecasterId,
    scored: Sequence[QuestionTrack],
    happened: Mapping[str, int],
    comparison: Comparison | None,
) -> ForecasterLossRow | None:
    losses: list[float] = []
    baseline: list[float] = []
    for t in scored:
        loss_here, time_alone = (
            schedule_loss(t, name, happened[t.question_id], forecaster)
            for name in (forecaster, HAZARD)
        )
        if loss_here is not None and time_alone is not None:
            losses.append(loss_here)
            baseline.append(time_alone)
    if not losses:
        return None
    n = len(losses)
    return ForecasterLossRow(
        who=forecaster,
        n=n,
        families=comparison.families if comparison else n,
        snapshots=sum(forecaster in s.said for t in scored for s in t.snapshots),
        brier=math.fsum(losses) / n,
        hazard=math.fsum(baseline) / n,
        comparison=comparison,
    )


def _score_feeds(
    scored: Sequence[QuestionTrack], happened: Mapping[str, int]
) -> Iterator[FeedContributionRow]:
    for feed in sorted({feed for t in scored for feed in t.feeds}):
        reported = [t for t in scored if feed in t.feeds]
        changed = [t for t in reported if any(feed in s.without for s in t.snapshots)]
        if changed:
            difference = math.fsum(
                _loss_without(t, feed, happened[t.question_id]) for t in changed
            ) / len(changed)
            yield FeedContributionRow(
                feed, sum(t.feeds[feed] for t in reported), len(changed), difference
            )


def _loss_without(track: QuestionTrack, feed: str, happened: int) -> float:
    """Return the extra loss of the suggestion on a question without a feed."""
    differences = (
        _extra_loss(s, s.without[feed], happened) for s in track.snapshots if feed in s.without
    )
    return math.fsum(differences) / track.scheduled


def _extra_loss(snapshot: ForecastSnapshot, without: float, happened: int) -> float:
    return float((without - happened) ** 2 - (snapshot.said[SUGGESTION] - happened) ** 2)


def _calibrate(
    scored: Sequence[QuestionTrack],
    happened: Mapping[str, int],
    families: Mapping[QuestionId, FamilyId],
) -> BacktestCalibration | None:
    rows = [(s.said[SUGGESTION], QuestionId(t.question_id)) for t in scored for s in t.snapshots]
    if not rows:
        return None
    points = [(p, happened[q]) for p, q in rows]
    clusters = [families[q] for _, q in rows]
    parts = corp([p for p, _ in points], [o for _, o in points])
    return BacktestCalibration(
        bin_forecasts(points, clusters),
        len(rows),
        len(set(clusters)),
        parts.mcb,
        parts.dsc,
        parts.unc,
    )


def _check_safety(tracks: Iterable[QuestionTrack]) -> SafetyCheck:
    all_tracks = list(tracks)
    moves = [t.largest_move for t in all_tracks if t.largest_move]
    largest = max((t.largest_evidence for t in all_tracks), default=0.0)
    bound = DEFAULT_MODEL.gamma * apply_doubt(math.inf, DEFAULT_MODEL.doubt)
    return SafetyCheck(
        max(moves, key=lambda m: abs(m.log_odds), default=None),
        largest,
        bound,
        largest <= bound + 1e-9,
    )


def _score_question(
    track: QuestionTrack, outcome: str | None, happened: Mapping[str, int]
) -> QuestionLossRow:
    forecasters = sorted({forecaster for s in track.snapshots for forecaster in s.said})
    losses = {}
    if track.question_id in happened:
        losses = {
            forecaster: schedule_loss(track, forecaster, happened[track.question_id])
            for forecaster in forecasters
        }
    last = track.snapshots[-1].said[SUGGESTION] if track.snapshots else None
    return QuestionLossRow(
        question_id=track.question_id,
        outcome=outcome,
        scheduled=track.scheduled,
        snapshots=len(track.snapshots),
        evidence=track.evidence,
        last=last,
        brier={forecaster: b for forecaster, b in losses.items() if b is not None},
    )
