"""A migration killed at many moments, on both dialects: old or new, never between."""

import random
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from alembic import command

from tests.faults.installation import Installation, new_installation
from tests.faults.newsroom import open_newsroom
from tests.faults.outcome import Check, Outcome, judge
from tests.postgres import own_server
from tracker.storage import schema
from tracker.storage.schema import count_rows, read_schema_version
from tracker.storage.sessions import open_engine

OLD: Final = "0009"
"""The schema version that databases are put back to, with all their rows."""

KILLS: Final = 12
ITEMS: Final = 2_000
OPENING: Final = ("question", "list")
"""A command that opens the database, and so migrates it."""


@dataclass(frozen=True, slots=True)
class State:
    """The schema version of a database and the rows of each table."""

    version: str | None
    rows: dict[str, int]


def kill_migration() -> Outcome:
    """Kill the migration of a database with some thousand items."""
    with new_installation() as place:
        _fill(place)
        place.engine.dispose()
        image = place.data.parent / "old.sqlite"
        with (
            closing(sqlite3.connect(_find_file(place))) as source,
            closing(sqlite3.connect(image)) as target,
        ):
            source.backup(target)
        checks = _try_moments("SQLite", place, lambda: _put_file_back(place, image))
    with own_server() as server, new_installation(server.make_database()) as place:
        _fill(place)
        place.engine.dispose()
        other = Installation(place.data, place.log, server.make_database("tried"))
        checks += _try_moments(
            "PostgreSQL", other, lambda: server.make_database("tried", "tracker")
        )
    return judge(checks)


def _fill(place: Installation) -> None:
    """Fill a database of today, then take its schema back to the old version."""
    with open_newsroom() as news:
        news.ask("publish", 10, ITEMS // 10)
        place.load(news, 10)
        code = place.run("feed", "poll")
        assert code == 0, place.log.read_text()[-2_000:]
    with place.engine.execution_options(tracker_writing=True).connect() as connection:
        if place.engine.dialect.name == "sqlite":
            schema._set_foreign_keys(connection, "OFF")
        with connection.begin():
            config = schema._alembic_config()
            config.attributes["connection"] = connection
            command.downgrade(config, OLD)


def _find_file(place: Installation) -> str:
    return place.settings.url.removeprefix("sqlite:///")


def _put_file_back(place: Installation, image: Path) -> None:
    place.engine.dispose()
    for end in ("-wal", "-shm"):
        Path(_find_file(place) + end).unlink(missing_ok=True)
    shutil.copy(image, _find_file(place))


def _try_moments(dialect: str, place: Installation, put_back: Callable[[], object]) -> list[Check]:
    put_back()
    old = read_state(place)
    began = time.monotonic()
    assert place.run(*OPENING) == 0
    whole = time.monotonic() - began
    new, chance = read_state(place), random.Random(2)
    untouched = finished = unfinished = 0
    between = list[str]()
    for number in range(KILLS):
        put_back()
        process = place.fork(*OPENING)
        time.sleep(whole * (number + chance.random()) / KILLS)
        process.kill()
        process.join()
        match read_state(place):
            case state if state == old:
                untouched += 1
            case state if is_migrated(state, new):
                finished += 1
            case state:
                between.append(_describe(state, new))
        unfinished += place.run(*OPENING) != 0 or read_state(place) != new
    return [
        Check(
            not between,
            f"{dialect}: {KILLS} kills within {whole:.1f} s, {untouched} old, {finished} new, "
            f"{len(between)} between{'; '.join(between)}",
        ),
        Check(not unfinished, "each next start finishes it"),
        place.check_file(),
    ]


DERIVED: Final = {"property", "score", "standing"}
"""Tables that opening a database fills anew after its migration, in a transaction of its own."""


def is_migrated(state: State, new: State) -> bool:
    """Whether a state is the new one, but for what is worked out afterwards."""
    return state.version == new.version and find_differences(state, new) <= DERIVED


def find_differences(state: State, new: State) -> set[str]:
    """The tables whose rows differ in number."""
    return {n for n in {*state.rows, *new.rows} if state.rows.get(n) != new.rows.get(n)}


def _describe(state: State, new: State) -> str:
    """Say how a state differs from the new one."""
    differ = ", ".join(sorted(find_differences(state, new)))
    return f" (version {state.version}; other rows in {differ})"


def read_state(place: Installation) -> State:
    """Read version and rows past the tracker."""
    engine = open_engine(place.settings.url)
    try:
        place.wait_for_quiet()
        with engine.connect() as connection:
            return State(read_schema_version(connection), count_rows(connection))
    finally:
        engine.dispose()
