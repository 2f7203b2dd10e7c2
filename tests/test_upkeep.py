"""The check of an installation: one line for each thing, what to do about it, and an exit code."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.builders import DAY, FakeClock
from tests.reports.lived import Lived, lived, lived_file
from tests.terminals import at_a_terminal
from tracker.app.tracker import Tracker
from tracker.model.upkeep import CheckResult
from tracker.settings import Settings

__all__ = ["lived", "lived_file"]


def check(tracker: Tracker) -> dict[str, CheckResult]:
    return {result.name: result for result in tracker.upkeep.check()}


def wrong(tracker: Tracker) -> dict[str, str]:
    """What is wrong, with what to do."""
    return {name: r.remedy for name, r in check(tracker).items() if not r.is_good}


@pytest.fixture
def sound(lived: Lived, clock: FakeClock) -> Tracker:
    """A tracker with news, forecasts and an answer, and a backup of an hour ago."""
    clock.advance(hours=1)
    lived.tracker.upkeep.back_up()
    lived.tracker.feeds.pause("wire")  # it was asked long ago
    return lived.tracker


def test_a_sound_installation_has_one_good_line_each(sound: Tracker) -> None:
    results = check(sound)
    assert list(results) == [
        "integrity", "foreign keys", "schema", "log", "scores", "disk", "backups", "permissions",
        "clock", "feeds",
    ]  # fmt: skip
    assert wrong(sound) == {}
    assert "the newest of" in results["backups"].finding


def test_the_check_runs_on_both_dialects(both: Tracker) -> None:
    both.upkeep.run_daily()
    assert wrong(both).keys() <= {"backups", "disk"}
    assert check(both)["schema"].is_good


def change(*statements: str) -> Callable[[Tracker], None]:
    """Change the database behind the tracker's back."""

    def run(tracker: Tracker) -> None:
        file = tracker.settings.data_dir / "tracker.sqlite"
        with closing(sqlite3.connect(file)) as connection:
            for statement in statements:
                connection.execute(statement)
            connection.commit()

    return run


def spoil_backup(tracker: Tracker) -> None:
    (file,) = tracker.settings.backup_folder.glob("*.zip")
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def open_file(tracker: Tracker) -> None:
    (file,) = tracker.settings.backup_folder.glob("*.zip")
    file.chmod(0o644)


@pytest.mark.parametrize(
    ("name", "spoil", "remedy"),
    [
        ("foreign keys", change("UPDATE evidence SET question_id = 'x'"), "system restore"),
        ("schema", change("ALTER TABLE job_run DROP COLUMN detail"), "system restore"),
        ("log", change("DROP TRIGGER log_no_update", "UPDATE log SET body = '{}' WHERE seq = 3"), "compare"),
        ("scores", change("UPDATE score SET coverage = coverage / 2"), "verify --scores"),
        ("backups", spoil_backup, "no whole backup"),
        ("backups", lambda tracker: shutil.rmtree(tracker.settings.backup_folder), "make one"),
        ("permissions", open_file, "chmod go="),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_what_to_do(
    sound: Tracker, name: str, spoil: Callable[[Tracker], None], remedy: str
) -> None:
    spoil(sound)
    assert remedy in wrong(sound)[name]


def test_an_old_backup_and_a_clock_set_back_are_told(sound: Tracker, clock: FakeClock) -> None:
    clock.advance(days=3)
    assert "make one: `tracker system backup`" in wrong(sound)["backups"]
    clock.time -= 30 * DAY
    assert wrong(sound)["clock"] == "set the clock of this machine"


def test_a_full_disk_is_told(sound: Tracker, monkeypatch: pytest.MonkeyPatch) -> None:
    room = shutil.disk_usage(Path("/"))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: room._replace(free=10_000_000))
    assert "backup_dir" in wrong(sound)["disk"]


def test_the_command_ends_with_one_if_anything_is_wrong(
    sound: Tracker,
    clock: FakeClock,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shell = at_a_terminal(sound, clock, capsys, monkeypatch)
    assert len(shell("system", "check").splitlines()) == 11
    assert all(row["good"] for row in shell.json("system", "check"))
    open_file(sound)
    assert "WRONG permissions: other users can read" in shell("system", "check", code=1)


def test_the_status_tells_storage_growth_and_backups(
    sound: Tracker,
    clock: FakeClock,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shell = at_a_terminal(sound, clock, capsys, monkeypatch)
    assert "a month" not in shell("system", "status")
    with sound.context.store.writing() as session:
        day = clock.time.date() - 10 * DAY
        session.connection().execute(
            text("INSERT INTO database_size VALUES (:day, 100)"), {"day": day.isoformat()}
        )
    clock.advance(hours=1)
    assert sound.upkeep.run_daily() is not None
    told = shell("system", "status")
    assert "more a month" in told
    assert f"{clock.time:%Y-%m-%d %H:%M} UTC" in told


def test_backups_go_where_the_setting_says(
    sound: Tracker, tmp_path: Path, clock: FakeClock
) -> None:
    settings: Settings = replace(sound.settings, backup_dir=str(tmp_path / "elsewhere"))
    clock.advance(days=1)
    moved = Tracker(replace(sound.context, settings=settings))
    assert moved.upkeep.run_daily() is not None
    assert len([*(tmp_path / "elsewhere").glob("*.zip")]) == 1
