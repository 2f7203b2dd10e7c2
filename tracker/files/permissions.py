"""File permissions: only the owner may read the files of an installation.

New files are created so. Permissions that an earlier version or somebody else left open are removed
when the tracker is opened, with one log line; where that is impossible (another owner, a file
system without permissions) they stay.
"""

import os
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import structlog

_OTHER_USERS = stat.S_IRWXG | stat.S_IRWXO
_SQLITE_PREFIX = "sqlite:///"
_DATABASE_SUFFIXES = ("", "-wal", "-shm", "-journal", ".scheduler")

logger = structlog.get_logger("tracker.files.permissions")


def restrict_permissions(settings_file: Path, database_url: str) -> None:
    """Remove the permissions of other users from data directory, settings file and SQLite database.

    Permissions that cannot be changed stay as they are.
    """
    directory = settings_file.parent
    files = [settings_file]
    if database_url.startswith(_SQLITE_PREFIX):
        database = database_url.removeprefix(_SQLITE_PREFIX).partition("?")[0]
        files += [Path(f"{database}{end}") for end in _DATABASE_SUFFIXES]
    closed = [path for path in files if _remove_permissions(path, stat.S_ISREG)]
    if (
        any(map(os.path.lexists, files))
        and _is_private_directory(directory)
        and _remove_permissions(directory, stat.S_ISDIR)
    ):
        closed.insert(0, directory)
    if closed:
        logger.warning("rights.tightened", paths=[str(path) for path in closed])


def create_private_file(path: Path) -> None:
    """Create an empty file that only its owner can read, unless the path exists.

    An existing file is not opened: closing it would drop SQLite's locks on it.
    """
    with suppress(OSError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _remove_permissions(path: Path, is_right_kind: Callable[[int], bool]) -> bool:
    """Remove the permissions of others from a path; return True if that changed anything."""
    with suppress(OSError):
        mode = path.stat().st_mode
        if is_right_kind(mode) and mode & _OTHER_USERS:
            path.chmod(stat.S_IMODE(mode) & ~_OTHER_USERS)
            return not path.stat().st_mode & _OTHER_USERS
    return False


def _is_private_directory(directory: Path) -> bool:
    """Return True if a directory can be closed to others without harm, as far as can be seen.

    It is ours, not shared by all users as /tmp is, and neither the working or home directory nor a
    parent of one.
    """
    with suppress(OSError, RuntimeError):  # RuntimeError: nobody knows where home is
        resolved = directory.resolve()
        state = resolved.stat()
        in_use = any(
            place.resolve().is_relative_to(resolved) for place in (Path.cwd(), Path.home())
        )
        return state.st_uid == os.geteuid() and not state.st_mode & stat.S_ISVTX and not in_use
    return False
