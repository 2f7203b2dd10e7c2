"""Who acts in a draft: the one who will do it, by the whole of its name, and not the one who says
so.
"""

import re

from hypothesis import given
from hypothesis import strategies as st

from forecasts.essays.drafting.attitudes import strip_attitude
from forecasts.essays.drafting.clauses import Clause, parse_clause
from forecasts.essays.drafting.subjects import parse_subject
from tests.tables import check_rows, read_tables

TABLES = read_tables("forecasts/draft_actors")


def actor(text: str) -> str:
    return parse(text).subject


def parse(text: str) -> Clause:
    return parse_clause(strip_attitude(text).text)


@check_rows(TABLES["who_only_says_so_does_not_act"])
def test_who_only_says_so_does_not_act(claim: str, who: str) -> None:
    assert actor(claim) == who


@check_rows(TABLES["words_of_saying_that_are_nouns_stay_in_the_name"])
def test_words_of_saying_that_are_nouns_stay_in_the_name(claim: str, who: str) -> None:
    assert actor(claim) == who


def test_reports_and_clauses_after_the_claim() -> None:
    # What is reported after the claim is no part of it.
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


@check_rows(TABLES["an_actor_that_cannot_be_told_is_a_gap"])
def test_an_actor_that_cannot_be_told_is_a_gap(claim: str) -> None:
    found = parse_clause(claim)
    assert found.subject == ""
    assert found.is_future


@check_rows(TABLES["a_doubt_denies_what_follows"])
def test_a_doubt_denies_what_follows(claim: str, negated: bool) -> None:
    assert parse(claim).negated is negated


@check_rows(TABLES["the_verb_is_found_when_a_time_marks_the_claim"])
def test_the_verb_is_found_when_a_time_marks_the_claim(claim: str, event: str) -> None:
    assert parse(claim).event == event


WORDS = st.sampled_from(
    (
        "the bank of Arland says that which , and as such than it expects Borland ( ECB ) who in "
        "finally ; Italy"
    ).split()
)


@given(st.lists(WORDS, max_size=14).map(" ".join))
def test_a_subject_stands_before_its_verb(before: str) -> None:
    subject, pronoun = parse_subject(before)
    assert not (subject and pronoun)
    # Blanks before punctuation marks are dropped, and a word that stands there twice.
    once = re.sub(r"\b(\w+)(?: \1\b)+", r"\1", before.lower())
    found = re.sub(r"\b(\w+)(?: \1\b)+", r"\1", subject.lower())
    assert found.replace(" ", "") in once.replace(" ", "") or "(" in before


def test_questions_actors_and_marks_that_leave_gaps() -> None:
    # A question without a known actor is asked as it stands.
    clause = parse_clause("Will within a generation blackouts end?")
    assert (clause.subject, clause.raw_event) == ("", "within a generation blackouts end")
    assert parse_clause("Will the plan help stop the war?").subject == "the plan"
    # Whose it is is a gap where the sentence only points there.
    assert (
        actor("Airbus says that its suppliers will deliver 900 aircraft.") == "[… whose] suppliers"
    )
    assert actor("The IMF says that Arland and its allies will pay.") == "Arland and its allies"
    # A mark before the verb ends no clause.
    assert parse_subject("the shops:") == ("the shops", "")
    # A question that asks for nothing is read as a statement.
    found = parse_clause("Nobody wins?")
    assert (found.asks, found.is_future) == ("", False)
