"""What is done once a process leaves a test where doing it again would have."""

import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from sqlalchemy import literal, select

from tests.builders import NOW, FakeClock, no_network
from tests.lives import LIVES, Life, live
from tests.quick_databases import COMPILED, begin, upgrade_by_copy
from tracker.app.tracker import Tracker, open_tracker
from tracker.settings import Settings
from tracker.storage.schema import upgrade
from tracker.storage.sessions import open_engine

RAN: list[str] = []


def acts(tracker: Tracker, clock: FakeClock, life: Life) -> None:
    RAN.append(life.id)
    live(tracker, clock, life)


def begun(directory: Path, life: Life) -> tuple[str, object]:
    """The head of the log, and the time, where a beginning leaves a new tracker; it goes on from
    there.
    """
    clock = FakeClock(NOW)
    with open_tracker(
        Settings(data_dir=directory, me="ada"), now=clock, fetch=no_network
    ) as tracker:
        begin(tracker, clock, acts, life)
        verdict = tracker.system.verify()
        assert verdict.bad_seq is None
        tracker.forecasts.submit(life.id, life.revised)
        assert tracker.system.verify().entries > verdict.entries
        return verdict.head, clock.time


def test_a_beginning_is_lived_once(tmp_path: Path) -> None:
    RAN.clear()
    rain, grain = LIVES[0], LIVES[3]
    first = begun(tmp_path / "first", rain)
    assert begun(tmp_path / "second", rain) == first
    assert begun(tmp_path / "third", replace(rain)) == first
    assert begun(tmp_path / "other", grain) != first
    assert [rain.id, grain.id] == RAN


def test_a_copied_new_database_is_what_the_migrations_make(tmp_path: Path) -> None:
    found = []
    for name, way in (("migrated", upgrade), ("copied", upgrade_by_copy)):
        file = tmp_path / f"{name}.sqlite"
        engine = open_engine(f"sqlite:///{file}")
        way(engine)
        engine.dispose()
        with closing(sqlite3.connect(file)) as connection:
            mode = connection.execute("PRAGMA journal_mode").fetchone()
            # A rebuilt table names its constraints in any order, so each statement counts by its
            # words.
            found.append(
                (
                    mode,
                    sorted(sorted(re.split(r"[\s,()]+", line)) for line in connection.iterdump()),
                )
            )
    assert found[0] == found[1]
    assert len(found[0][1]) > 20


def test_a_statement_is_compiled_once_for_all_databases(tmp_path: Path) -> None:
    statement = select(literal("once").label("number_of_compilations"))
    sizes = [len(COMPILED)]
    for name in ("first", "second"):
        engine = open_engine(f"sqlite:///{tmp_path / name}")
        with engine.connect() as connection:
            assert connection.execute(statement).scalar_one() == "once"
        engine.dispose()
        sizes.append(len(COMPILED))
    assert sizes[1] == sizes[0] + 1
    assert sizes[2] == sizes[1]
