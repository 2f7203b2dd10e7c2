"""The chart of a yes-no question: zoom, crosshair, names at the ends of lines, rules, and what a
picked story did.
"""

from datetime import datetime, timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard import charts
from dashboard.components import probability_lines as revisions
from dashboard.components import probability_lines as series
from dashboard.components.visit import Visit
from dashboard.question.revision_chart import ZOOM_LEVELS
from dashboard.wording import UTC_ZONE, describe_shift
from forecasts.distributions.distribution import Binary
from forecasts.distributions.probability import logit, sigmoid
from forecasts.questions.timeline import build_timeline
from tests.builders import FakeClock, a_set
from tests.dashboard.examples import NOW, OPENS, days, page
from tests.dashboard.pages import drawn, open_page, seen, spec
from tests.test_learning import log
from tracker.app.tracker import Tracker

SUMMIT = "summit-2027"
WINDOW = (OPENS, NOW)
STYLES = (charts.LineStyle("Me", charts.BLUE), charts.LineStyle("Ana", charts.GREEN, (2, 2)))


def line(name: str, *held: tuple[float, float | None]) -> series.ProbabilityLine:
    steps = [(OPENS + days(day), None if p is None else Binary(p)) for day, p in held]
    return series.ProbabilityLine(name.lower(), name, build_timeline(steps))


# Frames


@pytest.mark.parametrize(("zoom", "back"), [("1 week", 7), ("1 month", 30), ("3 months", 91)])
def test_a_zoom_looks_back_from_the_end(zoom: str, back: int) -> None:
    assert revisions.chart_window(page(), NOW, ZOOM_LEVELS[zoom]) == (NOW - days(back), NOW)


def test_no_zoom_begins_before_the_question_opened() -> None:
    early = OPENS + days(3)
    assert revisions.chart_window(page(), early, ZOOM_LEVELS["1 week"]) == (OPENS, early)
    assert revisions.chart_window(page(), NOW, ZOOM_LEVELS["All"]) == WINDOW


def test_a_line_that_began_earlier_is_drawn_from_the_left_edge_on() -> None:
    frame = series.steps_frame([line("Ana", (0, 0.4))], (NOW - days(7), NOW))
    assert list(frame["time"]) == [NOW - days(7), NOW]
    assert list(frame["p"]) == [0.4, 0.4]


def test_every_line_has_its_name_at_its_end_and_there_is_room_for_it() -> None:
    steps = series.steps_frame([line("Ana", (0, 0.4)), line("Ben", (0, 0.8), (5, None))], WINDOW)
    ends = series.line_labels_frame(steps, WINDOW)
    assert list(ends["label"]) == ["Ana", "Ben", ""]
    assert list(ends["p"][:2]) == [0.4, 0.8]
    assert ends["time"].iloc[-1] > NOW


@settings(deadline=None, max_examples=40)
@given(st.lists(st.floats(0.001, 0.999), min_size=1, max_size=12))
def test_names_never_stand_upon_each_other_and_keep_the_order_of_their_lines(
    values: list[float],
) -> None:
    lines = [line(f"L{n}", (0, p)) for n, p in enumerate(values)]
    ends = series.line_labels_frame(series.steps_frame(lines, WINDOW), WINDOW)[:-1]
    for column, apart in (("p", 0.05), ("log_odds", 0.5)):
        heights = ends[column].sort_values()
        assert (heights.diff().dropna() > apart).all()
    assert [values[n] for n in ends["p"].argsort()] == sorted(values)


def test_without_a_line_there_is_no_name() -> None:
    assert series.line_labels_frame(series.steps_frame([], WINDOW), WINDOW).empty


