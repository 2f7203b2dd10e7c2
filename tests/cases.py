"""Tables of cases that one test goes through."""

import inspect
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

CheckCase = Callable[..., None]


def loop_over(
    names: str | tuple[str, ...], cases: Iterable[Any]
) -> Callable[[CheckCase], CheckCase]:
    """Go through the cases of a table in one test, as `pytest.mark.parametrize` does in many.

    Fixtures are shared by all cases, so that no case may leave anything behind. A failure names the
    case.
    """
    fields = (names,) if isinstance(names, str) else names
    table = tuple(cases)

    def decorate(check: CheckCase) -> CheckCase:
        signature = inspect.signature(check)
        fixtures = [each for each in signature.parameters.values() if each.name not in fields]

        @wraps(check)
        def run(**fixture_values: Any) -> None:
            for case in table:
                values = (case,) if isinstance(names, str) else case
                try:
                    check(**dict(zip(fields, values, strict=True)), **fixture_values)
                except BaseException as error:
                    error.add_note(f"case {dict(zip(fields, values, strict=True))!r}"[:500])
                    raise

        setattr(run, "__signature__", signature.replace(parameters=fixtures))  # noqa: B010 -- mypy
        return run

    return decorate
