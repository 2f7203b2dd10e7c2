"""Whole tables as files: exact in Parquet and JSON, and no formula in CSV."""

import csv as reader
import json
from io import BytesIO, StringIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from tests.builders import NOW, a_set
from tests.tables import check_rows
from tracker.app.tracker import Tracker
from tracker.errors import NotFound
from tracker.model.json_values import TABLE_FORMATS
from tracker.reports.table_export import encode_table, to_csv
from tracker.storage.database_info import TableDump

DANGEROUS = tuple("=+-@\t\r\n＝＋－＠")
TEXT = st.text(
    st.one_of(st.sampled_from("=+-@\t\r\n＝＋－＠',;\" x1"), st.characters(codec="utf-8")),
    max_size=8,
)


def rows(content: str) -> list[list[str]]:
    """A CSV file as a program reads it."""
    return list(reader.reader(StringIO(content, newline="")))


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(TEXT, st.floats(allow_nan=False, allow_infinity=False)), min_size=1))
def test_no_text_starts_a_formula(
    told: list[tuple[str, float]],
) -> None:
    _, *found = rows(to_csv(("text", "p"), told))
    assert len(found) == len(told)
    for (text, number), (read, p) in zip(told, found, strict=True):
        assert not read.startswith(DANGEROUS)
        assert read.removeprefix("'") == text.removeprefix("'")
        assert float(p) == number


@check_rows(["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", '=HYPERLINK("http://x")'])
def test_a_text_that_could_be_a_formula_gets_an_apostrophe(text: str) -> None:
    assert rows(to_csv(("text", "n"), [(text, -1)])) == [["text", "n"], [f"'{text}", "-1"]]


def test_every_type_of_column_goes_through_every_format() -> None:
    types = {
        "id": "integer", "said": "text", "p": "number", "on": "truth", "at": "time", "day": "day",
    }  # fmt: skip
    whole = TableDump(
        "all",
        {**types, "list": "json", "raw": "bytes", "none": "number"},  # type: ignore[dict-item]
        [(1, "=x", -0.5, True, NOW, NOW.date(), ["a"], b"\xfb", None)],
    )
    (again,) = parquet.read_table(BytesIO(encode_table(whole, "parquet"))).to_pylist()
    assert tuple(again.values()) == (1, "=x", -0.5, True, NOW, NOW.date(), '["a"]', b"\xfb", None)
    (one,) = json.loads(encode_table(whole, "json"))
    assert one == {
        "id": 1, "said": "=x", "p": -0.5, "on": True, "at": "2026-12-01T09:30:00+00:00", "day": "2026-12-01",
        "list": ["a"], "raw": "+w==", "none": None,
    }  # fmt: skip
    (_, line) = rows(encode_table(whole, "csv").decode())
    assert line == ["1", "'=x", "-0.5", "true", one["at"], one["day"], '["a"]', "'+w==", ""]


@check_rows(TABLE_FORMATS, "form")
def test_an_empty_table_keeps_its_columns(tracker: Tracker, form: str) -> None:
    content = tracker.reports.export_table("forecast", form)  # type: ignore[arg-type]
    if form == "json":
        assert json.loads(content) == []
    else:
        assert b"question_id" in content


def test_every_table_can_be_given_out_on_both_dialects(both: Tracker) -> None:
    both.question_sets.load(a_set())
    both.forecasts.submit("summit-2027", "40%", rationale="=They talk.")
    for name in both.reports.table_names():
        json.loads(both.reports.export_table(name, "json"))
        assert both.reports.export_table(name, "csv").count(b"\n") >= 1
    *_, told = json.loads(both.reports.export_table("forecast", "json"))
    assert (told["rationale"], told["distribution"]) == (
        "=They talk.",
        {"kind": "binary", "p": 0.4},
    )
    assert told["made_at"] == "2026-12-01T09:30:00+00:00"
    assert "'=They talk." in both.reports.export_table("forecast", "csv").decode()


def test_a_table_that_is_not_there_is_refused(tracker: Tracker) -> None:
    with pytest.raises(NotFound, match="there is no table secrets"):
        tracker.reports.export_table("secrets", "csv")
