"""What contradicts what: frames, words, and the page on a real tracker."""

from datetime import timedelta
from math import inf
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import wording
from dashboard.scenarios import text as frames
from dashboard.wording import links as words_of
from forecasts.distributions.cdf import Scale
from forecasts.questions.links import Link, LinkId
from forecasts.questions.question import ForecasterId, QuestionId
from tests.builders import NOW, FakeClock
from tests.dashboard.pages import button, field, open_page, plain, seen, words
from tests.lives import an_asked
from tracker.app.tracker import Tracker
from tracker.model.scenarios import CoherenceReport

EARLY, LATE, GRAIN = QuestionId("early"), QuestionId("late"), QuestionId("grain")
BEN, ADA = ForecasterId("ben"), ForecasterId("ada")
DATES = Link(
    LinkId("pact-dates"),
    "dates",
    (EARLY, LATE),
    "A pact",
    ("by June", "by July"),
    "June is before July.",
)
PAPER = "https://arland.example/paper"


@pytest.fixture
def linked(tracker: Tracker) -> Tracker:
    """Two questions on one event by two dates, linked."""
    for name, days, text in (
        (EARLY, 30, "Will they sign by June?"),
        (LATE, 60, "Will they sign by July?"),
    ):
        closes = NOW + timedelta(days=days)
        tracker.questions.ask(
            an_asked(
                name, text=text, closes_at=closes, resolves_at=closes, prior="30%", prior_reason="3 of 10",
                horizon_shape="event_by",
            ),
            override="a question of a test",
        )  # fmt: skip
    tracker.links.add(DATES)
    return tracker


def say(tracker: Tracker, early: str, late: str, who: ForecasterId = ADA) -> None:
    for name, chance in ((EARLY, early), (LATE, late)):
        tracker.forecasts.submit(name, chance, rationale="So I think.", forecaster=who)


def held(tracker: Tracker, name: str) -> float | None:
    return tracker.questions.get(name).summary.standings[ADA].p


def opened(visit: AppTest, key: str) -> AppTest:
    visit.session_state[key] = True
    return seen(visit.run())


def answer_both(tracker: Tracker, clock: FakeClock, outcome: str) -> None:
    clock.advance(days=1)
    for name in (EARLY, LATE):
        tracker.resolutions.resolve(
            name, outcome, source_url=PAPER, known_at=clock.time, note="It was in the paper."
        )
    clock.advance(hours=1)


# Contradictions


def test_my_contradiction_says_who_what_how_far_and_what_would_agree(linked: Tracker) -> None:
    say(linked, "60%", "30%")
    visit = open_page(linked, "coherence")
    text = words(visit)
    assert "A pact** · Your forecasts contradict each other" in text
    assert "“by June” is at 60%, and “by July”, which follows from it, only at 30%." in text
    assert "60 % → 44 %** by June" in text
    assert "30 % → 44 %** by July" in text
    assert "nats apart. The nearest that agree gain at least" in text
    assert {plain(b.label) for b in visit.button} >= {"Adopt the nearest", "Keep mine"}


def test_adopting_makes_my_forecasts_agree(linked: Tracker) -> None:
    say(linked, "60%", "30%")
    visit = seen(button(open_page(linked, "coherence"), "Adopt the nearest").click().run())
    assert held(linked, EARLY) == pytest.approx(held(linked, LATE))
    assert "contradict each other" not in words(visit)
    assert visit.success
    frame = visit.dataframe[0].value
    assert list(frame["decision"]) == ["adopted"]
    assert list(frame["gain"]) == ["not answered yet"]


def test_keeping_mine_changes_nothing_and_is_remembered_with_its_reason(linked: Tracker) -> None:
    say(linked, "60%", "30%")
    visit = open_page(linked, "coherence")
    field(visit, "Why").set_value("Two different pacts.")
    visit = seen(button(visit, "Keep mine").click().run())
    assert (held(linked, EARLY), held(linked, LATE)) == (0.6, 0.3)
    assert "You kept yours on 1 Dec 2026, because: Two different pacts." in words(visit)
    assert "Keep mine" not in {plain(b.label) for b in visit.button}
    say(linked, "70%", "30%")  # other forecasts, so the decision was not about these
    visit = open_page(linked, "coherence")
    assert "You kept yours" not in words(visit)
    assert "Keep mine" in {plain(b.label) for b in visit.button}


