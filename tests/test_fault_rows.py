"""The table of faults: its rows can be run, and what they print is read aright. The faults
themselves are tried by `./test --faults`.
"""

from importlib import import_module

import pytest

from tests.faults.__main__ import read_outcome
from tests.faults.benchmarks import read_rows
from tests.faults.outcome import Check, Outcome, judge
from tests.faults.rows import ROWS, Row


def test_rows_have_names_of_their_own() -> None:
    assert len({row.name for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_row_names_a_function(row: Row) -> None:
    module, _, function = row.place.partition(":")
    assert callable(getattr(import_module(f"tests.faults.{module}"), function))


def test_a_broken_promise_stands_first_and_misses() -> None:
    outcome = judge([Check(True, "kept"), Check(False, "3 lost")], "in 2 s")
    assert outcome == Outcome(False, "MISSED: 3 lost; kept; in 2 s")
    assert judge([Check(True, "kept")]) == Outcome(True, "kept")


def test_a_row_that_breaks_has_missed(capsys: pytest.CaptureFixture[str]) -> None:
    assert read_outcome('a warning\n{"met": null, "figures": "no cc"}\n', "") == Outcome(
        None, "no cc"
    )
    broken = read_outcome("", "Traceback\nValueError: x")
    assert broken == Outcome(False, "MISSED: the row broke: ValueError: x")
    assert "ValueError" in capsys.readouterr().err


def test_tables_of_benchmarks_are_read_without_their_headings() -> None:
    table = "  title\n| what | measured |\n|------|------|\n| late | 6 s |\n| memory | 200 MB |\n"
    assert read_rows(table) == ["late: 6 s", "memory: 200 MB"]
    boxed = "┃ workers ┃ s ┃\n┡━━━━╇━━━┩\n│ 1       │ 9 │\n"
    assert read_rows(boxed) == ["1: 9"]
