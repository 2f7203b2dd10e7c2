"""Verbs in drafts: no doubled endings, and plural where there are several."""

from hypothesis import given
from hypothesis import strategies as st

from forecasts.essays.drafting.clauses import Clause, parse_clause
from forecasts.essays.drafting.plan import phrase_claim
from forecasts.essays.english import base_form, is_plural, past_participle, past_tense, third_person
from tests.tables import check_rows, read_tables

TABLES = read_tables("forecasts/draft_verbs")


def reports(subject: str, event: str) -> tuple[str, ...]:
    return phrase_claim(Clause(subject=subject, event=event), subject).reports


@check_rows(TABLES["a_verb_is_asked_in_its_base_form"])
def test_a_verb_is_asked_in_its_base_form(claim: str, event: str) -> None:
    assert parse_clause(claim).event == event


@given(
    st.sampled_from(
        "exist have reach deny be do go pass focus fix try raise lose win close".split()
    )
)
def test_adding_an_ending_keeps_the_base_verb(verb: str) -> None:
    assert base_form(third_person(verb)) == verb
    assert base_form(verb) == verb


def test_reports_of_completed_acts() -> None:
    # What will have been done is reported once.
    assert reports("the price", "have doubled") == (
        "The price has doubled",
        "The price had doubled",
    )
    assert phrase_claim(Clause(subject="the price", event="have doubled"), "the price").denials[
        1
    ] == ("The price has not doubled")
    assert reports("the union", "have thirty members")[2] == "The union has had thirty members"
    # A report stands in the criteria as within a sentence.
    assert phrase_claim(
        Clause(subject="the war between A and B", event="end"), "the war between A and B"
    ).event_clause == ("the war between A and B ends")
    assert (
        phrase_claim(Clause(event="win"), "[… who or what]").event_clause == "[… who or what] wins"
    )


@check_rows(TABLES["the_last_letter_is_doubled_where_it_is_in_writing"])
def test_the_last_letter_is_doubled_where_it_is_in_writing(verb: str, said: str) -> None:
    assert past_tense(verb) == past_participle(verb) == said


@check_rows(TABLES["several_take_a_verb_in_the_plural"])
def test_several_take_a_verb_in_the_plural(subject: str) -> None:
    assert is_plural(subject)


@check_rows(TABLES["one_takes_a_verb_in_the_singular"])
def test_one_takes_a_verb_in_the_singular(subject: str) -> None:
    assert not is_plural(subject)
