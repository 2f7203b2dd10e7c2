"""The chart of a yes-no question: zoom, crosshair, names at the ends of lines, rules, and what a
picked story did.
"""

from datetime import datetime, timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard import charts
from dashboard.components import probability_lines, probability_marks
from dashboard.components.visit import Visit
from dashboard.question.revision_chart import ZOOM_LEVELS
from dashboard.wording.numbers import UTC_ZONE
from forecasts.distributions.distribution import Binary
from forecasts.questions.question import SUGGESTION, ForecasterId
from forecasts.questions.timeline import build_timeline
from tests.builders import FakeClock, a_set
from tests.dashboard.examples import NOW, OPENS, card, days, page
from tests.dashboard.pages import drawn, open_page, seen, spec
from tests.test_learning import log
from tracker.app.tracker import Tracker

SUMMIT = "summit-2027"
WINDOW = (OPENS, NOW)
UNIT = (0.0, 1.0)
ALL = frozenset({"band", "marks", "answer"})
STYLES = (charts.LineStyle("You", charts.BLUE), charts.LineStyle("Ana", charts.GREEN, (2, 2)))


def line(name: str, *held: tuple[float, float | None]) -> probability_lines.ProbabilityLine:
    steps = [(OPENS + days(day), None if p is None else Binary(p)) for day, p in held]
    return probability_lines.ProbabilityLine(name.lower(), name, build_timeline(steps))


# Frames


def test_zoom_begins_in_the_life_of_the_question() -> None:
    # A zoom looks back from the end.
    for zoom, back in (("1 week", 7), ("1 month", 30), ("3 months", 91)):
        assert probability_lines.chart_window(page(), NOW, ZOOM_LEVELS[zoom]) == (
            NOW - days(back),
            NOW,
        )
    # No zoom begins before the question opened.
    early = OPENS + days(3)
    assert probability_lines.chart_window(page(), early, ZOOM_LEVELS["1 week"]) == (OPENS, early)
    assert probability_lines.chart_window(page(), NOW, ZOOM_LEVELS["All"]) == WINDOW
    # A line that began earlier is drawn from the left edge on.
    frame = probability_lines.steps_frame([line("Ana", (0, 0.4))], (NOW - days(7), NOW))
    assert list(frame["time"]) == [NOW - days(7), NOW]
    assert list(frame["y"]) == [0.4, 0.4]


def test_line_names_and_crosshair() -> None:
    # Every line has its name at its end and there is room for it.
    steps = probability_lines.steps_frame(
        [line("Ana", (0, 0.4)), line("Ben", (0, 0.8), (5, None))], WINDOW
    )
    ends = probability_lines.line_labels_frame(steps, WINDOW, UNIT)
    assert list(ends["label"]) == ["40% Ana", "80% Ben", ""]
    assert list(ends["y"][:2]) == [0.4, 0.8]
    assert ends["time"].iloc[-1] > NOW
    # Without a line there is not a valid name.
    assert probability_lines.line_labels_frame(
        probability_lines.steps_frame([], WINDOW), WINDOW, UNIT
    ).empty
    # The crosshair tells what all lines say at an instant.
    lines = [line("Ana", (10, 0.4)), line("Ben", (0, 0.8), (20, None))]
    frame = probability_lines.crosshair_frame(lines, WINDOW).set_index("time")
    at = [frame.index.asof(pd.Timestamp(OPENS + days(day))) for day in (0, 18, 40)]
    assert [frame["s0"][t] for t in at] == ["no forecast", "40%", "40%"]
    assert [frame["s1"][t] for t in at] == ["80%", "80%", "no forecast"]
    # Its stripes cover the time without a gap.
    assert list(frame["until"][:-1]) == list(frame.index[1:])
    assert len(frame) == probability_lines.CROSSHAIR_POSITIONS
    # A crosshair has nowhere to stand before the opening.
    assert probability_lines.crosshair_frame([line("Ana", (0, 0.4))], (OPENS, OPENS)).empty


@settings(deadline=None, max_examples=40)
@given(st.lists(st.floats(0.001, 0.999), min_size=1, max_size=12))
def test_names_keep_apart_and_in_order(values: list[float]) -> None:
    for scale in ("probability", "log-odds"):
        lines = [line(f"L{n}", (0, p)) for n, p in enumerate(values)]
        steps = probability_lines.steps_frame(lines, WINDOW, scale)
        domain = probability_lines.choose_domain(list(steps["y"]), scale)
        heights = probability_lines.line_labels_frame(steps, WINDOW, domain)[:-1]["y"]
        apart = probability_lines.LABEL_GAP * (domain[1] - domain[0])
        assert (heights.sort_values().diff().dropna() > apart - 1e-9).all()
        # Beyond the edge of the log-odds lines run together, and no order is the right one.
        places = [probability_lines.place(p, scale) for p in values]
        assert [places[n] for n in heights.argsort()] == sorted(places)
        assert domain[0] <= steps["y"].min() <= steps["y"].max() <= domain[1]


