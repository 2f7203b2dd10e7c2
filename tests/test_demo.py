"""A replay runs the past through the real pipeline, and goes on after any interruption."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from forecasts.distributions.distribution import Binary
from forecasts.evidence.evidence import Direction
from forecasts.question_sets.question_set import QuestionSet, read_question_set
from forecasts.questions.question import CROWD, HAZARD, PRIOR, SUGGESTION, ForecasterId
from tests.builders import FakeClock, no_network
from tests.forecasts.small_set import TEXTS
from tests.worlds import END, busy_world
from tracker.app.tracker import Tracker, open_tracker
from tracker.errors import AlreadyRunning
from tracker.replay import demo
from tracker.replay.demo import replay
from tracker.settings import Settings, replay_settings
from tracker.storage.database_info import dump_table, list_table_names

ROOT = Path(__file__).parent.parent
ADA = ForecasterId("demo-ada")
LAST = """
[[event]]
id = "last"
at = 2022-12-01T12:00:00Z
title = "The carnival opens"
summary = "It rains."
source = "wire"
url = "https://example.org/last"
"""
SMALL = read_question_set({**TEXTS, "history.toml": TEXTS["history.toml"] + LAST})
UNREVIEWED = demo.UNREVIEWED_PERIOD


@pytest.fixture(autouse=True, scope="module")
def reviewing() -> Iterator[None]:
    """All news is reviewed, so that a replay that is continued later reviews the same: confirmed
    headlines are lines that later news is compared with.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demo, "UNREVIEWED_PERIOD", timedelta(days=0))
        yield


def silent(_done: int, _total: int, _at: datetime) -> None:
    """A replay that nobody watches."""


def a_world() -> QuestionSet:
    """A world with news every other week and a forecast every month."""
    busy = busy_world()
    return replace(busy, events=busy.events[::4], forecasts=busy.forecasts[::4])


