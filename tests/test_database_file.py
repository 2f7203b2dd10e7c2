"""The whole database as a file that comes back: everything, exactly, on either dialect; or nothing."""

import json
import re
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from tests.builders import DAY, FakeClock, a_question, a_set, no_network
from tests.reports.lived import ANSWERED, QUESTION, Lived, lived, lived_file
from tests.tables import check_rows
from tests.terminals import at_a_terminal
from tests.test_accounts import HERE
from tracker.app.tracker import Tracker, open_tracker
from tracker.errors import Refused
from tracker.people.accounts import LoginRefusal, NewSecret
from tracker.reports.database_file import read_database
from tracker.settings import Settings
from tracker.storage import whole_tables
from tracker.storage.tables import TableRow

__all__ = ["lived", "lived_file"]

PASSWORD = "a long password"
NO_SECRETS = {
    "log.hash", "property.key", "forecast.key", "item.key", "item.text_hash", "feed_document.body_hash",
    "dismissed_answer.key", "model_answer.key", "model_answer.tokens",
    "series_reading.document_hash",
}  # fmt: skip
"""Columns whose names sound secret."""


@pytest.fixture
def world(lived: Lived) -> Tracker:
    """A tracker with news, evidence, forecasts, an answer, and an account with a token."""
    tracker = lived.tracker
    cem = tracker.accounts.join(tracker.accounts.invite("analyst").secret, "Cem", PASSWORD, HERE)
    assert cem.secret
    tracker.accounts.make_token("nightly", "viewer", 30, account="cem")
    return tracker


@pytest.fixture
def empty(database_url: str, tmp_path: Path) -> Iterator[Tracker]:
    """An empty tracker beside it, on each dialect in turn."""
    settings = Settings(data_dir=tmp_path / "new", database_url=database_url, me="ada")
    with open_tracker(settings, now=FakeClock(ANSWERED + DAY), fetch=no_network) as tracker:
        yield tracker


def dump(tracker: Tracker) -> dict[str, list[Any]]:
    """All rows of all tables."""
    with tracker.context.store.reading() as session:
        return {
            name: [
                tuple(row)
                for row in session.connection().execute(
                    select(table).order_by(*table.primary_key.columns)
                )
            ]
            for name, table in TableRow.metadata.tables.items()
        }


def test_everything_comes_back_exactly_on_either_dialect(
    world: Tracker, empty: Tracker, tmp_path: Path
) -> None:
    before, file = dump(world), tmp_path / "all.zip"
    written = world.system.export_database(file, secrets=True)
    manifest = empty.system.import_database(file)
    assert manifest == written
    assert manifest.head == world.system.verify().head
    assert dump(empty) == before
    assert sum(manifest.rows.values()) == sum(map(len, before.values()))
    assert empty.system.verify() == world.system.verify()
    check = empty.system.verify_scores()
    assert (check.scores > 0, check.differences) == (True, ())
    # What is entered next is numbered after what came in, and what was read can be searched.
    empty.question_sets.load(a_set(a_question("later-2027"), indicators=[], feeds=[]))
    empty.forecasts.submit("later-2027", "30%")
    assert empty.system.verify().reason == ""
    assert empty.evidence.search("Arland") == world.evidence.search("Arland")


def test_secrets_stay_behind_unless_asked_for(
    world: Tracker, empty: Tracker, tmp_path: Path
) -> None:
    file = tmp_path / "all.zip"
    world.system.export_database(file)
    assert file.stat().st_mode & 0o077 == 0
    empty.system.import_database(file)
    rows = dump(empty)
    assert not any(rows[name] for name in ("login", "access_link", "api_token"))
    (account,) = empty.accounts.list()
    assert (account.forecaster, account.role) == ("cem", "analyst")
    assert isinstance(world.accounts.log_in("cem", PASSWORD, HERE), NewSecret)
    assert isinstance(empty.accounts.log_in("cem", PASSWORD, HERE), LoginRefusal)
    assert empty.system.verify().head == world.system.verify().head


def test_every_column_that_sounds_secret_is_marked_or_argued() -> None:
    sounding = {
        f"{table.name}.{column.name}"
        for table in TableRow.metadata.tables.values()
        for column in table.columns
        if re.search("hash|secret|passw|token|key$", column.name)
        and not table.info.get("secret")
        and not column.info.get("secret")
    }
    assert sounding == NO_SECRETS


def test_an_export_goes_into_an_empty_database_only(world: Tracker, tmp_path: Path) -> None:
    file = tmp_path / "all.zip"
    world.system.export_database(file)
    before = dump(world)
    with pytest.raises(Refused, match="this database is in use already"):
        world.system.import_database(file)
    assert dump(world) == before


