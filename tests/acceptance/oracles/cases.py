"""Case files → cases: inputs, what is expected of them, and how near a number has to come.

Two kinds of file are told apart by what is in them. *Scoring cases* name the function they are of.
*Platform vectors* stand in sections, each named for what is checked there.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tracker.files.user_files import read_text

TOLERANCE = 1e-9
"""For a case that names none."""

PLATFORM_TOLERANCE = 1e-8
"""For platform vectors: whoever wrote them rounds to eight decimals."""

DEEPEST = 50
"""Levels of lists and objects inside each other. Cases have ten."""

_WORDS = {
    "nan": math.nan,
    "inf": math.inf,
    "-inf": -math.inf,
    "infinity": math.inf,
    "-infinity": -math.inf,
}
_GJO = ("avg_daily", "participation", "daily_median", "crowd_all_days", "accuracy_variant")


class UnknownCases(ValueError):
    """A file that holds no cases of the two kinds; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Case:
    """What a function is given and what it has to make of it.

    `expected` is a number, a list, a mapping of them, null, a word, or "ValueError" where the input
    has to be refused.
    """

    id: str
    function: str
    given: Mapping[str, Any]
    expected: Any
    tolerance: float
    notes: str = ""


def read_cases(path: Path) -> tuple[Case, ...]:
    """The cases of a file, in its order.

    Raises `Refused` when it cannot be read and `UnknownCases` when it holds something else.
    """
    text = read_text(path)
    try:
        content = numbers(json.loads(text))
    except ValueError as error:
        raise UnknownCases(f"{path} is not JSON ({error}): give a file of cases") from None
    except RecursionError:
        raise UnknownCases(
            f"{path} is nested more than {DEEPEST} levels deep: give a file of cases"
        ) from None
    try:
        found = tuple(_cases(content)) if isinstance(content, dict | list) else ()
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise UnknownCases(
            f"{path}: a case is not as it should be ({error!r}): correct the file"
        ) from None
    if not found:
        raise UnknownCases(f"{path} holds no cases: give scoring cases or platform vectors")
    return found


def numbers(value: Any, deepest: int = DEEPEST) -> Any:
    """JSON as it was meant: numbers that JSON cannot write stand in it as words.

    Raises `RecursionError` for values that are nested more than `deepest` levels deep.
    """
    if isinstance(value, str):
        return _WORDS.get(value.lower(), value)
    if isinstance(value, dict | list) and deepest == 0:
        raise RecursionError
    if isinstance(value, dict):
        return {key: numbers(entry, deepest - 1) for key, entry in value.items()}
    if isinstance(value, list):
        return [numbers(entry, deepest - 1) for entry in value]
    return value


def _cases(content: Any) -> Iterator[Case]:
    whole: Mapping[str, Any] = {"cases": content} if isinstance(content, list) else content
    if "cases" not in whole:
        yield from _platform_cases(whole)
        return
    for entry in whole["cases"]:
        is_ledger = "function" not in entry and "expected_p" in entry
        yield _ledger_case(entry) if is_ledger else _scoring_case(entry)


def _scoring_case(entry: Mapping[str, Any]) -> Case:
    words = {
        name: str(entry.get(name) or "") for name in ("title", "notes")
    }  # some cases put a parameter in them
    return Case(
        id=str(entry["id"]),
        function=entry["function"],
        given={**words, **entry["input"]},
        expected=entry["expected"],
        tolerance=_tolerance(entry, TOLERANCE),
        notes=words["notes"],
    )


def _ledger_case(entry: Mapping[str, Any]) -> Case:
    """A case of the ledger of earlier releases, which is skipped."""
    return Case(str(entry["id"]), "ledger", entry, entry["expected_p"], TOLERANCE)


def _platform_cases(content: Mapping[str, Any]) -> Iterator[Case]:
    meta = content.get("_meta", {})
    for section, entries in content.items():
        if isinstance(entries, list):
            for number, entry in enumerate(entries, 1):
                name = entry.get("id", entry.get("q", {}).get("name", number))
                yield Case(
                    id=f"{section}/{name}",
                    function=section,
                    given=entry,
                    expected=_platform_expected(entry),
                    tolerance=_tolerance(entry, _tolerance(meta, PLATFORM_TOLERANCE)),
                    notes=str(entry.get("note") or ""),
                )


def _platform_expected(entry: Mapping[str, Any]) -> Any:
    if "expect" in entry:
        return entry["expect"]
    if "cases" in entry:
        return {str(value): bucket for value, bucket in entry["cases"]}
    expected = {name: value for name, value in entry.items() if name.startswith(("expect_", *_GJO))}
    # Where a vector has both, the platform averages forecasts before it scores them, which rewards
    # exaggeration; the vector then says what scoring first and averaging afterwards gives, and that
    # is what is wanted here.
    if "time_averaged_brier_instead" in entry:
        expected.pop("expect_abs_single", None)
        expected["time_averaged_brier_instead"] = entry["time_averaged_brier_instead"]
    if not expected:
        raise KeyError("expect")
    return expected


def _tolerance(entry: Mapping[str, Any], otherwise: float) -> float:
    found = entry.get("tolerance", entry.get("tol"))
    return otherwise if found is None else float(found)


def is_list(value: Any) -> bool:
    """Whether a value of JSON is a list; a text is none."""
    return isinstance(value, Sequence) and not isinstance(value, str)
