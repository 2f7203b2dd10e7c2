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


def check_rows(rows: Iterable[Any]) -> Callable[[Callable[..., None]], Callable[[], None]]:
    """Make one test of a function and a table; a failure names its row.

    A function of one parameter takes the row itself, any other takes its cells.
    """
    table = list(rows)
    assert table, "a table without rows checks nothing"

    def decorate(check: Callable[..., None]) -> Callable[[], None]:
        is_single = len(inspect.signature(check).parameters) == 1

        @functools.wraps(check)
        def run_rows() -> None:
            for row in table:
                try:
                    check(*((row,) if is_single else row))
                except (Exception, pytest.fail.Exception) as error:
                    error.add_note(f"in the row {row!r}")
                    raise

        # pytest would look for fixtures named as the parameters of the wrapped function.
        run_rows.__signature__ = inspect.Signature()  # type: ignore[attr-defined]
        return run_rows

    return decorate
