"""Scores: one row a forecaster, one a question, one an interval of a receipt; calibration."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

import pandas as pd

from dashboard.frames.columns import TIME, frame_of
from dashboard.wording import OUTCOME, clipped, named, percent, percent_number, plural
from forecasts.calibration import Bin, bins
from forecasts.forecaster import CROWD, HAZARD, PRIOR, SUGGESTION, Forecaster
from forecasts.question import ForecasterId, QuestionId
from forecasts.scoring import Score, Summary
from tracker.summaries import Accuracy

_COMPUTED: Final = {CROWD: 1, SUGGESTION: 2, HAZARD: 3, PRIOR: 4}


def ranked(accuracy: Accuracy, me: ForecasterId) -> tuple[Forecaster, ...]:
    """Everyone who was scored: me, other people, then what is computed."""
    scored = {s.forecaster_id for s in accuracy.summaries if s.questions}
    present = [f for f in accuracy.forecasters.values() if f.id in scored]
    return tuple(sorted(present, key=lambda f: (_COMPUTED.get(f.id, 0), f.id != me, f.name)))


def scoreboard_frame(accuracy: Accuracy, me: ForecasterId) -> pd.DataFrame:
    """One row a forecaster, the best skill first. Columns:

    id, forecaster, questions, skill (Brier points over the schedule, ×100, higher is better), brier and
    log (mean while active, lower is better), coverage (percent of the scheduled time).
    """
    found: dict[ForecasterId, dict[str, Summary]] = {}
    for summary in accuracy.summaries:
        if summary.questions:
            found.setdefault(summary.forecaster_id, {})[summary.rule] = summary
    types = {
        "id": "str",
        "forecaster": "str",
        "questions": "int64",
        "skill": "float64",
        "brier": "float64",
        "log": "float64",
        "coverage": "float64",
    }
    rows = [_board_row(accuracy.forecasters[who], rules, me) for who, rules in found.items()]
    return frame_of(types, sorted(rows, key=lambda row: -(row[3] if row[3] is not None else -1e9)))


def _board_row(forecaster: Forecaster, rules: dict[str, Summary], me: ForecasterId) -> tuple[Any, ...]:
    brier, log = rules["brier"], rules["log"]
    return (
        forecaster.id,
        named(forecaster, me),
        brier.questions,
        None if brier.skill is None else 100 * brier.skill,
        brier.mean_while_active,
        log.mean_while_active,
        percent_number(brier.coverage),
    )


def progress_frame(accuracy: Accuracy, me: ForecasterId) -> pd.DataFrame:
    """Each forecaster's mean Brier score as answers came in. Columns:

    time (answer known), forecaster, mean (of all up to here), n (how many), last (the questions that were
    answered at this time). Answers of one instant are one step.
    """
    known = {r.question_id: r.known_at for r in accuracy.resolutions.values()}
    types = {"time": TIME, "forecaster": "str", "mean": "float64", "n": "int64", "last": "str"}
    rows: dict[tuple[Any, ForecasterId], tuple[Any, ...]] = {}
    for forecaster in ranked(accuracy, me):
        total, n = 0.0, 0
        for score in sorted(_of(accuracy, forecaster.id), key=lambda s: known[s.question_id]):
            if score.mean_while_active is not None:
                total, n = total + score.mean_while_active, n + 1
                step = known[score.question_id], forecaster.id
                text = clipped(accuracy.questions[score.question_id].text, 90)
                last = f"{rows[step][4]} · {text}" if step in rows else text
                rows[step] = (known[score.question_id], named(forecaster, me), total / n, n, last)
    return frame_of(types, rows.values())


def _of(accuracy: Accuracy, who: ForecasterId) -> list[Score]:
    return [s for s in accuracy.scores if s.forecaster_id == who and s.rule == "brier"]


def calibration_frame(points: Sequence[tuple[float, int]]) -> pd.DataFrame:
    """The bins that hold something. Columns:

    said (mean p) and happened (share), low and high (Wilson interval, 95 %), n, label (n in words), range and says.
    """
    types = {
        "said": "float64",
        "happened": "float64",
        "low": "float64",
        "high": "float64",
        "n": "int64",
        "label": "str",
        "range": "str",
        "says": "str",
    }
    return frame_of(types, (_bin_row(b) for b in bins(points) if b.n))


def _bin_row(b: Bin) -> tuple[Any, ...]:
    span = f"{b.low * 100:.0f}–{percent(b.high)}"
    return (
        b.mean_p,
        b.share,
        b.low95,
        b.high95,
        b.n,
        f"n = {b.n}",
        span,
        f"{b.happened} of {plural(b.n, 'question')} happened",
    )


def question_scores_frame(accuracy: Accuracy, me: ForecasterId) -> pd.DataFrame:
    """One row a question, the latest answer first. Columns:

    id, question, answer, known (time), and for each forecaster, under their id, the mean Brier score while
    a forecast of theirs stood (empty where none did).
    """
    who = [f.id for f in ranked(accuracy, me)]
    types = {"id": "str", "question": "str", "answer": "str", "known": TIME, **{str(f): "float64" for f in who}}
    held: dict[QuestionId, dict[ForecasterId, float | None]] = {}
    for score in accuracy.scores:
        if score.rule == "brier":
            held.setdefault(score.question_id, {})[score.forecaster_id] = score.mean_while_active
    latest = sorted(held, key=lambda q: (accuracy.resolutions[q].known_at, q), reverse=True)
    rows = [(q, accuracy.questions[q].text, OUTCOME[accuracy.resolutions[q].outcome], accuracy.resolutions[q].known_at,
             *(held[q].get(f) for f in who)) for q in latest]  # fmt: skip
    return frame_of(types, rows)


def scores_frame(
    scores: Sequence[Score], forecasters: Mapping[ForecasterId, Forecaster], me: ForecasterId
) -> pd.DataFrame:
    """The scores of one question, the best first. Columns: who, forecaster, skill (×100), brier, log, coverage."""
    numbers = ("skill", "brier", "log", "coverage")
    types = {"who": "str", "forecaster": "str", **dict.fromkeys(numbers, "float64")}
    found: dict[ForecasterId, dict[str, Score]] = {}
    for score in scores:
        found.setdefault(score.forecaster_id, {})[score.rule] = score
    rows = [
        (who, named(forecasters[who], me), 100 * rules["brier"].skill_over_schedule, rules["brier"].mean_while_active,
         rules["log"].mean_while_active, percent_number(rules["brier"].coverage))
        for who, rules in found.items()
    ]  # fmt: skip
    return frame_of(types, sorted(rows, key=lambda row: -row[2]))


def receipt_frame(score: Score) -> pd.DataFrame:
    """What a score is made of. Columns:

    start and end (time), days, p (percent), weight (percent of the scheduled time), score (of this
    forecast), contribution (to the mean while active).
    """
    types = {
        "start": TIME,
        "end": TIME,
        "days": "float64",
        "p": "float64",
        "weight": "float64",
        "score": "float64",
        "contribution": "float64",
    }
    rows = [
        (
            i.start,
            i.end,
            (i.end - i.start) / timedelta(days=1),
            percent_number(i.p),
            100 * i.weight,
            i.score,
            i.contribution,
        )
        for i in score.receipt
    ]
    return frame_of(types, rows)
