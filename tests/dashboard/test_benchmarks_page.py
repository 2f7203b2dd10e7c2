"""The same question elsewhere on the page of a question: compared, linked, paused, unlinked."""

from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from tests import benchmark_answers as answers
from tests.benchmark_answers import ADDRESSES, Platforms
from tests.builders import FakeClock, a_question, a_question_of, a_set
from tests.dashboard.pages import (
    button,
    field,
    lists,
    open_page,
    prose_of,
    sections,
    seen,
    words,
)
from tests.dashboard.test_hostile_text import is_escaped
from tests.hostile import EVERYTHING, MARK
from tracker.app.tracker import Tracker, open_tracker
from tracker.model.principal import Principal
from tracker.settings import Settings

SUMMIT, CITY = "summit-2027", "city-2027"


@pytest.fixture
def platforms() -> Platforms:
    """Platforms of which Manifold answers."""
    platforms = Platforms()
    platforms.give("manifold", answers.manifold_market())
    return platforms


@pytest.fixture
def tracker(on_sqlite: Settings, clock: FakeClock, platforms: Platforms) -> Iterator[Tracker]:
    """A tracker with two questions in front of these platforms."""
    with open_tracker(on_sqlite, now=clock, fetch=platforms.fetch) as opened:
        city = a_question_of(CITY, kind="categorical", options=("Oslo", "Bern"))
        opened.question_sets.load(a_set(a_question(), city, indicators=[], feeds=[]))
        yield opened


def compare(tracker: Tracker, question: str = SUMMIT, address: str = "manifold") -> AppTest:
    visit = open_page(tracker, "question", q=question, details="Elsewhere")
    field(visit, "Address of the same question").set_value(ADDRESSES.get(address, address))
    return seen(button(visit, "Compare").click().run())


def test_both_criteria_are_read_before_a_yes(tracker: Tracker) -> None:
    assert "HTTP 404" in compare(tracker, address="kalshi").error[0].value
    visit = compare(tracker)
    told = prose_of(visit)
    assert a_question().criteria in told
    assert answers.RULES in told
    assert "42% · 1,204 traders" in told
    assert tracker.benchmarks.list() == ()
    visit = seen(button(visit, "It is the same question: link it").click().run())
    assert [b.name for b in tracker.benchmarks.list(SUMMIT)] == ["Manifold"]
    assert "Manifold: Will Arland and Borland hold a summit" in prose_of(visit)
    # It stands on the chart and beside the other numbers.
    assert "Manifold" in prose_of(open_page(tracker, "question", q=SUMMIT))
    seen(button(visit, "Unlink Manifold").click().run())
    assert tracker.benchmarks.list(SUMMIT) == ()


def test_new_criteria_are_shown_beside_the_old(
    tracker: Tracker, platforms: Platforms, clock: FakeClock
) -> None:
    tracker.benchmarks.link(tracker.benchmarks.look_up(SUMMIT, ADDRESSES["manifold"]))
    platforms.give("manifold", answers.manifold_market(textDescription="Another rule."))
    clock.advance(hours=6)
    tracker.benchmarks.poll()
    visit = open_page(tracker, "question", q=SUMMIT, details="Elsewhere")
    told = prose_of(visit)
    assert "Manifold changed its criteria" in told
    assert answers.RULES in told
    assert "Another rule." in told
    visit = seen(button(visit, "Compare again with Manifold").click().run())
    seen(button(visit, "It is the same question: link it").click().run())
    assert tracker.benchmarks.list(SUMMIT)[0].link.criteria == "Another rule."


@pytest.mark.parametrize(
    ("answer", "state", "advice"),
    [
        ("gone", "failing", "It is asked again by itself; if that does not help, unlink it."),
        ("Another rule.", "paused", "read them, and link it again or unlink it."),
    ],
)
def test_a_benchmark_in_trouble_is_in_the_inbox(
    tracker: Tracker, platforms: Platforms, clock: FakeClock, answer: str, state: str, advice: str
) -> None:
    tracker.benchmarks.link(tracker.benchmarks.look_up(SUMMIT, ADDRESSES["manifold"]))
    if answer == "gone":
        platforms.give("manifold", b"no JSON")
    else:
        platforms.give("manifold", answers.manifold_market(textDescription=answer))
    clock.advance(hours=6)
    tracker.benchmarks.poll()
    visit = open_page(tracker, "inbox", section="feeds")
    assert "Feeds in trouble · 1" in sections(visit)
    (row,) = lists(visit)["Feeds in trouble"]
    title = row["cells"]["title"]
    assert row["cells"]["state"]["text"] == state
    assert title["href"] == f"question?q={SUMMIT}&details=Elsewhere"
    assert title["note"].endswith(advice)


def test_options_are_chosen_by_a_person(tracker: Tracker, platforms: Platforms) -> None:
    market = answers.manifold_options(("Oslo", 0.6), ("Berne", 0.4))
    platforms.give("manifold", market)
    visit = compare(tracker, CITY)
    refused = seen(button(visit, "It is the same question: link it").click().run())
    assert "Each option needs one of theirs" in refused.error[0].value
    (chosen,) = [s for s in refused.selectbox if s.label == "Bern is their"]
    chosen.set_value("Berne")
    seen(button(refused, "It is the same question: link it").click().run())
    assert tracker.benchmarks.list(CITY)[0].link.options == (("Oslo", "Oslo"), ("Bern", "Berne"))


def test_texts_from_elsewhere_are_inert(tracker: Tracker, platforms: Platforms) -> None:
    market = answers.manifold_market(question=EVERYTHING, textDescription=EVERYTHING)
    platforms.give("manifold", market)
    visit = compare(tracker)
    assert f"# {MARK} **{MARK}**" in prose_of(visit)
    assert all(is_escaped(e.proto.body) for e in visit.get("html") if "<style" not in e.proto.body)


def test_a_viewer_reads_and_links_nothing(tracker: Tracker) -> None:
    tracker.benchmarks.link(tracker.benchmarks.look_up(SUMMIT, ADDRESSES["manifold"]))
    viewer = tracker.serve(Principal(tracker.me, "viewer", "page", account="v"))
    visit = open_page(viewer, "question", q=SUMMIT, details="Elsewhere")
    assert "Manifold: Will Arland" in prose_of(visit)
    assert "Compare" not in [b.label for b in visit.button]
    assert "Unlink Manifold" not in words(visit)
