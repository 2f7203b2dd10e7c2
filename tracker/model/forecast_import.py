"""Forecasts and answers as files bring them in, and the result of an import."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from forecasts.questions.question import QuestionId


@dataclass(frozen=True, slots=True)
class FileRow:
    """One row of an import file with its values by column; empty ones are left out."""

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
class ForecastImport:
    """Numbers of forecasts and answers that were added, rows that were there, and those refused.

    `scored` are the answered questions whose scores were computed anew.
    """

    forecasts: int
    answers: int
    unchanged: int
    refused: tuple[RefusedRow, ...]
    scored: tuple[QuestionId, ...]
