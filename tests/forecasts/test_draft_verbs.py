"""Verbs in drafts: no doubled endings, and plural where there are several."""

from hypothesis import given
from hypothesis import strategies as st

from forecasts.essays.drafting.clauses import parse_clause
from forecasts.essays.english import base_form, is_plural, past_participle, past_tense, third_person
from tests.tables import check_rows, read_tables

TABLES = read_tables("forecasts/draft_verbs")


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


@check_rows(TABLES["the_last_letter_is_doubled_where_it_is_in_writing"])
def test_the_last_letter_is_doubled_where_it_is_in_writing(verb: str, said: str) -> None:
    assert past_tense(verb) == past_participle(verb) == said


@check_rows(TABLES["several_take_a_verb_in_the_plural"])
def test_several_take_a_verb_in_the_plural(subject: str) -> None:
    assert is_plural(subject)


@check_rows(TABLES["one_takes_a_verb_in_the_singular"])
def test_one_takes_a_verb_in_the_singular(subject: str) -> None:
    assert not is_plural(subject)