def seen(settings: Settings) -> Tracker:
    """The replayed world, looked at a day after its end."""
    return open_tracker(
        replay_settings(settings), now=lambda: END + timedelta(days=1), fetch=no_network
    )


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The small set with a last report, replayed to its end; it took more than fifty steps."""
    made = Settings(data_dir=tmp_path_factory.mktemp("small"), me="ada")
    assert replay(made, SMALL, END, silent) > 50
    return made


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, float]:
    """A world with news and forecasts, replayed to its end without a break, and how many seconds
    that took.
    """
    made, began = (
        Settings(data_dir=tmp_path_factory.mktemp("whole"), me="ada", encoder="static"),
        time.monotonic(),
    )
    replay(made, a_world(), END, silent)
    return made, time.monotonic() - began


def test_a_replay_leaves_what_living_would_have_left(
    small: Settings,
) -> None:
    with seen(small) as tracker:
        page = tracker.questions.get("neutral")
        card = page.evidence[0]
        assert card.headline == "It abstained"
        assert card.evidence.direction == Direction.YES
        assert [d.status for d in card.decisions] == ["logged", "confirmed"]
        assert card.evidence.first_seen_at == datetime.fromisoformat("2022-07-01T12:20:00+00:00")
        assert page.summary.status == "resolved"
        assert [a.act for a in page.acts if a.forecaster_id == ADA] == ["forecast", "withdraw"]
        assert {s.forecaster_id for s in page.scores} == {ADA, CROWD, SUGGESTION, PRIOR, HAZARD}
        assert sum(a.forecaster_id == SUGGESTION for a in page.acts) > 5
        assert tracker.system.verify().bad_seq is None
        assert tracker.system.replayed_until() == END
        assert tracker.questions.get("treaty").summary.status == "closed"


def test_a_replay_of_what_was_replayed_does_nothing(small: Settings) -> None:
    with seen(small) as tracker:
        head = tracker.system.verify().head
    assert replay(small, SMALL, END, silent) == 0
    with seen(small) as tracker:
        assert tracker.system.verify().head == head


def test_a_replay_keeps_who_worded_its_headlines(small: Settings) -> None:
    said = "Headlines are restated."
    assert replay(small, replace(SMALL, headlines=said), END, silent) == 0
    with seen(small) as tracker:
        assert tracker.system.headline_credit() == said


def test_a_replay_can_be_continued_to_a_later_day(
    settings: Settings, whole: tuple[Settings, float]
) -> None:
    world = a_world()
    continued = replace(settings, encoder="static")
    replay(continued, world, END - timedelta(days=43), silent)
    assert replay(continued, world, END, silent) > 5
    got, at_once = summary(continued), summary(whole[0])
    for part in ("resolutions", "evidence", "decisions"):
        assert got[part] == at_once[part]
    for question, acts in at_once["acts"].items():
        assert got["acts"][question][ADA, "forecast"] == acts[ADA, "forecast"]


def list_tables(settings: Settings) -> dict[str, list[Any]]:
    """All stored rows, by table."""
    with seen(settings) as tracker:
        store = tracker.context.store
        with store.reading() as session:
            tables = {name: dump_table(session, name).rows for name in list_table_names()}
    # Which process stored news last is its own affair.
    tables["property"] = [row for row in tables["property"] if row[0] != "news_writer"]
    return tables


@pytest.mark.slow
def test_a_paused_replay_ends_as_one_without_a_pause(
    tmp_path: Path, whole: tuple[Settings, float]
) -> None:
    at_once, _ = whole
    paused = replace(at_once, data_dir=tmp_path)
    for stop, reached in ((demo.START, demo.START), (END - timedelta(days=90), None)):
        assert replay(paused, a_world(), END, silent, stop=stop) > 1
        with seen(paused) as tracker:
            assert tracker.system.replay_end() == END
            until = tracker.system.replayed_until()
            assert until is not None
            assert until <= stop
            assert reached in (None, until)
            assert tracker.questions.list()
            with open_tracker(tracker.settings, follow_replay=True, fetch=no_network) as viewer:
                assert viewer.now() == until
                assert {s.status for s in viewer.questions.list()} >= (
                    {"upcoming"} if reached else {"open"}
                )
            with (
                tracker.system.lead(),
                pytest.raises(AlreadyRunning),
            ):  # while another process replays
                replay(paused, a_world(), END, silent)
    assert replay(paused, a_world(), END, silent) > 1
    with seen(paused) as tracker:
        assert tracker.system.replay_end() is None
        with open_tracker(tracker.settings, follow_replay=True, fetch=no_network) as viewer:
            assert viewer.now() > END + timedelta(days=1)
    assert list_tables(paused) == list_tables(at_once)


@pytest.mark.slow
def test_acts_during_a_replay_do_not_disturb_it(settings: Settings) -> None:
    world, later = a_world(), END - timedelta(days=60)
    stop = world.events[5].at + timedelta(hours=1)
    replay(settings, world, END, silent, stop=stop)
    with open_tracker(replay_settings(settings), now=lambda: later, fetch=no_network) as tracker:
        tracker.acting_as(ADA).forecasts.submit("treaty", Binary(0.63))
        reviewed = [card.evidence.id for card in tracker.evidence.inbox()]
        for evidence_id in reviewed:
            tracker.evidence.review(evidence_id, "rejected")
    assert reviewed
    assert replay(settings, world, END, silent) > 1
    with seen(settings) as tracker:
        assert tracker.system.verify().bad_seq is None
        page = tracker.questions.get("treaty")
        assert Binary(0.63) in [act.distribution for act in page.acts if act.forecaster_id == ADA]


def test_a_replay_opens_the_siblings_of_its_last_day(settings: Settings) -> None:
    repeat = '\n[[repeat]]\nquestion = "treaty"\nevery = "month"\noverride = "a test"\n'
    question_set = read_question_set({**TEXTS, "questions.toml": TEXTS["questions.toml"] + repeat})
    for month, expected in ((7, ["2022-07"]), (9, ["2022-09", "2022-07"])):
        until = datetime(2022, month, 10, tzinfo=UTC)
        replay(settings, question_set, until, silent)
        with open_tracker(
            replay_settings(settings), now=FakeClock(until), fetch=no_network
        ) as tracker:
            family = tracker.questions.siblings("treaty")
            assert family is not None
            assert [s.question.id[-7:] for s in family.siblings] == expected
            assert tracker.system.verify().bad_seq is None


def test_news_of_the_last_weeks_waits_for_a_review(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "UNREVIEWED_PERIOD", UNREVIEWED)
    until = datetime(2022, 7, 10, tzinfo=UTC)
    replay(settings, SMALL, until, silent)
    with open_tracker(replay_settings(settings), now=FakeClock(until), fetch=no_network) as tracker:
        assert tracker.evidence.inbox()


def test_the_live_database_is_not_touched_by_a_replay(small: Settings) -> None:
    assert sorted(p.name for p in small.data_dir.iterdir() if p.suffix == ".sqlite") == [
        "replay.sqlite"
    ]


def summary(settings: Settings) -> dict[str, Any]:
    """What a world holds, in numbers that two equal lives share."""
    with seen(settings) as tracker:
        pages = [tracker.questions.get(row.question.id) for row in tracker.questions.list()]
        verdict = tracker.system.verify()
        assert verdict.bad_seq is None, verdict.reason
        return {
            "acts": {
                p.summary.question.id: Counter((a.forecaster_id, a.act) for a in p.acts)
                for p in pages
            },
            "evidence": {
                p.summary.question.id: [(c.headline, c.evidence.status) for c in p.evidence]
                for p in pages
            },
            "decisions": {
                p.summary.question.id: [len(c.decisions) for c in p.evidence] for p in pages
            },
            "resolutions": {p.summary.question.id: len(p.resolutions) for p in pages},
            "scores": {p.summary.question.id: p.scores for p in pages},
            "entries": verdict.entries,
        }


CHILD = """
from datetime import timedelta
from pathlib import Path
import structlog
structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
from tests.test_demo import a_world
from tests.worlds import END
from tracker.errors import AlreadyRunning
from tracker.replay import demo
from tracker.replay.demo import replay
from tracker.settings import Settings
demo.UNREVIEWED_PERIOD = timedelta(days=0)
replay(Settings(data_dir=Path({directory!r}), me="ada", encoder="static"), a_world(), END,
       lambda done, total, at: done and print(at.isoformat(), flush=True))
