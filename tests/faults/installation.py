"""An installation under test: a data directory, its database, and what can be asked of both."""

import os
import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine, text, update

from tests.benchmarks.feed_server import Server
from tests.builders import a_feed, a_question, a_set
from tests.faults.commands import fork_command, run_command, wait_until
from tests.faults.newsroom import feed_address
from tests.faults.outcome import Check
from tracker.app.tracker import open_tracker
from tracker.settings import Settings
from tracker.storage.sessions import open_engine
from tracker.storage.tables import FeedRow

QUESTION: Final = "summit-2027"
OTHERS: Final = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> "
    "pg_backend_pid()"
)
QUIET_SECONDS: Final = 30
LONG_AGO: Final = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Installation:
    """`database_url` is "" for SQLite in the data directory; `log` has what processes print."""

    data: Path
    log: Path
    database_url: str = ""
    fetch_seconds: float = 30.0
    engine: Engine = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "engine", open_engine(self.settings.url))

    @property
    def settings(self) -> Settings:
        """Settings as its processes have them."""
        return Settings(
            data_dir=self.data,
            database_url=self.database_url,
            me="ada",
            encoder="static",
            private_feeds="127.0.0.0/8",
        )

    @property
    def environment(self) -> Mapping[str, str]:
        """The environment of its processes."""
        kept = {n: os.environ[n] for n in ("PATH", "HOME", "XDG_RUNTIME_DIR") if n in os.environ}
        return {
            **kept,
            "TRACKER_DATA_DIR": str(self.data),
            "TRACKER_DATABASE_URL": self.database_url,
            "TRACKER_ME": "ada",
            "TRACKER_ENCODER": "static",
            "TRACKER_PRIVATE_FEEDS": "127.0.0.0/8",
            "TRACKER_FETCH_SECONDS": str(self.fetch_seconds),
        }

    def load(self, news: Server, feeds: int) -> None:
        """Make the database, with a question that is open now, and follow the first feeds."""
        now = datetime.now(UTC)
        question = a_question(
            QUESTION,
            opens_at=now - timedelta(days=30),
            closes_at=now + timedelta(days=400),
            resolves_at=now + timedelta(days=410),
        )
        seeds = [a_feed(f"feed-{n}", url=feed_address(news, n)) for n in range(feeds)]
        with open_tracker(self.settings) as tracker:
            tracker.question_sets.load(a_set(question, feeds=seeds))

    def fork(self, *arguments: str, **environment: str) -> BaseProcess:
        """Start a command of the tracker."""
        return fork_command(arguments, self.log, {**self.environment, **environment})

    def run(self, *arguments: str) -> int:
        """Run a command of the tracker to its end; return its exit code."""
        return run_command(arguments, self.log, self.environment)

    def ask(self, query: str, **values: Any) -> list[Any]:
        """Ask the database itself, past the tracker; return its rows."""
        with self.engine.connect() as connection:
            return list(connection.execute(text(query), values))

    def make_due(self) -> None:
        """Make every feed due, paused ones too, as if its time had come."""
        with self.engine.begin() as connection:
            connection.execute(update(FeedRow).values(next_due_at=LONG_AGO, paused_why=""))

    def count(self, table: str) -> int:
        """Count the rows of a table."""
        count: int = self.ask(f"SELECT count(*) FROM {table}")[0][0]
        return count

    def check_items(self, news: Server) -> Check:
        """Compare what was published with what is stored: nothing lost, nothing doubled."""
        published = set(news.ask("published"))
        stored = [url for (url,) in self.ask("SELECT url FROM item")]
        lost, doubled = len(published - set(stored)), len(stored) - len(set(stored))
        return Check(
            not lost and not doubled,
            f"{len(published):,} published = {len(stored):,} items, {lost} lost, {doubled} doubled",
        )

    def check_forecasts(self, acknowledged: Mapping[str, float]) -> Check:
        """Compare the forecasts that were acknowledged, by their keys, with what is stored."""
        stored = [key for (key,) in self.ask("SELECT key FROM forecast WHERE key IS NOT NULL")]
        lost, doubled = len(acknowledged.keys() - set(stored)), len(stored) - len(set(stored))
        return Check(
            not lost and not doubled,
            f"{len(acknowledged)} forecasts acknowledged, {lost} lost, {doubled} doubled",
        )

    def check_soundness(self) -> Check:
        """Check the log and, on SQLite, the file."""
        whole = self.run("system", "verify") == 0
        return Check(whole and self.check_file().kept, "log whole, database sound")

    def check_file(self) -> Check:
        """Check the file of SQLite, and the references in it."""
        is_sound = bool(self.database_url) or (
            self.ask("PRAGMA integrity_check") == [("ok",)]
            and not self.ask("PRAGMA foreign_key_check")
        )
        return Check(is_sound, "database sound")

    def wait_for_quiet(self) -> None:
        """Wait until nobody is connected: a server goes on for a moment with what a killed client
        asked for.
        """
        self.engine.dispose()
        if self.database_url:
            wait_until(lambda: self.ask(OTHERS)[0][0] == 0, QUIET_SECONDS)
            self.engine.dispose()

    def read_last_line(self) -> str:
        """The last line that a process printed."""
        return (self.log.read_text(errors="replace").strip().splitlines() or [""])[-1]

    def check_log(self) -> Check:
        """Check that no process printed a traceback."""
        printed = self.log.read_text(errors="replace")
        errors = re.findall(r"^Traceback.*\n(?:[ \t|].*\n)+(.*)", printed, re.MULTILINE)
        kinds = Counter(error.partition(":")[0][:60] for error in errors)
        words = f" ({', '.join(kinds)})" if kinds else ""
        return Check(not errors, f"{len(errors)} tracebacks{words}")

    def has_caught_up(self, news: Server) -> bool:
        """Whether all that was published is stored."""
        return self.count("item") >= len(news.ask("published"))


@contextmanager
def new_installation(
    database_url: str = "", *, fetch_seconds: float = 30.0
) -> Iterator[Installation]:
    """An installation in a folder that goes at the end."""
    with tempfile.TemporaryDirectory(prefix="faults") as folder:
        data, log = Path(folder) / "data", Path(folder) / "printed.log"
        data.mkdir(mode=0o700)
        log.touch()
        installation = Installation(data, log, database_url, fetch_seconds)
        try:
            yield installation
        finally:
            installation.engine.dispose()
