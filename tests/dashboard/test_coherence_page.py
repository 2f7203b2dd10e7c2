"""What contradicts what: frames, words, and the page on a real tracker."""

from datetime import timedelta
from math import inf
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.scenarios import coherence as frames
from dashboard.wording import links
from dashboard.wording.links import LINK_RULES
from forecasts.distributions.cdf import Scale
from forecasts.questions.links import Link, LinkId
from forecasts.questions.question import ForecasterId, QuestionId
from tests.builders import NOW, FakeClock
from tests.dashboard.pages import button, field, open_page, plain, seen, sent_rows, words
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


def test_contradiction_is_told_and_adopted(linked: Tracker) -> None:
    # My contradiction says who what how far and what would agree.
    say(linked, "60%", "30%")
    visit = open_page(linked, "coherence")
    text = words(visit)
    assert "A pact** · Your forecasts contradict each other" in text
    assert "“by June” is at 60%, and “by July”, which follows from it, only at 30%." in text
    early, late = sent_rows(visit, "A pact")
    assert early["title"]["href"] == "question?q=early"
    assert [early[name]["text"] for name in ("before", "after")] == ["60%", "44%"]
    assert [late[name]["text"] for name in ("before", "after")] == ["30%", "44%"]
    assert "the nearest that agree score no worse" in text
    assert {plain(b.label) for b in visit.button} >= {"Adopt the nearest", "Keep yours"}
    # Adopting makes my forecasts agree.
    visit = seen(button(open_page(linked, "coherence"), "Adopt the nearest").click().run())
    assert held(linked, EARLY) == pytest.approx(held(linked, LATE))
    assert "Your forecasts contradict" not in words(visit)
    assert "No forecasts contradict each other beyond rounding." in words(visit)
    (decided,) = sent_rows(visit, "Decisions on repairs")
    assert decided["decision"]["text"] == "You: adopted"
    assert decided["gain"]["text"] == "not answered yet"
    assert plain(decided["moved"]["text"]) == "60% → 44%, 30% → 44%"


def test_keeping_mine_is_remembered_with_its_reason(linked: Tracker) -> None:
    say(linked, "60%", "30%")
    visit = open_page(linked, "coherence")
    field(visit, "Why?").set_value("Two different pacts.")
    visit = seen(button(visit, "Keep yours").click().run())
    assert (held(linked, EARLY), held(linked, LATE)) == (0.6, 0.3)
    assert "You kept yours on 1 Dec 2026, because: Two different pacts." in words(visit)
    assert "Keep yours" not in {plain(b.label) for b in visit.button}
    say(linked, "70%", "30%")  # other forecasts, so the decision was not about these
    visit = open_page(linked, "coherence")
    assert "You kept yours" not in words(visit)
    assert "Keep yours" in {plain(b.label) for b in visit.button}


def test_others_are_shown_after_mine_without_buttons(linked: Tracker) -> None:
    # Others and the crowd are shown without buttons.
    say(linked, "60%", "30%", BEN)
    say(linked, "90%", "40%", ForecasterId("cem"))
    visit = open_page(linked, "coherence")
    text = words(visit)
    assert "ben's forecasts contradict each other" in text
    assert "Forecasts by the crowd contradict each other" in text
    assert "Adopt the nearest" not in {plain(b.label) for b in visit.button}
    # Mine come first even where those of others are worse.
    say(linked, "60%", "30%")
    say(linked, "95%", "5%", BEN)
    text = words(open_page(linked, "coherence"))
    assert text.index("Your forecasts contradict") < text.index("ben's forecasts contradict")


def test_small_and_endless_contradictions(linked: Tracker) -> None:
    # A crowd of one is not told twice.
    say(linked, "60%", "30%")
    found = linked.links.coherence()
    assert {c.forecaster.id for c in found.contradictions} == {ADA, "crowd"}
    assert [c.forecaster.id for c in _all(frames.group_contradictions(found, ADA))] == [ADA]
    # What no number on the page could show is left out.
    say(linked, "30.01%", "30%")
    found = linked.links.coherence()
    assert found.contradictions
    assert _all(frames.group_contradictions(found, ADA)) == ()
    # Certainties that contradict each other have a repair, too.
    say(linked, "100%", "0%")
    early, _ = sent_rows(open_page(linked, "coherence"), "A pact")
    assert [early[name]["text"] for name in ("before", "after")] == ["100%", "50%"]


def _all(found: frames.ContradictionGroups) -> tuple[Any, ...]:
    return (*found.mine, *found.by_others, *found.noise)


