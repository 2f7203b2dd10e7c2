"""Up to five lines on one chart: forecasters of the question, and other questions."""

import pandas as pd
import pytest

from dashboard import charts
from dashboard.components import probability_lines as series
from forecasts.distributions.distribution import Binary
from forecasts.questions.question import CROWD, HAZARD, PRIOR, SUGGESTION, ForecasterId
from forecasts.questions.timeline import build_timeline
from tests.builders import FakeClock, a_question, a_set
from tests.dashboard.examples import ANA, ME, OPENS, QUESTION, page
from tests.dashboard.pages import open_page, plain, seen, words
from tests.dashboard.test_revision_chart import drawn
from tests.lives import an_asked
from tracker.app.tracker import Tracker
from tracker.errors import NotFound

SUMMIT = "summit-2027"
OTHER = "other-2027"
HELD = build_timeline([(OPENS, Binary(0.5))])


@pytest.fixture
def two(tracker: Tracker, clock: FakeClock) -> Tracker:
    """Two questions, on one of which I forecast."""
    tracker.question_sets.load(
        a_set(a_question(), a_question(OTHER, text="Will something else happen?"))
    )
    tracker.forecasts.submit(SUMMIT, "60%", rationale="They were invited.")
    clock.advance(days=20)
    return tracker


def names(visit) -> list[str]:  # type: ignore[no-untyped-def]
    """The lines of the chart in their order."""
    return list(dict.fromkeys(drawn(visit, "steps")["forecaster"]))


def compare(tracker: Tracker, asked: str):  # type: ignore[no-untyped-def]
    return open_page(tracker, "question", q=SUMMIT, **{"with": asked})


def test_until_somebody_chooses_mine_the_suggestion_and_the_crowd_come_before_base_rates() -> None:
    everybody = page({ME: HELD, ANA: HELD, CROWD: HELD, HAZARD: HELD})
    assert [each.id for each in series.default_lines(everybody, ME)] == [
        ME,
        ANA,
        CROWD,
        SUGGESTION,
        HAZARD,
    ]
    assert [each.id for each in series.default_lines(page(), ME)] == [SUGGESTION, PRIOR]


def test_another_question_stands_with_its_suggestion_or_else_its_base_rate() -> None:
    assert series.other_question_line(
        QUESTION, {PRIOR: HELD, SUGGESTION: build_timeline([])}
    ).timeline == build_timeline([])
    assert series.other_question_line(QUESTION, {PRIOR: HELD}).timeline is HELD


def test_other_questions_are_dashed_as_no_forecaster_is() -> None:
    assert charts.other_question_style("Rain", 0).dash not in [
        line.dash for line in charts.forecaster_lines((), (), ME)
    ]
    assert len({charts.other_question_style("Rain", n).colour for n in range(4)}) == 4


def test_the_address_chooses_the_lines_and_their_order(two: Tracker) -> None:
    assert names(compare(two, "suggestion,me")) == ["Suggestion", "Me"]
    assert names(compare(two, f"me,{OTHER}")) == ["Me", "Will something else happen?"]


def test_acts_of_people_who_are_not_shown_are_not_drawn(two: Tracker) -> None:
    assert len(drawn(compare(two, "me"), "acts")) == 1
    assert drawn(compare(two, "suggestion"), "acts").empty


@pytest.mark.parametrize("wrong", ["nobody", "<b>x</b>", "../../etc", "x" * 5_000])
def test_what_nobody_knows_is_left_out_with_a_word(two: Tracker, wrong: str) -> None:
    visit = compare(two, f"{wrong},me")
    assert names(visit) == ["Me"]
    assert "it is left out" in words(visit)


def test_nothing_that_is_there_shows_what_is_shown_without_a_choice(two: Tracker) -> None:
    usual = names(open_page(two, "question", q=SUMMIT))
    assert names(compare(two, "nobody")) == names(compare(two, ",, ,")) == usual


def test_the_question_itself_and_one_of_another_kind_have_no_line_to_compare(two: Tracker) -> None:
    asked = an_asked("visit-2027", kind="categorical", options=("Arland", "Borland", "Other"))
    two.questions.ask(asked, override="a question of a test")
    visit = compare(two, f"{SUMMIT},visit-2027,me")
    assert names(visit) == ["Me"]
    assert words(visit).count("has no line to compare") == 2


def test_a_sixth_line_is_left_out_with_a_word(two: Tracker, clock: FakeClock) -> None:
    for n in range(3):
        two.forecasts.submit(
            SUMMIT, Binary(0.2 + n / 10), rationale="As I said.", forecaster=_person(two, f"p{n}")
        )
    clock.advance(days=1)
    visit = compare(two, f"me,p0,p1,p2,suggestion,{OTHER}")
    assert names(visit) == ["Me", "P0", "P1", "P2", "Suggestion"]
    assert "room for 5 lines" in words(visit)


def _person(tracker: Tracker, name: str) -> ForecasterId:
    from forecasts.questions.question import Forecaster

    tracker.people.register(Forecaster(ForecasterId(name), name.upper(), "person"))
    return ForecasterId(name)


def test_lines_are_chosen_in_the_page_and_kept_in_the_address(two: Tracker) -> None:
    visit = open_page(two, "question", q=SUMMIT)
    assert f"with-{SUMMIT}" not in [each.key for each in visit.multiselect]
    visit.session_state["comparing"] = True
    seen(visit.run())
    choose = visit.multiselect(key=f"with-{SUMMIT}")
    assert "Will something else happen?" in [plain(o) for o in choose.options]
    seen(choose.set_value([ForecasterId("ada"), OTHER]).run())
    assert visit.query_params["with"] == f"ada,{OTHER}"
    assert names(visit) == ["Me", "Will something else happen?"]


def test_what_everyone_held_is_read_without_the_rest_of_the_page(two: Tracker) -> None:
    held = two.questions.history(SUMMIT)
    assert held.question.id == SUMMIT
    assert held.timelines == two.questions.get(SUMMIT).timelines
    with pytest.raises(NotFound):
        two.questions.history("nothing")


def test_all_lines_are_in_the_tip_of_the_crosshair(two: Tracker) -> None:
    cross = drawn(compare(two, f"me,{OTHER}"), "crossings")
    assert cross["s0"].iloc[-1] == "60\u00a0%"
    assert isinstance(cross["s1"].iloc[-1], str)
    assert pd.api.types.is_datetime64_any_dtype(cross["time"])
