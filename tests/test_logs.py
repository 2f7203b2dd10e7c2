"""The log follows an item, holds no commands for a terminal, and does not fill the disk."""

import json
import logging
import resource
from dataclasses import replace
from pathlib import Path

import pytest
import structlog
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from tests.builders import Press, a_feed, a_set
from tracker.app.tracker import Tracker
from tracker.errors import StorageUnavailable
from tracker.ingestion import poll
from tracker.interfaces.process_setup import allow_descriptors, configure_logging
from tracker.settings import Settings
from tracker.storage.sessions import Store


@pytest.fixture
def logged(tmp_path: Path) -> Settings:
    """Settings with a log of JSON."""
    return Settings(data_dir=tmp_path, log_json=True)


def test_an_id_follows_an_item_to_its_evidence(tracker_with_press: Tracker, press: Press) -> None:
    tracker_with_press.question_sets.load(a_set())
    press.publish("wire", "Arland invites Borland to a summit")
    with capture_logs([merge_contextvars]) as lines:
        tracker_with_press.feeds.poll()
        tracker_with_press.feeds.poll(every=True)
    by_event = {line["event"]: line for line in reversed(lines)}
    fetched, stored = by_event["feed.fetched"], by_event["item.stored"]
    evidence = by_event["evidence.logged"]
    assert {line["feed"] for line in (fetched, stored, evidence)} == {"wire"}
    assert len({line["run"] for line in (fetched, stored, evidence)}) == 1
    assert stored["item"] == evidence["item"]
    assert (evidence["question"], evidence["title"]) == ("summit-2027", stored["title"])
    assert len({line["run"] for line in lines if line["event"] == "feed.fetched"}) == 2


def test_a_log_file_is_private_rotated_and_plain(
    logged: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logging(replace(logged, log_megabytes=0.01), "scheduler")
    logger = structlog.get_logger("tracker.test")
    for number in range(300):
        logger.info("item.stored", number=number, title="\x1b[31mA red\nheadline")
    logging.getLogger("some.library").warning("told %s", "so")
    logger.debug("too.much")
    folder = logged.data_dir / "logs"
    files = sorted(folder.iterdir())
    assert [file.name for file in files] == [
        "scheduler.log",
        *(f"scheduler.log.{number}" for number in range(1, 5)),
    ]
    assert sum(file.stat().st_size for file in files) <= 10_000
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700
    *_, ours, library = map(json.loads, (folder / "scheduler.log").read_text("utf-8").splitlines())
    assert (ours["event"], ours["number"], ours["level"]) == ("item.stored", 299, "info")
    assert ours["title"] == r"\x1b[31mA red\nheadline"
    assert (library["event"], library["logger"]) == ("told so", "some.library")
    assert capsys.readouterr().err.count("item.stored") == 300


def test_commands_write_no_log_file(logged: Settings) -> None:
    configure_logging(logged)
    configure_logging(replace(logged, log_megabytes=0), "scheduler")
    assert list(logged.data_dir.iterdir()) == []


def test_a_log_that_cannot_be_written_stops_nothing(
    logged: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    (logged.data_dir / "logs").write_text("in the way")
    configure_logging(logged, "scheduler")
    structlog.get_logger("tracker.test").info("goes.on")
    events = [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()]
    assert events == ["log.no_file", "goes.on"]


def test_a_long_process_may_open_what_the_system_allows() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
        allow_descriptors()
        raised, kept = resource.getrlimit(resource.RLIMIT_NOFILE)
        assert (raised > 256, kept) == (True, hard)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_round_cut_short_says_what_is_stored(
    tracker_with_press: Tracker, press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(poll, "WRITE_BATCH", 1)
    for number in range(3):
        tracker_with_press.feeds.add(a_feed(f"wire-{number}", url=f"https://{number}.invalid/"))
        press.publish(f"wire-{number}", "Arland invites Borland to a summit")
    writing, written = Store.writing, []

    def write_once(store: Store) -> object:
        if written:
            raise StorageUnavailable("the disk is full")
        written.append(1)
        return writing(store)

    monkeypatch.setattr(Store, "writing", write_once)
    with pytest.raises(
        StorageUnavailable, match=r"full; 1 feed of this round is stored, the others come"
    ):
        tracker_with_press.feeds.poll()
