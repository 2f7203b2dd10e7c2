"""Up to five lines on one chart: forecasters of the question, and other questions."""

import pandas as pd
import pytest

from dashboard import charts
from dashboard.components import probability_lines
from forecasts.distributions.distribution import Binary
from forecasts.questions.question import CROWD, HAZARD, PRIOR, SUGGESTION, Forecaster, ForecasterId
from forecasts.questions.timeline import build_timeline
from tests.builders import FakeClock, a_question, a_set
from tests.dashboard.examples import ANA, ME, OPENS, PEOPLE, QUESTION, page
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


def test_default_lines_of_the_comparison() -> None:
    # Until somebody chooses mine the suggestion and the crowd come before base rates.
    everybody = page({ME: HELD, ANA: HELD, CROWD: HELD, HAZARD: HELD})
    assert [each.id for each in probability_lines.default_lines(everybody, ME)] == [
        ME,
        ANA,
        CROWD,
        SUGGESTION,
        PRIOR,
    ]
    assert [each.id for each in probability_lines.default_lines(page(), ME)] == [SUGGESTION, PRIOR]
    # Three people and more are a band, in which I alone have a line.
    others = {ForecasterId(name): HELD for name in ("ben", "cem")}
    crowded = page({ME: HELD, ANA: HELD, **others}, forecasters={**PEOPLE, **{
        name: Forecaster(name, name.title(), "person") for name in others
    }})  # fmt: skip
    assert [each.id for each in probability_lines.default_lines(crowded, ME)] == [
        ME, SUGGESTION, PRIOR,
    ]  # fmt: skip
    # Another question stands with its suggestion or else its base rate.
    assert probability_lines.other_question_line(
        QUESTION, {PRIOR: HELD, SUGGESTION: build_timeline([])}
    ).timeline == build_timeline([])
    assert probability_lines.other_question_line(QUESTION, {PRIOR: HELD}).timeline is HELD
    # Other questions are dashed as no forecaster is.
    assert charts.other_question_style("Rain", 0).dash not in [
        line.dash for line in charts.forecaster_lines((), (), ME)
    ]
    assert len({charts.other_question_style("Rain", n).colour for n in range(4)}) == 4


def test_compared_lines_stand_in_the_address(two: Tracker) -> None:
    # The address chooses the lines and their order.
    # Acts of people who are not shown are not drawn.
    assert drawn(compare(two, "suggestion"), "acts").empty
    # Nothing that is there shows what is shown without a choice.
    assert names(compare(two, "nobody")) == names(open_page(two, "question", q=SUMMIT))
    # What nobody knows is left out with a word.
    visit = compare(two, f"<b>x</b>,{'x' * 5_000},me")
    assert names(visit) == ["You"]
    assert len(drawn(visit, "acts")) == 1
    assert "it is left out" in words(visit)
    # All lines are in the tip of the crosshair.
    visit = compare(two, f"me,{OTHER}")
    assert names(visit) == ["You", "Will something else happen?"]
    cross = drawn(visit, "crossings")
    assert cross["s0"].iloc[-1] == "60%"
    assert isinstance(cross["s1"].iloc[-1], str)
    assert pd.api.types.is_datetime64_any_dtype(cross["time"])
    # What everyone held is read without the rest of the page.
    held = two.questions.history(SUMMIT)
    assert held.question.id == SUMMIT
    assert held.timelines == two.questions.get(SUMMIT).timelines
    with pytest.raises(NotFound):
        two.questions.history("nothing")


def test_unknown_and_further_lines_are_left_out(two: Tracker, clock: FakeClock) -> None:
    # The question itself and one of another kind have no line to compare.
    asked = an_asked("visit-2027", kind="categorical", options=("Arland", "Borland", "Other"))
    two.questions.ask(asked, override="a question of a test")
    visit = compare(two, f"{SUMMIT},visit-2027,me")
    assert names(visit) == ["You"]
    assert words(visit).count("has no line to compare") == 2
    # A sixth line is left out with a word.
    for n in range(3):
        two.forecasts.submit(
            SUMMIT, Binary(0.2 + n / 10), rationale="As I said.", forecaster=_person(two, f"p{n}")
        )
    clock.advance(days=1)
    visit = compare(two, f"me,p0,p1,p2,suggestion,{OTHER}")
    assert names(visit) == ["You", "P0", "P1", "P2", "Estimate"]
    assert "Showing the first 5 lines" in words(visit)


def _person(tracker: Tracker, name: str) -> ForecasterId:
    tracker.people.register(Forecaster(ForecasterId(name), name.upper(), "person"))
    return ForecasterId(name)


def test_chosen_lines_are_kept_in_the_address(two: Tracker) -> None:
    visit = open_page(two, "question", q=SUMMIT)
    assert f"with-{SUMMIT}" not in [each.key for each in visit.multiselect]
    visit.session_state["chart-options"] = True
    seen(visit.run())
    choose = visit.multiselect(key=f"with-{SUMMIT}")
    assert "Will something else happen?" in [plain(o) for o in choose.options]
    seen(choose.set_value([ForecasterId("ada"), OTHER]).run())
    assert visit.query_params["with"] == f"ada,{OTHER}"
    assert names(visit) == ["You", "Will something else happen?"]