def test_others_and_the_crowd_are_shown_without_buttons(linked: Tracker) -> None:
    say(linked, "60%", "30%", BEN)
    say(linked, "90%", "40%", ForecasterId("cem"))
    visit = open_page(linked, "coherence")
    text = words(visit)
    assert "Forecasts by “ben” contradict each other" in text
    assert "Forecasts by “Crowd” contradict each other" in text
    assert "Adopt the nearest" not in {plain(b.label) for b in visit.button}


def test_mine_come_first_even_where_those_of_others_are_worse(linked: Tracker) -> None:
    say(linked, "60%", "30%")
    say(linked, "95%", "5%", BEN)
    text = words(open_page(linked, "coherence"))
    assert text.index("Your forecasts contradict") < text.index("Forecasts by “ben” contradict")


def test_a_crowd_of_one_is_not_told_twice(linked: Tracker) -> None:
    say(linked, "60%", "30%")
    found = linked.links.coherence()
    assert {c.forecaster.id for c in found.contradictions} == {ADA, "crowd"}
    assert [c.forecaster.id for c in _all(frames.group_contradictions(found, ADA))] == [ADA]


def _all(found: frames.ContradictionGroups) -> tuple[Any, ...]:
    return (*found.mine, *found.by_others, *found.noise)


def test_a_slight_contradiction_waits_in_a_drawer_and_can_be_adopted(linked: Tracker) -> None:
    say(linked, "31%", "30%")
    visit = open_page(linked, "coherence")
    assert "No forecasts contradict each other by more than noise." in plain(visit.success[0].value)
    (drawer,) = [e for e in visit.expander if "slight" in e.label]
    assert plain(drawer.label) == "1 slight contradiction, within the noise that any forecast has"
    visit = opened(visit, "noise")
    assert "Small enough to be noise." in words(visit)
    seen(button(visit, "Adopt the nearest").click().run())
    assert held(linked, EARLY) == pytest.approx(held(linked, LATE))


def test_what_no_number_on_the_page_could_show_is_left_out(linked: Tracker) -> None:
    say(linked, "30.01%", "30%")
    found = linked.links.coherence()
    assert found.contradictions
    assert _all(frames.group_contradictions(found, ADA)) == ()


def test_certainties_that_contradict_each_other_are_infinitely_far_apart(linked: Tracker) -> None:
    say(linked, "100%", "0%")
    assert "Infinitely far apart: certainties contradict each other" in words(
        open_page(linked, "coherence")
    )


# The record


@pytest.mark.parametrize("outcome", ["yes", "no"])
def test_the_record_says_what_adopted_repairs_gained_once_they_are_answered(
    linked: Tracker, clock: FakeClock, outcome: str
) -> None:
    say(linked, "60%", "30%")
    clock.advance(hours=1)
    linked.links.decide_repair(DATES.id, "adopted")
    answer_both(linked, clock, outcome)
    visit = open_page(linked, "coherence")
    (scored,) = linked.links.coherence().repairs
    assert scored.gain is not None
    assert scored.gain > 0.0
    told = f"1 of 1 adopted repair gained, +{scored.gain:.3f} nats on average; a small sample."
    assert told in words(visit)
    assert list(visit.dataframe[0].value["gain"]) == [f"+{scored.gain:.3f}"]


def test_declined_repairs_are_scored_as_well(linked: Tracker, clock: FakeClock) -> None:
    say(linked, "60%", "30%")
    clock.advance(hours=1)
    linked.links.decide_repair(DATES.id, "declined", why="No.")
    answer_both(linked, clock, "no")
    assert "1 of 1 declined repair would have gained, +" in words(open_page(linked, "coherence"))


def test_without_a_decision_the_record_says_when_there_will_be_one(linked: Tracker) -> None:
    assert "No repair was adopted or declined yet." in words(open_page(linked, "coherence"))


def test_the_record_in_words() -> None:
    assert words_of.summarise_repairs("adopted", ()) == ""
    said = plain(words_of.summarise_repairs("adopted", (0.1, 0.2, -0.02, 0.04)))
    assert said == "3 of 4 adopted repairs gained, +0.080 nats on average; a small sample."
    assert "small" not in words_of.summarise_repairs("adopted", (0.1,) * 10)
    endless = plain(words_of.summarise_repairs("declined", (0.1, inf)))
    assert endless == (
        "2 of 2 declined repairs would have gained, +0.100 nats on average, besides 1 "
        "without bound; a small sample."
    )
    assert (words_of.format_gain(-inf), words_of.format_gain(None)) == ("−∞", "not answered yet")


