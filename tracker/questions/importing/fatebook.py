"""Forecasts from Fatebook: its CSV export, or the answer of its API.

The columns of the export are those of `lib/web/export.ts` in the repository Sage-Future/fatebook;
times are in UTC, with seconds of one digit. The API answers `GET /api/v0/getQuestions` with
`{"items": [...]}`. Each option of a multiple choice is a yes/no question, as Fatebook scores it.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from forecasts.errors import InvalidTime
from tracker.model.forecast_import import FileRow, RefusedRow
from tracker.questions.importing.row_values import (
    decode_json,
    decode_text,
    make_row,
    read_option_answer,
    read_time,
)
from tracker.questions.importing.tables import read_csv

TITLE: Final = "Question title"
FORECAST: Final = "Forecast (scale = 0-1)"
SITE: Final = "https://fatebook.io"


def is_export(headers: frozenset[str]) -> bool:
    """Return True for the columns of the CSV export."""
    return {TITLE, FORECAST, "Forecast created at"} <= headers


def read_export(name: str, content: bytes) -> Iterator[FileRow | RefusedRow]:
    """Yield the rows of a CSV export, and the answer of each question with its first row."""
    answered: set[tuple[str, str]] = set()
    for line, cells in read_csv(name, decode_text(name, content)):
        if isinstance(cells, str):
            yield RefusedRow(name, line, cells)
            continue
        try:
            yield from _read_cells(name, line, cells, answered)
        except InvalidTime as error:
            yield RefusedRow(name, line, str(error))


def _read_cells(
    name: str, line: int, cells: Mapping[str, str], answered: set[tuple[str, str]]
) -> Iterator[FileRow]:
    title, option = cells.get(TITLE, ""), cells.get("Multiple choice option", "")
    question = {
        "text": f"{title}: {option}" if option else title,
        "criteria": cells.get("Question notes", ""),
        "opens_at": read_time(cells.get("Question created at")),
        "closes_at": read_time(cells.get("Question resolve by")),
    }
    answer = read_option_answer(cells.get("Resolution"), option)
    if answer and (title, option) not in answered:
        answered.add((title, option))
        known_at = read_time(cells.get("Resolved at"))
        yield make_row(name, line, **question, outcome=answer, known_at=known_at, source=SITE)
    yield make_row(
        name,
        line,
        **question,
        person=cells.get("Forecast created by", ""),
        made_at=read_time(cells.get("Forecast created at")),
        probability=cells.get(FORECAST, ""),
    )


def read_answer_of_api(name: str, content: bytes) -> Iterator[FileRow | RefusedRow]:
    """Yield the rows of an answer of the API; the line is the number of the question."""
    document = decode_json(name, content)
    for number, item in enumerate(document["items"], start=1):
        try:
            yield from _read_item(name, number, item)
        except (InvalidTime, KeyError, TypeError, AttributeError) as error:
            yield RefusedRow(name, number, f"this question cannot be read ({error})")


def _read_item(name: str, number: int, item: Mapping[str, Any]) -> Iterator[FileRow]:
    options = item.get("options") or []
    for option in options or [item]:
        text = option["text"] if options else ""
        link = f"{SITE}/q/--{item['id']}" + (f"#{option['id']}" if options else "")
        question = {
            "text": f"{item['title']}: {text}" if text else item["title"],
            "criteria": item.get("notes"),
            "link": link,
            "opens_at": read_time(item["createdAt"]),
            "closes_at": read_time(item["resolveBy"]),
        }
        answer = read_option_answer(option.get("resolution") or item.get("resolution"), text)
        if answer:
            known_at = read_time(option.get("resolvedAt") or item.get("resolvedAt"))
            yield make_row(name, number, **question, outcome=answer, known_at=known_at, source=link)
        for forecast in item.get("forecasts") or []:
            if options and forecast.get("optionId") != option["id"]:
                continue
            if forecast.get("forecast") is not None:  # hidden until one has forecast oneself
                yield make_row(
                    name,
                    number,
                    **question,
                    person=forecast["user"]["name"],
                    made_at=_read_second(forecast["createdAt"]),
                    probability=forecast["forecast"],
                )


def _read_second(value: object) -> datetime | None:
    """Read a time to the second, as the CSV export has it: both name the same forecast."""
    at = read_time(value)
    return None if at is None else at.replace(microsecond=0)
