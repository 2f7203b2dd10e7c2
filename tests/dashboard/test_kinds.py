"""Questions of every kind on their pages: asked, forecast, answered; and what is refused on the
way.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.question.distributions_data import density_frame
from forecasts.distributions.cdf import Cdf, Scale, day_number
from forecasts.distributions.distribution import Binary, even_distribution
from forecasts.questions.new_question import NewQuestion, date_scale
from forecasts.questions.question import ForecasterId, Option
from tests.builders import NOW, FakeClock, Press, a_question, a_set, an_indicator
from tests.dashboard.pages import (
    button,
    drawn,
    field,
    give_answer,
    layers,
    open_page,
    plain,
    seen,
    spec,
    words,
)
from tests.quick_databases import begin
from tracker.app.tracker import Tracker

ME, BO = ForecasterId("ada"), ForecasterId("bo")
SOURCE = "https://arland.example/statement"
CLOSES = datetime(2027, 12, 31, 12, tzinfo=UTC)


def asked(name: str, kind: Any, **more: Any) -> NewQuestion:
    """A question of a kind that is open at NOW."""
    times = (NOW - timedelta(days=1), CLOSES, CLOSES)
    return NewQuestion(
        name,
        f"What of {name}?",
        "As the ministry reports.",
        ("arland.example",),
        *times,
        kind,
        **more,
    )


QUESTIONS = (
    asked("visit", "categorical", options=("Beijing", "Minsk", "Other")),
    asked("grade", "ordered", options=("poor", "fair", "good")),
    asked(
        "price",
        "numeric",
        scale=Scale(0.0, 200.0, open_lower=True, open_upper=True, unit="US dollars"),
    ),
    asked("incidents", "numeric", scale=Scale(1.0, 1000.0, zero_point=0.0)),
    asked("treaty", "date", scale=date_scale("2026-11-01", "2027-12-31")),
)


@pytest.fixture
def kinds(tracker: Tracker, clock: FakeClock) -> Tracker:
    """A tracker with a question of every kind."""
    begin(tracker, clock, ask_kinds)
    return tracker


def ask_kinds(tracker: Tracker, clock: FakeClock) -> None:
    tracker.question_sets.load(a_set())
    for question in QUESTIONS:
        tracker.questions.ask(question, override="questions of a test")
    clock.advance(hours=1)


def mine(tracker: Tracker, name: str) -> Any:
    """What I hold on a question."""
    standing = tracker.questions.get(name).summary.standings.get(ME)
    return None if standing is None else standing.distribution


def save(visit: AppTest, why: str = "Because.") -> AppTest:
    """Give the reason and save the forecast that is set."""
    field(visit, "Why").set_value(why)
    return seen(button(visit, "Save forecast").click().run())


def choose(visit: AppTest, label: str, value: Any) -> AppTest:
    """Set an input."""
    return seen(field(visit, label).set_value(value).run())


def type_instead(visit: AppTest, text: str) -> AppTest:
    """Turn to the field, and type a forecast into it."""
    (toggle,) = [t for t in visit.toggle if t.label == "Type it instead"]
    seen(toggle.set_value(True).run())
    return choose(visit, "Forecast", text)


# From asking to the answer


def fill_options(visit: AppTest) -> None:
    choose(visit, "Options, one a line", "Beijing\nMinsk\n\nOther\n")


def fill_steps(visit: AppTest) -> None:
    choose(visit, "Options, one a line, from low to high", "poor\nfair\ngood")


def fill_range(visit: AppTest) -> None:
    choose(visit, "From", 0.0)
    choose(visit, "To", 200.0)
    (above,) = [c for c in visit.checkbox if c.label == "It may also lie above"]
    above.check().run()
    choose(visit, "Unit", "US dollars")


def fill_window(visit: AppTest) -> None:
    choose(visit, "Latest date", date(2027, 12, 31))


def give_shares(visit: AppTest) -> None:
    choose(visit, "Beijing", 50.0)
    choose(visit, "Minsk", 20.0)


def give_steps(visit: AppTest) -> None:
    choose(visit, "poor", 10.0)
    choose(visit, "fair", 30.0)


def give_numbers(visit: AppTest) -> None:
    for label, value in (("A quarter below", 30.0), ("Middle", 41.0), ("A quarter above", 60.0)):
        choose(visit, label, value)
    choose(visit, "Above 200, %", 10.0)


def give_dates(visit: AppTest) -> None:
    for label, value in (
        ("A quarter later than", date(2027, 9, 1)),
        ("Middle", date(2027, 6, 1)),
        ("A quarter earlier than", date(2027, 3, 1)),
    ):
        choose(visit, label, value)
    choose(visit, "Never by 31 Dec 2027, %", 40.0)


def answer_option(visit: AppTest, option: str) -> None:
    (box,) = [s for s in visit.selectbox if s.label == "Option"]
    box.set_value(option)


WALKS: dict[
    str, tuple[Callable[[AppTest], None], Callable[[AppTest], None], Callable[[AppTest], None], str]
] = {
    "categorical": (
        fill_options,
        give_shares,
        lambda visit: answer_option(visit, "Minsk"),
        "Resolved: Minsk",
    ),
    "ordered": (
        fill_steps,
        give_steps,
        lambda visit: answer_option(visit, "good"),
        "Resolved: good",
    ),
    "numeric": (
        fill_range,
        give_numbers,
        lambda visit: field(visit, "Number, US dollars").set_value("41.5"),
        "Resolved: 41.5 US dollars",
    ),
    "date": (
        fill_window,
        give_dates,
        lambda visit: field(visit, "Date").set_value(date(2027, 5, 9)),
        "Resolved: 9 May 2027",
    ),
}


def ask(tracker: Tracker, kind: str, fill: Callable[[AppTest], None]) -> AppTest:
    """Fill in the form for a new question and send it."""
    visit = open_page(tracker, "ask")
    seen(visit.button_group[0].set_value(kind).run())
    choose(visit, "Question", f"What {kind} thing will it be?")
    fill(visit)
    choose(visit, "How it is resolved", "As the ministry reports.")
    choose(visit, "Sources, one a line", "arland.example\nReuters")
    times = {each.label: each for each in visit.datetime_input}
    times["Closes"].set_value(datetime(2027, 12, 31, 12))  # noqa: DTZ001  the input has no zone
    choose(visit, "Open it all the same, because", "It is only a test.")
    return seen(button(visit, "Ask this question").click().run())


@pytest.mark.parametrize("kind", list(WALKS))
def test_a_question_is_asked_forecast_and_answered(
    tracker: Tracker, clock: FakeClock, kind: str
) -> None:
    fill, give, answer, told = WALKS[kind]
    visit = ask(tracker, kind, fill)
    assert f"What {kind} thing will it be?" in words(visit)
    question = f"{kind}-thing"
    assert tracker.questions.get(question).summary.question.kind == kind

    clock.advance(hours=1)
    visit = open_page(tracker, "question", q=question)
    assert "The inputs start from the base rate" in words(visit)
    give(visit)
    visit = save(visit)
    assert mine(tracker, question) is not None
    assert "You hold **" in words(visit)

    clock.advance(days=30)
    visit = open_page(tracker, "question", q=question, tab="Answer")
    answer(visit)
    field(visit, "Source").set_value(SOURCE)
    visit.checkbox(key=f"answer-sure-{question}").check()
    visit = give_answer(visit)
    assert told in words(visit)
    assert {s.forecaster_id for s in tracker.resolutions.scores(question)} >= {ME}
    assert "answer" in layers(visit)
    assert visit.dataframe[0].value["forecaster"].tolist().count("Me") == 1


# Forecasts


def test_the_last_option_takes_what_is_left(kinds: Tracker) -> None:
    visit = open_page(kinds, "question", q="visit")
    give_shares(visit)
    assert "Other takes the rest: **30 %**" in words(visit)
    save(visit)
    assert mine(kinds, "visit").options == ("Beijing", "Minsk", "Other")
    assert mine(kinds, "visit").p == pytest.approx((0.5, 0.2, 0.3))
    visit = open_page(kinds, "question", q="grade")
    give_steps(visit)
    assert "good takes the rest: **60 %**" in words(visit)


def test_shares_of_more_than_everything_are_refused_and_stay_in_their_inputs(
    kinds: Tracker,
) -> None:
    visit = open_page(kinds, "question", q="visit")
    choose(visit, "Beijing", 80.0)
    choose(visit, "Minsk", 45.0)
    assert "The shares add up to 125%: take 25% away somewhere" in words(visit)
    visit = save(visit, "Sure.")
    assert len(visit.error) == 1
    assert mine(kinds, "visit") is None
    assert [field(visit, label).value for label in ("Beijing", "Minsk", "Why")] == [
        80.0,
        45.0,
        "Sure.",
    ]
    choose(visit, "Minsk", 10.0)
    save(visit, "Sure.")
    assert mine(kinds, "visit").of("Beijing") == 0.8


def test_the_inputs_go_on_from_what_i_hold(kinds: Tracker, clock: FakeClock) -> None:
    kinds.forecasts.submit("visit", "Beijing=10 Minsk=70 Other=rest", rationale="First.")
    kinds.forecasts.submit("price", "30 41 60", rationale="First.")
    clock.advance(days=1)
    visit = open_page(kinds, "question", q="visit")
    assert [field(visit, label).value for label in ("Beijing", "Minsk")] == [
        pytest.approx(10.0),
        pytest.approx(70.0),
    ]
    assert "start from the base rate" not in words(visit)
    visit = open_page(kinds, "question", q="price")
    assert field(visit, "Middle").value == pytest.approx(
        42, abs=1
    )  # the middle of what lies in the range


BASE_RATES: dict[str, NewQuestion] = {
    "open": asked(
        "open", "numeric", scale=Scale(0.0, 200.0, open_lower=True, open_upper=True, unit="US dollars"),
        prior="5%=10.123 50%=41.777 95%=120.5 below=3.14159% above=1.7%",
    ),
    "closed": asked("closed", "numeric", scale=Scale(0.0, 40.0), prior="5%=12 25%=14.05 50%=16 75%=18.78 95%=21"),
    "log": asked(
        "log", "numeric", scale=Scale(1.0, 1000.0, open_upper=True, zero_point=0.0), prior="10%=3.3 60%=77.7 above=2.3%"
    ),
    "dates": asked(
        "dates", "date", scale=date_scale("2026-12-02", "2027-12-31"),
        prior="10%=2027-01-10 25%=2027-05-05 50%=2027-11-30 never=37.3%",
    ),
    "partly-over": asked(
        "partly-over", "date", scale=date_scale("2026-06-01", "2027-12-31"),
        prior="20%=2026-10-01 60%=2027-05-05 never=12.345678%",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", list(BASE_RATES))
def test_saving_the_untouched_inputs_stores_the_base_rate(
    tracker: Tracker, clock: FakeClock, name: str
) -> None:
    question = tracker.questions.ask(BASE_RATES[name], override="a question of a test")
    clock.advance(hours=1)
    visit = open_page(tracker, "question", q=name)
    assert "The inputs start from the base rate" in words(visit)
    shown = previewed(visit)
    save(visit)
    held, prior = mine(tracker, name), question.prior
    assert isinstance(held, Cdf)
    assert isinstance(prior, Cdf)
    for level in (n / 100 for n in range(1, 100)):
        assert held.quantile(level) == pytest.approx(prior.quantile(level), abs=1e-6)
    assert (held.below, held.above) == pytest.approx((prior.below, prior.above), abs=1e-6)
    pd.testing.assert_frame_equal(shown, density_frame(question, held), check_dtype=False)


def previewed(visit: AppTest) -> pd.DataFrame:
    """The density that the page draws below the inputs."""
    drawn_ = visit.get("vega_lite_chart")[1].proto.datasets
    (data,) = [each.data.data for each in drawn_ if each.name == "curve"]
    return pa.ipc.open_stream(data).read_all().to_pandas()


@pytest.mark.parametrize("name", ["open", "log", "dates"])
def test_a_handle_moved_and_moved_back_gives_the_base_rate(
    tracker: Tracker, clock: FakeClock, name: str
) -> None:
    question = tracker.questions.ask(BASE_RATES[name], override="a question of a test")
    clock.advance(hours=1)
    visit = open_page(tracker, "question", q=name)
    began = previewed(visit)
    label, by = (
        ("A quarter later than", timedelta(days=9)) if name == "dates" else ("A quarter above", 7.0)
    )
    where = field(visit, label).value
    choose(visit, label, where + by)
    assert not previewed(visit).equals(began)
    choose(visit, label, where)
    assert previewed(visit).equals(began)
    save(visit)
    assert mine(tracker, name) == question.prior


def test_what_is_drawn_of_moved_handles_is_what_is_saved(
    tracker: Tracker, clock: FakeClock
) -> None:
    question = tracker.questions.ask(BASE_RATES["open"], override="a question of a test")
    clock.advance(hours=1)
    visit = open_page(tracker, "question", q="open")
    choose(visit, "Middle", 50.0)
    shown = previewed(visit)
    save(visit)
    held, prior = mine(tracker, "open"), question.prior
    pd.testing.assert_frame_equal(shown, density_frame(question, held), check_dtype=False)
    assert (held.below, held.above) == pytest.approx((prior.below, prior.above), abs=1e-9)


def test_what_lies_beyond_the_range_is_set_beside_the_handles(kinds: Tracker) -> None:
    visit = open_page(kinds, "question", q="price")
    assert "If it lies between 0 and 200 US dollars, then" in words(visit)
    choose(visit, "Below 0, %", 0.0)
    give_numbers(visit)
    save(visit)
    held = mine(kinds, "price")
    assert isinstance(held, Cdf)
    assert (held.below, held.above) == (0.0, pytest.approx(0.1))
    assert held.at(41.0) == pytest.approx(0.45)


def test_a_closed_range_asks_for_handles_alone(kinds: Tracker) -> None:
    visit = open_page(kinds, "question", q="incidents")
    labels = {plain(n.label) for n in visit.number_input}
    assert labels == {"A quarter below", "Middle", "A quarter above"}
    assert "If it lies" not in words(visit)
    assert spec(visit, 1)["layer"][0]["encoding"]["x"]["scale"]["type"] == "log"


def test_handles_out_of_order_are_refused_in_a_line(kinds: Tracker) -> None:
    visit = open_page(kinds, "question", q="price")
    choose(visit, "A quarter below", 150.0)
    assert "The three handles lie in the range and rise" in words(visit)
    visit = save(visit)
    assert len(visit.error) == 1
    assert mine(kinds, "price") is None


def test_masses_of_more_than_everything_are_refused(kinds: Tracker) -> None:
    visit = open_page(kinds, "question", q="price")
    choose(visit, "Below 0, %", 60.0)
    choose(visit, "Above 200, %", 60.0)
    assert "120% beyond the range is more than everything" in words(visit)


def test_dates_that_are_over_cannot_be_chosen_by_hand(kinds: Tracker) -> None:
    visit = open_page(kinds, "question", q="treaty")
    assert field(visit, "Middle").min == date(2026, 12, 2)
    give_dates(visit)
    save(visit)
    held = mine(kinds, "treaty")
    assert held.at(day_number(NOW)) == 0.0
    assert held.above == pytest.approx(0.4)


def test_a_forecast_is_shown_before_it_is_saved(kinds: Tracker) -> None:
    visit = open_page(kinds, "question", q="price")
    give_numbers(visit)
    assert layers(visit, 1) == {"curve", "middle"}
    assert "Middle 4" in words(visit)
    assert mine(kinds, "price") is None


@pytest.mark.parametrize(
    ("question", "typed", "echo"),
    [
        ("visit", "beijing=50 minsk=30 other=rest", "Beijing 50 %, Minsk 30 %, Other 20 %"),
        ("grade", "poor=10 fair=20 good=70", "Poor 10 %, fair 20 %, good 70 %"),
        ("price", "5%=10 50%=41 95%=120 below=0 above=1", "Middle 41, half of it"),
        ("treaty", "10%=2027-03-01 50%=2027-07-01 never=20%", "Middle 1 Jul 2027"),
    ],
)
def test_what_is_typed_instead_is_echoed_and_saved(
    kinds: Tracker, question: str, typed: str, echo: str
) -> None:
    visit = type_instead(open_page(kinds, "question", q=question), typed)
    assert echo in words(visit)
    save(visit)
    assert mine(kinds, question) == kinds.forecasts.parse(question, typed)


@pytest.mark.parametrize(
    ("question", "typed", "reason"),
    [
        ("visit", "Beijing=50", "50% is missing"),
        ("visit", "Paris=100", "no option 'Paris'"),
        ("grade", "perhaps", "is not a share"),
        ("price", "cheap", "not a forecast of price"),
        ("treaty", "50%=yesterday", "is not a date"),
        ("treaty", "", "no forecast yet: give dates at levels"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line_and_kept(
    kinds: Tracker, question: str, typed: str, reason: str
) -> None:
    visit = type_instead(open_page(kinds, "question", q=question), typed)
    visit = save(visit, "Kept.")
    assert len(visit.error) == 1
    assert reason.lower() in plain(visit.error[0].value).lower()
    assert mine(kinds, question) is None
    assert [field(visit, label).value for label in ("Forecast", "Why")] == [typed, "Kept."]


def test_three_dates_typed_on_the_page_keep_the_never_mass(
    tracker: Tracker, clock: FakeClock
) -> None:
    tracker.questions.ask(BASE_RATES["partly-over"], override="a question of a test")
    clock.advance(hours=1)
    visit = type_instead(
        open_page(tracker, "question", q="partly-over"), "2027-01-01 2027-04-01 2027-08-01"
    )
    assert "Middle 1 Apr 2027, half of it 1 Jan 2027 to 1 Aug 2027" in words(visit)
    save(visit)
    assert mine(tracker, "partly-over").above == pytest.approx(0.12345678)


def test_turning_to_the_field_and_back_loses_nothing(kinds: Tracker) -> None:
    visit = open_page(kinds, "question", q="visit")
    choose(visit, "Beijing", 80.0)
    type_instead(visit, "Beijing=50 Minsk=30 Other=20")
    (toggle,) = [t for t in visit.toggle if t.label == "Type it instead"]
    seen(toggle.set_value(False).run())
    assert field(visit, "Beijing").value == 80.0
    seen(toggle.set_value(True).run())
    assert field(visit, "Forecast").value == "Beijing=50 Minsk=30 Other=20"


def test_a_date_forecast_with_mass_in_the_past_is_warned_about(
    kinds: Tracker, clock: FakeClock
) -> None:
    clock.advance(days=60)
    visit = type_instead(
        open_page(kinds, "question", q="treaty"), "10%=2026-11-20 50%=2027-07-01 never=20%"
    )
    assert "of this forecast lies on dates that are over" in words(visit)
    save(visit)
    assert mine(kinds, "treaty") is not None


def test_an_option_that_comes_meanwhile_gets_an_input_and_the_draft_stays(
    kinds: Tracker, clock: FakeClock
) -> None:
    visit = open_page(kinds, "question", q="visit")
    give_shares(visit)
    kinds.questions.change_option("visit", "Tehran", "added")
    clock.advance(hours=1)
    seen(visit.run())
    assert [field(visit, label).value for label in ("Beijing", "Minsk", "Tehran")] == [
        50.0,
        20.0,
        0.0,
    ]


def test_a_forecast_of_any_kind_is_reaffirmed_withdrawn_and_undone(
    kinds: Tracker, clock: FakeClock
) -> None:
    kinds.forecasts.submit("visit", "Beijing=60 Minsk=10 Other=rest", rationale="First.")
    clock.advance(days=1)
    visit = open_page(kinds, "question", q="visit")
    visit = seen(button(visit, "Still Beijing 60 %").click().run())
    clock.advance(days=1)
    visit = seen(button(visit, "Withdraw my forecast").click().run())
    assert "You have none yet" in words(visit)
    clock.advance(days=1)
    visit = seen(button(visit, "Undo my last act").click().run())
    assert "You hold **Beijing 60 %**" in words(visit)
    acts = [a.act for a in kinds.questions.get("visit").acts if a.forecaster_id == ME]
    assert acts == ["forecast", "reaffirm", "withdraw", "undo"]


# The page of a question


@pytest.fixture
def held(tracker: Tracker, clock: FakeClock) -> Tracker:
    """The same with forecasts of two people on all of them."""
    begin(tracker, clock, hold_kinds)
    return tracker


def hold_kinds(kinds: Tracker, clock: FakeClock) -> None:
    ask_kinds(kinds, clock)
    for who, shift in ((ME, 0), (BO, 5)):
        kinds.forecasts.submit(
            "visit", f"Beijing={60 - shift} Minsk=10 Other=rest", rationale="Known.", forecaster=who
        )
        kinds.forecasts.submit(
            "grade", f"poor={10 + shift} fair=20 good=rest", rationale="Known.", forecaster=who
        )
        kinds.forecasts.submit("price", f"30 {41 + shift} 60", rationale="Known.", forecaster=who)
        kinds.forecasts.submit(
            "incidents", f"5 {20 + shift} 60", rationale="Known.", forecaster=who
        )
        kinds.forecasts.submit(
            "treaty",
            f"20%=2027-03-01 50%=2027-0{6 + shift // 5}-01 never=30%",
            rationale="Known.",
            forecaster=who,
        )
    clock.advance(days=20)


@pytest.mark.parametrize("question", ["visit", "grade", "price", "incidents", "treaty"])
@pytest.mark.parametrize("view", ["Over time", "Everyone"])
def test_every_kind_has_its_charts(held: Tracker, question: str, view: str) -> None:
    visit = open_page(held, "question", q=question, view=view)
    options = question in ("visit", "grade")
    wanted = {
        ("Over time", True): {"steps", "rules"},
        ("Over time", False): {"fan", "others", "rules"},
        ("Everyone", True): {"shares"},
        ("Everyone", False): {"curves"},
    }
    assert layers(visit) == wanted[view, options]
    said = plain(words(visit))
    assert {"Me", "Crowd of 2"} <= set(said.splitlines())
    assert "bo: " in said
    assert "Prior, never moved" in said


@pytest.mark.parametrize("question", ["visit", "price"])
def test_every_kind_is_zoomed_by_buttons_that_stand_in_the_address(
    held: Tracker, question: str
) -> None:
    visit = open_page(held, "question", q=question, zoom="1 week")
    name = "steps" if question == "visit" else "fan"
    lines = drawn(visit, name)["time"]
    assert lines.max() - lines.min() == timedelta(days=7)
    assert "opens" not in set(drawn(visit, "rules")["what"])
    everything = drawn(open_page(held, "question", q=question), name)["time"]
    assert everything.max() - everything.min() > timedelta(days=19)
    assert not [
        b
        for b in open_page(held, "question", q=question, view="Everyone").button_group
        if b.key == "zoom"
    ]


def test_the_headline_numbers_say_the_likeliest_or_the_middle_and_the_rest(held: Tracker) -> None:
    assert "Beijing 60 %" in words(open_page(held, "question", q="visit"))
    assert "Other 30 %, Minsk 10 %" in words(open_page(held, "question", q="visit"))
    assert "41 US dollars" in words(open_page(held, "question", q="price"))
    assert "never: 30 %" in words(open_page(held, "question", q="treaty"))


def test_another_forecaster_can_be_followed_over_time(held: Tracker) -> None:
    visit = open_page(held, "question", q="price", of="bo")
    assert "bo: middle, half and 90 % of the forecast, in US dollars" in words(visit)
    assert "Me: middle" in words(open_page(held, "question", q="price", of="nobody"))


def test_everyones_numbers_stand_below_their_curves(held: Tracker) -> None:
    visit = open_page(held, "question", q="treaty", view="Everyone")
    levels = visit.dataframe[0].value
    assert list(levels["forecaster"]) == ["Me", "bo", "Crowd", "Prior, never moved"]
    assert levels["above"].iloc[0] == pytest.approx(30.0)


@pytest.mark.parametrize(
    ("question", "sides"), [("price", "higher or lower"), ("treaty", "earlier or later")]
)
def test_of_numbers_and_dates_why_says_that_none_is_made_from_stories(
    held: Tracker, question: str, sides: str
) -> None:
    text = words(open_page(held, "question", q=question, tab="Why"))
    assert f"No story points {sides} yet" in text
    assert "By strength" not in text
    assert "Base rate: " in text


@pytest.mark.parametrize("question", ["visit", "grade"])
def test_of_options_why_shows_suggested_shares_and_the_lines_of_one(
    held: Tracker, question: str
) -> None:
    visit = open_page(held, "question", q=question, tab="Why")
    assert "Suggested shares: the base rates, which no evidence has moved yet" in words(
        visit
    ).replace("**", "")
    shares, lines = (table.value for table in visit.dataframe)
    assert list(shares["prior"]) == list(shares["suggested"])
    assert list(lines["line"]) == ["Base rate", "News", "Sum"]


def test_the_option_whose_lines_are_shown_stands_in_the_address(held: Tracker) -> None:
    visit = open_page(held, "question", q="visit", tab="Why", option="Minsk")
    (chosen,) = [s for s in visit.selectbox if s.label == "Why this share"]
    assert chosen.value == "Minsk"


def test_the_history_tells_every_kind_in_words(held: Tracker) -> None:
    visit = open_page(held, "question", q="price", tab="History")
    assert plain(visit.dataframe[0].value["said"].iloc[-1]).startswith("41 (")
    assert not [t for t in visit.toggle if "suggestion" in t.label]


def test_the_question_tab_says_what_can_be_the_answer(held: Tracker) -> None:
    about = {
        q: words(open_page(held, "question", q=q, tab="Question"))
        for q in ("visit", "price", "incidents", "treaty")
    }
    assert "One of several options." in about["visit"]
    assert (
        "A number from 0 US dollars to 200 US dollars, or below 0 US dollars or above 200 "
        "US dollars."
    ) in about["price"]
    assert (
        "A number from 1 to 1000. Equal steps of its scale are equal ratios." in about["incidents"]
    )
    assert "A date from 1 Nov 2026 to 31 Dec 2027, or never by 31 Dec 2027." in about["treaty"]


def test_evidence_on_a_number_is_a_mark_that_points_and_makes_no_number(
    tracker_with_press: Tracker, press: Press, clock: FakeClock
) -> None:
    question = a_question(
        kind="numeric",
        prior=Cdf((0.0, 9.0), (0.0, 1.0)),
        scale=Scale(0.0, 9.0),
        horizon_shape="state_at",
    )
    tracker_with_press.question_sets.load(a_set(question))
    press.publish("wire", "Arland invites Borland to a summit")
    tracker_with_press.feeds.poll()
    clock.advance(hours=1)
    visit = open_page(tracker_with_press, "question", q="summit-2027", tab="Evidence")
    assert "marks" in layers(visit)
    assert "◆ news: pick one to read it" in words(visit)
    assert list(visit.dataframe[0].value["direction"]) == ["▲ higher"]
    why = words(open_page(tracker_with_press, "question", q="summit-2027", tab="Why"))
    assert "1 story points higher, none lower; no number is made from that." in why
    assert "How much higher or lower that makes it is for people to judge." in why


def test_evidence_for_an_option_moves_the_shares(
    tracker_with_press: Tracker, press: Press, clock: FakeClock
) -> None:
    question = a_question(
        kind="categorical", prior=even_distribution(("Arlburg", "Bortown", "Other")), horizon_shape="state_at",
        options=(Option("Arlburg"), Option("Bortown"), Option("Other")),
    )  # fmt: skip
    tracker_with_press.question_sets.load(
        a_set(question, indicators=[an_indicator(option="Bortown")])
    )
    press.publish("wire", "Arland invites Borland to a summit")
    tracker_with_press.feeds.poll()
    clock.advance(hours=1)
    assert "▲ speaks moderately for option Bortown" in words(open_page(tracker_with_press, "inbox"))
    visit = open_page(tracker_with_press, "question", q="summit-2027", tab="Why")
    shares, lines = (table.value for table in visit.dataframe)
    assert shares.set_index("option")["change"].idxmax() == "Bortown"
    assert {"News: story", "News: scale", "Other options"} <= set(lines["line"])
    assert (
        "Other options: what others gained or lost, as all shares are brought back to 100 %."
        in words(visit)
    )
    crowd = open_page(tracker_with_press, "questions").dataframe[0].value["crowd_said"].iloc[0]
    assert crowd.endswith("(suggested)")


# Options that change


def test_an_option_is_added_and_removed_on_the_question_tab(
    held: Tracker, clock: FakeClock
) -> None:
    visit = open_page(held, "question", q="visit", tab="Question")
    field(visit, "New option").set_value("Tehran")
    visit = seen(button(visit, "Add it").click().run())
    assert held.questions.get("visit").summary.question.offered_options(clock.time) == (
        "Beijing",
        "Minsk",
        "Other",
        "Tehran",
    )
    clock.advance(days=1)
    visit = open_page(held, "question", q="visit", tab="Question")
    assert "what standing forecasts gave to it counts for Other" in words(visit)
    answer_option(visit, "Beijing")
    visit = seen(button(visit, "Remove it").click().run())
    assert "Beijing" not in held.questions.get("visit").summary.question.offered_options(clock.time)
    clock.advance(days=1)
    visit = open_page(held, "question", q="visit")
    assert "You hold **Other 90 %**" in words(visit)


def test_an_option_without_a_name_or_with_one_that_is_taken_is_refused(held: Tracker) -> None:
    for name in ("", "Minsk"):
        visit = open_page(held, "question", q="visit", tab="Question")
        field(visit, "New option").set_value(name)
        visit = seen(button(visit, "Add it").click().run())
        assert len(visit.error) == 1
    visit = seen(button(visit, "Remove it").click().run())
    assert "cannot be removed" in words(visit)


@pytest.mark.parametrize("question", ["grade", "price"])
def test_only_options_with_an_other_can_change(held: Tracker, question: str) -> None:
    visit = open_page(held, "question", q=question, tab="Question")
    assert "Add it" not in [b.label for b in visit.button]


# Answers


def resolve(tracker: Tracker, question: str, outcome: str) -> AppTest:
    """Choose how a question came out, and go on to the form."""
    visit = open_page(tracker, "question", q=question, tab="Answer")
    seen(visit.button_group(key=f"answer-outcome-{question}").set_value(outcome).run())
    field(visit, "Source").set_value(SOURCE)
    visit.checkbox(key=f"answer-sure-{question}").check()
    return visit


@pytest.mark.parametrize(
    ("question", "outcome", "told"),
    [
        ("price", "above", "Resolved: above 200 US dollars"),
        ("price", "below", "Resolved: below 0 US dollars"),
        ("treaty", "never", "Resolved: never by 31 Dec 2027"),
        ("visit", "annulled", "Annulled: not scored"),
        ("grade", "ambiguous", "Ambiguous: not scored"),
    ],
)
def test_every_outcome_of_every_kind_can_be_given(
    held: Tracker, question: str, outcome: str, told: str
) -> None:
    visit = resolve(held, question, outcome)
    visit = give_answer(visit)
    assert told in words(visit)


@pytest.mark.parametrize(
    ("question", "outcome"), [("visit", "option"), ("price", "value"), ("treaty", "value")]
)
def test_an_answer_that_is_not_given_is_asked_for(
    held: Tracker, question: str, outcome: str
) -> None:
    visit = seen(button(resolve(held, question, outcome), "Preview the scores").click().run())
    assert "No answer chosen yet" in words(visit)
    assert held.resolutions.scores(question) == ()


def test_an_answer_that_is_no_number_is_refused(held: Tracker) -> None:
    visit = resolve(held, "price", "value")
    field(visit, "Number, US dollars").set_value("a lot")
    visit = seen(button(visit, "Preview the scores").click().run())
    assert "'a lot' is no number" in words(visit)
    assert field(visit, "Number, US dollars").value == "a lot"


def test_scores_stand_by_the_rules_of_their_kind_and_all_of_them_on_demand(
    held: Tracker, clock: FakeClock
) -> None:
    held.resolutions.resolve("price", "41", source_url=SOURCE, known_at=clock.time)
    visit = open_page(held, "question", q="price")
    columns = list(visit.dataframe[0].value.columns)
    assert columns == ["forecaster", "skill", "crps", "quantile", "baseline", "peer", "coverage"]
    (every,) = [t for t in visit.toggle if t.label == "By every rule"]
    visit = seen(every.set_value(True).run())
    assert "spot_peer" in visit.dataframe[0].value.columns


def test_a_receipt_tells_the_forecasts_in_words(held: Tracker, clock: FakeClock) -> None:
    held.resolutions.resolve("price", "41", source_url=SOURCE, known_at=clock.time)
    visit = open_page(held, "question", q="price")
    visit.session_state["scores-table"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    visit = seen(visit.run())
    assert plain(visit.dataframe[1].value["said"].iloc[0]).endswith("US dollars")
    assert "CRPS over the range" in words(visit)


def test_forecasts_made_when_the_answer_was_known_are_shown_and_do_not_count(
    held: Tracker, clock: FakeClock
) -> None:
    known = clock.time
    clock.advance(days=2)
    held.forecasts.submit("price", "40 41 42", rationale="Now I know.")
    clock.advance(days=1)
    held.resolutions.resolve("price", "41", source_url=SOURCE, known_at=known)
    visit = open_page(held, "question", q="price")
    assert "Made when the answer was known: 1 forecast that do not count" in words(visit)


def test_an_earlier_answer_stays_in_sight(held: Tracker, clock: FakeClock) -> None:
    for answer in ("41", "43"):
        held.resolutions.resolve("price", answer, source_url=SOURCE, known_at=clock.time)
        clock.advance(hours=1)
    assert "41 US dollars, entered" in words(open_page(held, "question", q="price"))


# The list


def test_a_mixed_list_tells_forecasts_in_words(held: Tracker) -> None:
    held.forecasts.submit("summit-2027", Binary(0.05), rationale="Known.")
    visit = open_page(held, "questions", state="All")
    frame = visit.dataframe[0].value.set_index("question")
    assert plain(frame.loc["What of visit?", "mine_said"]) == "Beijing 60 %"
    assert plain(frame.loc[a_question().text, "mine_said"]).strip() == "5 %"
    assert "mine" not in frame.columns


def test_a_list_without_yes_and_no_has_no_column_for_suggestions(
    tracker: Tracker, clock: FakeClock
) -> None:
    tracker.questions.ask(QUESTIONS[0], override="a question of a test")
    clock.advance(hours=1)
    columns = open_page(tracker, "questions").dataframe[0].value.columns
    assert not {"suggestion", "change", "trend", "mine"} & set(columns)
    assert {"mine_said", "crowd_said"} <= set(columns)
