"""Addresses that nobody meant, on every page that reads one, without a browser."""

from collections.abc import Iterator

import pytest

from tests.builders import FakeClock, Press, a_set
from tests.dashboard.pages import open_page
from tracker.app.tracker import Tracker, open_tracker
from tracker.settings import Settings

NAMES = {
    "question": ("q",),
    "questions": ("at", "sort", "state", "tag", "essay", "find"),
    "essay": ("e", "s"),
    "feeds": ("feed",),
    "scenarios": ("q", "section"),
    "inbox": ("at", "about", "points", "source"),
    "accuracy": ("kind", "view"),
    "today": ("moved",),
}
STRANGE = ("<script>alert(1)</script>", "x" * 10_000, "\u202e\u0000", "9" * 400)


@pytest.fixture(scope="module")
def news(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tracker]:
    """A tracker with a question and a piece of evidence, which is only looked at."""
    press, settings = Press(), Settings(data_dir=tmp_path_factory.mktemp("addresses"), me="ada")
    with open_tracker(settings, now=FakeClock(), fetch=press.fetch) as tracker:
        tracker.question_sets.load(a_set())
        press.publish("wire", "Arland invites Borland to a summit")
        tracker.feeds.poll()
        yield tracker


@pytest.mark.parametrize("page", NAMES)
def test_what_names_nothing_is_met_calmly(news: Tracker, page: str) -> None:
    for value in STRANGE:
        assert not open_page(news, page, **dict.fromkeys(NAMES[page], value)).error, value


@pytest.mark.parametrize("value", STRANGE)
def test_a_question_with_strange_company_is_shown_all_the_same(news: Tracker, value: str) -> None:
    strange = dict.fromkeys(
        ("tab", "scale", "zoom", "known", "with", "moved-in", "from", "to", "computed"), value
    )
    assert not open_page(news, "question", q="summit-2027", **strange).error
