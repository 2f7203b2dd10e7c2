"""What is done once a process leaves a test where doing it again would have."""

import re
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import literal, select

from tests import quick_databases
from tests.builders import DAY, NOW, FakeClock, a_question, a_set, no_network
from tests.lives import LIVES, Life, live
from tests.quick_databases import COMPILED, begin, load_in_full, upgrade_by_copy
from tracker.app.tracker import Tracker, open_tracker
from tracker.model.read_models import SetImport
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


def test_a_set_is_loaded_once_at_a_time(
    tmp_path: Path, migrated_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loads: list[object] = []

    def load(*arguments: Any, **options: Any) -> SetImport:
        loads.append(arguments)
        return load_in_full(*arguments, **options)

    def load_into(name: str, time: datetime = NOW) -> tuple[SetImport, str]:
        (tmp_path / name).mkdir(mode=0o700)
        shutil.copy(migrated_file, tmp_path / name)
        settings = Settings(data_dir=tmp_path / name, me="ada")
        with open_tracker(settings, now=FakeClock(time), fetch=no_network) as tracker:
            assert not tracker.questions.list()
            report = tracker.question_sets.load(a_set(a_question("loaded-once")))
            assert [s.question.id for s in tracker.questions.list()] == ["loaded-once"]
            return report, tracker.system.verify().head

    monkeypatch.setattr(quick_databases, "load_in_full", load)
    first = load_into("first")
    assert load_into("second") == first
    assert load_into("later", NOW + DAY) != first
    assert len(loads) == 2


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
