"""Read files named by users: regular files only, up to a maximum size."""

import os
import stat
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import BinaryIO, Final

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
