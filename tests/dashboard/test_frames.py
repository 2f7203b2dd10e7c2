"""Domain values become frames whose columns mean what their docstrings say."""

from datetime import datetime, timedelta

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from dashboard.components import probability_lines, probability_marks
from dashboard.components.frames import TIME
from dashboard.components.question_list import ListView
from dashboard.question import signposts
from forecasts.distributions.distribution import Binary
from forecasts.evidence.evidence import Direction
from forecasts.evidence.matcher_record import Precision
from forecasts.questions.question import PRIOR, SUGGESTION
from forecasts.questions.timeline import MAX_LINE_STEPS, Timeline, build_timeline
from tests.dashboard.examples import (
    ANA,
    CLOSES,
    ME,
    NOW,
    OPENS,
    QUESTION,
    act,
    card,
    days,
    page,
    resolution,
    summary,
)
from tracker.model.evidence import MatcherRecord
from tracker.model.read_models import QuestionPage

LOOK = ListView(ME, NOW)
RECORD = MatcherRecord({}, {"visit": Precision(1, 9)}, {}, {"visit": "1 of 9 kept"}, None)

# Revisions


def drawn(shown: QuestionPage, now: datetime = NOW) -> pd.DataFrame:
    return probability_lines.steps_frame(
        probability_lines.list_lines(shown, ME), probability_lines.chart_window(shown, now)
    )


def steps(line: Timeline, now: datetime = NOW, **more: object) -> pd.DataFrame:
    frame = drawn(page({ME: line}, **more), now)
    return frame[frame["forecaster"] == "You"]


def test_revision_lines() -> None:
    # A line repeats its last value at the end of the chart.
    mine = steps(build_timeline([(OPENS + days(1), Binary(0.6)), (OPENS + days(5), Binary(0.7))]))
    assert list(mine["y"]) == [0.6, 0.7, 0.7]
    assert mine["time"].iloc[-1] == NOW
    # A withdrawal leaves a gap in the line.
    mine = steps(
        build_timeline(
            [(OPENS, Binary(0.6)), (OPENS + days(5), None), (OPENS + days(9), Binary(0.8))]
        )
    )
    assert [None if pd.isna(p) else p for p in mine["y"]] == [0.6, 0.6, None, 0.8, 0.8]
    # A forecast after the answer was known is not drawn.
    late = build_timeline([(OPENS, Binary(0.6)), (NOW + days(1), Binary(0.99))])
    mine = steps(
        late, NOW + days(9), summary=summary(status="resolved", resolution=resolution("yes", NOW))
    )
    assert list(mine["y"]) == [0.6, 0.6]
    # Certainty is drawn along the edge in log odds.
    certain = page({ME: build_timeline([(OPENS, Binary(1.0))])})
    lines = probability_lines.list_lines(certain, ME)[:1]
    mine = probability_lines.steps_frame(lines, (OPENS, NOW), "log-odds")
    assert list(mine["y"]) == [probability_lines.MAX_LOG_ODDS] * 2
    # A question that has not opened draws nothing and keeps its columns.
    frame = drawn(page(), OPENS - days(3))
    assert frame.empty
    assert frame["time"].dtype == TIME


@given(
    st.lists(st.tuples(st.integers(0, 180 * 24), st.floats(0.01, 0.99)), min_size=1, max_size=900)
)
def test_thinned_line_keeps_its_first_and_last_value(moves: list[tuple[int, float]]) -> None:
    line = build_timeline([(OPENS + timedelta(hours=h), Binary(p)) for h, p in moves])
    mine = steps(line)
    assert len(mine) <= MAX_LINE_STEPS + 3
    assert mine["time"].is_monotonic_increasing
    assert mine["y"].iloc[0] == line.at(mine["time"].iloc[0].to_pydatetime()).p
    assert mine["y"].iloc[-1] == line.steps[-1][1].p


def test_acts_and_evidence_marks() -> None:
    # I come first and what is computed last.
    held = build_timeline([(OPENS, Binary(0.5))])
    names = [
        f.id for f in probability_lines.list_question_forecasters(page({ANA: held, ME: held}), ME)
    ]
    assert names == [ME, ANA, SUGGESTION, PRIOR]
    # Only peoples acts with a number are points.
    acts = (
        act(1, 0.4, OPENS - days(3), rationale="early"),
        act(2, None, OPENS + days(3)),
        act(3, 0.5, OPENS, who=SUGGESTION),
        act(4, 0.6, CLOSES + days(1)),
    )
    points = probability_marks.acts_frame(page(acts=acts), ME)
    assert list(points["why"]) == ["early"]
    assert points["time"].iloc[0] == OPENS
    # Rejected evidence is no mark.
    cards = (card(1), card(2, status="rejected"), card(3, direction=Direction.NO))
    marks = probability_marks.evidence_marks_frame(page(evidence=cards), "probability")
    assert list(marks["direction"]) == ["for YES", "for NO"]
    assert list(marks["level"]) == [1, -1]
    assert (
        probability_marks.evidence_marks_frame(page(), "probability").dtypes.to_dict()
        == marks.dtypes.to_dict()
    )


def test_strongest_marks_are_drawn_where_there_are_many() -> None:
    """Where there is no room for all, what is left out is weaker than what stands at its place, or
    older.
    """
    start, end = OPENS, OPENS + days(80)
    times = pd.date_range(start, end, periods=801, inclusive="left")
    every = pd.DataFrame({
        "id": range(800),
        "time": times.as_unit("us"),
        "level": [(-1, 1)[n % 2] for n in range(800)],
        "weight": [n % 5 for n in range(800)],
    })  # fmt: skip
    drawn = probability_marks.thin_marks(every, (start, end))
    assert len(drawn) == 2 * probability_marks.MAX_MARKS
    assert set(drawn["weight"]) == {4}
    assert list(drawn["time"]) == sorted(drawn["time"])
    few = every.head(probability_marks.MAX_MARKS)
    assert probability_marks.thin_marks(few, (start, end)) is few


def test_rules_of_the_chart() -> None:
    # A rule stands at the close only once it has passed.
    assert list(probability_marks.vertical_rules_frame(page(), NOW)["what"]) == []
    answered = page(summary=summary(status="resolved", resolution=resolution("yes", NOW)))
    assert list(probability_marks.vertical_rules_frame(answered, CLOSES + days(1))["what"]) == [
        "answer known",
        "closes",
    ]
    # The answer is one mark at 0 or 1.
    for outcome, heights in (("yes", [1.0]), ("no", [0.0]), ("annulled", []), (None, [])):
        assert (
            list(
                probability_marks.answer_frame(QUESTION, resolution(outcome) if outcome else None)[
                    "y"
                ]
            )
            == heights
        )


# Details


def test_details_frames() -> None:
    # A silent signpost is listed with nothing seen.
    silent = signposts.signposts_frame(page(), RECORD).iloc[0]
    assert silent["seen"] == 0
    assert silent["kept"] == "1 of 9 kept (11%): usually rejected"
    assert pd.isna(silent["last"])
    seen = signposts.signposts_frame(
        page(evidence=(card(1), card(2, status="rejected"), card(3))), RECORD
    ).iloc[0]
    assert seen["seen"] == 2
    assert seen["last"] == OPENS + days(3)
    # Each frame keeps its types without rows.
    bare, full = page(indicators={}), page()
    assert (
        signposts.signposts_frame(bare, RECORD).dtypes.to_dict()
        == signposts.signposts_frame(full, RECORD).dtypes.to_dict()
    )
