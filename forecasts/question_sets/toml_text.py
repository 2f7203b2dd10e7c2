"""Values → TOML as people would write it: one key a line, long texts and lists over several
lines.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

WIDTH = 118
"""A line is at most this long, unless a single word is longer."""

Value = str | bool | int | float | datetime | Sequence["Value"] | Mapping[str, "Value"]

_SHORT = 40  # a sentence is longer than that

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_QUOTES = re.compile(r'"{3,}|"$')
_APOSTROPHES = re.compile(r"'{3,}")
_WHOLE = 1e15  # whole numbers below it are written without a point, and are read to the same float


def entry(table: str, values: Mapping[str, Value]) -> str:
    """One `[[table]]` entry, its keys in the order given; without a table, keys at the top of a
    file.

    A text is written with its white space folded, as `forecasts.question_sets.reader` reads it.

    >>> print(entry("feed", {"id": "wire", "grade": "B"}), end="")
    [[feed]]
    id = "wire"
    grade = "B"
    """
    head = f"[[{table}]]\n" if table else ""
    return head + "".join(
        f"{_key(key)} = {_top(value, len(key))}\n" for key, value in values.items()
    )


def _top(value: Value, indent: int) -> str:
    """A value that stands on a line of its own, or begins there."""
    if isinstance(value, str):
        folded = " ".join(value.split())
        return line if len(line := _quoted(folded)) + indent + 3 <= WIDTH else _long(folded)
    return _fitted(value, indent + 3, "")


def _fitted(value: Value, used: int, margin: str) -> str:
    """A value on the rest of a line of which `used` characters are taken, or over several lines."""
    plain = inline(value)
    if not isinstance(value, Sequence) or isinstance(value, str) or used + len(plain) <= WIDTH:
        return plain
    deeper = f"{margin}    "
    return "[\n" + "".join(f"{deeper}{line},\n" for line in _lines(value, deeper)) + f"{margin}]"


def _lines(values: Sequence[Value], margin: str) -> list[str]:
    """The items of a list: short ones as many to a line as fit, all others one a line."""
    items = [_fitted(value, len(margin) + 1, margin) for value in values]
    if (
        any(isinstance(value, Mapping | list | tuple) for value in values)
        or max(map(len, items)) > _SHORT
    ):
        return items
    lines = items[:1]
    for item in items[1:]:
        if len(margin) + len(lines[-1]) + len(item) + 3 <= WIDTH:
            lines[-1] += f", {item}"
        else:
            lines.append(item)
    return lines


def inline(value: Value) -> str:
    """A value on one line.

    >>> inline({"by": "soon", "p": [0.5, 1.0]})
    '{ by = "soon", p = [0.5, 1] }'
    """
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(int(value)) if value == int(value) and abs(value) < _WHOLE else repr(value)
    if isinstance(value, datetime):
        return _time(value)
    if isinstance(value, Mapping):
        return (
            "{ " + ", ".join(f"{_key(key)} = {inline(part)}" for key, part in value.items()) + " }"
        )
    return "[" + ", ".join(map(inline, value)) + "]"


def _time(value: datetime) -> str:
    """A day, where it is the first instant of one in UTC; else a time with zone."""
    at = value.astimezone(UTC)
    text = at.replace(tzinfo=None).isoformat()
    return text.removesuffix("T00:00:00") if text.endswith("T00:00:00") else f"{text}Z"


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _quoted(name)


def _quoted(text: str) -> str:
    """A text between two quotation marks."""
    return '"' + _escaped(text).replace('"', '\\"') + '"'


def _long(text: str) -> str:
    """A folded text over several lines, broken between words: reading folds the breaks again."""
    lines: list[str] = []
    for word in _QUOTES.sub(lambda found: '\\"' * len(found[0]), _escaped(text)).split(" "):
        if lines and len(lines[-1]) + 1 + len(word) <= WIDTH:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return '"""\n' + "\n".join(lines) + '"""'


def _escaped(text: str) -> str:
    """Without what TOML refuses in a text, and without what looks like the end of a long one to a
    reader of lines.
    """
    bare = _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text.replace("\\", "\\\\"))
    return _APOSTROPHES.sub(lambda found: "\\u0027" * len(found[0]), bare)