def test_band_is_the_range_of_people() -> None:
    people = {ForecasterId(f"p{n}"): build_timeline([(OPENS, Binary(n / 10))]) for n in (2, 4)}
    assert probability_lines.band_frame(page(people), WINDOW, "probability").empty
    people |= {ForecasterId("p9"): build_timeline([(OPENS + days(9), Binary(0.9))])}
    frame = probability_lines.band_frame(page(people), WINDOW, "probability")
    assert list(zip(frame["y"], frame["high"], strict=True)) == [(0.2, 0.4), (0.2, 0.9), (0.2, 0.9)]
    # The middle half of many: two outliers widen nothing.
    many = {
        ForecasterId(f"q{n}"): build_timeline([(OPENS, Binary(p))])
        for n, p in enumerate((0.01, 0.4, 0.4, 0.5, 0.5, 0.6, 0.6, 0.99))
    }
    frame = probability_lines.band_frame(page(many), WINDOW, "probability")
    assert (frame["y"][0], frame["high"][0]) == (0.4, 0.6)


def test_evidence_is_marked_on_the_line_of_the_estimate() -> None:
    estimate = build_timeline([(OPENS, Binary(0.3)), (OPENS + days(2), Binary(0.5))])
    shown = page({SUGGESTION: estimate}, evidence=(card(1), card(2), card(3, status="rejected")))
    marks = probability_marks.evidence_marks_frame(shown, "probability")
    assert list(zip(marks["id"], marks["y"], strict=True)) == [(1, 0.3), (2, 0.5)]


def test_compared_dates_are_rules_with_words() -> None:
    between = (OPENS + days(30), OPENS + days(60))
    frame = probability_marks.vertical_rules_frame(page(), NOW, between)
    assert list(frame["what"]) == ["before", "after"]
    assert list(frame["row"]) == [0, 1]


# Charts


def test_crosshair_names_and_rules_of_the_chart() -> None:
    # One tip of the crosshair names every line.
    layers = charts.revisions_chart(STYLES, "probability", UNIT, layers=ALL)["layer"]
    (cross,) = [layer for layer in layers if layer["data"]["name"] == "crossings"]
    assert [(tip["field"], tip["title"]) for tip in cross["encoding"]["tooltip"][1:]] == [
        ("s0", "You"),
        ("s1", "Ana"),
    ]
    places = [layer["data"]["name"] for layer in layers]
    assert places.index("crossings") < places.index(
        "marks"
    )  # else it would lie over the marks, and none be picked
    # Lines carry their names and need no legend.
    told = charts.revisions_chart(STYLES, "probability", UNIT, layers=ALL)
    assert all(
        channel.get("legend", 0) is None
        for layer in told["layer"]
        for name, channel in layer["encoding"].items()
        if name in ("color", "strokeDash", "strokeWidth", "shape") and "field" in channel
    )
    (names,) = [
        x for x in told["layer"] if x["data"]["name"] == "ends" and x["mark"]["type"] == "text"
    ]
    assert names["encoding"]["text"]["field"] == "label"
    # Rules say in words what they are.
    told = charts.revisions_chart(STYLES, "log-odds", (-5.0, 5.0))["layer"]
    words = [
        x["encoding"]["text"]["field"]
        for x in told
        if x["data"]["name"] == "rules" and "text" in x["encoding"]
    ]
    assert words == ["what"]


# The page


@pytest.fixture
def read(tracker: Tracker, clock: FakeClock) -> Tracker:
    """A question with an old and a new story, and a forecast between."""
    tracker.question_sets.load(a_set())
    clock.advance(days=1)
    tracker.evidence.review(log(tracker, title="An old invitation"), "confirmed")
    tracker.forecasts.submit(SUMMIT, "60%", rationale="They were invited.")
    clock.advance(days=40)
    log(tracker, title="A new invitation")
    clock.advance(hours=1)
    return tracker


