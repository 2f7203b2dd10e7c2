"""A backup made while feeds are read, and what was restored from it."""

import time
from pathlib import Path
from typing import Final

from tests.benchmarks.feed_server import Server
from tests.faults.installation import QUESTION, Installation, new_installation
from tests.faults.newsroom import open_newsroom
from tests.faults.outcome import Check, Outcome, judge
from tests.faults.workers import end, need
from tests.postgres import own_server

FEEDS: Final = 15
BACKUP: Final = ("system", "backup")
RESTORE: Final = ("system", "restore")


def restore_backup() -> Outcome:
    """Back up during ingest, kill what writes, restore, and go on, on both dialects."""
    with new_installation() as place:
        need(place, *BACKUP)
        need(place, *RESTORE)
        checks = _drill("SQLite", place)
    with own_server() as server, new_installation(server.url) as place:
        checks += _drill("PostgreSQL", place)
    return judge(checks)


def _drill(dialect: str, place: Installation) -> list[Check]:
    with open_newsroom() as news:
        place.load(news, FEEDS)
        place.run("forecast", "set", QUESTION, "0.4")
        file, seconds = _back_up_during_ingest(place, news)
        end_at = place.ask("SELECT max(seq) FROM log")[0][0]
        code = place.run(*RESTORE, str(file))
        checks = [
            Check(code == 0, f"{dialect}: restore ends with {code}"),
            *_compare(place, end_at),
            Check(place.run("system", "verify", "--scores") == 0, "scores as recomputed"),
            place.check_soundness(),
        ]
        place.make_due()
        place.run("feed", "poll")
        return [*checks, place.check_items(news), Check(seconds < 60, f"backup {seconds:.1f} s")]


def _back_up_during_ingest(place: Installation, news: Server) -> tuple[Path, float]:
    """Back up while polls go on, and kill the last of them; return the newest file."""
    folder = place.data.parent / "copies"
    folder.mkdir()
    poll = place.fork("feed", "poll")
    for _ in range(5):
        news.ask("publish", FEEDS, 20)
        place.make_due()
        poll.join()
        poll = place.fork("feed", "poll")
        began = time.monotonic()
        assert place.run(*BACKUP, "--to", str(folder)) == 0
        seconds = time.monotonic() - began
    poll.kill()
    end([poll])
    files = [f for f in folder.iterdir() if f.is_file() and f.suffix != ".json"]
    return max(files, key=lambda f: f.stat().st_mtime), seconds


def _compare(place: Installation, newest: int) -> list[Check]:
    """The restored log is a beginning of the former one."""
    restored = place.ask("SELECT max(seq) FROM log")[0][0]
    return [Check(0 < restored <= newest + 1, f"log restored to {restored} of {newest}")]
