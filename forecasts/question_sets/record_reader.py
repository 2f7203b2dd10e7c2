"""Reader for the TOML files of a question set; every error names file, line and reason."""

import re
import sys
import tomllib
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from difflib import get_close_matches
from typing import Any, NoReturn, Protocol, TypeGuard, TypeVar, cast

from forecasts.errors import ForecastsError, InvalidQuestionSet
from forecasts.questions.question import to_utc, utc

_SLUG = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
_ERROR_LINE = re.compile(r"\(at line (\d+)")
_LONG_TEXT = re.compile(r'"""[\s\S]*?"""|' + r"'''[\s\S]*?'''")
_ENTRY = re.compile(r"\s*\[\[\s*[\w-]+\s*\]\]")


class HasId(Protocol):
    """Protocol of values with an id."""

    @property
    def id(self) -> Hashable:
        """Identifier, unique among values of its kind."""


T = TypeVar("T")
K = TypeVar("K", bound=str)
V = TypeVar("V", bound=HasId)


@dataclass(frozen=True, slots=True)
class SetFile:
    """File of a set: its name, its text and the parsed tables.

    Raises `InvalidQuestionSet` for invalid TOML.
    """

    name: str
    text: str
    tables: Mapping[str, Any] = field(init=False)
    lines: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "tables", self._parse())
        # Text inside long strings may look like keys and headers.
        bare = _LONG_TEXT.sub(lambda match: "\n" * match[0].count("\n"), self.text)
        object.__setattr__(self, "lines", tuple(bare.split("\n")))

    def _parse(self) -> Mapping[str, Any]:
        try:
            return tomllib.loads(self.text)
        except (ValueError, RecursionError) as error:  # also for a number of 5000 digits
            match = _ERROR_LINE.search(str(error))
            line = int(match[1]) if match else self.text.count("\n") + 1
            raise InvalidQuestionSet(self.name, line, f"not valid TOML: {error}") from None

    def records(self, table: str) -> Iterator["SetRecord"]:
        """Yield the `[[table]]` entries in order."""
        entries = self.tables.get(table, [])
        if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
            raise InvalidQuestionSet(
                self.name, self.name_line(table), f"write {table} as [[{table}]] entries"
            )
        starts = self._header_lines(table)
        for index, entry in enumerate(entries):
            line = starts[index] if index < len(starts) else self.name_line(table)
            yield SetRecord(self, table, line, entry)

    def top_record(self) -> "SetRecord":
        """Return the keys above the first table."""
        return SetRecord(self, "", 1, self.tables)

    def allow_only(self, *names: str) -> None:
        """Refuse unknown tables and keys at the top of the file, such as misspelt ones."""
        for name in self.tables:
            if name not in names:
                allowed = ", ".join(names)
                raise InvalidQuestionSet(
                    self.name, self.name_line(name), f"unknown {name!r}; known here: {allowed}"
                )

    def name_line(self, name: str) -> int:
        """Return the first line with `name` as a table or a key; 1 if it is not found."""
        pattern = re.compile(rf"""\s*(?:\[\[?\s*)?["']?{re.escape(name)}["']?\s*[=\].]""")
        return next((number for number, line in enumerate(self.lines, 1) if pattern.match(line)), 1)

    def key_line(self, start: int, key: str) -> int:
        """Return the line of `key` in the entry that starts at line `start`; `start` if it is not
        found.
        """
        name = rf"""["']?{re.escape(key)}["']?\s*"""
        pattern = re.compile(rf"\s*(?:{name}[=.]|\[\[?\s*[\w-]+\s*\.\s*{name}\])")
        for number, line in enumerate(self.lines[start - 1 :], start):
            if number > start and _ENTRY.match(line):
                break
            if pattern.match(line):
                return number
        return start

    def inner_lines(self, start: int, table: str, key: str) -> tuple[int, ...]:
        """Return the lines of the `[[table.key]]` headers in the entry that starts at `start`."""
        header = re.compile(rf"\s*\[\[\s*{re.escape(table)}\s*\.\s*{re.escape(key)}\s*\]\]")
        numbers = []
        for number, line in enumerate(self.lines[start:], start + 1):
            if _ENTRY.match(line):
                break
            if header.match(line):
                numbers.append(number)
        return tuple(numbers)

    def _header_lines(self, table: str) -> list[int]:
        header = re.compile(rf"\s*\[\[\s*{re.escape(table)}\s*\]\]")
        return [number for number, line in enumerate(self.lines, 1) if header.match(line)]