def test_zoom_stands_in_the_address(read: Tracker) -> None:
    # The zoom stands in the address and hides what is older.
    near = open_page(read, "question", q=SUMMIT, zoom="1 month")
    assert list(drawn(near, "marks")["headline"]) == ["A new invitation"]
    assert drawn(near, "acts").empty
    steps = drawn(near, "steps")
    begins, ends = steps["time"].min(), steps["time"].max()
    assert ends - begins == timedelta(days=30)
    assert timedelta(0) <= ends - pd.Timestamp(read.now()) < timedelta(days=30) / 1_000
    assert set(steps["forecaster"]) >= {"You", "Estimate"}
    # A zoom that nobody knows shows everything.
    visit = open_page(read, "question", q=SUMMIT, zoom="a century")
    assert len(drawn(visit, "marks")) == 2
    # The chart stays small enough to be drawn as svg.
    names = {layer["data"]["name"] for layer in spec(visit)["layer"]}
    assert sum(len(drawn(visit, name)) for name in names) < 2_000


def test_compared_days_are_drawn(read: Tracker) -> None:
    # The two days of why it moved are drawn in the chart.
    asked = {"moved-in": "two days", "from": "2026-12-05", "to": "2026-12-20"}
    rules = drawn(
        open_page(read, "question", q=SUMMIT, details="Compare", **asked), "rules"
    ).set_index("what")["time"]
    assert (str(rules["before"])[:10], str(rules["after"])[:10]) == ("2026-12-05", "2026-12-21")
    # A preset of why it moved is drawn too and nonsense is not.
    week = drawn(
        open_page(read, "question", q=SUMMIT, details="Compare", **{"moved-in": "7 d"}), "rules"
    )
    assert {"before", "after"} <= set(week["what"])
    asked = {"moved-in": "two days", "from": "soon", "to": "2026-13-45"}
    rules = drawn(open_page(read, "question", q=SUMMIT, **asked), "rules")
    assert "before" not in set(rules["what"])


def test_early_and_late_answers_end_the_chart(read: Tracker, clock: FakeClock) -> None:
    known = clock.time
    read.resolutions.resolve(SUMMIT, "yes", source_url="https://arland.example/yes", known_at=known)
    clock.time = read.questions.get(SUMMIT).summary.question.closes_at + timedelta(days=9)
    rules = drawn(open_page(read, "question", q=SUMMIT), "rules")
    assert list(rules["what"]) == ["answer known"]
    assert rules["time"].max() == pd.Timestamp(known)


def test_names_stand_right_of_a_late_answer(read: Tracker, clock: FakeClock) -> None:
    clock.time = read.questions.get(SUMMIT).summary.question.closes_at + timedelta(days=30)
    read.resolutions.resolve(
        SUMMIT, "no", source_url="https://arland.example/no", known_at=clock.time
    )
    visit = open_page(read, "question", q=SUMMIT)
    assert drawn(visit, "ends")["time"].min() == pd.Timestamp(clock.time)
    assert set(drawn(visit, "rules")["what"]) == {"closes", "answer known"}


@given(
    st.timedeltas(timedelta(0), timedelta(days=2_000)), st.sampled_from(list(ZOOM_LEVELS.values()))
)
def test_chart_ends_now_or_invisibly_ahead(passed: timedelta, shown: timedelta | None) -> None:
    until = at(NOW + passed).chart_end(NOW, shown)
    ahead = until - (NOW + passed)
    pixel = max(min(passed, shown or passed) / 1_000, timedelta(minutes=1))
    assert timedelta(0) <= ahead < pixel
    assert at(until).chart_end(NOW, shown) >= until


def test_chart_is_redrawn_seldom() -> None:
    def drawings(begun: timedelta, every: timedelta) -> int:
        return len({at(NOW + begun + n * every).chart_end(NOW) for n in range(24 * 60)})

    assert drawings(timedelta(days=365), timedelta(minutes=1)) == 4
    assert drawings(timedelta(hours=12), timedelta(seconds=1)) == 25


def at(now: datetime) -> Visit:
    """A visit at this instant."""
    return Visit(None, {}, now, UTC_ZONE, None)  # type: ignore[arg-type]


def test_a_choice_outlives_its_closed_drawer(read: Tracker) -> None:
    visit = open_page(read, "question", q=SUMMIT)
    visit.session_state["chart-options"] = True
    visit = seen(visit.run())
    visit = seen(visit.button_group(key="choose-zoom").set_value("1 month").run())
    visit = seen(visit.button_group(key="choose-scale").set_value("Log-odds").run())
    visit.session_state["chart-options"] = False
    for _ in range(2):
        visit = seen(visit.run())
        assert (visit.query_params["zoom"], visit.query_params["scale"]) == ("1 month", "Log-odds")
        assert len(drawn(visit, "marks")) == 1
    # What is usual is not said.
    visit.session_state["chart-options"] = True
    visit = seen(visit.run())
    visit = seen(visit.button_group(key="choose-zoom").set_value("All").run())
    assert "zoom" not in visit.query_params