# Links


def test_without_links_the_page_says_what_they_are_for(tracker: Tracker) -> None:
    visit = open_page(tracker, "coherence")
    assert "No questions are linked yet." in words(visit)
    assert any(e.label == "Link questions" for e in visit.expander)


def test_links_stand_by_kind_with_their_questions(linked: Tracker) -> None:
    visit = opened(open_page(linked, "coherence"), "kind-dates")
    text = words(visit)
    assert wording.LINK_RULES["dates"] in text
    assert "by June** · Will they sign by June?" in text
    assert "June is before July." in text
    assert [kind for kind, _ in frames.group_links_by_kind(linked.links.coherence().links)] == [
        "dates"
    ]


def picked(visit: AppTest, label: str, value: str) -> AppTest:
    (box,) = [b for b in visit.selectbox if plain(b.label) == label]
    return seen(box.set_value(value).run())


def ids(found: CoherenceReport) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(link.id, link.kind, tuple(link.question_ids)) for link in found.links]


def test_a_link_is_added_with_its_questions_in_their_places(linked: Tracker) -> None:
    visit = opened(open_page(linked, "coherence"), "add-link")
    visit = picked(visit, "How they are linked", "implies")
    visit = picked(visit, "Whenever this comes true …", EARLY)
    visit = picked(visit, "… this does, too", LATE)
    field(visit, "Title").set_value("A pact")
    field(visit, "Why").set_value("June is before July.")
    seen(button(visit, "Link them").click().run())
    assert ids(linked.links.coherence()) == [
        ("pact", "implies", (EARLY, LATE)),
        ("pact-dates", "dates", (EARLY, LATE)),
    ]


def test_a_group_takes_its_questions_in_order_and_short_names_for_all_or_none(
    linked: Tracker,
) -> None:
    visit = opened(open_page(linked, "coherence"), "add-link")
    visit = picked(visit, "How they are linked", "dates")
    visit = seen(visit.multiselect[0].set_value([EARLY, LATE]).run())
    field(visit, "Title").set_value("Pact dates")
    field(visit, "Why").set_value("One event.")
    visit = seen(field(visit, "Will they sign by June?").set_value("June").run())
    visit = seen(button(visit, "Link them").click().run())
    assert "Give every question a short name, or none" in plain(visit.error[0].value)
    visit = seen(field(visit, "Will they sign by July?").set_value("July").run())
    seen(button(visit, "Link them").click().run())
    added = linked.links.coherence().links[-1]
    assert added.labels == ("June", "July")
    assert added.id == "pact-dates-2"


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({}, "A link needs a title"),
        ({"Title": "A pact"}, "A link needs its reason"),
        ({"Title": "A pact", "Why": "So it is."}, "Choose a question for every place"),
    ],
)
def test_a_link_that_is_not_complete_is_refused_with_what_is_missing(
    linked: Tracker, fields: dict[str, str], refusal: str
) -> None:
    visit = opened(open_page(linked, "coherence"), "add-link")
    for label, said in fields.items():
        field(visit, label).set_value(said)
    visit = seen(button(visit, "Link them").click().run())
    assert refusal in plain(visit.error[0].value)
    assert len(linked.links.coherence().links) == 1


def test_only_yes_or_no_questions_may_stand_where_a_kind_asks_for_them(linked: Tracker) -> None:
    linked.questions.ask(
        an_asked(GRAIN, text="How much grain?", kind="numeric", scale=Scale(0.0, 100.0)),
        override="a test",
    )
    rows = linked.questions.list()
    assert GRAIN not in frames.list_linkable_questions("implies", rows)
    assert GRAIN in frames.list_linkable_questions("members", rows)
    assert GRAIN not in frames.list_linkable_questions("condition", rows)
    assert GRAIN in frames.list_linkable_questions("condition", rows, 1)


def test_words_from_outside_are_shown_as_they_are(linked: Tracker) -> None:
    linked.links.add(
        Link(
            LinkId("odd"),
            "implies",
            (EARLY, LATE),
            "![x](http://evil.example) $5",
            (),
            "[a](http://evil.example)",
        )
    )
    say(linked, "60%", "30%")
    visit = opened(open_page(linked, "coherence"), "kind-implies")
    prose = "".join(str(e.value) for kind in (visit.markdown, visit.caption) for e in kind)
    assert "](http" not in prose
