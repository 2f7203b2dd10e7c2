"""Tables of cases: a decorator that runs a test on every row, and a reader of data files."""

import functools
import inspect
import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

DATA = Path(__file__).parent / "data"


def read_tables(name: str) -> Mapping[str, tuple[Any, ...]]:
    """Read the tables of `tests/data/NAME.toml`; their arrays become tuples."""
    tables = tomllib.loads((DATA / f"{name}.toml").read_text(encoding="utf-8"))
    return {key: _freeze(rows) for key, rows in tables.items()}


def _freeze(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _freeze(item) for key, item in value.items()}
    return tuple(map(_freeze, value)) if isinstance(value, list) else value


def check_rows(rows: Iterable[Any], *names: str) -> Callable[[Callable[..., None]], Any]:
    """Make one test of a function and a table; a failure names its row.

    A function of one parameter takes the row itself, any other takes its cells. With names, the
    cells go to the parameters of these names and the others are fixtures; all rows share them, so
    no row may leave anything behind.
    """
    table = list(rows)
    assert table, "a table without rows checks nothing"

    def decorate(check: Callable[..., None]) -> Callable[..., None]:
        signature = inspect.signature(check)
        fields = names or tuple(signature.parameters)
        fixtures = [
            signature.parameters[name] for name in signature.parameters if name not in fields
        ]

        @functools.wraps(check)
        def run_rows(**fixture_values: Any) -> None:
            for row in table:
                cells = (row,) if len(fields) == 1 else row
                try:
                    check(**dict(zip(fields, cells, strict=True)), **fixture_values)
                except (Exception, pytest.fail.Exception) as error:
                    error.add_note(f"in the row {row!r}")
                    raise

        # pytest would look for fixtures named as the parameters of the wrapped function.
        run_rows.__signature__ = inspect.Signature(fixtures)  # type: ignore[attr-defined]
        return run_rows

    return decorate
