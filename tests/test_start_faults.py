"""Whatever is wrong with a database when a command starts is one line that says what to do, never a
traceback.
"""

import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from dashboard import __main__
from tests.builders import a_set, no_network
from tests.conftest import a_database
from tests.postgres import address
from tests.test_cli import Shell
from tests.test_running import free_port
from tracker.app.questions import QuestionService
from tracker.app.tracker import Tracker, open_tracker
from tracker.errors import Refused, StorageDamaged, StorageUnavailable
from tracker.interfaces.cli.commands import terminal
from tracker.interfaces.scheduler import Scheduler
from tracker.settings import Settings
from tracker.storage import sessions

PASSWORD = "not-the-right-one"


@pytest.fixture
def sound(on_sqlite: Settings) -> Path:
    """The data directory with a database in it."""
    return on_sqlite.data_dir


@pytest.fixture
def start(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Shell:
    """A shell whose data directory does not exist."""
    monkeypatch.setenv("TRACKER_LOG_LEVEL", "error")
    monkeypatch.delenv("TRACKER_DEBUG", raising=False)
    monkeypatch.setenv("TRACKER_PORT", str(free_port()))
    monkeypatch.setenv("TRACKER_DATABASE_WAIT", "0")
    return Shell(tmp_path / "data", capsys, monkeypatch)


def one_line(shell: Shell, *argv: str, code: int) -> str:
    """The single line on standard error with which a command fails; it prints nothing else."""
    assert not shell(*argv, code=code).strip()
    (line,) = shell.error.splitlines()
    assert line.startswith("Error: ")
    assert "unexpected" not in line
    assert "Traceback" not in line
    return line


def half(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def noise(file: Path) -> None:
    file.write_bytes(random.Random(1).randbytes(50_000))


def directory(file: Path) -> None:
    file.unlink()
    file.mkdir()


def foreign(file: Path) -> None:
    file.unlink()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE bookmark (url TEXT)")


@pytest.mark.parametrize(
    "argv",
    [("question", "list"), ("system", "run"), ("question", "import-set", "grid_storage_2026")],
)
@pytest.mark.parametrize(
    ("spoil", "code", "told"),
    [
        (half, 2, "is damaged ("),
        (noise, 2, "is no SQLite database: move the file away"),
        (directory, 1, "it is a directory: move it away"),
        (foreign, 2, "is the database of another program: choose another --data"),
    ],
)
def test_a_spoilt_database_file_is_told_in_one_line(
    start: Shell,
    sound: Path,
    argv: tuple[str, ...],
    spoil: Callable[[Path], None],
    code: int,
    told: str,
) -> None:
    spoil(start.directory / "tracker.sqlite")
    line = one_line(start, *argv, code=code)
    assert told in line
    assert str(start.directory) in line


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("me = ", "is not valid TOML"),
        (f"me = {'[' * 30_000}", "nested too deeply"),
        (f"port = {'9' * 5_000}", "Exceeds the limit"),
        (None, "is not a regular file"),
        ('database_password = "s3cret"', "write 'database_url' with a user"),
    ],
)
@pytest.mark.parametrize("argv", [("question", "list"), ("up", "--no-browser"), ("system", "run")])
def test_spoilt_settings_are_told_in_one_line(
    start: Shell, sound: Path, argv: tuple[str, ...], content: str | None, told: str
) -> None:
    file = sound / "tracker.toml"
    file.mkdir() if content is None else file.write_text(content)
    assert told in one_line(start.elsewhere(sound), *argv, code=2)


def as_file(place: Path) -> Path:
    place.write_text("no directory")
    return place


def below_file(place: Path) -> Path:
    return as_file(place) / "below"


def unwritable(place: Path) -> Path:
    return Path("/proc/tracker-data")


@pytest.mark.parametrize(
    ("place", "code", "told"),
    [
        (as_file, 2, "is a file: choose a directory with --data"),
        (below_file, 1, "cannot be used (Not a directory): choose another --data"),
        (unwritable, 1, "cannot be used ("),
    ],
)
@pytest.mark.parametrize("argv", [("up", "--no-browser"), ("demo", "--no-serve")])
def test_a_directory_that_cannot_be_made_is_told(
    start: Shell,
    tmp_path: Path,
    argv: tuple[str, ...],
    place: Callable[[Path], Path],
    code: int,
    told: str,
) -> None:
    assert told in one_line(start.elsewhere(place(tmp_path / "place")), *argv, code=code)


