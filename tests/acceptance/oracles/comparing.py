"""What was expected against what came out, key by key."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np

from tests.acceptance.oracles.cases import is_list

REFUSED = "ValueError"
"""Expected of a function that has to refuse its input."""

MISSING = "missing"
"""Stands for a value that was expected and did not come."""

ROUNDING = 1e-14
"""What the last bits of a float can make of a number about as large as 1: allowed on top of any
tolerance.
"""


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that is not as expected; `key` says where it stands, "" for the whole.

    `difference` is got − expected, None where they are no two finite numbers. Infinite values and
    NaN are words here.
    """

    key: str
    expected: Any
    got: Any
    difference: float | None
    tolerance: float


def differences(expected: Any, got: Any, tolerance: float, *, key: str = "") -> list[Difference]:
    """Everything expected that did not come, or not near enough; what was not asked for does not
    matter.
    """
    found = plain(got)
    if isinstance(expected, Mapping) and isinstance(found, Mapping):
        return [
            each
            for name, value in expected.items()
            for each in differences(
                value, found.get(name, MISSING), tolerance, key=f"{key}.{name}" if key else name
            )
        ]
    if is_list(expected) and is_list(found) and len(expected) == len(found):
        return [
            each
            for number, value in enumerate(expected)
            for each in differences(value, found[number], tolerance, key=f"{key}[{number}]")
        ]
    return (
        [] if _same(expected, found, tolerance) else [_difference(key, expected, found, tolerance)]
    )


def plain(value: Any) -> Any:
    """A result as mappings with text keys, lists and Python numbers."""
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(name): entry for name, entry in value.items()}
    return value


def _same(expected: Any, got: Any, tolerance: float) -> bool:
    if _is_nothing(expected):
        return _is_nothing(got)
    if not (_is_number(expected) and _is_number(got)):
        return bool(expected == got)
    allowed = tolerance + ROUNDING * max(1.0, abs(expected))
    return bool(expected == got or (math.isfinite(allowed) and abs(got - expected) <= allowed))


def _is_nothing(value: Any) -> bool:
    """Null and NaN say the same: there is not a number. JSON has the first only."""
    return value is None or (isinstance(value, float) and math.isnan(value))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float)


def _difference(key: str, expected: Any, got: Any, tolerance: float) -> Difference:
    apart = float(got - expected) if _is_number(expected) and _is_number(got) else math.nan
    return Difference(
        key, shown(expected), shown(got), apart if math.isfinite(apart) else None, tolerance
    )


def shown(value: Any) -> Any:
    """The value as JSON can have it, with words for the numbers that JSON cannot write."""
    found = plain(value)
    if isinstance(found, Mapping):
        return {name: shown(entry) for name, entry in found.items()}
    if is_list(found):
        return [shown(entry) for entry in found]
    if isinstance(found, float) and not math.isfinite(found):
        return str(found)
    return found