def test_the_crosshair_tells_what_all_lines_say_at_an_instant() -> None:
    lines = [line("Ana", (10, 0.4)), line("Ben", (0, 0.8), (20, None))]
    frame = series.crosshair_frame(lines, WINDOW).set_index("time")
    at = [pd.Timestamp(OPENS + days(day)) for day in (0, 10, 20)]
    assert [frame["s0"][t] for t in at] == ["no forecast", "40\u00a0%", "40\u00a0%"]
    assert [frame["s1"][t] for t in at] == ["80\u00a0%", "80\u00a0%", "no forecast"]
    assert len(frame) <= series.CROSSHAIR_POSITIONS + 3


def test_a_crosshair_has_nowhere_to_stand_before_the_opening() -> None:
    assert series.crosshair_frame([line("Ana", (0, 0.4))], (OPENS, OPENS)).empty


def test_a_long_line_adds_no_instants_to_the_crosshair() -> None:
    many = line("Ana", *((n / 10, 0.4) for n in range(1_000)))
    assert len(series.crosshair_frame([many], WINDOW)) == series.CROSSHAIR_POSITIONS


def test_the_two_dates_that_are_compared_are_rules_with_their_words() -> None:
    between = (OPENS + days(30), OPENS + days(60))
    frame = revisions.vertical_rules_frame(page(), NOW, between)
    assert list(frame["what"]) == ["opens", "before", "after"]
    assert list(frame["row"]) == [0, 1, 2]


# Charts


def test_one_tip_of_the_crosshair_names_every_line() -> None:
    layers = charts.revisions_chart(STYLES, "probability", marks=True, answer=False)["layer"]
    (cross,) = [layer for layer in layers if layer["data"]["name"] == "crossings"]
    assert [(tip["field"], tip["title"]) for tip in cross["encoding"]["tooltip"][1:]] == [
        ("s0", "Me"),
        ("s1", "Ana"),
    ]
    places = [layer["data"]["name"] for layer in layers]
    assert places.index("crossings") < places.index(
        "marks"
    )  # else it would lie over the marks, and none be picked


def test_lines_carry_their_names_and_need_no_legend() -> None:
    told = charts.revisions_chart(STYLES, "probability", marks=True, answer=True)
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


def test_rules_say_in_words_what_they_are() -> None:
    told = charts.revisions_chart(STYLES, "log-odds", marks=False, answer=False)["layer"]
    words = [
        x["encoding"]["text"]["field"]
        for x in told
        if x["data"]["name"] == "rules" and "text" in x["encoding"]
    ]
    assert words == ["what"]


# Words


@pytest.mark.parametrize(
    ("adds", "told"),
    [
        (logit(0.5) - logit(0.4), "by +0.41 in log-odds now, about +10 points"),
        (-0.03, "by −0.03 in log-odds now, about −0.7 points"),
        (0.0001, "by +0.00 in log-odds now, about 0 points"),
    ],
)
def test_a_shift_is_told_in_log_odds_and_in_points(adds: float, told: str) -> None:
    assert describe_shift(adds, 0.5) == f"Shifts the suggestion {told}"


def test_a_story_without_a_line_moves_nothing() -> None:
    assert describe_shift(None, sigmoid(0.3)) == "Does not move the suggestion now"


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


def test_the_zoom_stands_in_the_address_and_hides_what_is_older(read: Tracker) -> None:
    assert len(drawn(open_page(read, "question", q=SUMMIT), "marks")) == 2
    near = open_page(read, "question", q=SUMMIT, zoom="1 month")
    assert list(drawn(near, "marks")["headline"]) == ["A new invitation"]
    assert drawn(near, "acts").empty
    begins, ends = drawn(near, "steps")["time"].min(), drawn(near, "steps")["time"].max()
    assert ends - begins == timedelta(days=30)
    assert timedelta(0) <= ends - pd.Timestamp(read.now()) < timedelta(days=30) / 1_000
    assert set(drawn(near, "steps")["forecaster"]) >= {"Me", "Suggestion"}


def test_a_zoom_that_nobody_knows_shows_everything(read: Tracker) -> None:
    assert len(drawn(open_page(read, "question", q=SUMMIT, zoom="a century"), "marks")) == 2


