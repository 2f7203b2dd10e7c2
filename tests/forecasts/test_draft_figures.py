"""Figures in drafts: of which year they are, what they count, and when they are only beside the
point.
"""

import re
from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from forecasts.essays.draft import ClaimDraft, build_new_question, draft_question
from forecasts.essays.extract import Sentence
from forecasts.linting.lint import LintContext, find_flaws
from forecasts.questions.question import utc
from tests.tables import check_rows, read_tables

TABLES = read_tables("forecasts/draft_figures")

TODAY = date(2026, 11, 24)
NOW = utc("2026-11-25T09:30:00Z")
YEAR = "between 1 January 2027 and 31 December 2027"


def drafted(text: str) -> ClaimDraft:
    return draft_question(
        Sentence(0, len(text), text, "explicit prediction", "", 1.0, 0.9, True, ""), TODAY
    )


@check_rows(TABLES["a_yearly_figure_counts_the_whole_year"])
def test_a_yearly_figure_counts_the_whole_year(claim: str, text: str) -> None:
    made = drafted(claim)
    assert made.text == text
    assert f"{text[text.index('between') : text.index('December') + 13]} (UTC)" in made.criteria


@check_rows(TABLES["a_unit_may_be_for_each_of_something"])
def test_a_unit_may_be_for_each_of_something(claim: str, unit: str) -> None:
    assert drafted(claim).text.endswith(unit)


def test_plural_units_and_yearly_events() -> None:
    # What no longer exists agrees with its number.
    assert (
        "Annulled if the banks no longer exist, or"
        in drafted("The banks will close in 2027.").criteria
    )
    assert (
        "Annulled if the bank no longer exists, or"
        in drafted("The bank will close in 2027.").criteria
    )
    # An event of a year counts from the opening.
    made = drafted("Borland will default in 2027.")
    assert "from the opening of the question to 31 December 2027" in made.criteria


@check_rows(TABLES["another_figure_counts_from_the_opening"])
def test_another_figure_counts_from_the_opening(claim: str) -> None:
    made = drafted(claim)
    assert "between" not in made.text
    assert "from the opening of the question to" in made.criteria


@check_rows(
    [
        (date(2027, 12, 31), YEAR),
        (date(2028, 12, 31), "between 1 January 2028 and 31 December 2028"),
        (date(2027, 3, 31), "between 1 January 2027 and 31 March 2027"),
        (date(2026, 12, 31), "between 25 November 2026 and 31 December 2026"),
    ]
)
def test_the_year_moves_with_the_last_day(closes_on: date, window: str) -> None:
    asked = build_new_question(
        drafted("In 2027 exports will exceed 4 billion dollars."),
        name="e",
        closes_on=closes_on,
        now=NOW,
    )
    assert window in asked.text
    assert f"{window} (UTC)" in asked.criteria


def test_only_windows_ahead_move_in_edited_words() -> None:
    made = drafted("In 2027 exports will exceed 4 billion dollars.")
    own = draft_question(
        Sentence(0, 9, "It will rain in 2027.", "explicit prediction", "", 1.0, 0.9, True, ""),
        TODAY,
    )
    for between in (
        "between 1 January 2026 and 31 December 2027",
        "between 31 June 2027 and 31 December 2027",
    ):
        said = replace(own, text=f"Rain {between}?")
        asked = build_new_question(said, name="e", closes_on=date(2028, 12, 31), now=NOW)
        assert asked.text == f"Rain {between.replace('December 2027', 'December 2028')}?"
    assert (
        build_new_question(made, name="e", closes_on=date(2027, 12, 31), now=utc("2027-02-01")).text
        == made.text
    )


@given(st.integers(2027, 2060), st.dates(date(2026, 12, 1), date(2070, 12, 31)))
def test_a_window_lies_within_the_question(year: int, closes_on: date) -> None:
    asked = build_new_question(
        drafted(f"In {year} exports will exceed 4 billion dollars."),
        name="e",
        closes_on=closes_on,
        now=NOW,
    )
    window = asked.text[asked.text.index("between ") :]
    days = [date(int(y), 1, 1) for y in re.findall(r"\b(2[0-9]{3})\b", window)]
    assert days[0] <= days[1]
    assert days[1].year == closes_on.year


@check_rows(TABLES["a_figure_beside_an_act_is_part_of_the_act"])
def test_a_figure_beside_an_act_is_part_of_the_act(claim: str, text: str) -> None:
    made = drafted(claim)
    assert (made.text, made.kind) == (text, "binary")


@check_rows(TABLES["which_side_of_a_figure_is_meant"])
def test_which_side_of_a_figure_is_meant(claim: str, text: str, bears_out: str) -> None:
    made = drafted(claim)
    assert made.text.startswith(text)
    assert made.bears_out == bears_out


def test_units_and_windows_of_figures() -> None:
    # What is counted may have two words.
    assert drafted("The number of data centres in Arland will exceed 120.").unit == "data centres"
    # A word of time is no part of a unit.
    assert (
        drafted("The order book will stay above 900 aircraft through the end of 2027.").unit
        == "aircraft"
    )
    assert (
        drafted("Ann will buy 900 aircraft by then.").text
        == "How many aircraft will Ann buy by 31 March 2027?"
    )
    # A sum of nothing leaves a gap for its unit.
    made = drafted("In 2027 exports will exceed 40 billion.")
    assert made.unit == "billion [… unit]"
    asked = build_new_question(made, name="e", closes_on=made.horizons[0], now=NOW)
    assert "placeholder" in {flaw.code for flaw in find_flaws(asked, LintContext(NOW))}
    assert drafted("Forty nations and 40 states will sign.").kind == "binary"
    # What holds until a day must hold all the time.
    made = drafted("The peg will exist until 2030.")
    assert (made.text, made.horizon_shape) == (
        "Will the peg exist until 31 December 2030?",
        "holds_until",
    )
    assert drafted("The peg will not break until 2030.").horizon_shape == "event_by"


@check_rows(TABLES["a_season_ends_with_its_last_month"])
def test_a_season_ends_with_its_last_month(claim: str, text: str) -> None:
    assert drafted(claim).text == text
