"""Reference cases, replayed through the public functions of `forecasts`: does it still compute what
it should?

A case names a function, and the mappings of the files here say which public function that is. They
translate names and shapes and compute nothing themselves, so that what is checked is what everybody
uses.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tests.acceptance.oracles import (
    calibration,
    coherence,
    comparison,
    dailies,
    evidence,
    over_time,
    platforms,
    points,
    pooling,
    scores,
)
from tests.acceptance.oracles.cases import Case, UnknownCases, read_cases
from tests.acceptance.oracles.comparing import REFUSED, Difference, differences
from tests.acceptance.oracles.retired import drop_retired_results
from tracker.errors import Refused

_SUBJECTS = (
    calibration,
    coherence,
    comparison,
    dailies,
    evidence,
    over_time,
    platforms,
    points,
    pooling,
    scores,
)

FUNCTIONS: Mapping[str, Callable[[Mapping[str, Any]], Any]] = MappingProxyType(
    {name: function for subject in _SUBJECTS for name, function in subject.FUNCTIONS.items()}
)
"""What the functions and sections of cases are called, and what each is here."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A case that did not come out as expected.

    `reason` says why nothing came out at all, and is empty where the differences say it; `notes`
    are the case's own.
    """

    file: str
    case: str
    function: str
    notes: str
    reason: str = ""
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class Replay:
    """How many cases passed, those that did not, and in `unreadable` why a file could not be
    replayed. `skipped` are the retired functions of the other cases, once a case.
    """

    passed: int
    failures: tuple[Failure, ...]
    unreadable: tuple[str, ...]
    skipped: tuple[str, ...] = ()

    @property
    def failed(self) -> int:
        """How many cases did not pass."""
        return len(self.failures)

    @property
    def ok(self) -> bool:
        """Whether every file was read and every case passed."""
        return not self.failures and not self.unreadable


def replay(paths: Iterable[Path]) -> Replay:
    """Replay the cases of files; a file that cannot be replayed does not keep the others from
    it.
    """
    passed, failures, unreadable = 0, [], []
    skipped: list[str] = []
    for path in paths:
        try:
            cases = read_cases(path)
        except (UnknownCases, Refused) as error:
            unreadable.append(str(error))
            continue
        checked = [(case, drop_retired_results(case)) for case in cases]
        current = [case for _, case in checked if case is not None]
        skipped += [whole.function for whole, case in checked if case is None]
        found = [failure for case in current if (failure := check(case, path.name)) is not None]
        passed += len(current) - len(found)
        failures += found
    return Replay(passed, tuple(failures), tuple(unreadable), tuple(skipped))


def check(case: Case, file: str) -> Failure | None:
    """None when the case comes out as expected."""
    failed = Failure(file, case.id, case.function, case.notes)
    function = FUNCTIONS.get(case.function)
    if function is None:
        known = ", ".join(sorted(FUNCTIONS))
        return replace(failed, reason=f"no function {case.function!r} here: use one of {known}")
    try:
        got = function(case.given)
    except ValueError as error:
        return None if case.expected == REFUSED else replace(failed, reason=f"refused: {error}")
    except Exception as error:  # one case of an unforeseen shape must not hide the others
        return replace(failed, reason=f"{type(error).__name__}: {error}")
    found = differences(case.expected, got, case.tolerance)
    return replace(failed, differences=tuple(found)) if found else None
