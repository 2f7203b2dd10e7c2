"""Tables of CSV, JSON and pages become series; hostile ones cost only themselves."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.questions.series import Series
from tests.builders import a_series
from tests.tables import check_rows
from tracker.feeds.parsing.parsed_feed import ParseFailed
from tracker.feeds.parsing.parser_pool import ParseLimits, ParserPool
from tracker.feeds.parsing.series_document import SeriesDocument, SeriesReading, read_series

CSV = a_series()
JSON = a_series("j", format="json", date_column="date", value_column="value")
PAGE = a_series("p", format="html", date_column="Month", value_column="Food")


def read(series: Series, document: str) -> list[tuple[str, float]]:
    """Periods and numbers of a series in a document."""
    parsed = read_series(document.encode(), "", [series])
    assert isinstance(parsed, SeriesDocument), parsed
    reading = parsed.readings[series.id]
    assert isinstance(reading, SeriesReading), reading
    return [(str(value.period), value.value) for value in reading.values]


def refusal(series: Series, document: str) -> str:
    parsed = read_series(document.encode(), "", [series])
    reading = parsed if isinstance(parsed, ParseFailed) else parsed.readings[series.id]
    assert isinstance(reading, ParseFailed), reading
    return reading.reason


ROWS = [("March 2026", 1.5), ("April 2026", 2.0)]


@check_rows(
    [
        (CSV, "Date,Price\n2026-03,1.5\n2026-04,2\n"),
        (CSV, "Food index\n\ndate;note; PRICE \nApr-26;x;2,0\nMar-26;y;1,5\n"),
        (CSV, '"Date"\t"Price"\nMarch 2026\t1.5 (p)\nApril 2026\t2*\nMay 2026\t..\n'),
        (JSON, '[{"date": "2026-03", "value": 1.5}, {"date": "2026-04", "value": "2"}]'),
        (JSON, '{"data": [["date", "value"], ["2026-03", 1.5], ["2026-04", 2]]}'),
        (JSON, '[{"page": 1}, [{"date": "2026-03", "value": 1.5}, {"date": "2026-04", "value": 2}]]'),
        (
            a_series("n", format="json", date_column="key", value_column="value"),
            '{"series": {"2026-03": 1.5, "2026-04": 2}}',
        ),
        (
            a_series("o", format="json", date_column="time.at", value_column="votes"),
            '[{"time": {"at": "2026-04"}, "votes": ["a", "b"]},'
            ' {"time": {"at": "2026-03"}, "votes": 1.5}]',
        ),
        (
            PAGE,
            "<table><tr><td>menu</table><table><tr><th rowspan=2>Month<th colspan=2>Index"
            "<tr><th>Food<sup>2</sup><th>Meat<tr><td>March 2026<td>1.5<sup>a</sup><td>9"
            "<tr><td>April 2026<td>2<td>8</table>",
        ),
        (
            a_series("w", where=(("Place", "Oslo"), ("Kind", "spot"))),
            "Date,Place,Kind,Price\n2026-03,Oslo,spot,1.5\n2026-03,Rome,spot,7\n"
            "2026-04,oslo,Spot,2\n2026-04,Oslo,future,9\n",
        ),
    ]
)  # fmt: skip
def test_a_table_is_read_in_every_format(series: Series, document: str) -> None:
    assert read(series, document) == ROWS


@check_rows(
    [
        (CSV, "Date,Close\n2026-03,1\n", "no column 'Price'; its first columns are Date, Close"),
        (CSV, "", "no column 'Date'"),
        (CSV, "Date,Price\nsoon,much\n", "none of 1 rows has a date in 'Date'"),
        (CSV, "Date,Price\n2026-03,1\n2026-03,2\n", "March 2026 has two values, 1 and 2"),
        (JSON, "[" * 100_000, "nested too deeply"),
        (JSON, "{]", "malformed JSON"),
        (JSON, "[" + "1," * 2_000_001 + "1]", "more than 2,000,000 values"),
        (JSON, '"a text"', "no column 'date'"),
        (PAGE, "<p>No table here", "the page has no table"),
        (PAGE, "<table>" * 5_000 + "<tr><td>Month", "no column 'Food'"),
        (PAGE, "<table><tr>" + "<td colspan=1000000 rowspan=99999999>x" * 500, "no column 'Month'"),
        (CSV, 'Date,Price\n"' + "2026-03,1\n" * 50_000, "none of 0 rows"),
        (CSV, "," * 200_000, "no column 'Date'"),
        (CSV, "PK\x03\x04\x14\x00\x06\x00,Sheet\x00\x01" * 9, "the document is no text"),
        (CSV, "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "the document is no text"),
        (CSV, "Date,Close\x07\n" + "2026-03,1\n" * 50, "no column 'Price'"),
    ]
)
def test_a_document_without_the_series_says_why(series: Series, document: str, why: str) -> None:
    assert why in refusal(series, document)


def test_a_value_keeps_the_words_of_its_source() -> None:
    parsed = read_series('Date,Price\n2026-03,"1,234.5 \u202epts\x00"\n'.encode(), "", [CSV])
    assert isinstance(parsed, SeriesDocument)
    reading = parsed.readings[CSV.id]
    assert isinstance(reading, SeriesReading)
    assert [(value.text, value.value) for value in reading.values] == [("1,234.5 pts", 1234.5)]


@given(st.binary(max_size=400), st.sampled_from([CSV, JSON, PAGE]))
def test_any_bytes_are_read_or_refused(body: bytes, series: Series) -> None:
    assert isinstance(read_series(body, "text/html", [series]), SeriesDocument | ParseFailed)


@pytest.fixture
def pool() -> Iterator[ParserPool]:
    """A pool whose workers have little memory."""
    pool = ParserPool(ParseLimits(inline_bytes=1_000, megabytes=300))
    yield pool
    pool.close()


def test_a_large_table_is_read_in_a_child(pool: ParserPool) -> None:
    rows = "".join(f"{1900 + n // 12}-{n % 12 + 1:02},{n}\n" for n in range(1_200))
    body = f"Date,Price\n{rows}".encode()
    parsed = pool.submit_series(body, "text/csv", CSV.url, [CSV]).result(30)
    assert isinstance(parsed, SeriesDocument)
    reading = parsed.readings[CSV.id]
    assert isinstance(reading, SeriesReading)
    assert len(reading.values) == 1_200
    bomb = b"<table>" + b"<tr><td rowspan=100 colspan=100>x" * 200_000
    reply = pool.submit_series(bomb, "text/html", PAGE.url, [PAGE]).result(60)
    assert isinstance(reply, ParseFailed | SeriesDocument)
    again = pool.submit_series(body, "text/csv", CSV.url, [CSV]).result(30)
    assert again == parsed
