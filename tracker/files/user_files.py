"""Read files named by users: regular files only, up to a maximum size."""

import gzip
import json
import os
import stat
import zlib
from collections.abc import Iterator, Mapping
from importlib.resources.abc import Traversable
from io import TextIOWrapper
from pathlib import Path
from typing import Any, BinaryIO, Final

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
