"""A spreadsheet with a row for each forecast: CSV or Excel, its columns guessed or chosen."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from forecasts.errors import ForecastsError, InvalidForecast, InvalidTime
from tracker.errors import Refused
from tracker.model.forecast_import import FileRow, ImportChoices, RefusedRow
from tracker.questions.importing import xlsx
from tracker.questions.importing.row_values import decode_text, make_row, read_answer, read_time
from tracker.questions.importing.tables import Cells, match_headers, read_csv

GUESSES: Final[Mapping[str, tuple[str, ...]]] = {
    "text": ("question", "prediction", "statement", "title", "event", "text", "claim", "what"),
    "probability": (
        "probability", "forecast", "credence", "confidence", "chance", "likelihood", "prob", "p",
        "estimate",
    ),
    "made_at": (
        "made at", "made on", "forecast date", "forecast created at", "created at", "created",
        "date", "when", "timestamp", "made", "time",
    ),
    "person": ("forecaster", "person", "by", "name", "user", "who"),
    "outcome": ("outcome", "resolution", "answer", "result", "resolved as", "correct"),
    "known_at": ("known at", "resolved at", "resolved on", "resolution date", "date resolved"),
    "closes_at": ("closes at", "closes", "deadline", "resolve by", "due", "by when", "end date"),
    "opens_at": ("opens at", "opens", "asked at", "question created at", "start date"),
    "link": ("link", "url", "question url", "address"),
    "source": ("source", "source link"),
    "criteria": ("criteria", "resolution criteria", "description", "details"),
    "rationale": ("rationale", "reason", "comment", "notes", "why"),
}  # fmt: skip
"""Headers that a column may have, in small letters; the first that fits is taken."""

NEEDED: Final = ("text", "probability", "made_at")
_TIMES: Final = ("made_at", "known_at", "closes_at", "opens_at")
_SLASHED: Final = re.compile(r"(\d{1,2})([./])(\d{1,2})\2(\d{4})(.*)")


def guess_columns(headers: Iterable[str], chosen: Mapping[str, str]) -> dict[str, str]:
    """Map our names of columns to headers: as chosen, else by the usual words.

    Raises `Refused` for a choice of a column that is not there.

    >>> guess_columns(["Prediction", "Confidence", "Date", "Mood"], {})
    {'text': 'Prediction', 'probability': 'Confidence', 'made_at': 'Date'}
    """
    names = list(headers)
    for ours, theirs in chosen.items():
        if ours not in GUESSES:
            raise Refused(f"{ours!r} is no column to choose: the columns are {', '.join(GUESSES)}")
        if theirs and theirs not in names:
            raise Refused(f"there is no column {theirs!r}: the headers are {', '.join(names)}")
    columns = {ours: theirs for ours, theirs in chosen.items() if theirs}
    plain = {re.sub(r"[\W_]+", " ", name.lower()).strip(): name for name in reversed(names)}
    for ours, words in GUESSES.items():
        free = (plain[word] for word in words if word in plain)
        guess = next((name for name in free if name not in columns.values()), None)
        if ours not in chosen and guess is not None:
            columns[ours] = guess
    return {ours: columns[ours] for ours in GUESSES if ours in columns}


def read_table(name: str, content: bytes) -> list[tuple[int, Cells | str]]:
    """Return the rows of a table with their lines; raises `Refused`."""
    if content.startswith(b"PK"):
        return list(match_headers(name, iter(xlsx.read_sheet(name, content))))
    return list(read_csv(name, decode_text(name, content)))


def read_rows(
    name: str, table: Sequence[tuple[int, Cells | str]], choices: ImportChoices
) -> Iterator[FileRow | RefusedRow]:
    """Yield the rows of a table; raises `Refused` if a column that is needed cannot be told."""
    rows = [(line, cells) for line, cells in table if not isinstance(cells, str)]
    columns = guess_columns(rows[0][1] if rows else (), choices.columns)
    if missing := [column for column in NEEDED if column not in columns]:
        headers = ", ".join(rows[0][1]) if rows else "none"
        raise Refused(
            f"{name}: which column is the {missing[0]}? Choose it, as in --map {missing[0]}=HEADER;"
            f" the headers are {headers}"
        )
    is_percent = _has_percentages(cells[columns["probability"]] for _, cells in rows)
    day_first = _find_order(cells[columns[c]] for _, cells in rows for c in _TIMES if c in columns)
    answered: set[tuple[Any, ...]] = set()
    for line, cells in table:
        if isinstance(cells, str):
            yield RefusedRow(name, line, cells)
            continue
        values: dict[str, Any] = {ours: cells[theirs] for ours, theirs in columns.items()}
        try:
            for column in _TIMES:
                if values.get(column):
                    values[column] = _read_local(values[column], choices.zone, day_first)
            values["probability"] = _read_probability(values["probability"], is_percent)
            yield from _split_row(name, line, values, answered)
        except ForecastsError as error:
            yield RefusedRow(name, line, str(error))


def _split_row(
    name: str, line: int, values: dict[str, Any], answered: set[tuple[Any, ...]]
) -> Iterator[FileRow]:
    """Yield the answer of a row, unless an earlier row has the same, and its forecast."""
    question = {n: values.get(n) for n in ("text", "criteria", "link", "opens_at", "closes_at")}
    answer = read_answer(values.get("outcome"))
    known_at = values.get("known_at") or values.get("closes_at")
    key = (question["text"], question["link"], answer, known_at)
    if answer and key not in answered:
        answered.add(key)
        source = values.get("source") or values.get("link")
        yield make_row(name, line, **question, outcome=answer, known_at=known_at, source=source)
    forecast = {n: values.get(n) for n in ("made_at", "probability", "rationale")}
    yield make_row(name, line, **question, **forecast, person=values.get("person", ""))


def _has_percentages(values: Iterable[str]) -> bool:
    """Return True if a column holds percentages: a number above 1 stands in it."""
    return any(_parse(value) > 1.0 for value in values if not value.endswith("%"))


def _parse(value: str) -> float:
    try:
        return float(value.rstrip("%").replace(",", "."))
    except ValueError:
        return 0.0


def _read_probability(value: str, is_percent: bool) -> float | str:
    try:
        number = float(value.rstrip("% ").replace(",", "."))
    except ValueError:
        if not value:
            return value
        raise InvalidForecast(f"{value!r} is no probability: write 63% or 0.63") from None
    return number / 100.0 if is_percent or value.endswith("%") else number


def _find_order(values: Iterable[str]) -> bool | None:
    """Return True if days precede months in dates such as 13/2/2023; None if no date shows it."""
    for value in values:
        if (parts := _SLASHED.fullmatch(value)) and parts[2] == "/":
            first, second = int(parts[1]), int(parts[3])
            if max(first, second) > 12:
                return first > 12
    return None


def _read_local(value: str, zone: str, day_first: bool | None) -> Any:
    """Read a time; one with dots has the day first, one with slashes by the rest of the column."""
    if parts := _SLASHED.fullmatch(value):
        first, mark, second, year, clock = parts.groups()
        if mark == "/" and day_first is None and first != second:
            raise InvalidTime(f"{value!r} may be two days: write {year}-{second:0>2}-{first:0>2}")
        day, month = (first, second) if mark == "." or day_first else (second, first)
        value = f"{year}-{month}-{day}{clock}"
    return read_time(value, zone)
