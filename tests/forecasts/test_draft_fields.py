"""Parts of a draft as a person fills them in, and the names of questions by several days."""

from datetime import date

import pytest

from forecasts.essays.draft import ClaimDraft, ClaimSource, propose_drafts, with_wording
from forecasts.essays.draft_fields import (
    drop_lost_condition,
    fill_gaps,
    list_days,
    parse_day,
    rank_drafts,
    split_sources,
)
from forecasts.essays.extract import find_claims
from forecasts.essays.question_names import name_questions
from tests.tables import check_rows

TODAY = date(2026, 11, 28)
DAYS = date(2027, 12, 31), date(2028, 12, 31)


def draft(claim: str = "Arland will sign the river treaty by the end of 2027.") -> ClaimDraft:
    (sentence,) = find_claims(claim)
    return propose_drafts(ClaimSource(sentence, TODAY))[0]


@check_rows([
        ((date(2027, 12, 31),), ("treaty",)),
        (DAYS, ("treaty-2027", "treaty-2028")),
        ((date(2027, 3, 31), date(2027, 12, 31)), ("treaty-2027-03", "treaty-2027-12")),
        ((date(2027, 3, 1), date(2027, 3, 31)), ("treaty-2027-03-01", "treaty-2027-03-31")),
        ((), ()),
    ])  # fmt: skip
def test_questions_of_several_days_have_names(
    days: tuple[date, ...], names: tuple[str, ...]
) -> None:
    assert name_questions("treaty", days) == names


def test_a_day_that_stands_twice_has_no_name() -> None:
    with pytest.raises(ValueError, match="a day stands twice"):
        name_questions("treaty", (TODAY, TODAY))


def test_complete_drafts_come_first_and_skeletons_last_resort() -> None:
    made = draft()
    gapped = with_wording(made, criteria="YES if [… the act]. NO otherwise.")
    skeleton = with_wording(made, text="It will all come right.")
    assert rank_drafts([skeleton, gapped, made]) == (made, gapped)
    assert rank_drafts([skeleton]) == (skeleton,)


@check_rows([
        ("Will it be [… who]?", ["Ann."], "Will it be Ann?"),
        ("Will it be [… who]?", [""], "Will it be [… who]?"),
        ("YES if [… the act]", ["It falls."], "YES if it falls."),
    ])  # fmt: skip
def test_gaps_take_words_that_fit(template: str, words: list[str], filled: str) -> None:
    assert fill_gaps(template, words) == filled


def test_a_condition_stays_while_the_question_has_it() -> None:
    criteria = "YES if so. Annulled if the condition, “it rains”, fails."
    assert drop_lost_condition(criteria, "Will it, if it rains?") == criteria
    assert drop_lost_condition("YES if so.", "Will it?") == "YES if so."


def test_sources_without_a_first_one_keep_their_fallback() -> None:
    assert split_sources(["BBC, as fall-back"]).fallback == "BBC"


def test_days_to_choose_from_are_those_that_texts_name() -> None:
    made = draft()
    days = list_days(made, ["It ends by 30 April 2028, and by 3 May 2020."], TODAY)
    assert {"2027-12-31", "2028-04-30"} <= set(days)
    assert "2020-05-03" not in days
    assert parse_day("3 May 2020", TODAY) is None