@check_rows(
    [
        ({"schema": "0001"}, "import it with tracker"),
        ({"schema": "9999"}, "update the tracker"),
        ({"format": "other"}, "update the tracker"),
        ({"head": f"9:{'0' * 64}"}, "the log in .* was changed"),
        ({"rows": {}}, "is no whole export"),
    ],
    "changed",
    "reason",
)
def test_a_file_of_another_kind_changes_nothing(
    lived: Lived, tracker_beside: Tracker, tmp_path: Path, changed: dict[str, Any], reason: str
) -> None:
    file, other = tmp_path / "all.zip", tmp_path / "other.zip"
    lived.tracker.system.export_database(file)
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(other, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "manifest.json":
                content = json.dumps(json.loads(content) | changed).encode()
            new.writestr(name, content)
    refuse(tracker_beside, other, reason)


def test_a_changed_row_of_the_log_is_found(
    lived: Lived, tracker_beside: Tracker, tmp_path: Path
) -> None:
    file, other = tmp_path / "all.zip", tmp_path / "other.zip"
    lived.tracker.system.export_database(file)
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(other, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "tables/log.jsonl":
                assert b"They met." in content
                content = content.replace(b"They met.", b"They did not.")
            new.writestr(name, content)
    refuse(tracker_beside, other, "was changed after it was written")


def test_a_damaged_file_is_refused_or_comes_back_whole(
    lived: Lived, tracker_beside: Tracker, tmp_path: Path
) -> None:
    file, broken = tmp_path / "all.zip", tmp_path / "broken.zip"
    lived.tracker.system.export_database(file)
    content, before = file.read_bytes(), dump(tracker_beside)
    head = lived.tracker.system.verify().head

    @given(st.integers(0, len(content) - 1), st.integers(1, 255), st.booleans())
    def damage(place: int, change: int, cut: bool) -> None:
        changed = bytes([content[place] ^ change])
        broken.write_bytes(content[:place] + (b"" if cut else changed + content[place + 1 :]))
        # Nothing of this session is kept.
        with tracker_beside.context.store.reading() as session, suppress(Refused):
            manifest = read_database(session, broken)
            assert manifest.head == head
        assert dump(tracker_beside) == before

    damage()
    for text in ("", "hello"):
        broken.write_text(text)
        refuse(tracker_beside, broken, "is no whole export")
    refuse(tracker_beside, tmp_path / "missing.zip", "name a file that is there")


@pytest.fixture
def tracker_beside(tmp_path: Path) -> Iterator[Tracker]:
    """An empty tracker on SQLite."""
    settings = Settings(data_dir=tmp_path / "beside", me="ada")
    with open_tracker(settings, now=FakeClock(ANSWERED), fetch=no_network) as tracker:
        yield tracker


def refuse(tracker: Tracker, file: Path, reason: str) -> None:
    """The file is refused in one line, and nothing of it stays."""
    before = dump(tracker)
    with pytest.raises(Refused, match=reason) as refusal:
        tracker.system.import_database(file)
    assert "\n" not in str(refusal.value)
    assert dump(tracker) == before


def test_an_interrupted_import_leaves_an_empty_database(
    lived: Lived, tracker_beside: Tracker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lived.tracker.system.export_database(tmp_path / "all.zip")
    before, insert = dump(tracker_beside), whole_tables.insert_rows

    def stop(session: Any, name: str, rows: Any) -> None:
        insert(session, name, rows)
        if name == "resolution":
            raise KeyboardInterrupt

    monkeypatch.setattr(whole_tables, "insert_rows", stop)
    with pytest.raises(KeyboardInterrupt):
        tracker_beside.system.import_database(tmp_path / "all.zip")
    assert dump(tracker_beside) == before
    monkeypatch.undo()
    assert tracker_beside.system.import_database(tmp_path / "all.zip").rows["resolution"] == 1


def test_rows_are_in_memory_some_at_a_time(
    lived: Lived, tracker_beside: Tracker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole_tables, "ROWS_AT_A_TIME", 2)
    sizes: list[int] = []
    insert = whole_tables.insert_rows

    def note(session: Any, name: str, rows: Any) -> None:
        sizes.append(len(rows))
        insert(session, name, rows)

    monkeypatch.setattr(whole_tables, "insert_rows", note)
    lived.tracker.system.export_database(tmp_path / "all.zip")
    tracker_beside.system.import_database(tmp_path / "all.zip")
    assert max(sizes) == 2
    assert dump(tracker_beside)["log"] == dump(lived.tracker)["log"]


def test_the_commands_carry_a_database_to_another_folder(
    lived: Lived,
    clock: FakeClock,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shell, file = at_a_terminal(lived.tracker, clock, capsys, monkeypatch), tmp_path / "all.zip"
    head = lived.tracker.system.verify().head
    assert f"the head of the log is {head}" in " ".join(
        shell("system", "export", str(file)).split()
    )
    assert "is there already" in shell.refused("system", "export", str(file))
    other = shell.elsewhere(tmp_path / "moved")
    assert f"is {head}, as before" in " ".join(other("system", "import", str(file)).split())
    assert QUESTION in other("question", "list", "--json")
    assert "in use already" in other.refused("system", "import", str(file))
