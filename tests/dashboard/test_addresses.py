"""Addresses that nobody meant, on every page that reads one, without a browser."""

from collections.abc import Iterator

import pytest

from tests.builders import FakeClock, Press, a_set
from tests.dashboard.pages import open_page
from tracker.app.tracker import Tracker, open_tracker
from tracker.settings import Settings

NAMES = {
    "question": ("q",),
    "questions": ("at", "sort", "state", "tag", "essay", "find", "mine", "over"),
    "essay": ("e", "s"),
    "feeds": ("feed",),
    "scenarios": ("q",),
    "inbox": ("at", "about", "points", "section", "story"),
    "record": ("kind", "details", "rule", "who", "sort", "topic", "horizon", "type", "period"),
    "home": ("moved",),
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


def test_strange_addresses_are_met_calmly(news: Tracker) -> None:
    # What names nothing is met calmly.
    for page, names in NAMES.items():
        for turn in range(4 if len(names) == 1 else 2):
            strange = {name: STRANGE[(n + turn) % 4] for n, name in enumerate(names)}
            assert not open_page(news, page, **strange).error, strange
    # A question with strange company is shown all the same.
    company = ("tab", "scale", "zoom", "known", "with", "moved-in", "from", "to", "computed")
    for turn in range(2):
        strange = {name: STRANGE[(n + turn) % 4] for n, name in enumerate(company)}
        assert not open_page(news, "question", q="summit-2027", **strange).error
