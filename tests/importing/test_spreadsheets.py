"""Spreadsheets of one's own: columns guessed or chosen, percentages, dates of many spellings."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.importing.exports import RAIN, workbook
from tests.tables import check_rows
from tracker.app.tracker import Tracker
from tracker.errors import Refused
from tracker.model.forecast_import import FileRow, ImportChoices, RefusedRow
from tracker.questions.importing.sources import read_files

HEADER = "Prediction,Confidence,Date,Deadline"


SHEET = ImportChoices(source="spreadsheet")


def read(content: bytes, choices: ImportChoices = SHEET) -> Any:
    return read_files({"mine.csv": content}, choices).rows


def values(content: str, column: str, choices: ImportChoices = SHEET) -> list[Any]:
    """The values of a column, or the reasons why there are none."""
    rows = read(content.encode(), choices)
    return [row.values.get(column) if isinstance(row, FileRow) else row.reason for row in rows]


@check_rows(
    [
        ("0.63", 0.63), ("63%", 0.63), ("63 %", 0.63), ("0,63", 0.63), ("1", 1.0), ("0", 0.0),
        ("", None), ("perhaps", "'perhaps' is no probability: write 63% or 0.63"),
    ],
    "text",
    "probability",
)  # fmt: skip
def test_probabilities_are_shares_or_percentages(text: str, probability: Any) -> None:
    content = f'{HEADER}\nRain?,"{text}",2023-04-01,2023-05-01\n'
    assert values(content, "probability") == [pytest.approx(probability)]


def test_one_number_above_one_makes_a_column_percentages() -> None:
    content = f"{HEADER}\nRain?,1,2023-04-01,2023-05-01\nRain?,63,2023-04-02,2023-05-01\n"
    assert values(content, "probability") == [0.01, 0.63]


@check_rows(
    [
        ("2023-04-01", "2023-04-01T00:00:00"),
        ("2023/4/1", "2023-04-01T00:00:00"),
        ("1.4.2023", "2023-04-01T00:00:00"),
        ("2023-04-01 14:30", "2023-04-01T14:30:00"),
        ("2023-04-01T14:30:00+02:00", "2023-04-01T12:30:00"),
        ("4/4/2023", "2023-04-04T00:00:00"),
        ("3/4/2023", "may be two days"),
        ("31.2.2023", "is not a date"),
        ("soon", "is not a date"),
    ],
    "text",
    "told",
)
def test_dates_are_read_or_named_as_unclear(text: str, told: str) -> None:
    (found,) = values(f"{HEADER}\nRain?,0.5,{text},2023-05-01\n", "made_at")
    if isinstance(found, datetime):
        assert found == datetime.fromisoformat(told).replace(tzinfo=UTC)
    else:
        assert told in found


def test_one_clear_date_says_how_the_others_are_meant() -> None:
    days = ("3/4/2023", "25/4/2023")
    rows = "".join(f"Rain?,0.5,{day},2023-05-01\n" for day in days)
    assert values(f"{HEADER}\n{rows}", "made_at") == [
        datetime(2023, 4, 3, tzinfo=UTC), datetime(2023, 4, 25, tzinfo=UTC),
    ]  # fmt: skip


def test_times_without_a_zone_are_in_the_chosen_one() -> None:
    content = f"{HEADER}\nRain?,0.5,2023-04-01 14:30,2023-05-01\n"
    choices = ImportChoices(source="spreadsheet", zone="Europe/Berlin")
    assert values(content, "made_at", choices) == [datetime(2023, 4, 1, 12, 30, tzinfo=UTC)]
    with pytest.raises(Refused, match="no time zone 'Mars'"):
        values(content, "made_at", ImportChoices(zone="Mars"))


def test_columns_are_guessed_and_can_be_chosen(tracker: Tracker) -> None:
    content = b"Satz\tp\tWann\tBis\nRain?\t0.5\t2023-04-01\t2023-05-01\n"
    with pytest.raises(
        Refused, match=r"which column is the text.*--map text=HEADER.*Satz, p, Wann"
    ):
        tracker.forecasts.preview_import({"t.csv": content})
    assert tracker.forecasts.list_headers({"t.csv": content}) == ("Satz", "p", "Wann", "Bis")
    chosen = {"text": "Satz", "made_at": "Wann", "closes_at": "Bis"}
    plan = tracker.forecasts.preview_import({"t.csv": content}, ImportChoices(columns=chosen))
    assert plan.columns == {**chosen, "probability": "p"}
    assert (plan.forecasts, plan.refused) == (1, ())
    for wrong in ({"text": "Mood"}, {"mood": "Satz"}):
        with pytest.raises(Refused, match=r"there is no column|is no column to choose"):
            tracker.forecasts.preview_import({"t.csv": content}, ImportChoices(columns=wrong))


def test_answers_without_a_link_take_the_one_that_is_given(tracker: Tracker) -> None:
    content = f"{HEADER},Result\nRain?,0.5,2023-04-01,2023-05-01,no\n".encode()
    (row,) = tracker.forecasts.preview_import({"t.csv": content}).refused
    assert "needs a source" in row.reason
    link = ImportChoices(link="https://example.org/sheet")
    result = tracker.forecasts.import_files({"t.csv": content}, link)
    assert (result.forecasts, result.answers, result.refused) == (1, 1, ())
    with pytest.raises(Refused, match="is no http"):
        tracker.forecasts.preview_import({"t.csv": content}, ImportChoices(link="my notes"))


def test_a_question_needs_a_deadline_or_an_answer(tracker: Tracker) -> None:
    plan = tracker.forecasts.preview_import({"t.csv": b"question,p,date\nRain?,0.5,2023-04-01\n"})
    assert "its deadline is missing" in plan.refused[0].reason


def test_a_workbook_reads_like_its_csv(tracker: Tracker) -> None:
    rows = [
        ["Prediction", "Confidence", "Date", "Deadline", "Result", "Link", "Spare"],
        [RAIN, 0.3, (45017,), (45048.5,), True, "https://example.org/rain", None],
        [RAIN, 0.6, (45036.25,), (45048.5,), True, "https://example.org/rain", None],
    ]
    result = tracker.forecasts.import_files({"mine.xlsx": workbook(rows)})
    assert (result.source, result.questions, result.forecasts) == ("spreadsheet", 1, 2)
    (summary,) = tracker.questions.list()
    assert (summary.question.text, summary.status) == (RAIN, "resolved")
    assert summary.question.closes_at == datetime(2023, 5, 2, 12, tzinfo=UTC)
    acts = [a for a in tracker.questions.get(summary.question.id).acts if a.imported_by]
    assert [act.made_at for act in acts] == [
        datetime(2023, 4, 1, tzinfo=UTC), datetime(2023, 4, 20, 6, tzinfo=UTC),
    ]  # fmt: skip


def test_a_workbook_with_a_document_type_is_refused() -> None:
    content = workbook([["Prediction"]]).replace(b"<sst", b"<!DOCTYPE x><sst")
    with pytest.raises(Refused, match="no whole workbook"):
        read(content)


@given(st.binary(max_size=60), st.integers(0, 2000), st.integers(1, 255))
def test_no_bytes_do_more_than_be_refused(start: bytes, place: int, change: int) -> None:
    whole = workbook([["Prediction", "p", "Date"], ["Rain?", 0.5, (45017,)]])
    place %= len(whole)
    damaged = whole[:place] + bytes([whole[place] ^ change]) + whole[place + 1 :]
    for content in (start, b"PK" + start, damaged, b"Prediction,p,Date\n" + start):
        try:
            rows = read_files({"f": content}, ImportChoices()).rows
        except Refused as refusal:
            assert "\n" not in str(refusal)  # noqa: PT017
        else:
            assert all(isinstance(row, FileRow | RefusedRow) for row in rows)
