"""Files that a person names: regular files alone are read, and never more of one than makes
sense.
"""

import os
import stat
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import BinaryIO, Final

from tracker.errors import Refused

LARGEST: Final = 20_000_000
"""Bytes of a file that is read whole, unless the caller knows better."""


def open_regular(file: Path) -> BinaryIO:
    """A regular file, open for reading; raises `Refused` for anything else, such as a pipe, which
    could block.
    """
    try:
        opened = open(file, "rb", opener=open_without_waiting)  # noqa: SIM115  the caller closes it
    except (OSError, ValueError) as error:
        raise _unreadable(file, error) from None
    if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
        opened.close()
        raise Refused(f"{file} is no regular file: copy its contents into one and give that")
    return opened


def read_bytes(file: Path, largest: int = LARGEST) -> bytes:
    """All bytes of a regular file; raises `Refused` when it cannot be read or has more than
    `largest` bytes.
    """
    with open_regular(file) as opened:
        try:
            content = opened.read(largest + 1)
        except OSError as error:
            raise _unreadable(file, error) from None
    if len(content) > largest:
        raise Refused(f"{file} is larger than {largest / 1e6:g} MB: give a smaller file")
    return content


def read_text(file: Path, largest: int = LARGEST) -> str:
    """The text of a regular file in UTF-8, with or without a byte order mark; lines end in \\n.
    Raises `Refused`.
    """
    try:
        return (
            read_bytes(file, largest).decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
        )
    except UnicodeDecodeError:
        raise Refused(f"{file} is not UTF-8 text: save the file as UTF-8") from None


def is_directory(path: Traversable) -> bool:
    """Whether a directory is there; False, too, for a name that no file system takes."""
    try:
        return path.is_dir()
    except OSError:
        return False


def open_without_waiting(path: str, flags: int) -> int:
    """An opener for `open` that does not wait for the other end of a pipe."""
    return os.open(path, flags | os.O_NONBLOCK, 0o666)


def _unreadable(file: Path, error: OSError | ValueError) -> Refused:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return Refused(
        f"{file} cannot be read ({reason}): name a file that is there and that you may read"
    )
