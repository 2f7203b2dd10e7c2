"""The command line: both criteria side by side, a person's yes, the list, and the end."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from tests import benchmark_answers as answers
from tests.benchmark_answers import ADDRESSES, Platforms
from tests.builders import FakeClock, a_question_of, a_set
from tests.test_cli import Shell
from tracker.app.tracker import Tracker, open_tracker
from tracker.interfaces.cli.commands import terminal
from tracker.settings import Settings

QUESTION = "summit-2027"
LINK = ("question", "link-benchmark", QUESTION, ADDRESSES["manifold"])


@pytest.fixture
def platforms() -> Platforms:
    """Platforms of which Manifold answers."""
    platforms = Platforms()
    platforms.give("manifold", answers.manifold_market())
    return platforms


@pytest.fixture
def tracker(on_sqlite: Settings, clock: FakeClock, platforms: Platforms) -> Iterator[Tracker]:
    """A tracker with a question in front of these platforms."""
    with open_tracker(on_sqlite, now=clock, fetch=platforms.fetch) as opened:
        opened.question_sets.load(a_set())
        yield opened


@pytest.fixture
def shell(shell: Shell, clock: FakeClock, platforms: Platforms, monkeypatch: Any) -> Shell:
    """A terminal in front of these platforms."""
    opener = partial(open_tracker, now=clock, fetch=platforms.fetch)
    monkeypatch.setattr(terminal, "open_tracker", opener)
    return shell


def test_a_yes_needs_the_code_of_what_was_shown(shell: Shell, platforms: Platforms) -> None:
    shown = " ".join(shell(*LINK).split())
    for words in ("Arland and Borland", "confirm a meeting", "42%", "1,204 traders"):
        assert words in shown
    code = shown.rpartition("--yes ")[2].strip()
    assert "None:" in shell("question", "benchmarks", QUESTION)
    assert "read them" in shell.refused(*LINK, "--yes", "12345678")
    assert "as market:manifold" in shell(*LINK, "--yes", code)
    listed = shell.json("question", "benchmarks", QUESTION)
    assert [benchmark["name"] for benchmark in listed] == ["Manifold"]
    platforms.give("manifold", answers.manifold_market(textDescription="Another rule."))
    assert "other criteria" in shell.refused(*LINK, "--yes", code)
    assert "no longer read" in shell("question", "unlink-benchmark", QUESTION, "Manifold")
    assert "no benchmark" in shell.refused("question", "unlink-benchmark", QUESTION, "manifold")


def test_what_waits_for_a_person_is_listed(
    shell: Shell, tracker: Tracker, platforms: Platforms, clock: FakeClock
) -> None:
    shell(*LINK, "--yes", _read_code(tracker), "--inverted")
    platforms.give("manifold", answers.manifold_market(textDescription="Another rule."))
    clock.advance(hours=6)
    tracker.benchmarks.poll()
    listed = " ".join(shell("question", "benchmarks").split())
    assert "paused" in listed
    assert "Manifold changed its criteria" in listed


def _read_code(tracker: Tracker) -> str:
    return tracker.benchmarks.look_up(QUESTION, ADDRESSES["manifold"]).quote.code


def test_options_are_paired_by_hand(shell: Shell, tracker: Tracker, platforms: Platforms) -> None:
    city = a_question_of("city-2027", kind="categorical", options=("Oslo", "Bern"))
    tracker.question_sets.load(a_set(city, indicators=[], feeds=[]))
    market = answers.manifold_options(("Oslo", 0.6), ("Berne", 0.4))
    platforms.give("manifold", market)
    link = ("question", "link-benchmark", "city-2027", ADDRESSES["manifold"], "--yes")
    code = tracker.benchmarks.look_up("city-2027", ADDRESSES["manifold"]).quote.code
    assert "each option needs one of theirs" in shell.refused(*link, code)
    shell(*link, code, "--option", "Bern Berne", code=2)
    assert "Manifold is read" in shell(*link, code, "--option", "Bern=Berne")


def test_no_network_is_told_in_a_line(shell: Shell) -> None:
    address = "https://manifold.markets/ann/another"
    platform = ("question", "link-benchmark", QUESTION, ADDRESSES["kalshi"])
    assert "Kalshi cannot be asked (HTTP 404 Not Found)" in shell.refused(*platform)
    assert "address of a question on one of" in shell.refused(*LINK[:3], "nonsense")
    assert "no question" in shell.refused("question", "link-benchmark", "nothing", address)
