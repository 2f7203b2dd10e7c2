"""Conversion of domain values to JSON, and the formats of a table."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import IntEnum
from math import isfinite
from pathlib import Path
from typing import Any, Final, Literal, get_args

from forecasts.questions.question import Question
from forecasts.suggestion.binary import Suggestion
from forecasts.suggestion.categorical import OptionSuggestion
from forecasts.suggestion.curves import CurveSuggestion
from forecasts.suggestion.explanation import (
    AnySuggestion,
    compare_quantiles,
    explain_curve,
    explain_share,
    explain_suggestion,
)


def to_json(value: Any) -> str:
    """Serialise any domain value as JSON: times as ISO 8601 in UTC, enums as words."""
    return json.dumps(to_plain(value), ensure_ascii=False, indent=2)


def to_json_line(value: Any) -> str:
    """Serialise as JSON in one line, for logs and measurements."""
    return json.dumps(to_plain(value), ensure_ascii=False)


def to_plain(value: Any) -> Any:
    """Convert a value to dictionaries, lists, texts and numbers; infinite numbers become null."""
    match value:
        case IntEnum():
            return value.name.lower()
        case date():
            return value.isoformat()
        case Mapping():
            return {str(key): to_plain(entry) for key, entry in value.items()}
        case str() | int() | float() | None:
            return None if isinstance(value, float) and not isfinite(value) else value
        case Path():
            return str(value)
        case _ if is_dataclass(value):
            return {f.name: to_plain(getattr(value, f.name)) for f in fields(value)}
        case Iterable():
            return [to_plain(entry) for entry in value]
    raise TypeError(f"{type(value).__name__} has no JSON form")


def suggestion_record(
    question: Question, suggestion: AnySuggestion | None
) -> dict[str, Any] | None:
    """Return a suggestion for programs, in its groups; None without one."""
    match suggestion:
        case Suggestion():
            return {
                "p": suggestion.p,
                "why": explain_suggestion(suggestion),
                "learned_from": suggestion.learned_from,
                "groups": to_plain(suggestion.groups),
            }
        case OptionSuggestion():
            shares = zip(suggestion.distribution.options, suggestion.distribution.p, strict=True)
            options = [
                {
                    "option": name,
                    "p": p,
                    "why": explain_share(suggestion, name),
                    "groups": to_plain(suggestion.groups(name)),
                }
                for name, p in shares
            ]
            return {"options": options}
        case CurveSuggestion():
            return {
                "quantiles": to_plain(compare_quantiles(question, suggestion)),
                "why": explain_curve(question, suggestion),
                "log_odds": suggestion.log_odds,
                "groups": to_plain(suggestion.groups),
                "curve": to_plain(suggestion.distribution),
            }
        case None:
            return None


TableFormat = Literal["csv", "parquet", "json"]


TABLE_FORMATS: Final[tuple[TableFormat, ...]] = get_args(TableFormat)
"""Formats of a whole table, as settings and commands name them."""
