"""Values as other programs write them: texts, JSON, times, answers."""

import json
import re
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from forecasts.errors import InvalidTime
from forecasts.questions.question import utc
from tracker.errors import Refused
from tracker.model.forecast_import import FileRow

_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")
UNSTORABLE_REASON: Final = "a character cannot be kept (NUL, or half a character): leave it out"
_TIME: Final = re.compile(
    r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[ T](\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.\d+)?)?)?"
)
_ANSWERS: Final = {
    **dict.fromkeys(("yes", "true", "y", "1", "right", "correct", "happened", "✓"), "yes"),
    **dict.fromkeys(("no", "false", "n", "0", "wrong", "incorrect"), "no"),
    **dict.fromkeys(("ambiguous", "mkt", "unclear"), "ambiguous"),
    **dict.fromkeys(
        ("annulled", "cancel", "cancelled", "n/a", "na", "void", "withdrawn"), "annulled"
    ),
}


def decode_text(name: str, content: bytes) -> str:
    """Decode UTF-8 with or without byte order mark; raises `Refused`."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused(f"{name} is not UTF-8 text: save it as UTF-8") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def decode_json(name: str, content: bytes) -> Any:
    """Decode a JSON document; raises `Refused`."""
    try:
        return json.loads(decode_text(name, content))
    except (ValueError, RecursionError):
        raise Refused(f"{name} is no JSON: download it once more") from None


def is_storable(value: object) -> bool:
    """Return False for a text with a character that no database stores."""
    return not (isinstance(value, str) and _UNSTORABLE.search(value))


def make_row(file: str, line: int, **values: Any) -> FileRow:
    """Return a row without its empty values; characters that cannot be stored are left out."""
    cleaned = {
        name: " ".join(_UNSTORABLE.sub("", value).split()) if name == "text" else value
        for name, value in values.items()
    }
    cleaned = {
        name: _UNSTORABLE.sub("", value).strip() if isinstance(value, str) else value
        for name, value in cleaned.items()
    }
    return FileRow(file, line, {n: v for n, v in cleaned.items() if v not in (None, "")})


def read_time(value: object, zone: str = "UTC") -> datetime | None:
    """Read a time, which is in `zone` unless it names its own; None for an empty value.

    Milliseconds since 1970 are read, too. Raises `InvalidTime`.

    >>> read_time("2023-05-04 13:02:5"), read_time(1683205325000) == read_time("2023-05-04 13:02:5")
    (datetime.datetime(2023, 5, 4, 13, 2, 5, tzinfo=datetime.timezone.utc), True)
    """
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo else _place(value, zone)
    if isinstance(value, int | float):
        return _read_milliseconds(value)
    text = str(value).strip()
    if (parts := _TIME.fullmatch(text)) is None:
        return utc(text)
    try:
        year, month, day, *clock = (int(part or 0) for part in parts.groups())
        hour, minute, second = clock
        return _place(datetime(year, month, day, hour, minute, second), zone)  # noqa: DTZ001
    except ValueError:
        raise InvalidTime(f"{text!r} is not a date: write 2022-06-01") from None


def _place(local: datetime, zone: str) -> datetime:
    return local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def _read_milliseconds(value: float) -> datetime:
    try:
        return datetime.fromtimestamp(value // 1000, UTC)
    except (ValueError, OverflowError, OSError):
        raise InvalidTime(f"{value} is no time in milliseconds since 1970") from None


def read_answer(value: object) -> str | None:
    """Read an answer of a yes/no question in its usual spellings; others are kept as they are.

    >>> [read_answer(word) for word in ("YES", False, "N/A", "CANCEL", "", "Oslo")]
    ['yes', 'no', 'annulled', 'annulled', None, 'Oslo']
    """
    if value is None or value == "":
        return None
    word = str(value).strip()
    return _ANSWERS.get(word.lower(), word)


def read_option_answer(value: object, option: str) -> str | None:
    """Read whether an option came true, from its own answer or that of the whole question.

    Without an option it is the answer of a yes/no question.

    >>> [read_option_answer(word, "Other") for word in ("other", "NO", "Red", "annulled", "1")]
    ['yes', 'no', 'no', 'annulled', 'no']
    """
    word = str(value or "").strip()
    if not option or not word:
        return read_answer(value)
    if word.casefold() == option.casefold():
        return "yes"
    answer = None if word.isdecimal() else read_answer(word)
    return answer if answer in ("yes", "no", "annulled", "ambiguous") else "no"