def test_the_two_days_of_why_it_moved_are_drawn_in_the_chart(read: Tracker) -> None:
    asked = {"moved-in": "two days", "from": "2026-12-05", "to": "2026-12-20"}
    rules = drawn(open_page(read, "question", q=SUMMIT, tab="History", **asked), "rules").set_index(
        "what"
    )["time"]
    assert (str(rules["before"])[:10], str(rules["after"])[:10]) == ("2026-12-05", "2026-12-21")
    asked["from"] = "2026-12-24"
    wrong = drawn(open_page(read, "question", q=SUMMIT, tab="History", **asked), "rules")
    assert "before" not in set(wrong["what"])


def test_a_preset_of_why_it_moved_is_drawn_too_and_nonsense_is_not(read: Tracker) -> None:
    week = drawn(
        open_page(read, "question", q=SUMMIT, tab="History", **{"moved-in": "7 d"}), "rules"
    )
    assert {"before", "after"} <= set(week["what"])
    for said in ("soon", "2026-13-45"):
        asked = {"moved-in": "two days", "from": said, "to": said}
        assert "before" not in set(
            drawn(open_page(read, "question", q=SUMMIT, **asked), "rules")["what"]
        )


def test_the_chart_stays_small_enough_to_be_drawn_as_svg(read: Tracker) -> None:
    visit = seen(open_page(read, "question", q=SUMMIT))
    names = {layer["data"]["name"] for layer in spec(visit)["layer"]}
    assert sum(len(drawn(visit, name)) for name in names) < 2_000


def test_a_question_that_was_answered_early_is_drawn_to_its_answer_and_no_further(
    read: Tracker, clock: FakeClock
) -> None:
    known = clock.time
    read.resolutions.resolve(SUMMIT, "yes", source_url="https://arland.example/yes", known_at=known)
    clock.time = read.questions.get(SUMMIT).summary.question.closes_at + timedelta(days=9)
    rules = drawn(open_page(read, "question", q=SUMMIT), "rules")
    assert list(rules["what"]) == ["opens", "answer known"]
    assert rules["time"].max() == pd.Timestamp(known)


def test_names_stand_right_of_an_answer_that_became_known_after_the_close(
    read: Tracker, clock: FakeClock
) -> None:
    clock.time = read.questions.get(SUMMIT).summary.question.closes_at + timedelta(days=30)
    read.resolutions.resolve(
        SUMMIT, "no", source_url="https://arland.example/no", known_at=clock.time
    )
    visit = open_page(read, "question", q=SUMMIT)
    assert drawn(visit, "ends")["time"].min() == pd.Timestamp(clock.time)
    assert set(drawn(visit, "rules")["what"]) == {"opens", "closes", "answer known"}


@given(
    st.timedeltas(timedelta(0), timedelta(days=2_000)), st.sampled_from(list(ZOOM_LEVELS.values()))
)
def test_a_chart_is_drawn_to_now_or_ahead_by_less_than_can_be_seen(
    passed: timedelta, shown: timedelta | None
) -> None:
    until = at(NOW + passed).chart_end(NOW, shown)
    ahead = until - (NOW + passed)
    pixel = max(min(passed, shown or passed) / 1_000, timedelta(minutes=1))
    assert timedelta(0) <= ahead < pixel
    assert at(until).chart_end(NOW, shown) >= until


def test_of_a_year_the_chart_is_drawn_anew_a_few_times_a_day_and_of_a_day_once_a_minute() -> None:
    def drawings(begun: timedelta, every: timedelta) -> int:
        return len({at(NOW + begun + n * every).chart_end(NOW) for n in range(24 * 60)})

    assert drawings(timedelta(days=365), timedelta(minutes=1)) == 4
    assert drawings(timedelta(hours=12), timedelta(seconds=1)) == 25


def at(now: datetime) -> Visit:
    """A visit at this instant."""
    return Visit(None, {}, now, UTC_ZONE, None)  # type: ignore[arg-type]
