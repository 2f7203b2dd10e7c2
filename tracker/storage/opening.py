"""Opening a database: made only where that is wanted, brought to the newest version, its faults
told in one line.
"""

from pathlib import Path

from sqlalchemy import Engine

from tracker.errors import Refused, StorageUnavailable
from tracker.files.permissions import create_private
from tracker.storage.faults import explained
from tracker.storage.schema import upgrade
from tracker.storage.sessions import Store, open_engine

_MAKES = {"tracker.sqlite": ("database", "tracker up"), "replay.sqlite": ("replay", "tracker demo")}
"""By the name of a file: what it holds, and the command that makes it."""

_NO_DIRECTORY = "{} is a file: choose a directory with --data"


def open_store(url: str, *, create: bool = True) -> Store:
    """The database at an address, at the newest version.

    Without `create`, raises `Refused` where there is no file with a database, and makes nothing.
    Raises `StorageUnavailable` and `StorageDamaged` for a database that cannot be used,
    `BadSettings` for a bad address.
    """
    engine = open_engine(url)
    try:
        _prepare_file(engine, create)
        with explained(engine):
            upgrade(engine)
    except BaseException:
        engine.dispose()
        raise
    return Store(engine)


def _prepare_file(engine: Engine, create: bool) -> None:
    """Make a new SQLite file and its directory, for their owner alone, or refuse to."""
    name = engine.url.database or ""
    if engine.dialect.name != "sqlite" or name in ("", ":memory:") or name.startswith("file:"):
        return
    file = Path(name)
    try:
        if create:
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            create_private(file)
            return
        missing = not file.exists() or (file.is_file() and file.stat().st_size == 0)
    except FileExistsError:
        raise Refused(_NO_DIRECTORY.format(file.parent)) from None
    except OSError as error:
        raise StorageUnavailable(
            f"{file.parent} cannot be used ({error.strerror}): choose another --data"
        ) from None
    if missing:
        raise Refused(_missing(file))


def _missing(file: Path) -> str:
    if file.parent.exists() and not file.parent.is_dir():
        return _NO_DIRECTORY.format(file.parent)
    what, command = _MAKES.get(file.name, ("", "tracker up"))
    return (
        f"no {what} in {file.parent}; `{command}` makes one"
        if what
        else f"no database {file}; `{command}` makes one"
    )
