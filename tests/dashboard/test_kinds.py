"""Questions of every kind on their pages: asked, forecast, answered; and what is refused on the
way.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.components.probability_lines import LABEL_GAP
from dashboard.question.entry_data import CURVE_POINTS, compute_heights
from forecasts.distributions.cdf import Cdf, Scale, day_number
from forecasts.questions.new_question import NewQuestion, date_scale
from forecasts.questions.question import ForecasterId, utc
from tests.builders import NOW, FakeClock, Press, a_question, a_set
from tests.dashboard.entry_form import draft, echo_of, form_of, problem_of, save
from tests.dashboard.pages import (
    button,
    drawn,
    field,
    give_answer,
    layers,
    lists,
    open_page,
    plain,
    prose_of,
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


def choose(visit: AppTest, label: str, value: Any) -> None:
    """Set an input, which the next run sends."""
    field(visit, label).set_value(value)


# From asking to the answer


def fill_options(visit: AppTest) -> None:
    choose(visit, "Options, one per line", "Beijing\nMinsk\n\nOther\n")


def fill_window(visit: AppTest) -> None:
    choose(visit, "Latest date", date(2027, 12, 31))


def days(*dates: str) -> list[float]:
    """Dates as the handles have them."""
    return [day_number(utc(day)) for day in dates]


def answer_option(visit: AppTest, option: str) -> None:
    (box,) = [s for s in visit.selectbox if s.label == "Option"]
    box.set_value(option)


WALKS: dict[str, tuple[Callable[[AppTest], None], list[Any], Callable[[AppTest], None], str]] = {
    "categorical": (
        fill_options,
        [50.0, 20.0, 30.0],
        lambda visit: answer_option(visit, "Minsk"),
        "Resolved: Minsk",
    ),
    "date": (
        fill_window,
        [*days("2027-03-01", "2027-06-01", "2027-09-01"), None, 40.0],
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
    choose(visit, "Sources, one per line", "arland.example\nReuters")
    closes = next(each for each in visit.datetime_input if each.label.startswith("Closes"))
    closes.set_value(datetime(2027, 12, 31, 12))  # noqa: DTZ001  the input has no zone
    seen(visit.run())
    choose(visit, "Override: reason", "It is only a test.")
    return seen(button(visit, "Ask this question").click().run())


@pytest.mark.parametrize("kind", list(WALKS))
def test_a_question_is_asked_forecast_and_answered(
    tracker: Tracker, clock: FakeClock, kind: str
) -> None:
    fill, values, answer, told = WALKS[kind]
    visit = ask(tracker, kind, fill)
    assert f"What {kind} thing will it be?" in words(visit)
    question = f"{kind}-thing"
    assert tracker.questions.get(question).summary.question.kind == kind

    clock.advance(hours=1)
    visit = open_page(tracker, "question", q=question)
    assert form_of(visit)["still"] == ""
    visit = save(visit, values=values)
    assert mine(tracker, question) is not None
    assert form_of(visit)["still"] != ""

    clock.advance(days=30)
    visit = resolve(tracker, question, "value" if kind == "date" else "option")
    answer(visit)
    visit = give_answer(visit)
    assert told in words(visit)
    assert {s.forecaster_id for s in tracker.resolutions.receipts(question).scores} >= {ME}
    assert any("answer" in each for each in all_layers(visit))


# Forecasts


def test_shares_form(kinds: Tracker) -> None:
    visit = open_page(kinds, "question", q="visit")
    assert form_of(visit)["input"]["options"] == ["Beijing", "Minsk", "Other"]
    assert form_of(visit)["standing"].endswith("this is the base rate")
    # Shares that do not add up, or of other options, are refused.
    for values, reason in (
        ([80.0, 45.0, 0.0], "Shares add up to 125%; they must total 100%."),
        ([150.0, -50.0, 0.0], "not 1.5"),
    ):
        visit = save(visit, values=values)
        assert reason in problem_of(visit)
        assert mine(kinds, "visit") is None
    save(visit, values=[50.0, 20.0, 30.0])
    assert mine(kinds, "visit").options == ("Beijing", "Minsk", "Other")
    assert mine(kinds, "visit").p == pytest.approx((0.5, 0.2, 0.3))


def test_the_inputs_go_on_from_what_i_hold(kinds: Tracker, clock: FakeClock) -> None:
    kinds.forecasts.submit("visit", "Beijing=10 Minsk=70 Other=rest")
    kinds.forecasts.submit("price", "30 41 60")
    clock.advance(days=1)
    visit = open_page(kinds, "question", q="visit")
    assert form_of(visit)["input"]["values"] == pytest.approx([10.0, 70.0, 20.0])
    assert "base rate" not in form_of(visit)["standing"]
    visit = open_page(kinds, "question", q="price")
    # The median of what lies in the range.
    assert form_of(visit)["input"]["values"][1] == pytest.approx(42, abs=1)


BASE_RATES: dict[str, NewQuestion] = {
    "open": asked(
        "open", "numeric", scale=Scale(0.0, 200.0, open_lower=True, open_upper=True, unit="US dollars"),
        prior="5%=10.123 50%=41.777 95%=120.5 below=3.14159% above=1.7%",
    ),
    "partly-over": asked(
        "partly-over", "date", scale=date_scale("2026-06-01", "2027-12-31"),
        prior="20%=2026-10-01 60%=2027-05-05 never=12.345678%",
    ),
}  # fmt: skip


def test_untouched_inputs_store_the_base_rate(tracker: Tracker, clock: FakeClock) -> None:
    for name, asked_for in BASE_RATES.items():
        question = tracker.questions.ask(asked_for, override="a question of a test")
        clock.advance(hours=1)
        visit = open_page(tracker, "question", q=name)
        shown = form_of(visit)["initial"]
        visit = save(visit)
        assert mine(tracker, name) == question.prior
        assert shown["heights"] == echo_of(visit)["heights"]


def test_moved_handles_are_saved_as_drawn(tracker: Tracker, clock: FakeClock) -> None:
    question = tracker.questions.ask(BASE_RATES["open"], override="a question of a test")
    clock.advance(hours=1)
    visit = open_page(tracker, "question", q="open")
    values = [None, 50.0, None, None, None]
    visit = draft(visit, values=values)
    drawn_ = echo_of(visit)["heights"]
    assert (len(drawn_), max(drawn_), min(drawn_) >= 0) == (CURVE_POINTS, 1.0, True)
    assert mine(tracker, "open") is None
    save(visit, values=values)
    held, prior = mine(tracker, "open"), question.prior
    assert drawn_ == compute_heights(held, question.scale)
    assert isinstance(prior, Cdf)
    assert (held.below, held.above) == pytest.approx((prior.below, prior.above), abs=1e-9)


def test_numeric_form(kinds: Tracker) -> None:
    # A closed range asks for handles alone.
    given = form_of(open_page(kinds, "question", q="incidents"))["input"]
    assert (given["labels"], given["tails"], given["condition"], given["zero"]) == (
        ["25th percentile", "Median", "75th percentile"],
        ["", ""],
        "",
        0.0,
    )
    # What lies beyond the range is set beside the handles.
    visit = open_page(kinds, "question", q="price")
    given = form_of(visit)["input"]
    assert given["tails"] == ["Below 0, %", "Above 200, %"]
    assert given["condition"] == "If it lies between 0 and 200 US dollars:"
    for values, reason in (
        ([30.0, 41.0, 60.0, 60.0, 60.0], "120% beyond the range is more than everything"),
        ([150.0, 41.0, 60.0, 0.0, 0.0], "The three handles lie in the range and rise"),
        ([30.0, 41.0], "No forecast yet: give values at levels"),
    ):
        assert reason in echo_of(draft(visit, values=values))["problem"]
    visit = save(visit, values=values)
    assert reason in problem_of(visit)
    assert mine(kinds, "price") is None
    save(visit, values=[30.0, 41.0, 60.0, 0.0, 10.0])
    held = mine(kinds, "price")
    assert isinstance(held, Cdf)
    assert (held.below, held.above) == (0.0, pytest.approx(0.1))
    assert held.at(41.0) == pytest.approx(0.45)


def test_dates_that_are_over_get_nothing(kinds: Tracker) -> None:
    visit = open_page(kinds, "question", q="treaty")
    given = form_of(visit)["input"]
    assert (given["date"], given["lower"]) == (True, *days("2026-12-02"))
    assert given["condition"] == "If it happens by 31 Dec 2027:"
    save(visit, values=[*days("2027-03-01", "2027-06-01", "2027-09-01"), None, 40.0])
    held = mine(kinds, "treaty")
    assert held.at(day_number(NOW)) == 0.0
    assert held.above == pytest.approx(0.4)


def test_typed_forecasts(kinds: Tracker) -> None:
    # What cannot be read is refused in one line; what can is echoed and saved.
    for question, refused, reason, typed, echo in (
        ("grade", "perhaps", "is not a share", "poor=10 fair=20 good=70", "Poor 10%, fair 20%"),
        (
            "treaty",
            "",
            "no forecast yet: give dates at levels",
            "10%=2027-03-01 50%=2027-07-01 never=20%",
            "Median 1 Jul 2027",
        ),
    ):
        visit = save(open_page(kinds, "question", q=question), refused)
        assert reason in problem_of(visit).lower()
        assert mine(kinds, question) is None
        visit = draft(visit, typed)
        assert echo in plain(echo_of(visit)["words"])
        save(visit, typed)
        assert mine(kinds, question) == kinds.forecasts.parse(question, typed)


def test_mass_on_past_dates_is_warned_about(kinds: Tracker, clock: FakeClock) -> None:
    clock.advance(days=60)
    typed = "10%=2026-11-20 50%=2027-07-01 never=20%"
    visit = draft(open_page(kinds, "question", q="treaty"), typed)
    assert "of this forecast lies on dates that are over" in echo_of(visit)["warning"]


def test_option_that_comes_meanwhile_gets_an_input(kinds: Tracker, clock: FakeClock) -> None:
    visit = open_page(kinds, "question", q="visit")
    kinds.questions.change_option("visit", "Tehran", "added")
    clock.advance(hours=1)
    assert form_of(seen(visit.run()))["input"]["values"][3] == 0.0


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


def test_charts_of_every_kind(held: Tracker) -> None:
    # Every kind has its chart; zoom and whole range stand in the address.
    for question, name, ends in (("visit", "steps", [0.0, 1.0]), ("price", "fan", [0.0, 200.0])):
        visit = open_page(held, "question", q=question, zoom="1 week", full="true")
        frames = {"crossings", "ends", "rules"}
        frames |= {"steps"} if question == "visit" else {"fan", "others"}
        assert frames in all_layers(visit)
        said = prose_of(visit)
        assert all(name in said for name in ("You", "Crowd (2)", "bo", "Base rate"))
        lines = drawn(visit, name)["time"]
        assert lines.max() - lines.min() == timedelta(days=7)
        (chart,) = [c for c in all_specs(visit) if "ends" in str(c)]
        drawn_layer = next(x for x in chart["layer"] if x["data"]["name"] == name)
        assert drawn_layer["encoding"]["y"]["scale"]["domain"] == ends


def all_specs(visit: AppTest) -> list[dict[str, Any]]:
    """The specifications of all charts of a page."""
    return [spec(visit, n) for n in range(len(visit.get("vega_lite_chart")))]


def all_layers(visit: AppTest) -> list[set[str]]:
    """The names of the frames of each chart of a page."""
    return [layers(visit, n) for n in range(len(visit.get("vega_lite_chart")))]


def test_headline_and_other_forecasters(held: Tracker) -> None:
    # The headline numbers say the likeliest or the median and the rest.
    said = words(open_page(held, "question", q="visit"))
    assert "Beijing 60%" in said
    assert "Other 30%, Minsk 10%" in said
    assert "never: 30%" in words(open_page(held, "question", q="treaty"))
    # My line is that of the fan, and the names of all stand at their ends.
    visit = open_page(held, "question", q="price")
    assert "41 US dollars" in words(visit)
    assert "You 41 (" in prose_of(visit)
    assert "You: median, 50% and 90% interval, in US dollars" in words(visit)
    ends = drawn(visit, "ends")
    assert set(ends["label"]) >= {"You", "bo", "Crowd", "Estimate", ""}
    apart = ends["middle"][:-1].sort_values().diff().dropna()
    assert (apart > 0.9 * LABEL_GAP * (drawn(visit, "fan")["high90"].max() - 0.0) / 2).all()
    # Another forecaster can be followed over time.
    visit.session_state["chart-options"] = True
    visit = seen(visit.run())
    (choice,) = [s for s in visit.selectbox if s.label == "Whose forecast"]
    visit = seen(choice.set_value("bo").run())
    assert "bo: median, 50% and 90% interval, in US dollars" in words(visit)


def test_why_of_every_kind(held: Tracker) -> None:
    # Of numbers and dates why shows quantiles beside the base rate, and lines.
    for question, side, below, rows in (
        ("price", "higher", "lower", ["Base rate", "News", "Sum"]),
        ("treaty", "earlier", "earlier", ["Base rate", "Time", "News", "Sum"]),
    ):
        visit = open_page(held, "question", q=question, details="How it adds up")
        assert "→ no news =" in words(visit)
        assert f"“So far” is the chance of {side} than" in words(visit)
        quantiles, lines = (table.value for table in visit.dataframe)
        assert list(quantiles["level"]) == [f"{level}% {below}" for level in (5, 25, 50, 75, 95)]
        assert (list(quantiles["prior"]) == list(quantiles["suggested"])) is (question == "price")
        assert list(lines["line"]) == rows
    # Of options why shows suggested shares and the lines of that in the address.
    visit = open_page(held, "question", q="visit", details="How it adds up", option="Minsk")
    told = words(visit).replace("**", "")
    assert "Estimated shares: the base rates, which no evidence has moved yet" in told
    shares, lines = (table.value for table in visit.dataframe)
    assert list(shares["prior"]) == list(shares["suggested"])
    assert list(lines["line"]) == ["Base rate", "News", "Sum"]
    (chosen,) = [s for s in visit.selectbox if s.label == "Why this share"]
    assert chosen.value == "Minsk"


def test_criteria_say_what_can_be_the_answer(held: Tracker) -> None:
    for question, told in (
        ("visit", "One of several options."),
        ("treaty", "A date from 1 Nov 2026 to 31 Dec 2027, or never by 31 Dec 2027."),
    ):
        visit = open_page(held, "question", q=question, details="Criteria")
        assert told in words(visit)
        # Only options can change.
        assert ("Add option" in [b.label for b in visit.button]) == (question == "visit")


def test_evidence_on_a_number_points_and_moves_it(
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
    visit = open_page(tracker_with_press, "question", q="summit-2027")
    assert any("marks" in each for each in all_layers(visit))
    assert "◆ evidence: click a marker to read it" in words(visit)
    (row,) = lists(visit)["Evidence"]
    assert row["cells"]["side"]["text"] == "▲ higher"
    assert "Higher since 1 Dec 2026: “Arland invites Borland to a summit” (The wire)" in words(
        visit
    )
    why = words(
        open_page(tracker_with_press, "question", q="summit-2027", details="How it adds up")
    )
    assert "for higher (1 story) = 4.9" in why  # above 4.5, the base rate
    assert "The lines add up to +0." in why


# Options that change


def test_options_are_added_and_removed(held: Tracker, clock: FakeClock) -> None:
    # An option with a name that is taken is refused.
    visit = open_page(held, "question", q="visit", details="Criteria")
    field(visit, "New option").set_value("Minsk")
    visit = seen(button(visit, "Add option").click().run())
    assert len(visit.error) == 1
    visit = seen(button(visit, "Remove option").click().run())
    assert "cannot be removed" in words(visit)
    # An option is added and removed on the question tab.
    field(visit, "New option").set_value("Tehran")
    visit = seen(button(visit, "Add option").click().run())
    assert held.questions.get("visit").summary.question.offered_options(clock.time) == (
        "Beijing",
        "Minsk",
        "Other",
        "Tehran",
    )
    clock.advance(days=1)
    visit = open_page(held, "question", q="visit", details="Criteria")
    assert "Existing forecasts count its share as Other" in words(visit)
    answer_option(visit, "Beijing")
    visit = seen(button(visit, "Remove option").click().run())
    assert "Beijing" not in held.questions.get("visit").summary.question.offered_options(clock.time)
    clock.advance(days=1)
    visit = open_page(held, "question", q="visit")
    assert form_of(visit)["standing"].startswith("Other 90%")


# Answers


def resolve(tracker: Tracker, question: str, outcome: str) -> AppTest:
    """Choose how a question came out, and go on to the form."""
    visit = open_page(tracker, "question", q=question, details="Resolve early")
    seen(visit.button_group(key=f"answer-outcome-{question}").set_value(outcome).run())
    field(visit, "Source").set_value(SOURCE)
    visit.checkbox(key=f"answer-sure-{question}").check()
    return visit


def test_missing_answers_are_asked_for(held: Tracker) -> None:
    # An answer that is not given is asked for.
    for question, outcome in (("visit", "option"), ("treaty", "value")):
        visit = seen(button(resolve(held, question, outcome), "Preview the scores").click().run())
        assert "Choose an outcome" in words(visit)
        assert held.resolutions.receipts(question).scores == ()
    # An answer that is not a number is refused.
    visit = resolve(held, "price", "value")
    field(visit, "Number, US dollars").set_value("a lot")
    visit = seen(button(visit, "Preview the scores").click().run())
    assert "'a lot' is not a number" in words(visit)
    assert field(visit, "Number, US dollars").value == "a lot"


def test_scores_and_receipt(held: Tracker, clock: FakeClock) -> None:
    # Scores stand by the rules of their kind and all of them on demand.
    held.resolutions.resolve("price", "41", source_url=SOURCE, known_at=clock.time)
    visit = open_page(held, "question", q="price", details="Scores")
    columns = list(visit.dataframe[0].value.columns)
    assert columns == ["forecaster", "skill", "crps", "quantile", "baseline", "peer", "coverage"]
    (every,) = [t for t in visit.toggle if t.label == "Show all scoring rules"]
    visit = seen(every.set_value(True).run())
    assert "spot_peer" in visit.dataframe[0].value.columns
    # A receipt tells the forecasts in words.
    visit.session_state["scores-table"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    visit = seen(visit.run())
    assert plain(visit.dataframe[1].value["said"].iloc[0]).endswith("US dollars")
    assert "CRPS over the range" in words(visit)


def test_an_earlier_answer_stays_in_sight(held: Tracker, clock: FakeClock) -> None:
    for answer in ("41", "43"):
        held.resolutions.resolve("price", answer, source_url=SOURCE, known_at=clock.time)
        clock.advance(hours=1)
    page = open_page(held, "question", q="price", details="Scores")
    assert "41 US dollars, entered" in words(page)
