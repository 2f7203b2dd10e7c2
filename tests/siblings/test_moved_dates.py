"""Dates of a question move to a shorter window, or are named as stuck."""

from datetime import date

from forecasts.essays.siblings.moved_dates import WindowMove, move_dates
from forecasts.questions.windows import (
    Rhythm,
    nearest_window,
    next_window,
    previous_window,
    window_of,
)
from tests.tables import check_rows

OLD = (date(2026, 11, 24), date(2027, 12, 31))
DECEMBER = window_of(date(2026, 12, 1), "month")


def moved_to_december(text: str, first: int = 1, *, events: bool = True) -> str:
    return move_dates(text, WindowMove(*OLD, DECEMBER, date(2026, 12, first), events)).text


@check_rows(
    [
        ("It rains by 31 December 2027.", "It rains by 31 December 2026."),
        ("It rains by the end of 2027.", "It rains by the end of December 2026."),
        ("It rains before 1 January 2028.", "It rains before 1 January 2027."),
        ("between 24 November 2026 and 31 December 2027", "between 1 and 31 December 2026"),
        ("from 1 January to 31 December 2027", "from 1 to 31 December 2026"),
        ("Rain in 2027?", "Rain in December 2026?"),
        ("Not out by 31 March 2028", "Not out by 31 March 2027"),
        ("Out on 15 February 2028", "Out on 15 February 2027"),
        ("As in 2024, and since 1 May 2025.", "As in 2024, and since 1 May 2025."),
        ("No day at all.", "No day at all."),
    ]
)  # fmt: skip
def test_dates_move_with_the_window(text: str, expected: str) -> None:
    assert moved_to_december(text) == expected


def test_a_window_under_way_counts_from_today() -> None:
    assert moved_to_december("Rain in 2027?", 9) == "Rain between 9 and 31 December 2026?"
    assert moved_to_december("Rain in 2027?", 9, events=False) == "Rain in December 2026?"


@check_rows(
    [
        ("lower in 2027 than in 2026", "2026"),
        ("the 2027 budget", "2027"),
        ("ended before 1 July 2027", "1 July 2027"),
        ("on 30 June 2027", "30 June 2027"),
    ]
)
def test_a_date_without_a_place_is_stuck(text: str, stuck: str) -> None:
    move = WindowMove(*OLD, DECEMBER, DECEMBER.first, True)
    assert stuck in move_dates(text, move).stuck


@check_rows(
    [
        ("2026-11-30", "week", "2026-w49"),
        ("2026-12-04", "week", "2026-w50"),
        ("2027-02-15", "month", "2027-02"),
        ("2027-02-16", "month", "2027-03"),
        ("2026-12-31", "quarter", "2027-q1"),
        ("2027-01-01", "quarter", "2027-q1"),
        ("2026-07-02", "year", "2026"),
        ("2026-07-04", "year", "2027"),
    ]
)
def test_the_nearest_window_has_half_of_it_left(day: str, every: Rhythm, key: str) -> None:
    window = nearest_window(date.fromisoformat(day), every)
    assert window.key == key
    assert previous_window(next_window(window)) == window
    assert str(window.first.year) in window.words
