"""Open a database: create it if allowed and upgrade its schema."""

from pathlib import Path

from sqlalchemy import Engine

from tracker.errors import Refused, StorageUnavailable
from tracker.files.permissions import create_private_file
from tracker.storage.faults import translate_errors
from tracker.storage.schema import upgrade
from tracker.storage.sessions import Store, open_engine

_CREATORS = {
    "tracker.sqlite": ("database", "tracker up"),
    "replay.sqlite": ("replay", "tracker demo"),
}
"""Content of a file and the command that creates it, by file name."""

_NO_DIRECTORY = "{} is a file: choose a directory with --data"


def open_store(url: str, *, create: bool = True) -> Store:
    """Open the database at an address and upgrade its schema.

    Without `create`, raises `Refused` if there is no database file, and creates nothing. Raises
    `StorageUnavailable` or `StorageDamaged` for an unusable database, `BadSettings` for a bad
    address.
    """
    engine = open_engine(url)
    try:
        _prepare_file(engine, create)
        with translate_errors(engine):
            upgrade(engine)
    except BaseException:
        engine.dispose()
        raise
    return Store(engine)


def _prepare_file(engine: Engine, create: bool) -> None:
    """Create a new SQLite file and its directory, private to their owner, or refuse to."""
    name = engine.url.database or ""
    if engine.dialect.name != "sqlite" or name in ("", ":memory:") or name.startswith("file:"):
        return
    file = Path(name)
    try:
        if create:
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            create_private_file(file)
            return
        missing = not file.exists() or (file.is_file() and file.stat().st_size == 0)
    except FileExistsError:
        raise Refused(_NO_DIRECTORY.format(file.parent)) from None
    except OSError as error:
        raise StorageUnavailable(
            f"{file.parent} cannot be used ({error.strerror}): choose another --data"
        ) from None
    if missing:
        raise Refused(_explain_missing(file))


def _explain_missing(file: Path) -> str:
    if file.parent.exists() and not file.parent.is_dir():
        return _NO_DIRECTORY.format(file.parent)
    content, command = _CREATORS.get(file.name, ("", "tracker up"))
    return (
        f"no {content} in {file.parent}; `{command}` makes one"
        if content
        else f"no database {file}; `{command}` makes one"
    )
