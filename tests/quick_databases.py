"""What every test would do again at its database, done once a process: compiling statements,
migrating, first acts.

Nothing of the product is left out by it. The statements are the product's own, compiled once and
not for every engine anew; a new database is a copy of one that the migrations made; and a test's
beginning is a copy of what the same acts left behind before. What proves migrations calls them
itself (tests/store).
"""

import sqlite3
import tempfile
from collections.abc import Callable
from functools import cache
from inspect import unwrap
from pathlib import Path
from typing import Any

from sqlalchemy import Dialect, Engine, create_engine

from forecasts.question_sets.question_set import QuestionSet
from tests.builders import FakeClock
from tracker.app.question_set_files import QuestionSetService
from tracker.app.tracker import Tracker
from tracker.model.read_models import SetImport
from tracker.storage import schema
from tracker.storage.sessions import PRAGMAS, open_engine

COMPILED: dict[Any, Any] = {}
"""Compiled statements of this process: all that the product has, so none has to be dropped."""

AS_SHIPPED = PRAGMAS
UNSYNCED = tuple(
    "synchronous=OFF" if pragma.startswith("synchronous") else pragma for pragma in PRAGMAS
)
"""No test cuts the power, so none has to wait for the disk."""


@cache
def _shared_dialect() -> Dialect:
    """The dialect of every SQLite database of this process; statements are compiled for one."""
    engine = create_engine("sqlite://")
    engine.connect().close()  # the dialect looks at the library's version
    return engine.dialect


def engine_that_shares(url: str, **options: Any) -> Engine:
    """SQLAlchemy's `create_engine`, with the statements that other engines of the process have
    compiled.
    """
    engine = create_engine(url, **options)
    if engine.dialect.name == "sqlite":
        engine.update_execution_options(compiled_cache=COMPILED)
        engine.dialect = _shared_dialect()
    return engine


def upgrade_by_copy(engine: Engine, target: str = "head", **options: Any) -> None:
    """`schema.upgrade`, which fills a new SQLite database from one that the migrations made
    before.
    """
    if engine.dialect.name == "sqlite" and target == "head" and _is_new(_file(engine)):
        _restore(_migrated(), _file(engine))
    schema.upgrade(engine, target, **options)


def begin(
    tracker: Tracker, clock: FakeClock, acts: Callable[..., object], *arguments: object
) -> None:
    """Bring an empty tracker and its clock to where these acts leave them; on SQLite they are done
    once a process.

    The acts have to be the same every time: all they know is the tracker, the clock, and arguments
    that compare equal. What a test's press publishes stands outside of the tracker, so the test
    publishes it itself, before.
    """
    engine = tracker.context.store.engine
    if engine.dialect.name != "sqlite":
        acts(tracker, clock, *arguments)
        return
    known = (acts, arguments, clock.time)
    if known not in _BEGINNINGS:
        acts(tracker, clock, *arguments)
        _BEGINNINGS[known] = (_taken(_file(engine)), clock.time)
        return
    image, clock.time = _BEGINNINGS[known]
    _restore(image, _file(engine))


_BEGINNINGS: dict[Any, tuple[bytes, Any]] = {}

load_in_full = unwrap(QuestionSetService.load)
"""Without the check of the right to load, which is made for a copy, too."""


def load_by_copy(
    service: QuestionSetService, question_set: QuestionSet, *, replay: bool = False
) -> SetImport:
    """`QuestionSetService.load`, which copies what the same load made of the same database before.

    A database of which anything stands in the write-ahead log is loaded in full.
    """
    context = service._context
    file = _file(context.store.engine)
    if not isinstance(context.now, FakeClock) or not _is_at_rest(file):
        return load_in_full(service, question_set, replay=replay)
    acting = (context.principal, context.settings.keep_days, context.now.time)
    known = (repr(question_set), replay, acting, file.read_bytes())
    key = hash(known)
    if key in _LOADS:
        image, report = _LOADS[key]
        _restore(image, file)
        return report
    report = load_in_full(service, question_set, replay=replay)
    if len(_LOADS) == MOST_LOADS:
        _LOADS.pop(next(iter(_LOADS)))
    _LOADS[key] = (_taken(file), report)
    return report


_LOADS: dict[int, tuple[bytes, SetImport]] = {}
MOST_LOADS = 50
"""Databases that are kept, of a megabyte each."""


@cache
def _migrated() -> bytes:
    """An empty database of the newest version."""
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "new.sqlite"
        engine = open_engine(f"sqlite:///{file}")
        schema.upgrade(engine)
        engine.dispose()
        return _taken(file)


def _file(engine: Engine) -> Path:
    return Path(engine.url.database or "")


def _is_at_rest(file: Path) -> bool:
    """Whether a SQLite file holds all there is."""
    log = file.with_name(f"{file.name}-wal")
    return file.is_file() and not (log.exists() and log.stat().st_size)


def _is_new(file: Path) -> bool:
    return not file.exists() or file.stat().st_size == 0


def _taken(file: Path) -> bytes:
    """All that a database holds, as it stands."""
    source, copy = sqlite3.connect(file), sqlite3.connect(":memory:")
    try:
        source.backup(copy)
        image = copy.serialize()
        return (
            image[:18] + b"\1\1" + image[20:]
        )  # the mark of a write-ahead log, which a database in memory cannot have
    finally:
        source.close()
        copy.close()


def _restore(image: bytes, file: Path) -> None:
    """Make a database what the image holds, whoever has it open."""
    copy, target = sqlite3.connect(":memory:"), sqlite3.connect(file)
    try:
        target.execute("PRAGMA journal_mode=WAL")
        copy.deserialize(image)
        copy.backup(target)
    finally:
        copy.close()
        target.close()