"""


def live_until_killed(directory: Path, patience: float) -> list[str]:
    """Replay in a process of its own and kill it after a while; the instants that it had
    acknowledged by then.
    """
    command = [sys.executable, "-c", CHILD.format(directory=str(directory))]
    child = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    first = child.stdout.readline()  # it has begun
    assert first, child.stderr.read() if child.stderr else ""
    time.sleep(patience)
    os.kill(child.pid, signal.SIGKILL)
    rest, _ = child.communicate()
    assert "Traceback" not in first + rest, first + rest
    return (first + rest).splitlines()


@pytest.mark.slow
def test_killed_at_random_moments_nothing_is_lost_and_nothing_doubled(
    tmp_path: Path, whole: tuple[Settings, float]
) -> None:
    at_once, took = whole
    killed = Settings(data_dir=tmp_path / "killed", me="ada", encoder="static")
    dice = random.Random(7)
    for _ in range(2):
        instants = live_until_killed(killed.data_dir, dice.uniform(0, took / 3))
        with seen(killed) as tracker:
            verdict = tracker.system.verify()
            assert verdict.bad_seq is None, verdict.reason
            reached = tracker.system.replayed_until()
        assert reached is not None
        finished = instants[:-1]  # the last instant may be half done
        if finished:
            assert reached.isoformat() >= finished[-1]
    replay(killed, a_world(), END, silent)
    assert summary(killed) == summary(at_once)
