"""Who acts in a draft: the one who will do it, by the whole of its name, and not the one who says
so.
"""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from forecasts.essays.draft import draft_question
from forecasts.essays.drafting.clauses import parse_clause
from forecasts.essays.drafting.subjects import parse_subject
from forecasts.essays.extract import find_claims
from tests.tables import check_rows, read_tables

TABLES = read_tables("forecasts/draft_actors")

TODAY = date(2026, 11, 24)


def actor(text: str) -> str:
    (claim,) = [claim for claim in find_claims(text) if claim.kept]
    return draft_question(claim, TODAY).slots.actor


@check_rows(TABLES["who_only_says_so_does_not_act"])
def test_who_only_says_so_does_not_act(claim: str, who: str) -> None:
    assert actor(claim) == who


@check_rows(TABLES["words_of_saying_that_are_nouns_stay_in_the_name"])
def test_words_of_saying_that_are_nouns_stay_in_the_name(claim: str, who: str) -> None:
    assert actor(claim) == who


def test_what_is_reported_after_the_claim_is_no_part_of_it() -> None:
    assert (
        parse_clause("Borland will default on its bonds, the IMF says.").event
        == "default on its bonds"
    )
    assert parse_clause("The lira will fall, most analysts say.").event == "fall"
    assert parse_clause("Borland will sign, seal and say it.").event == "sign, seal and say it"


@check_rows(TABLES["the_actor_is_a_whole_phrase"])
def test_the_actor_is_a_whole_phrase(claim: str, who: str) -> None:
    assert actor(claim) == who


@check_rows(TABLES["another_clause_before_it_is_left_out"])
def test_another_clause_before_it_is_left_out(claim: str, who: str) -> None:
    assert actor(claim) == who


@check_rows(
    [
        "The same state shows what can go wrong.",
        "Within a generation blackouts will be forgotten.",
        "They say that it will fall.",
        "The " + "very old " * 20 + "bank will fall.",
    ]
)
def test_an_actor_that_cannot_be_told_is_a_gap(claim: str) -> None:
    found = parse_clause(claim)
    assert found.subject == ""
    assert found.is_future


@check_rows(TABLES["a_doubt_denies_what_follows"])
def test_a_doubt_denies_what_follows(claim: str, negated: bool) -> None:
    assert parse_clause(claim).negated is negated


@check_rows(TABLES["the_verb_is_found_when_a_time_marks_the_claim"])
def test_the_verb_is_found_when_a_time_marks_the_claim(claim: str, event: str) -> None:
    (found,) = find_claims(claim)
    assert parse_clause(claim, found.cue).event == event
    assert parse_clause(claim, "by the end of").event == event or "by the end of" not in claim


def test_a_time_in_another_clause_finds_no_verb() -> None:
    assert not parse_clause(
        "By the end of 2027 it is shut; they will leave.", "by the end of"
    ).is_future


WORDS = st.sampled_from(
    (
        "the bank of Arland says that which , and as such than it expects Borland ( ECB ) who in "
        "finally ; Italy"
    ).split()
)


@given(st.lists(WORDS, max_size=14).map(" ".join))
def test_a_subject_is_made_of_words_that_stand_before_the_verb(before: str) -> None:
    subject, pronoun = parse_subject(before)
    assert not (subject and pronoun)
    assert subject.lower() in before.lower() or "(" in before


def test_a_question_without_a_known_actor_is_asked_as_it_stands() -> None:
    assert parse_clause("Will within a generation blackouts end?").is_whole
    assert parse_clause("Will the plan help stop the war?").subject == "the plan"


def test_whose_it_is_is_a_gap_where_the_sentence_only_points_there() -> None:
    assert (
        actor("Airbus says that its suppliers will deliver 900 aircraft.") == "[… whose] suppliers"
    )
    assert actor("The IMF says that Arland and its allies will pay.") == "Arland and its allies"


def test_a_mark_before_the_verb_ends_no_clause() -> None:
    assert parse_subject("the shops:") == ("the shops", "")


def test_a_question_that_asks_for_nothing_is_read_as_a_statement() -> None:
    found = parse_clause("Nobody wins?")
    assert (found.asks, found.is_future) == ("", False)
