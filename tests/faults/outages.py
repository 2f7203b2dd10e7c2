"""The database away, and the disk full."""

import re
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.benchmarks.feed_server import Server
from tests.faults.commands import start_program, wait_until
from tests.faults.installation import QUESTION, Installation, new_installation
from tests.faults.newsroom import open_newsroom
from tests.faults.outcome import Check, NotTried, Outcome, judge
from tests.faults.pages import free_port, read_page, read_status
from tests.postgres import PostgresServer, own_server

FEEDS: Final = 15
START_SECONDS: Final = 180
AWAY_SECONDS: Final = 60
BACKLOG_SECONDS: Final = 120
AWAY_WORDS: Final = (
    r"no database answers|database (is away|has been away|does not answer|cannot be reached)"
)
HOLDERS: Final = (
    "SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a USING (pid) "
    "WHERE l.locktype = 'advisory' AND l.granted AND a.application_name LIKE 'tracker scheduler %'"
)


def lose_database() -> Outcome:
    """Stop PostgreSQL for a minute, then restart it, under a scheduler and a dashboard."""
    with (
        own_server() as server,
        open_newsroom() as news,
        new_installation(server.make_database()) as place,
    ):
        place.load(news, FEEDS)
        port = free_port()
        serving = ("--no-token", "--port", str(port))
        with (
            start_program("tracker", ("system", "run"), place.log, place.environment) as clock,
            start_program("dashboard", serving, place.log, place.environment),
        ):
            address = f"http://127.0.0.1:{port}"
            assert wait_until(lambda: read_status(address) == 200, START_SECONDS) is not None
            checks = [_catch_up(place, news, "before")]
            checks += _stay_away(server, place, news, address)
            checks += [*_check_leadership(place, clock.pid), *_restart(server, place, news)]
            checks += _check_leadership(place, clock.pid)
            clock.send_signal(signal.SIGTERM)
            code = clock.wait(30)
            checks.append(Check(code == 0, f"SIGTERM ends the scheduler with {code}"))
        return judge([*checks, place.check_items(news), place.check_log()])


def _stay_away(
    server: PostgresServer, place: Installation, news: Server, address: str
) -> list[Check]:
    place.engine.dispose()
    server.stop()
    began = time.monotonic()
    news.ask("publish", FEEDS, 20)
    time.sleep(10)
    status, page = read_status(address), read_page(address)
    is_told = bool(re.search(AWAY_WORDS, page, re.IGNORECASE))
    time.sleep(max(0.0, AWAY_SECONDS - (time.monotonic() - began)))
    server.start()
    back = _catch_up(place, news, f"after {AWAY_SECONDS} s away")
    return [
        Check(status == 503, f"/healthz says {status}"),
        Check(is_told, "pages say that the database is away"),
        back,
        Check(read_status(address) == 200, "the dashboard is well again"),
    ]


def _restart(server: PostgresServer, place: Installation, news: Server) -> list[Check]:
    news.ask("publish", FEEDS, 5)
    place.engine.dispose()
    server.restart()
    return [_catch_up(place, news, "after a restart")]


def _catch_up(place: Installation, news: Server, when: str) -> Check:
    """Publish, make everything due, and wait until it is stored."""
    news.ask("publish", FEEDS, 3)
    place.make_due()
    seconds = wait_until(lambda: place.has_caught_up(news), BACKLOG_SECONDS, every=0.5)
    words = "not stored" if seconds is None else f"stored within {seconds:.0f} s"
    return Check(seconds is not None, f"{when}: {words}")


def _check_leadership(place: Installation, pid: int) -> list[Check]:
    """One scheduler holds the lock, it is this one, and another is refused."""
    wait_until(lambda: bool(place.ask(HOLDERS)), 15)
    holders = [name for (name,) in place.ask(HOLDERS)]
    is_right = len(holders) == 1 and f"scheduler {pid} " in holders[0]
    refused = place.run("system", "run") == 2
    return [Check(is_right and refused, "one leader, another is refused")]


# Disk full

SMALL: Final = "12m"
LARGE: Final = "96m"
FULL_SECONDS: Final = 120
FILL_WORDS: Final = 400
KEY: Final = "on-a-full-disk"


def fill_disk() -> Outcome:
    """Let the scheduler fill a small file system, look at what still goes, and make it larger."""
    with small_disk() as mount, open_newsroom() as news, new_installation() as outside:
        place = Installation(mount / "data", outside.log)
        place.data.mkdir(mode=0o700)
        place.load(news, FEEDS)
        with start_program("tracker", ("system", "run"), place.log, place.environment) as clock:
            told = _fill(place, news)
            checks = [Check("no room is left" in told, f"the log says “{told}”"), *_use_full(place)]
            subprocess.run(["mount", "-o", f"remount,size={LARGE}", str(mount)], check=True)
            place.make_due()  # feeds that were read before the last entries came wait for their time
            seconds = wait_until(lambda: place.has_caught_up(news), FULL_SECONDS, every=0.5)
            checks.append(
                Check(seconds is not None, f"resumes by itself in {seconds or FULL_SECONDS:.0f} s")
            )
            checks.append(Check(clock.poll() is None, "the scheduler lived through it"))
        stored = place.run("forecast", "set", QUESTION, "0.4", "--key", KEY) == 0
        checks += [Check(stored, "the forecast is stored then"), place.check_forecasts({KEY: 0.4})]
        checks += [place.check_items(news), place.check_soundness(), place.check_log()]
        place.engine.dispose()
        return judge(checks)


def _fill(place: Installation, news: Server) -> str:
    """Publish until the scheduler says that it cannot write; return what it says."""
    ended = time.monotonic() + FULL_SECONDS
    while time.monotonic() < ended:
        news.ask("publish", FEEDS, 10, FILL_WORDS)
        try:
            place.make_due()
        except Exception:  # the disk is full for us, too; what is due stays due
            time.sleep(2)
        time.sleep(3)
        printed = place.log.read_text(errors="replace")
        if away := re.search(r"database\.away.*?reason=(.*)", printed):
            return away[1].strip("'\" \n")[:120].replace(str(place.data), "DATA")
    return ""


def _use_full(place: Installation) -> list[Check]:
    reads = place.run("question", "list"), place.run("feed", "list"), place.run("system", "verify")
    before = len(place.log.read_text().splitlines())
    refused = place.run("forecast", "set", QUESTION, "0.4", "--key", KEY)
    is_told = any("no room is left" in line for line in place.log.read_text().splitlines()[before:])
    return [
        Check(reads == (0, 0, 0), "reads go on, verify answers"),
        Check(refused == 0 or (refused == 1 and is_told), "a forecast is refused in one line"),
    ]


@contextmanager
def small_disk() -> Iterator[Path]:
    """A file system in memory, too small; it needs the right to mount."""
    with tempfile.TemporaryDirectory(prefix="disk") as mount:
        options = ["-t", "tmpfs", "-o", f"size={SMALL}", "tmpfs", mount]
        if subprocess.run(["mount", *options], check=False, capture_output=True).returncode:
            raise NotTried("not tried: mounting a small file system needs root")
        try:
            yield Path(mount)
        finally:
            subprocess.run(["umount", "-l", mount], check=False)
