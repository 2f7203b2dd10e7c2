"""Files of JSON lines, plain or gzipped: one object a line, read with errors that name file, line and mend."""

import gzip
import json
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tracker.errors import Refused

Record = Mapping[str, Any]


class WrongLine(ValueError):
    """What is wrong with a line; whoever reads the file adds where it stands."""


def lines(file: Path) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, with their numbers from 1; raises `Refused` for a file that cannot be read."""
    opener = gzip.open if file.suffix == ".gz" else open
    try:
        with opener(file, "rt", encoding="utf-8-sig") as found:
            for number, line in enumerate(found, start=1):
                if line.strip():
                    yield number, line
    except UnicodeDecodeError:
        raise Refused(f"{file} is not UTF-8 text: save it as UTF-8") from None
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise Refused(f"{file} is no whole gzip file: pack it again, or take .gz off its name") from None
    except OSError as error:
        raise Refused(f"{file} cannot be read: {error.strerror}; name a file that is there") from None


def record(line: str) -> Record:
    """The object of a line; raises `WrongLine`."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        raise WrongLine('this is no JSON: write one object a line, such as {"title": …}') from None
    if not isinstance(found, dict):
        raise WrongLine('a line is one JSON object with named fields, such as {"title": …}')
    return found


def text(found: Record, name: str) -> str:
    """A text without the space around it; "" when there is none."""
    value = found.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise WrongLine(f"{name} is {json.dumps(value)[:40]}: write a text in quotation marks")
    return value.strip()


def name_of(found: Record, name: str) -> str:
    """An id, which may be written as a whole number too."""
    value = found.get(name)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else text(found, name)
