"""Fields of an answer of a platform, each checked: answers come from strangers."""

import json
import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from tracker.feeds.plain_text import remove_invisible, shorten_text, strip_markup

MAX_BYTES: Final = 2_000_000
MAX_TITLE_LENGTH: Final = 300
MAX_CRITERIA_LENGTH: Final = 20_000
MAX_NAME_LENGTH: Final = 200
MAX_OPTIONS: Final = 100

SUM_LIMITS: Final = (0.9, 1.1)
"""Sum of the shares of exclusive options that is taken for rounding and fees."""

Record = Mapping[str, Any]


class BadAnswer(ValueError):
    """An answer without what is needed, described in one line. Does not leave this room."""


def parse_json(body: bytes) -> Any:
    """Parse a document; raises `BadAnswer` for one that is no JSON, too deep, or has no numbers."""
    if len(body) > MAX_BYTES:
        raise BadAnswer(f"its answer is larger than {MAX_BYTES // 1_000_000} MB")
    try:
        return json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise BadAnswer("its answer is no JSON that can be read") from error


def _refuse_constant(name: str) -> float:
    raise ValueError(name)


def require_record(value: Any, name: str) -> Record:
    """Return an object; raises `BadAnswer` for anything else."""
    if not isinstance(value, dict):
        raise BadAnswer(f"its answer has no {name}")
    return value


def list_records(value: Any) -> list[Record]:
    """Return the objects of a list; raises `BadAnswer` for too many, or anything else."""
    if not isinstance(value, list) or len(value) > MAX_OPTIONS:
        raise BadAnswer(f"its answer has no list of at most {MAX_OPTIONS} options")
    return [require_record(part, "option") for part in value]


def get_text(record: Record, name: str, longest: int = MAX_NAME_LENGTH) -> str:
    """Return a text in one line without markup; "" if it is missing or no text."""
    value = record.get(name)
    if not isinstance(value, str):
        return ""
    return shorten_text(strip_markup(value[: 4 * longest]), longest)


def get_long_text(record: Record, name: str) -> str:
    """Return a text with its line breaks and without markup; "" if it is missing or no text."""
    value = record.get(name)
    if not isinstance(value, str):
        return ""
    lines = (strip_markup(line) for line in value[:MAX_CRITERIA_LENGTH].splitlines())
    return "\n".join(line for line in lines if line)


def require_title(record: Record, name: str) -> str:
    """Return a title; raises `BadAnswer` without one."""
    title = get_text(record, name, MAX_TITLE_LENGTH)
    if not title:
        raise BadAnswer("its answer has no title")
    return title


def get_number(record: Record, name: str) -> float | None:
    """Return a finite number, also one written as a text; None if there is none."""
    value = record.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def check_probability(value: float | None) -> float:
    """Return a probability; raises `BadAnswer` for none, or a number outside 0 to 1."""
    if value is None:
        raise BadAnswer("its answer has no probability")
    if not 0.0 <= value <= 1.0:
        raise BadAnswer(f"its probability is {value:g}: outside 0 to 1")
    return round(value, 4)


def share_out(options: Sequence[tuple[str, float]]) -> tuple[tuple[str, float], ...]:
    """Return the shares of exclusive options, scaled to a sum of 1; raises `BadAnswer`."""
    names = {name for name, _ in options}
    if len(options) < 2 or len(names) < len(options) or "" in names:
        raise BadAnswer("its options have no names of their own")
    total = sum(share for _, share in options)
    if not SUM_LIMITS[0] <= total <= SUM_LIMITS[1]:
        raise BadAnswer(f"the shares of its options add up to {total:.2f} instead of 1")
    return tuple((name, share / total) for name, share in options)


def get_time(record: Record, name: str) -> datetime | None:
    """Return a time, given as milliseconds since 1970 or in ISO 8601; None if there is none."""
    value = record.get(name)
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value / 1000, UTC)
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        return moment.astimezone(UTC) if moment and moment.tzinfo else None
    except (ValueError, OverflowError, OSError):
        return None


def describe_size(number: float | None, noun: str) -> str:
    """Describe how many took part, as in "1,204 traders"; "" if it is not said."""
    return "" if number is None else remove_invisible(f"{number:,.0f} {noun}")
