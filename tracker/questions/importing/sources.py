"""Sources of forecasts: recognise a file by its content, and read it."""

import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

from tracker.errors import Refused
from tracker.model.forecast_import import FileRow, ImportChoices, RefusedRow, Source
from tracker.questions.importing import (
    fatebook,
    manifold,
    metaculus,
    own_format,
    predictionbook,
    spreadsheet,
    xlsx,
)
from tracker.questions.importing.row_values import decode_text

PERSONAL: frozenset[Source] = frozenset({"fatebook", "predictionbook", "metaculus", "manifold"})
"""Sources whose files are somebody's own: a name that stands alone in one is whoever imports it."""


@dataclass(frozen=True, slots=True)
class ReadFiles:
    """Rows of files with their names and source, and the columns of a spreadsheet as read."""

    names: tuple[str, ...]
    source: Source
    rows: tuple[FileRow | RefusedRow, ...]
    columns: Mapping[str, str]
    headers: tuple[str, ...]


def read_files(files: Mapping[str, bytes], choices: ImportChoices) -> ReadFiles:
    """Read files of one source; raises `Refused` for one that cannot be read at all."""
    if not files:
        raise Refused("there is no file to import: name one")
    _check_choices(choices)
    sources = {name: choices.source or recognise(name, content) for name, content in files.items()}
    source = next(iter(sources.values()))
    if len(set(sources.values())) > 1:
        raise Refused(
            f"the files are of several sources ({', '.join(sorted(set(sources.values())))}): "
            "import one source at a time"
        )
    rows: list[FileRow | RefusedRow] = []
    columns: dict[str, str] = {}
    headers: tuple[str, ...] = ()
    for name, content in files.items():
        if source != "spreadsheet":
            rows += _read_known(source, name, content)
            continue
        table = spreadsheet.read_table(name, content)
        headers = next((tuple(cells) for _, cells in table if not isinstance(cells, str)), ())
        columns = spreadsheet.guess_columns(headers, choices.columns)
        rows += spreadsheet.read_rows(name, table, choices)
    return ReadFiles(tuple(files), source, tuple(rows), columns, headers)


def list_headers(files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Return the headers of a spreadsheet, from which columns can be chosen; none for others."""
    name, content = next(iter(files.items()))
    if recognise(name, content) != "spreadsheet":
        return ()
    table = spreadsheet.read_table(name, content)
    return next((tuple(cells) for _, cells in table if not isinstance(cells, str)), ())


def _check_choices(choices: ImportChoices) -> None:
    try:
        ZoneInfo(choices.zone)
    except (LookupError, ValueError, OSError):
        raise Refused(f"there is no time zone {choices.zone!r}: write Europe/Berlin") from None
    if choices.link and not choices.link.startswith(("http://", "https://")):
        raise Refused(f"{choices.link!r} is no http(s) link: give one where answers can be checked")


def recognise(name: str, content: bytes) -> Source:
    """Recognise the source of a file by its content; a table of no known one is a spreadsheet."""
    if content.startswith(b"PK"):
        return _recognise_archive(name, content)
    text = decode_text(name, content)
    if text.lstrip().startswith(("{", "[")):
        return _recognise_json(name, text)
    headers = frozenset(h.strip(' "') for h in text.partition("\n")[0].split(","))
    if own_format.is_own(headers) or not text.strip():
        return "tracker"
    return "fatebook" if fatebook.is_export(headers) else "spreadsheet"


def _recognise_archive(name: str, content: bytes) -> Source:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            names = archive.namelist()
    except zipfile.BadZipFile as error:
        raise Refused(f"{name} is no whole archive ({error}): download it once more") from None
    if xlsx.is_workbook(names):
        return "spreadsheet"
    if metaculus.QUESTIONS in names:
        return "metaculus"
    raise Refused(f"{name} is no archive of Metaculus and no workbook: unpack it, and give a file")


def _recognise_json(name: str, text: str) -> Source:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return "tracker"  # JSON lines, or what they were meant to be
    if manifold.is_export(document):
        return "manifold"
    if isinstance(document, dict) and isinstance(document.get("items"), list):
        return "fatebook"
    pages: Sequence[Any] = document if isinstance(document, list) else [document]
    if pages and all(map(predictionbook.is_page, pages)):
        return "predictionbook"
    if isinstance(document, dict) and "question" in document:
        return "tracker"
    raise Refused(f"{name} is JSON of no known source: say which one with --from")


def _read_known(source: Source, name: str, content: bytes) -> Iterator[FileRow | RefusedRow]:
    try:
        match source:
            case "fatebook" if content.lstrip(b"\xef\xbb\xbf \n").startswith(b"{"):
                yield from fatebook.read_answer_of_api(name, content)
            case "fatebook":
                yield from fatebook.read_export(name, content)
            case "predictionbook":
                yield from predictionbook.read_export(name, content)
            case "metaculus":
                yield from metaculus.read_export(name, content)
            case "manifold":
                yield from manifold.read_export(name, content)
            case _:
                yield from own_format.read_rows(name, content)
    except (KeyError, TypeError, AttributeError) as error:
        raise Refused(f"{name} is no export of {source}: it has no {error}") from None
