"""A replay says who worded its headlines, wherever they stand; a live database says nothing of the
kind.
"""

import json
from pathlib import Path

import pytest

import forecasts
from forecasts.question_sets.question_set import SET_FILES, read_question_set
from tests.builders import FakeClock, Press, a_set
from tests.dashboard.pages import open_page, words
from tests.interfaces.api_answers import read_question_json
from tests.tables import check_rows
from tests.terminals import at_a_terminal
from tests.test_cli import Shell
from tracker.app.tracker import Tracker

SUMMIT = "summit-2027"
SAID = "Headlines in this replay are restated by the authors of the question set."
INVITED = "Arland invites Borland to a summit"
PAGES = {
    "inbox": ("inbox", {}),
    "evidence": ("question", {"q": SUMMIT, "tab": "Evidence"}),
    "why": ("question", {"q": SUMMIT, "tab": "Why"}),
    "feed": ("feeds", {"feed": "wire"}),
}


@pytest.fixture
def news(tracker_with_press: Tracker, press: Press) -> Tracker:
    """A tracker with one piece of evidence that waits."""
    tracker_with_press.question_sets.load(a_set())
    press.publish("wire", INVITED)
    tracker_with_press.feeds.poll()
    return tracker_with_press


@pytest.fixture
def shell(
    news: Tracker,
    clock: FakeClock,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Shell:
    """A terminal in front of the news."""
    return at_a_terminal(news, clock, capsys, monkeypatch)


def everywhere(tracker: Tracker, shell: Shell) -> dict[str, str]:
    """What stands wherever headlines stand, with single spaces."""
    told = {
        place: words(open_page(tracker, name, **address))
        for place, (name, address) in PAGES.items()
    }
    told |= {
        f"tracker {' '.join(argv)}": shell(*argv)
        for argv in (
            ("evidence", "inbox"),
            ("question", "show", SUMMIT),
        )
    }
    told["report"] = json.dumps(
        [str(section) for section in tracker.reports.build("question", SUMMIT).sections]
    )
    told["api"] = json.dumps(read_question_json(tracker, SUMMIT))
    return {place: " ".join(text.split()) for place, text in told.items()}


def test_a_replay_says_where_headlines_stand_who_worded_them(
    news: Tracker, shell: Shell, clock: FakeClock
) -> None:
    assert [place for place, text in everywhere(news, shell).items() if SAID in text] == []
    news.system.set_headline_credit(SAID)
    news.system.mark_replayed(clock())
    assert [place for place, text in everywhere(news, shell).items() if SAID not in text] == []


@check_rows(["china_russia_2022", "grid_storage_2026"])
def test_both_shipped_histories_say_who_worded_their_headlines(name: str) -> None:
    folder = Path(forecasts.__file__).parent / "question_sets" / "builtin" / name
    texts = {
        file: (folder / file).read_text(encoding="utf-8")
        for file in SET_FILES
        if (folder / file).is_file()
    }
    assert read_question_set(texts).headlines == SAID