@dataclass(frozen=True, slots=True)
class SetRecord:
    """Entry that is read key by key; `refuse_unknown_keys` refuses keys that were not read.

    Reading methods raise `InvalidQuestionSet` with the line of the key.
    """

    file: SetFile
    table: str
    line: int
    values: Mapping[str, Any]
    read_keys: set[str] = field(default_factory=set)

    def refuse(self, reason: str, key: str = "") -> NoReturn:
        """Raise with the line of `key`, or of the entry if the key is missing."""
        line = self.file.key_line(self.line, key) if key in self.values else self.line
        raise InvalidQuestionSet(self.file.name, line, reason)

    def get(self, key: str, default: Any = None) -> Any:
        """Return the raw value and mark the key as read."""
        self.read_keys.add(key)
        return self.values.get(key, default)

    def require(self, key: str, default: Any = None) -> Any:
        """Return the raw value; without `default` the key is required."""
        value = self.get(key, default)
        if value is None:
            self._refuse_misspelt(key, "")
            self.refuse(f"{self.table or 'the file'} needs {key!r}")
        return value

    def _refuse_misspelt(self, key: str, value: str) -> None:
        """Refuse a key that is almost `key`, which is missing; `value` shows how to write it."""
        unread = [name for name in self.values if name not in self.read_keys]
        for name in get_close_matches(key, unread, n=1, cutoff=0.75):
            self.refuse(f"unknown key {name}: write {f'{key} = {value}' if value else key}", name)

    def read_text(self, key: str, default: str | None = None) -> str:
        """Return a text that is not empty; without `default` the key is required."""
        value = self.require(key, default)
        if not isinstance(value, str) or (not value.strip() and default is None):
            self.refuse(f"{key!r} must be a text that is not empty", key)
        return " ".join(value.split())

    def read_slug(self, key: str = "id") -> str:
        """Return an identifier for links: lower-case letters, digits, `-` and `_`."""
        value = self.read_text(key)
        if not _SLUG.fullmatch(value):
            self.refuse(f"{key} {value!r} may hold only a-z, 0-9, '-' and '_'", key)
        return value

    def sub_table(self, key: str, values: Mapping[str, Any]) -> "SetRecord":
        """Return the table under `key` as an entry."""
        return SetRecord(self.file, key, self.file.key_line(self.line, key), values)

    def sub_records(self, key: str) -> Iterator["SetRecord"]:
        """Yield the `[[table.key]]` entries inside this one, in order."""
        entries = self.get(key, [])
        if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
            self.refuse(f"write {key} as [[{self.table}.{key}]] entries", key)
        starts = self.file.inner_lines(self.line, self.table, key)
        for index, entry in enumerate(entries):
            line = starts[index] if index < len(starts) else self.file.key_line(self.line, key)
            yield SetRecord(self.file, key, line, entry)

    def read_choice(self, key: str, allowed: Iterable[str]) -> str:
        """Return one word of a closed set."""
        value, words = self.read_text(key), tuple(allowed)
        if value not in words:
            self.refuse(f"{key} is {value!r}; it must be one of: {', '.join(words)}", key)
        return value

    def read_url(self, key: str = "url") -> str:
        """Return an http(s) address."""
        url = self.read_text(key)
        if not url.startswith(("http://", "https://")):
            self.refuse(f"{key} must start with http:// or https://, not {url!r}", key)
        return url

    def read_number(self, key: str, default: float | None = None) -> float:
        """Return a finite number; a bool is refused."""
        value = self.require(key, default)
        if not is_number(value):
            self.refuse(f"{key!r} must be a number, not {value!r}", key)
        return float(value)

    def read_numbers(self, key: str) -> tuple[float, ...]:
        """Return a list of finite numbers."""
        value = self.require(key)
        if not isinstance(value, list) or not all(map(is_number, value)):
            self.refuse(f"{key!r} must be a list of numbers", key)
        return tuple(map(float, value))

    def read_count(self, key: str) -> int:
        """Return a whole number of at least 0."""
        value = self.read_number(key)
        if value < 0 or value != int(value):
            self.refuse(f"{key!r} must be a whole number from 0 on, not {value:g}", key)
        return int(value)

    def read_flag(self, key: str) -> bool:
        """Return a boolean; False if the key is missing."""
        value = self.get(key, False)
        if not isinstance(value, bool):
            self.refuse(f"{key!r} must be true or false", key)
        return value

    def read_texts(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        """Return a list of texts."""
        value = self.get(key, [])
        if not isinstance(value, list) or not all(
            isinstance(item, str) and item.strip() for item in value
        ):
            self.refuse(f'{key!r} must be a list of texts: write {key} = ["…"]', key)
        if required and not value:
            self._refuse_misspelt(key, '["…"]')
            self.refuse(f"{self.table} needs at least one entry in {key!r}", key)
        return tuple(" ".join(item.split()) for item in value)

    def read_ids(self, key: str, allowed: Collection[K]) -> tuple[K, ...]:
        """Return a list of ids that the set defines."""
        names = self.read_texts(key)
        for name in names:
            if name not in allowed:
                self.refuse(f"{key} names {name!r}, which the set does not define", key)
        return cast(tuple[K, ...], names)

    def read_sides(self, allowed: Collection[K]) -> tuple[tuple[K, ...], tuple[K, ...]]:
        """Return the ids under `yes` and under `no`; none may be repeated."""
        yes, no = self.read_ids("yes", allowed), self.read_ids("no", allowed)
        seen_names: set[str] = set()
        for key, names in (("yes", yes), ("no", no)):
            for name in names:
                if name in seen_names:
                    self.refuse(
                        f"{name!r} stands twice in 'yes' and 'no': it can favour one answer only",
                        key,
                    )
                seen_names.add(name)
        return yes, no

    def read_time(self, key: str) -> datetime:
        """Return a time with zone; a date is its first instant in UTC."""
        value = self.require(key)
        if isinstance(value, datetime):
            return self.check_value(lambda: to_utc(value), key)
        if isinstance(value, date):
            return datetime(value.year, value.month, value.day, tzinfo=UTC)
        if not isinstance(value, str):
            self.refuse(f"{key!r} must be a date such as 2022-06-01", key)
        return self.check_value(lambda: utc(value), key)

    def check_value(self, make: Callable[[], T], key: str) -> T:
        """Call `make` and add file and line to a domain error."""
        try:
            return make()
        except InvalidQuestionSet:
            raise
        except ForecastsError as error:
            self.refuse(f"{key}: {error}", key)

    def refuse_unknown_keys(self) -> None:
        """Refuse unknown keys, so that a misspelt one is not silently ignored."""
        for key in self.values:
            if key not in self.read_keys:
                allowed = ", ".join(sorted(self.read_keys))
                self.refuse(f"unknown key {key!r} in {self.table}; known: {allowed}", key)


def is_number(value: object) -> TypeGuard[float]:
    """Return True for a finite number; not for a bool, nor for an int beyond the range of float."""
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and abs(value) <= sys.float_info.max
    )


def require_unique_ids(pairs: Iterable[tuple[SetRecord, V]]) -> tuple[V, ...]:
    """Return the values in order; a repeated id is refused."""
    seen_ids: set[Hashable] = set()
    values = []
    for record, value in pairs:
        if value.id in seen_ids:
            record.refuse(f"id {value.id!r} stands twice", "id")
        seen_ids.add(value.id)
        values.append(value)
    return tuple(values)
