"""TOML serialisation in a readable layout: one key a line, long texts and lists wrapped."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

MAX_LINE_LENGTH = 118
"""Maximum length of a line, unless a single word is longer."""

TomlValue = str | bool | int | float | datetime | Sequence["TomlValue"] | Mapping[str, "TomlValue"]

_MAX_SHORT_ITEM = 40  # characters; longer items, such as sentences, get lines of their own

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_QUOTES = re.compile(r'"{3,}|"$')
_APOSTROPHES = re.compile(r"'{3,}")
_MAX_WHOLE_NUMBER = 1e15  # whole numbers below it are exact as integers


def format_entry(table: str, values: Mapping[str, TomlValue]) -> str:
    """Format a `[[table]]` entry with its keys in order; without a table, top-level keys.

    White space in texts is collapsed, as `forecasts.question_sets.record_reader` reads it.

    >>> print(format_entry("feed", {"id": "wire", "grade": "B"}), end="")
    [[feed]]
    id = "wire"
    grade = "B"
    """
    head = f"[[{table}]]\n" if table else ""
    return head + "".join(
        f"{_format_key(key)} = {_format_top_value(value, len(key))}\n"
        for key, value in values.items()
    )


def _format_top_value(value: TomlValue, indent: int) -> str:
    """Format the value of a key, after `indent` characters of key."""
    if isinstance(value, str):
        collapsed = " ".join(value.split())
        return (
            line
            if len(line := _quote(collapsed)) + indent + 3 <= MAX_LINE_LENGTH
            else _format_long_text(collapsed)
        )
    return _fit_value(value, indent + 3, "")


def _fit_value(value: TomlValue, used: int, margin: str) -> str:
    """Format a value for a line with `used` characters, or over several lines."""
    one_line = format_inline(value)
    if (
        not isinstance(value, Sequence)
        or isinstance(value, str)
        or used + len(one_line) <= MAX_LINE_LENGTH
    ):
        return one_line
    inner_margin = f"{margin}    "
    return (
        "[\n"
        + "".join(f"{inner_margin}{line},\n" for line in _format_items(value, inner_margin))
        + f"{margin}]"
    )


def _format_items(values: Sequence[TomlValue], margin: str) -> list[str]:
    """Format the items of a list: short ones several to a line, all others one to a line."""
    items = [_fit_value(value, len(margin) + 1, margin) for value in values]
    if (
        any(isinstance(value, Mapping | list | tuple) for value in values)
        or max(map(len, items)) > _MAX_SHORT_ITEM
    ):
        return items
    lines = items[:1]
    for item in items[1:]:
        if len(margin) + len(lines[-1]) + len(item) + 3 <= MAX_LINE_LENGTH:
            lines[-1] += f", {item}"
        else:
            lines.append(item)
    return lines


def format_inline(value: TomlValue) -> str:
    """Format a value on one line.

    >>> format_inline({"by": "soon", "p": [0.5, 1.0]})
    '{ by = "soon", p = [0.5, 1] }'
    """
    if isinstance(value, str):
        return _quote(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return (
            str(int(value))
            if value == int(value) and abs(value) < _MAX_WHOLE_NUMBER
            else repr(value)
        )
    if isinstance(value, datetime):
        return _format_time(value)
    if isinstance(value, Mapping):
        return (
            "{ "
            + ", ".join(
                f"{_format_key(key)} = {format_inline(part)}" for key, part in value.items()
            )
            + " }"
        )
    return "[" + ", ".join(map(format_inline, value)) + "]"


def _format_time(value: datetime) -> str:
    """Format a time with zone, or as a day if it is the first instant of one in UTC."""
    at = value.astimezone(UTC)
    text = at.replace(tzinfo=None).isoformat()
    return text.removesuffix("T00:00:00") if text.endswith("T00:00:00") else f"{text}Z"


def _format_key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else _quote(name)


def _quote(text: str) -> str:
    """Format a text in quotation marks."""
    return '"' + _escape(text).replace('"', '\\"') + '"'


def _format_long_text(text: str) -> str:
    """Format a text over several lines, broken between words; reading collapses the breaks."""
    lines: list[str] = []
    for word in _QUOTES.sub(lambda match: '\\"' * len(match[0]), _escape(text)).split(" "):
        if lines and len(lines[-1]) + 1 + len(word) <= MAX_LINE_LENGTH:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return '"""\n' + "\n".join(lines) + '"""'


def _escape(text: str) -> str:
    """Escape what TOML forbids in a text, and quotes that look like the end of a long one."""
    bare = _CONTROL.sub(lambda match: f"\\u{ord(match[0]):04x}", text.replace("\\", "\\\\"))
    return _APOSTROPHES.sub(lambda match: "\\u0027" * len(match[0]), bare)
