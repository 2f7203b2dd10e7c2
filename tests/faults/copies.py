"""A backup made while feeds are read, and what was restored from it."""

import json
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tests.benchmarks.feed_server import Server
from tests.faults.installation import QUESTION, Installation, new_installation
from tests.faults.newsroom import open_newsroom
from tests.faults.outcome import Check, Outcome, judge
from tests.faults.workers import need
from tests.postgres import own_server

FEEDS: Final = 15
ROUNDS: Final = 5
BACKUP: Final = ("system", "backup")
RESTORE: Final = ("system", "restore")


def restore_backup() -> Outcome:
    """Back up during ingest, kill what writes, restore, and go on, on both dialects."""
    with new_installation() as place:
        need(place, *BACKUP)
        need(place, *RESTORE)
        checks = _drill("SQLite", place)
    with own_server() as server, new_installation(server.make_database()) as place:
        checks += _drill("PostgreSQL", place)
    return judge(checks)


def _drill(dialect: str, place: Installation) -> list[Check]:
    with open_newsroom() as news:
        place.load(news, FEEDS)
        place.run("forecast", "set", QUESTION, "0.4")
        seconds = _back_up_during_ingest(place, news)
        (file,) = _find_backups(place)[-1:]
        with zipfile.ZipFile(file) as archive:
            state = json.loads(archive.read("manifest.json"))["state"]
        place.wait_for_quiet()
        code = place.run(*RESTORE, str(file))
        reason = f" ({place.read_last_line()})" if code else ""
        checks = [
            Check(code == 0, f"{dialect}: restore ends with {code}{reason}"),
            *_compare(place, state["head"], state["rows"]),
            Check(place.run("system", "verify", "--scores") == 0, "scores as recomputed"),
            place.check_soundness(),
        ]
        place.make_due()
        place.run("feed", "poll")
        return [*checks, place.check_items(news), Check(seconds < 60, f"backup {seconds:.1f} s")]


def _find_backups(place: Installation) -> list[Path]:
    """The files of the backups, oldest first."""
    return sorted(place.data.parent.glob("copies/*.zip"), key=lambda file: file.stat().st_mtime_ns)


def _back_up_during_ingest(place: Installation, news: Server) -> float:
    """Back up while each of some polls goes on, and kill the last; return the seconds it took."""
    folder = place.data.parent / "copies"
    folder.mkdir()
    for number in range(ROUNDS):
        news.ask("publish", FEEDS, 20)
        place.make_due()
        poll = place.fork("feed", "poll")
        began = time.monotonic()
        code = place.run(*BACKUP, "--to", str(folder))
        assert code == 0, place.log.read_text()[-2_000:]
        seconds = time.monotonic() - began
        if number == ROUNDS - 1:
            poll.kill()
        poll.join()
    return seconds


def _compare(place: Installation, head: str, rows: Mapping[str, int]) -> list[Check]:
    """Compare what was restored with the manifest: the log has one entry more, of the restore."""
    seq, _, entry_hash = head.partition(":")
    stored = place.ask("SELECT hash FROM log WHERE seq = :seq", seq=int(seq))
    is_same = [as_hex(found) for (found,) in stored] == [entry_hash]
    changed = {n for n in rows if place.count(f'"{n}"') != rows[n]}
    return [
        Check(is_same, f"the log goes on from entry {seq}"),
        Check(changed <= {"log"}, f"{sum(rows.values()):,} rows as backed up{_list(changed)}"),
    ]


def _list(changed: set[str]) -> str:
    return f" but those of {', '.join(sorted(changed))}" if changed - {"log"} else ""


def as_hex(value: str | bytes) -> str:
    """A hash as it is printed."""
    return value if isinstance(value, str) else bytes(value).hex()
