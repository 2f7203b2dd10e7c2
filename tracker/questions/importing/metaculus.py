"""Forecasts from Metaculus: the zip archive of *Download question data*.

`question_data.csv` and `forecast_data.csv` have the columns of `utils/csv_utils.py` in the
repository Metaculus/metaculus. The community's forecasts have no id of a forecaster, and the method
of pooling for a name: they enter as platforms. Each option of a multiple choice is a yes/no
question. A forecast with an end that no other one follows was withdrawn then.
"""

import ast
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, Final
from urllib.parse import quote

from forecasts.errors import InvalidTime
from tracker.errors import Refused
from tracker.model.forecast_import import FileRow, RefusedRow
from tracker.questions.importing.row_values import (
    decode_text,
    make_row,
    read_option_answer,
    read_time,
)
from tracker.questions.importing.tables import read_csv

QUESTIONS: Final = "question_data.csv"
FORECASTS: Final = "forecast_data.csv"
MAX_PART_BYTES: Final = 300_000_000
MAX_LIST_CHARACTERS: Final = 100_000
_MAIN_METHOD: Final = "recency_weighted"
_DIGEST: Final = re.compile("[0-9a-f]{64}")


Columns = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question of the archive: the columns of one yes/no question, or of one for each option.

    Forecasts with an end before `ends_at` were withdrawn then.
    """

    options: Mapping[str, Columns]
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class _End:
    """End of a forecast that no other one has followed so far."""

    line: int
    at: datetime
    forecaster: Mapping[str, str]


def read_export(name: str, content: bytes) -> Iterator[FileRow | RefusedRow]:
    """Yield answers by the lines of the questions, and forecasts by their own lines."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            texts = [
                decode_text(part, _read_part(archive, part)) for part in (QUESTIONS, FORECASTS)
            ]
    except (zipfile.BadZipFile, KeyError, RuntimeError, NotImplementedError, EOFError) as error:
        raise Refused(f"{name} is no whole archive ({error}): download it once more") from None
    questions: dict[str, _Asked] = {}
    yield from _read_questions(f"{name}/{QUESTIONS}", texts[0], questions)
    yield from _read_forecasts(f"{name}/{FORECASTS}", texts[1], questions)


def _read_part(archive: zipfile.ZipFile, part: str) -> bytes:
    if archive.getinfo(part).file_size > MAX_PART_BYTES:
        raise Refused(f"{part} is larger than {MAX_PART_BYTES / 1e6:g} MB: give a smaller archive")
    return archive.read(part)


def _read_questions(
    name: str, text: str, questions: dict[str, _Asked]
) -> Iterator[FileRow | RefusedRow]:
    rows = list(read_csv(name, text))
    uses = Counter(cells["Question URL"] for _, cells in rows if not isinstance(cells, str))
    for line, cells in rows:
        if isinstance(cells, str):
            yield RefusedRow(name, line, cells)
            continue
        kind, number, url = cells["Question Type"], cells["Question ID"], cells["Question URL"]
        if kind not in ("binary", "multiple_choice"):
            reason = f"only yes/no and multiple-choice questions come in: this one is {kind}"
            yield RefusedRow(name, line, reason)
            continue
        try:
            # Questions of a group share an address, and are told apart by their numbers.
            question = _read_question(cells, url if uses[url] == 1 else f"{url}#{number}")
            yield from _read_answers(name, line, cells, question)
            questions[number] = question
        except InvalidTime as error:
            yield RefusedRow(name, line, str(error))


def _read_question(cells: Mapping[str, str], link: str) -> _Asked:
    options = _read_options(cells) if cells["Question Type"] == "multiple_choice" else ("",)
    title = cells["Question Title"]
    times = {
        "opens_at": read_time(cells["Open Time"]),
        "closes_at": read_time(cells["Scheduled Close Time"]),
    }
    ends = (cells.get("Actual Close Time"), cells["Resolution Known Time"])
    limits = [times["closes_at"], *map(read_time, ends)]
    return _Asked(
        {
            option: {
                "text": f"{title}: {option}" if option else title,
                "link": f"{link}#{quote(option)}" if option else link,
                **times,
            }
            for option in options
        },
        min(limit for limit in (*limits, datetime.max.replace(tzinfo=UTC)) if limit is not None),
    )


