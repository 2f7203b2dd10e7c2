"""Dates and numbers as sources write them, and the days that stand for months."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from forecasts.questions.series import (
    Period,
    SeriesValue,
    find_widening,
    parse_number,
    parse_period,
)
from tests.tables import check_rows

DAYS = st.dates(date(1900, 1, 1), date(2199, 12, 31))


@check_rows(
    [
        ("2026-03-09", "2026-03-09"),
        ("2026-03-09T12:00:00Z", "2026-03-09"),
        ("20260309", "2026-03-09"),
        ("9 March 2026", "2026-03-09"),
        ("March 9, 2026", "2026-03-09"),
        ("9-Mar-26", "2026-03-09"),
        ("09.03.2026", "2026-03-09"),
        ("31/12/2026", "2026-12-31"),
        ("03/04/2026", "2026-03-04"),
        ("2026-03", "March 2026"),
        ("202603", "March 2026"),
        ("2026M03", "March 2026"),
        ("Mar-26*", "March 2026"),
        ("Sept. 2026", "September 2026"),
        ("Q1 2026 (p)", "Q1 2026"),
        ("2026-Q4", "Q4 2026"),
        ("first quarter of 2026", "Q1 2026"),
        ("H2 2026", "H2 2026"),
        ("2026", "2026"),
        ("Vote of 2021 [3]", "2021"),
        ("2026-02-30", "None"),
        ("2021 to 2022", "None"),
        ("2026/27", "None"),
        ("12", "None"),
        ("n/a", "None"),
    ]
)
def test_dates_are_read_as_sources_write_them(text: str, period: str) -> None:
    assert str(parse_period(text)) == period


def test_the_day_comes_first_where_the_series_says_so() -> None:
    assert str(parse_period("03/04/2026", day_first=True)) == "2026-04-03"
    assert str(parse_period("03/25/2026", day_first=True)) == "2026-03-25"


@check_rows(
    [
        ("1,234,567.8", 1234567.8),
        ("1 234 567,8", 1234567.8),
        ("1.234.567", 1234567.0),
        ("1'234", 1234.0),
        ("1.234", 1.234),
        ("0,123", 0.123),
        ("12,5 %", 12.5),
        ("−3.2", -3.2),
        ("(45)", -45.0),
        ("$1.2 bn", 1.2e9),
        ("USD 61.20/bbl", 61.2),
        ("61 [2]", 61.0),
        ("61.2 (r)", 61.2),
        ("5.1e3", 5100.0),
        (".5", 0.5),
        ("n/a", None),
        ("-", None),
        ("..", None),
        ("", None),
        ("3 (2025: 4)", None),
        ("CO2", None),
        ("1,2,3", None),
    ]
)
def test_numbers_are_read_as_sources_write_them(text: str, number: float | None) -> None:
    assert parse_number(text) == number


def test_a_decimal_comma_is_read_where_it_is_said() -> None:
    assert parse_number("1,234", decimal_comma=True) == 1.234
    assert parse_number("1.234,5", decimal_comma=True) == 1234.5


@given(DAYS)
def test_a_day_survives_every_writing(day: date) -> None:
    period = Period(day, day)
    for text in (day.isoformat(), f"{day:%d %B %Y}", f"{day:%B %d, %Y}", f"{day:%d.%m.%Y}"):
        assert parse_period(text) == period
    assert parse_period(f"{day:%d/%m/%Y}", day_first=True) == period
    assert parse_period(str(period), alone=True) == period


@given(st.floats(-1e12, 1e12).map(lambda number: round(number, 2)))
def test_a_number_survives_its_separators(number: float) -> None:
    text = f"{number:,.2f}"
    assert parse_number(text) == number
    swapped = text.translate(str.maketrans(",.", ".,"))
    assert parse_number(swapped, decimal_comma=True) == number


@given(st.text(max_size=60))
def test_any_text_is_read_or_none(text: str) -> None:
    parse_period(text)
    parse_number(text)


def values(*days: str) -> tuple[SeriesValue, ...]:
    known = datetime(2027, 1, 1, tzinfo=UTC)
    return tuple(
        SeriesValue(Period(day, day), 1.0, "1", known, "") for day in map(date.fromisoformat, days)
    )


@check_rows(
    [
        (("2026-01-01", "2026-02-01", "2026-03-01"), "March 2026"),
        (("2026-01-31", "2026-02-28", "2026-03-31"), "March 2026"),
        (("2025-10-01", "2026-01-01", "2026-04-01"), "Q2 2026"),
        (("2025-12-31", "2026-03-31", "2026-06-30"), "Q2 2026"),
        (("2024-01-01", "2025-01-01", "2026-01-01"), "2026"),
        (("2024-12-31", "2025-12-31", "2026-12-31"), "2026"),
        (("2026-01-01", "2026-02-01"), "2026-02-01"),
        (("2026-01-01", "2026-01-02", "2026-02-01"), "2026-02-01"),
    ]
)
def test_days_stand_for_what_they_begin_or_end(days: tuple[str, ...], period: str) -> None:
    series = values(*days)
    assert str(find_widening(series)(series[-1].period)) == period


@given(st.lists(DAYS, min_size=1, max_size=8, unique=True))
def test_widening_keeps_the_day_inside(days: list[date]) -> None:
    series = values(*(day.isoformat() for day in sorted(days)))
    widen = find_widening(series)
    assert all(value.period in widen(value.period) for value in series)
    assert all(widen(v.period).end - widen(v.period).start < timedelta(days=366) for v in series)
