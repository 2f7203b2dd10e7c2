"""Who may read the files of an installation: their owner alone.

What is new is made so. What an earlier version or somebody else left open is closed when the
tracker is opened, with one line in the log; where that is not possible (another owner, a file
system without rights) it stays as it is.
"""

import os
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import structlog

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_SQLITE = "sqlite:///"
_BESIDE_DATABASE = ("", "-wal", "-shm", "-journal", ".scheduler")

logger = structlog.get_logger("tracker.files.permissions")


def close_to_others(settings_file: Path, database_url: str) -> None:
    """Take the rights of other users from the data directory, the settings file and a SQLite
    database.

    What cannot be changed stays as it is.
    """
    directory = settings_file.parent
    files = [settings_file]
    if database_url.startswith(_SQLITE):
        database = database_url.removeprefix(_SQLITE).partition("?")[0]
        files += [Path(f"{database}{end}") for end in _BESIDE_DATABASE]
    closed = [path for path in files if _closed(path, stat.S_ISREG)]
    if (
        any(map(os.path.lexists, files))
        and _serves_us_alone(directory)
        and _closed(directory, stat.S_ISDIR)
    ):
        closed.insert(0, directory)
    if closed:
        logger.warning("rights.tightened", paths=[str(path) for path in closed])


def create_private(path: Path) -> None:
    """Make an empty file that only its owner can read, unless there is something of that name
    already.

    A file that exists is not opened: SQLite's locks on it would be lost when it is closed.
    """
    with suppress(OSError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _closed(path: Path, is_right_kind: Callable[[int], bool]) -> bool:
    """Take the rights of others from a file or directory; true if they had some and have none
    now.
    """
    with suppress(OSError):
        mode = path.stat().st_mode
        if is_right_kind(mode) and mode & _OTHERS:
            path.chmod(stat.S_IMODE(mode) & ~_OTHERS)
            return not path.stat().st_mode & _OTHERS
    return False


def _serves_us_alone(directory: Path) -> bool:
    """Whether a directory can be closed to others without harm, as far as one can see.

    It is ours, not shared by all users as /tmp is, and not where somebody lives or works, nor above
    it.
    """
    with suppress(OSError, RuntimeError):  # RuntimeError: nobody knows where home is
        there = directory.resolve()
        state = there.stat()
        lived_in = any(place.resolve().is_relative_to(there) for place in (Path.cwd(), Path.home()))
        return state.st_uid == os.geteuid() and not state.st_mode & stat.S_ISVTX and not lived_in
    return False