@pytest.mark.parametrize("verb", ["run", "worker"])
def test_what_runs_on_waits_for_its_server(
    start: Shell, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    monkeypatch.setenv("TRACKER_DATABASE_URL", "postgresql+psycopg://ada@127.0.0.1:1/x")
    waited: list[Settings] = []
    monkeypatch.setattr(terminal, "wait_for_database", lambda given, _notify: waited.append(given))
    start("system", verb, code=1)
    assert len(waited) == 1


@pytest.mark.parametrize(
    ("url", "code", "told"),
    [
        (
            f"postgresql+psycopg://ada:{PASSWORD}@127.0.0.1:1/x",
            1,
            "no database answers at 127.0.0.1:1: start",
        ),
        (f"postgresql+psycopg://ada:{PASSWORD}@[::1/x", 2, "database_url is no database address"),
        (
            f"postgresql+psycopg://ada:{PASSWORD}@host:port/x",
            2,
            "database_url is no database address",
        ),
        (f"postgresql+nodriver://ada:{PASSWORD}@host/x", 2, "database_url is no database address"),
        (f"postgresql+pg8000://ada:{PASSWORD}@host/x", 2, "database_url is no database address"),
        (
            f"postgresql+psycopg://ada:{PASSWORD}@127.0.0.1:1/x?colour=blue",
            2,
            "an option that PostgreSQL does not know",
        ),
        ("sqlite:////dev/null/x.sqlite", 2, "/dev/null is a file"),
        ("mysql://ada@host/x", 2, "must be a sqlite or postgresql address"),
    ],
)
@pytest.mark.parametrize(
    "argv", [("question", "import-set", "grid_storage_2026"), ("up", "--no-browser")]
)
def test_an_address_without_a_database_is_told(
    start: Shell,
    monkeypatch: pytest.MonkeyPatch,
    argv: tuple[str, ...],
    url: str,
    code: int,
    told: str,
) -> None:
    monkeypatch.setenv("TRACKER_DATABASE_URL", url)
    line = one_line(start, *argv, code=code)
    assert told in line
    assert PASSWORD not in line


@pytest.fixture
def guarded_server(postgres_server: str) -> Iterator[str]:
    """The server with a user who has to give a password."""
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        (name,) = connection.execute("SHOW hba_file").fetchone() or ("",)
        rules, file = Path(name).read_text(), Path(name)
        file.write_text(f"local all guarded scram-sha-256\n{rules}")
        connection.execute("CREATE ROLE guarded LOGIN PASSWORD 'right'")
        connection.execute("SELECT pg_reload_conf()")
        yield postgres_server
        file.write_text(rules)
        connection.execute("SELECT pg_reload_conf()")
        connection.execute("DROP ROLE guarded")


def test_a_wrong_password_is_told_without_it(
    start: Shell, guarded_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = address(guarded_server, "postgres").replace("//postgres:@", f"//guarded:{PASSWORD}@")
    monkeypatch.setenv("TRACKER_DATABASE_URL", url)
    line = one_line(start, "question", "list", code=1)
    assert 'password authentication failed for user "guarded"' in line
    assert "correct user and password in database_url" in line
    assert PASSWORD not in line
    monkeypatch.setenv("TRACKER_DATABASE_URL", url.replace(f":{PASSWORD}", ""))
    assert "no password supplied" in one_line(start, "question", "list", code=1)


def test_a_server_without_the_database_is_told(
    start: Shell, postgres_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_DATABASE_URL", address(postgres_server, "nowhere"))
    assert 'database "nowhere" does not exist): create it' in one_line(
        start, "question", "list", code=1
    )


def test_a_database_that_is_not_utf8_is_refused(
    start: Shell, postgres_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = " ENCODING 'SQL_ASCII' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'"
    with a_database(postgres_server, plain) as url:
        monkeypatch.setenv("TRACKER_DATABASE_URL", url)
        assert "has the encoding SQL_ASCII: create it with encoding UTF8" in one_line(
            start, "question", "list", code=2
        )


def test_a_read_only_server_is_told(
    start: Shell, tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_DATABASE_URL", postgres_url)
    essay = tmp_path / "essay.txt"
    essay.write_text("Arland will sign the treaty by 2030.")
    assert start.json("essay", "list") == []
    with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as connection:
        name = connection.info.dbname
        connection.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    line = one_line(start, "essay", "add", str(essay), code=1)
    assert "cannot be written" in line
    assert "name the primary server in database_url" in line


def test_a_connection_that_is_cut_is_told(postgres_url: str) -> None:
    with open_tracker(Settings(database_url=postgres_url), fetch=no_network) as tracker:

        def cut_while_reading() -> None:
            with (
                tracker.context.store.reading() as session,
                psycopg.connect(postgres_url.replace("+psycopg", "")) as other,
            ):
                session.connection()
                other.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
                session.connection().exec_driver_sql("SELECT 1")

        with pytest.raises(StorageUnavailable, match="terminating connection"):
            cut_while_reading()
        assert tracker.questions.list() == ()  # the next one is a new connection


# A database file that cannot be written now


def test_a_locked_database_is_told(
    start: Shell, sound: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "PRAGMAS", (*sessions.PRAGMAS, "busy_timeout=1"))
    with closing(
        sqlite3.connect(start.directory / "tracker.sqlite", isolation_level=None)
    ) as other:
        other.execute("BEGIN IMMEDIATE")
        assert "is locked by another process: wait" in one_line(start, "system", "suggest", code=1)


def test_a_full_disk_is_told(start: Shell, sound: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "PRAGMAS", (*sessions.PRAGMAS, "max_page_count=1"))
    essay = start.directory / "essay.txt"
    essay.write_text("Arland will sign the treaty by 2030. " * 5_000)
    assert "no room is left for" in one_line(start, "essay", "add", str(essay), code=1)


def test_a_read_only_database_is_told(
    start: Shell, sound: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(
        "TRACKER_DATABASE_URL", f"sqlite:///file:{start.directory}/tracker.sqlite?mode=ro&uri=true"
    )
    assert "cannot be written: allow this user" in one_line(start, "system", "suggest", code=1)


# No database


@pytest.mark.parametrize(
    "argv",
    [
        ("question", "list"),
        ("system", "verify"),
        ("feed", "list"),
        ("feed", "poll"),
        ("essay", "list"),
        ("system", "run"),
        ("system", "suggest"),
        ("report", "export", "questions"),
        ("--replay", "question", "list"),
    ],
)
def test_a_mistyped_data_directory_is_refused(start: Shell, argv: tuple[str, ...]) -> None:
    line = one_line(start, *argv, code=2)
    assert f"in {start.directory}; `tracker " in line
    assert line.endswith(" makes one")
    assert not start.directory.exists()


def test_an_empty_file_counts_as_no_database(start: Shell) -> None:
    start.directory.mkdir()
    (start.directory / "tracker.sqlite").touch()
    assert "; `tracker up`, `tracker essay add FILE`" in one_line(start, "question", "list", code=2)
    assert (start.directory / "tracker.sqlite").stat().st_size == 0


def test_loading_a_set_makes_a_database(start: Shell) -> None:
    start("question", "import-set", "grid_storage_2026")
    assert start.json("question", "list")


ASK = (
    "question", "ask", "rain", "--text", "Will it rain in Oslo on 1 May 2030?", "--closes", "2030-05-02",
    "--criteria", "YES if it rains 0.1 mm or more in Oslo, at the gauge of Blindern, on 1 May 2030 (CET).",
    "--source", "MET Norway",
)  # fmt: skip


@pytest.mark.parametrize("argv", [ASK, ("essay", "add", "rain.md")])
def test_the_first_writing_command_makes_a_database(
    start: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, argv: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rain.md").write_text("# Rain\n\nIt will rain in May.\n", encoding="utf-8")
    start(*argv)
    assert start.error == f"Made a database in {start.directory}.\n"
    start("question", "list")
    assert start.error == ""
    assert "no replay in" in one_line(start, "--replay", *argv, code=2)


def test_commands_print_no_log_line(
    start: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TRACKER_LOG_LEVEL")
    start(*ASK)
    (start.directory / "tracker.sqlite").chmod(0o644)
    start("question", "list")
    assert start.error == ""
    (start.directory / "tracker.sqlite").chmod(0o644)
    monkeypatch.setenv("TRACKER_LOG_LEVEL", "debug")
    start("question", "list")
    assert "rights.tightened" in start.error


def test_commands_without_a_database_ask_for_none(start: Shell) -> None:
    start("question", "sets")
    start("question", "check-set", "grid_storage_2026")
    start("--version")
    assert not start.directory.exists()


@pytest.mark.parametrize(
    ("spoil", "code", "told"),
    [(half, 2, "is damaged"), (noise, 2, "is no SQLite"), (foreign, 2, "another program")],
)
def test_the_dashboard_ends_with_one_line(
    sound: Path,
    start: Shell,
    capsys: pytest.CaptureFixture[str],
    spoil: Callable[[Path], None],
    code: int,
    told: str,
) -> None:
    spoil(sound / "tracker.sqlite")
    assert __main__.main(["--data", str(sound), "--port", str(free_port())]) == code
    (line,) = capsys.readouterr().err.splitlines()
    assert told in line


def test_the_dashboard_makes_no_database(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert __main__.main(["--data", str(tmp_path / "data"), "--port", str(free_port())]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"no database in {tmp_path / 'data'}; `tracker up`, `tracker essay add")
    assert not (tmp_path / "data").exists()


# A database that is damaged inside


@pytest.fixture
def torn(on_sqlite: Settings) -> Settings:
    """Settings of a database that opens, and that has two tables whose first pages are
    overwritten.
    """
    file = on_sqlite.data_dir / "tracker.sqlite"
    with closing(sqlite3.connect(file)) as connection:
        roots = connection.execute(
            "SELECT rootpage FROM sqlite_schema WHERE name IN ('log', 'feed')"
        ).fetchall()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    with file.open("r+b") as opened:
        for (root,) in roots:
            opened.seek((root - 1) * size)
            opened.write(b"\xa5" * size)
    return on_sqlite


def test_damage_inside_is_named_by_the_first_read(torn: Settings) -> None:
    with open_tracker(torn, fetch=no_network) as tracker:
        with pytest.raises(
            StorageDamaged, match=r"tracker\.sqlite is damaged \(.*\): stop the tracker"
        ):
            tracker.system.verify()
        with pytest.raises(StorageDamaged, match="is damaged"):
            tracker.system.check_database()


def test_text_that_cannot_be_decoded_is_damage(tracker: Tracker) -> None:
    tracker.question_sets.load(a_set())
    with (
        closing(sqlite3.connect(tracker.settings.data_dir / "tracker.sqlite")) as connection,
        connection,
    ):
        connection.execute("UPDATE question SET text = CAST(x'ff00fe' AS TEXT)")
    with pytest.raises(StorageDamaged, match=r"is damaged \(Could not decode to UTF-8"):
        tracker.questions.list()


def test_a_bug_on_a_sound_database_stays_a_bug(tracker: Tracker) -> None:
    def stumble() -> None:
        with tracker.context.store.reading():
            raise KeyError("a bug")

    with pytest.raises(KeyError, match="a bug"):
        stumble()


def test_a_row_that_makes_no_sense_is_damage_if_the_file_is(torn: Settings) -> None:
    with open_tracker(torn, fetch=no_network) as tracker:

        def stumble() -> None:
            with tracker.context.store.reading():
                raise KeyError("a bug")

        with pytest.raises(StorageDamaged, match="is damaged"):
            stumble()


def test_the_scheduler_checks_the_database_first(
    torn: Settings, start: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Scheduler, "run", lambda self: pytest.fail("a damaged database is polled"))
    line = one_line(start.elsewhere(torn.data_dir), "system", "run", code=2)
    assert "is damaged (" in line


def test_a_sound_database_passes_the_check(both: Tracker) -> None:
    both.question_sets.load(a_set())
    both.system.check_database()


def test_a_damaged_database_ends_a_round_of_polling(torn: Settings) -> None:
    with open_tracker(torn, fetch=no_network) as tracker, pytest.raises(StorageDamaged):
        tracker.feeds.poll(every=True)


# The last catch


def test_a_bug_is_one_line_and_its_trace_is_for_debugging(
    start: Shell, sound: Path, monkeypatch: pytest.MonkeyPatch
) -> None:

    def stumble(self: QuestionService) -> None:
        raise RuntimeError("two\nlines")

    monkeypatch.setattr(QuestionService, "list", stumble)
    start("question", "list", code=1)
    assert start.error == (
        "Error: unexpected RuntimeError: two\\nlines; set TRACKER_DEBUG=1 to see where "
        "it happened\n"
    )
    monkeypatch.setenv("TRACKER_DEBUG", "1")
    start("question", "list", code=1)
    assert "Traceback" in start.error
    assert "in stumble" in start.error


def test_a_foreign_file_keeps_what_it_holds(tmp_path: Path) -> None:
    (tmp_path / "tracker.sqlite").touch()
    foreign(tmp_path / "tracker.sqlite")
    before = (tmp_path / "tracker.sqlite").read_bytes()
    with pytest.raises(Refused, match="another program"):
        open_tracker(Settings(data_dir=tmp_path))
    with closing(sqlite3.connect(tmp_path / "tracker.sqlite")) as connection:
        assert connection.execute("SELECT name FROM sqlite_schema").fetchall() == [("bookmark",)]
    assert len(before) > 0
