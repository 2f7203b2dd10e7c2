"""The forecast of a row, whose columns are those of our own files."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from forecasts.distributions.distribution import Binary, Distribution
from forecasts.errors import InvalidForecast
from forecasts.questions.parse_forecast import base_for_change, parse_forecast
from forecasts.questions.question import Question, utc
from forecasts.questions.timeline import Act
from tracker.model.forecast_import import FileRow
from tracker.questions.submit_forecast import refuse_unfit
from tracker.storage.questions import distribution_from_json


def require(row: FileRow, column: str) -> str:
    """Return the value of a column; raises `InvalidForecast` without one."""
    value = row.values.get(column)
    if value is None:
        raise InvalidForecast(f"{column} is missing: give it a value")
    return str(value)


def require_time(row: FileRow, column: str) -> datetime:
    """Return the time in a column; raises `InvalidForecast` or `InvalidTime`."""
    value = row.values.get(column)
    return value if isinstance(value, datetime) else utc(require(row, column))


def read_distribution(
    question: Question, values: Mapping[str, Any], made_at: datetime
) -> tuple[Act, Distribution | None]:
    """Return the act and its distribution; a forecast `withdraw` ends the one before."""
    forms = [name for name in ("probability", "forecast", "distribution") if name in values]
    if len(forms) != 1:
        raise InvalidForecast("give one of probability, forecast and distribution")
    value = values[forms[0]]
    if value == "withdraw":
        return "withdraw", None
    match forms[0]:
        case "probability":
            distribution: Distribution = Binary(_parse_number(value))
        case "forecast":
            base = base_for_change(question, None)
            distribution = parse_forecast(question, str(value), made_at, base)
        case _:
            distribution = _parse_distribution(value)
    refuse_unfit(question, distribution, made_at)
    return "forecast", distribution


def _parse_number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise InvalidForecast(
            f"a probability is a number from 0 to 1, not {value!r}; what is typed as 63% is a "
            "forecast"
        ) from None


def _parse_distribution(value: Any) -> Distribution:
    try:
        return distribution_from_json(value)
    except (AttributeError, KeyError, TypeError):
        raise InvalidForecast(
            'a distribution is an object such as {"kind": "cdf", "x": [0, 10], "p": [0, 1]}'
        ) from None
