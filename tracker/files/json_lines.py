"""Read files of JSON lines, plain or gzipped, with errors that name file, line and remedy."""

import gzip
import json
import zlib
from collections.abc import Iterator, Mapping
from io import TextIOWrapper
from pathlib import Path
from typing import Any, Final

from tracker.errors import Refused
from tracker.files.user_files import open_regular

LONGEST_LINE: Final = 10_000_000
"""Maximum characters of a line. The whole text of a long article has 100,000."""

Record = Mapping[str, Any]


class WrongLine(ValueError):
    """Error in a line; the reader of the file adds the line number."""


def lines(file: Path) -> Iterator[tuple[int, str]]:
    """Yield the non-blank lines with their numbers from 1; raises `Refused` if unreadable."""
    try:
        with open_regular(file) as raw:
            unpacked: Any = gzip.GzipFile(fileobj=raw) if file.suffix == ".gz" else raw
            text_of = TextIOWrapper(unpacked, encoding="utf-8-sig")
            for number, line in enumerate(
                iter(lambda: text_of.readline(LONGEST_LINE + 1), ""), start=1
            ):
                if len(line) > LONGEST_LINE:
                    raise Refused(
                        f"{file}:{number} has more than {LONGEST_LINE:,} characters: write one "
                        "object a line"
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


def record(line: str) -> Record:
    """Parse the JSON object of a line; raises on anything else."""
    try:
        parsed = json.loads(line)
    except (ValueError, RecursionError):
        raise WrongLine('this is no JSON: write one object a line, such as {"title": …}') from None
    if not isinstance(parsed, dict):
        raise WrongLine('a line is one JSON object with named fields, such as {"title": …}')
    return parsed


def text(fields: Record, name: str) -> str:
    """Get a text without surrounding space; "" when there is none."""
    value = fields.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise WrongLine(f"{name} is {shown(value)}: write a text in quotation marks")
    return value.strip()


def shown(value: object) -> str:
    """Format a value for an error message, in at most 40 characters."""
    try:
        return json.dumps(value)[:40]
    except RecursionError:
        return "nested too deep"


def name_of(fields: Record, name: str) -> str:
    """Get an id, which may also be written as a whole number."""
    value = fields.get(name)
    return (
        str(value) if isinstance(value, int) and not isinstance(value, bool) else text(fields, name)
    )
