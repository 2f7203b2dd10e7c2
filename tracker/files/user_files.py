"""Read files named by users, regular ones up to a maximum size, and restrict who may read ours."""

import errno
import gzip
import json
import os
import stat
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib.resources.abc import Traversable
from io import TextIOWrapper
from pathlib import Path
from typing import Any, BinaryIO, Final

import structlog

from tracker.errors import Refused

MAX_BYTES: Final = 20_000_000
"""Default maximum of bytes of a file."""


def open_regular_file(file: Path) -> BinaryIO:
    """Open a regular file for reading; raises `Refused` for others, which could block."""
    try:
        opened = open(file, "rb", opener=open_nonblocking)  # noqa: SIM115  the caller closes it
    except (OSError, ValueError) as error:
        raise _unreadable_error(file, error) from None
    if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
        opened.close()
        raise Refused(f"{file} is no regular file: copy its contents into one and give that")
    return opened


def read_bytes(file: Path, max_bytes: int = MAX_BYTES) -> bytes:
    """Read all bytes of a regular file; raises `Refused` when it is unreadable or too large."""
    with open_regular_file(file) as opened:
        try:
            content = opened.read(max_bytes + 1)
        except OSError as error:
            raise _unreadable_error(file, error) from None
    if len(content) > max_bytes:
        raise Refused(f"{file} is larger than {max_bytes / 1e6:g} MB: give a smaller file")
    return content


def read_text(file: Path, max_bytes: int = MAX_BYTES) -> str:
    """Read a regular UTF-8 file without byte order mark; lines end in \\n. Raises `Refused`."""
    try:
        return (
            read_bytes(file, max_bytes)
            .decode("utf-8-sig")
            .replace("\r\n", "\n")
            .replace("\r", "\n")
        )
    except UnicodeDecodeError:
        raise Refused(f"{file} is not UTF-8 text: save the file as UTF-8") from None


def is_directory(path: Traversable) -> bool:
    """Return True if the directory exists; False, too, for a name that no file system accepts."""
    try:
        return path.is_dir()
    except OSError:
        return False


def open_nonblocking(path: str, flags: int) -> int:
    """Opener for `open` that does not wait for the other end of a pipe."""
    return os.open(path, flags | os.O_NONBLOCK, 0o666)


def _unreadable_error(file: Path, error: OSError | ValueError) -> Refused:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return Refused(
        f"{file} cannot be read ({reason}): name a file that is there and that you may read"
    )


MAX_LINE_CHARACTERS: Final = 10_000_000
"""Maximum characters of a line. The whole text of a long article has 100,000."""

JsonRecord = Mapping[str, Any]


class InvalidLine(ValueError):
    """Error in a line; the reader of the file adds the line number."""


def read_lines(file: Path) -> Iterator[tuple[int, str]]:
    """Yield the non-blank lines with their numbers from 1; raises `Refused` if unreadable."""
    try:
        with open_regular_file(file) as raw:
            unpacked: Any = gzip.GzipFile(fileobj=raw) if file.suffix == ".gz" else raw
            text_of = TextIOWrapper(unpacked, encoding="utf-8-sig")
            for number, line in enumerate(
                iter(lambda: text_of.readline(MAX_LINE_CHARACTERS + 1), ""), start=1
            ):
                if len(line) > MAX_LINE_CHARACTERS:
                    raise Refused(
                        f"{file}:{number} has more than {MAX_LINE_CHARACTERS:,} characters: "
                        "write one object a line"
                    )
                if line.strip():
                    yield number, line
    except UnicodeDecodeError:
        raise Refused(f"{file} is not UTF-8 text: save it as UTF-8") from None
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise Refused(
            f"{file} is no whole gzip file: pack it again, or take .gz off its name"
        ) from None
    except OSError as error:
        raise Refused(
            f"{file} cannot be read: {error.strerror}; name a file that is there"
        ) from None


def parse_record(line: str) -> JsonRecord:
    """Parse the JSON object of a line; raises on anything else."""
    try:
        parsed = json.loads(line)
    except (ValueError, RecursionError):
        raise InvalidLine(
            'this is no JSON: write one object a line, such as {"title": …}'
        ) from None
    if not isinstance(parsed, dict):
        raise InvalidLine('a line is one JSON object with named fields, such as {"title": …}')
    return parsed


def get_text(fields: JsonRecord, name: str) -> str:
    """Get a text without surrounding space; "" when there is none."""
    value = fields.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise InvalidLine(f"{name} is {describe_value(value)}: write a text in quotation marks")
    return value.strip()


def describe_value(value: object) -> str:
    """Format a value for an error message, in at most 40 characters."""
    try:
        return json.dumps(value)[:40]
    except RecursionError:
        return "nested too deep"


def get_identifier(fields: JsonRecord, name: str) -> str:
    """Get an id, which may also be written as a whole number."""
    value = fields.get(name)
    return (
        str(value)
        if isinstance(value, int) and not isinstance(value, bool)
        else get_text(fields, name)
    )


_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_OTHER_USERS = stat.S_IRWXG | stat.S_IRWXO
_SQLITE_PREFIX = "sqlite:///"
_DATABASE_SUFFIXES = ("", "-wal", "-shm", "-journal", ".scheduler")

logger = structlog.get_logger("tracker.files.user_files")


def restrict_permissions(settings_file: Path, database_url: str) -> None:
    """Remove the permissions of other users from data directory, settings file and SQLite database.

    Permissions that cannot be changed stay as they are.
    """
    directory = settings_file.parent
    files = list_own_files(settings_file, database_url)
    closed = [path for path in files if _remove_permissions(path, stat.S_ISREG)]
    if (
        any(map(os.path.lexists, files))
        and _is_private_directory(directory)
        and _remove_permissions(directory, stat.S_ISDIR)
    ):
        closed.insert(0, directory)
    if closed:
        logger.warning("rights.tightened", paths=[str(path) for path in closed])


def list_own_files(settings_file: Path, database_url: str) -> list[Path]:
    """List the files that only their owner may read: settings, SQLite database, what is beside."""
    files = [settings_file]
    if database_url.startswith(_SQLITE_PREFIX):
        database = database_url.removeprefix(_SQLITE_PREFIX).partition("?")[0]
        files += [Path(f"{database}{end}") for end in _DATABASE_SUFFIXES]
    return files


@contextmanager
def write_privately(file: Path) -> Iterator[BinaryIO]:
    """Open a file that only its owner can read, and that appears once all of it is written.

    Raises `Refused` if it cannot be written.
    """
    part = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with open(part, "xb", opener=lambda path, flags: os.open(path, flags, 0o600)) as opened:
            yield opened
        part.replace(file)
    except OSError as error:
        is_full = error.errno in _FULL
        remedy = "free space on its disk" if is_full else "name a file in a folder that is yours"
        raise Refused(f"{file} cannot be written: {error.strerror or error}; {remedy}") from None
    finally:
        part.unlink(missing_ok=True)


def list_open_paths(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Return those of these paths that other users of the machine can read or write."""
    opened = []
    for path in paths:
        with suppress(OSError):
            if path.stat().st_mode & _OTHER_USERS:
                opened.append(path)
    return tuple(opened)


def make_directory(directory: Path, mode: int = 0o700) -> None:
    """Make a directory if there is none, private unless `mode` says otherwise; may refuse."""
    try:
        directory.mkdir(mode, parents=True, exist_ok=True)
    except OSError as error:
        raise Refused(
            f"{directory} cannot be made: {error.strerror or error}; name a directory that is yours"
        ) from None


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