def _read_options(cells: Mapping[str, str]) -> tuple[str, ...]:
    for column in ("MC Options (All)", "MC Options", "MC Options (Current)"):
        if options := _parse_list(cells.get(column, "")):
            return tuple(map(str, options))
    return ()


def _parse_list(text: str) -> Sequence[Any]:
    """Parse a list as Python prints it; empty if it is none."""
    try:
        parsed = ast.literal_eval(text[:MAX_LIST_CHARACTERS]) if text else ()
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return ()
    return parsed if isinstance(parsed, list) else ()


def _read_answers(
    name: str, line: int, cells: Mapping[str, str], question: _Asked
) -> Iterator[FileRow]:
    known_at = read_time(cells["Resolution Known Time"])
    for option, columns in question.options.items():
        if answer := read_option_answer(cells["Resolution"], option):
            yield make_row(
                name, line, **columns, outcome=answer, known_at=known_at, source=columns["link"]
            )


def _read_forecasts(
    name: str, text: str, questions: Mapping[str, _Asked]
) -> Iterator[FileRow | RefusedRow]:
    ends: dict[tuple[str, ...], _End] = {}
    for line, cells in read_csv(name, text):
        if isinstance(cells, str):
            yield RefusedRow(name, line, cells)
            continue
        question = questions.get(cells["Question ID"])
        if question is None:
            continue  # its question was refused
        forecaster = _read_forecaster(cells)
        key = (cells["Question ID"], *forecaster.values())
        try:
            begin, end = read_time(cells["Start Time"]), read_time(cells["End Time"])
            last = ends.pop(key, None)
            if last is not None and begin is not None and last.at < begin:
                yield from _withdraw(name, last, question)
            if end is not None:
                ends[key] = _End(line, end, forecaster)
            yield from _read_forecast(name, line, cells, question)
        except InvalidTime as error:
            yield RefusedRow(name, line, str(error))
    for (number, *_), last in ends.items():
        yield from _withdraw(name, last, questions[number])


def _read_forecaster(cells: Mapping[str, str]) -> dict[str, str]:
    """Read who forecast: a person by name, or the crowd as a platform, by its method of pooling."""
    if "Forecaster ID" in cells:
        name = cells["Forecaster Username"]
        is_crowd = not cells["Forecaster ID"]
    else:
        name = cells["Forecaster (Anonymized)"]
        is_crowd = not _DIGEST.fullmatch(name)
    if not is_crowd:
        return {"person": name}
    method = "" if name == _MAIN_METHOD else f"-{name.replace('_', '-')}"
    return {"forecaster": f"platform:metaculus{method}"}


def _read_forecast(
    name: str, line: int, cells: Mapping[str, str], question: _Asked
) -> Iterator[FileRow | RefusedRow]:
    shares: Sequence[Any] = [cells["Probability Yes"] or None]
    if "" not in question.options:
        shares = _parse_list(cells["Probability Yes Per Category"])
    if len(shares) != len(question.options):
        reason = (
            f"{len(shares)} probabilities for {len(question.options)} options: give one for each"
        )
        yield RefusedRow(name, line, reason)
        return
    made_at, forecaster = read_time(cells["Start Time"]), _read_forecaster(cells)
    for columns, share in zip(question.options.values(), shares, strict=True):
        if share is not None:  # an option that was not there yet
            yield make_row(name, line, **columns, **forecaster, made_at=made_at, probability=share)


def _withdraw(name: str, last: _End, question: _Asked) -> Iterator[FileRow]:
    if last.at < question.ends_at:
        for columns in question.options.values():
            yield make_row(
                name,
                last.line,
                **columns,
                **last.forecaster,
                made_at=last.at,
                forecast="withdraw",
            )
