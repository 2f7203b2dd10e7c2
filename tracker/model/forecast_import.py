"""Forecasts and answers as files bring them in, an import as planned, and its result."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal, get_args

from forecasts.questions.question import ForecasterId, QuestionId

Source = Literal["tracker", "fatebook", "predictionbook", "metaculus", "manifold", "spreadsheet"]
SOURCES: Final[tuple[Source, ...]] = get_args(Source)


@dataclass(frozen=True, slots=True)
class FileRow:
    """One row of an import file with its values by column; empty ones are left out.

    `line` is the number of the entry in a file without lines.
    """

    file: str
    line: int
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that was left out, with the reason."""

    file: str
    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class ImportChoices:
    """Choices for an import.

    `source` is the origin of the files, None to recognise it. `columns` are headers of a
    spreadsheet by our names of columns. `questions` are ids of existing questions by the text or
    link of a row, `people` forecasters by their names there. `zone` is that of times without one,
    `link` the place to check answers of rows without a link. Broken rows are left out with
    `skip_broken`; otherwise nothing enters while there is one.
    """

    source: Source | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    questions: Mapping[str, str] = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)
    zone: str = "UTC"
    link: str = ""
    skip_broken: bool = False


DEFAULT_CHOICES: Final = ImportChoices()


@dataclass(frozen=True, slots=True)
class ImportedQuestion:
    """A question of an import: an existing one (`matched`), or one to be opened."""

    text: str
    link: str
    opens_at: datetime
    closes_at: datetime
    matched: QuestionId | None


@dataclass(frozen=True, slots=True)
class ImportPreview:
    """An import as planned; nothing is stored.

    `columns` are the headers of a spreadsheet by our names, `headers` all of them; `people` the
    forecasters by their names in the files.
    """

    source: Source
    questions: tuple[ImportedQuestion, ...]
    forecasts: int
    answers: int
    unchanged: int
    refused: tuple[RefusedRow, ...]
    people: Mapping[str, ForecasterId]
    columns: Mapping[str, str]
    headers: tuple[str, ...]
    first_rows: tuple[FileRow, ...]


@dataclass(frozen=True, slots=True)
class ForecastImport:
    """Numbers of questions, forecasts and answers that were added, rows that were there, and those
    refused.

    `scored` are the answered questions whose scores were computed anew; `batch` is the id by which
    the import is undone, None if nothing was added.
    """

    source: Source
    questions: int
    forecasts: int
    answers: int
    unchanged: int
    refused: tuple[RefusedRow, ...]
    scored: tuple[QuestionId, ...]
    batch: int | None


@dataclass(frozen=True, slots=True)
class ImportBatch:
    """An import that was made, and when it was undone."""

    id: int
    source: str
    name: str
    questions: int
    forecasts: int
    answers: int
    at: datetime
    by: ForecasterId
    undone_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ImportUndone:
    """Result of undoing an import: forecasts that no longer stand, and questions taken back.

    `in_use` are questions that it opened and others have used since.
    """

    forecasts: int
    answers: int
    questions: int
    in_use: tuple[QuestionId, ...]