def test_slight_contradiction_is_shown_on_demand(linked: Tracker) -> None:
    say(linked, "31%", "30%")
    visit = open_page(linked, "coherence")
    assert "No forecasts contradict each other beyond rounding." in words(visit)
    (more,) = visit.toggle
    assert more.label == "Show 1 within rounding"
    visit = seen(more.set_value(True).run())
    assert "It is small enough to be rounding." in words(visit)
    seen(button(visit, "Adopt the nearest").click().run())
    assert held(linked, EARLY) == pytest.approx(held(linked, LATE))


# The record


def test_record_of_adopted_repairs(linked: Tracker, clock: FakeClock) -> None:
    say(linked, "60%", "30%")
    clock.advance(hours=1)
    linked.links.decide_repair(DATES.id, "adopted")
    answer_both(linked, clock, "yes")
    visit = open_page(linked, "coherence")
    (scored,) = linked.links.coherence().repairs
    assert scored.gain is not None
    assert scored.gain > 0.0
    told = f"1 of 1 adopted repair gained, +{scored.gain:.3f} nats on average; a small sample."
    assert told in words(visit)
    (decided,) = sent_rows(visit, "Decisions on repairs")
    assert decided["gain"]["text"] == f"+{scored.gain:.3f}"


def test_record_of_repairs(linked: Tracker, clock: FakeClock) -> None:
    # Without a decision there is no record.
    assert "Did fixes help?" not in words(open_page(linked, "coherence"))
    # Declined repairs are scored as well.
    say(linked, "60%", "30%")
    clock.advance(hours=1)
    linked.links.decide_repair(DATES.id, "declined", why="No.")
    answer_both(linked, clock, "no")
    assert "1 of 1 declined repair would have gained, +" in words(open_page(linked, "coherence"))
    # The record in words.
    assert links.summarise_repairs("adopted", ()) == ""
    said = plain(links.summarise_repairs("adopted", (0.1, 0.2, -0.02, 0.04)))
    assert said == "3 of 4 adopted repairs gained, +0.080 nats on average; a small sample."
    assert "small" not in links.summarise_repairs("adopted", (0.1,) * 10)
    endless = plain(links.summarise_repairs("declined", (0.1, inf)))
    assert endless == (
        "2 of 2 declined repairs would have gained, +0.100 nats on average, besides 1 "
        "without bound; a small sample."
    )
    assert (links.format_gain(-inf), links.format_gain(None)) == ("−∞", "not answered yet")


# Links


def test_links_page(linked: Tracker) -> None:
    link, early, late = sent_rows(open_page(linked, "coherence"), "Links")
    assert (link["title"]["text"], link["title"]["note"]) == ("A pact", "June is before July.")
    assert link["kind"]["help"] == LINK_RULES["dates"]
    assert (early["title"]["text"], early["label"]["text"]) == (
        "Will they sign by June?",
        "by June",
    )
    assert late["title"]["href"] == "question?q=late"


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


def test_group_takes_ordered_questions_and_short_names(linked: Tracker) -> None:
    visit = opened(open_page(linked, "coherence"), "add-link")
    visit = picked(visit, "How they are linked", "dates")
    visit = seen(visit.multiselect[0].set_value([EARLY, LATE]).run())
    field(visit, "Title").set_value("Pact dates")
    field(visit, "Why").set_value("One event.")
    short = "Short names in the same order, with | between them (optional)"
    field(visit, short).set_value("June")
    visit = seen(button(visit, "Link them").click().run())
    assert "Give every question a short name, or none" in plain(visit.error[0].value)
    field(visit, short).set_value("June | July")
    seen(button(visit, "Link them").click().run())
    added = linked.links.coherence().links[-1]
    assert added.labels == ("June", "July")
    assert added.id == "pact-dates-2"


def test_incomplete_links_are_refused(linked: Tracker) -> None:
    # A link that is not complete is refused with what is missing.
    for fields, refusal in (
        ({"Title": "A pact"}, "A link needs its reason"),
        ({"Title": "A pact", "Why": "So it is."}, "Choose a question for every place"),
    ):
        visit = opened(open_page(linked, "coherence"), "add-link")
        for label, said in fields.items():
            field(visit, label).set_value(said)
        visit = seen(button(visit, "Link them").click().run())
        assert refusal in plain(visit.error[0].value)
        assert len(linked.links.coherence().links) == 1
    # Only yes or no questions may stand where a kind asks for them.
    linked.questions.ask(
        an_asked(GRAIN, text="How much grain?", kind="numeric", scale=Scale(0.0, 100.0)),
        override="a test",
    )
    rows = linked.questions.list()
    assert GRAIN not in frames.list_linkable_questions("implies", rows)
    assert GRAIN in frames.list_linkable_questions("members", rows)
    assert GRAIN not in frames.list_linkable_questions("condition", rows)
    assert GRAIN in frames.list_linkable_questions("condition", rows, 1)
