"""Verbs in drafts: no doubled endings, and plural where there are several."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.essays.drafting.clauses import Clause, parse_clause
from forecasts.essays.drafting.plan import phrase_claim
from forecasts.essays.english import (
    base_form,
    is_plural,
    past_participle,
    past_tense,
    third_person,
)


def reports(subject: str, event: str) -> tuple[str, ...]:
    return phrase_claim(Clause(subject=subject, event=event), subject).reports


@pytest.mark.parametrize(
    ("claim", "event"),
    [
        ("Arland hopes that the limit will exists.", "exist"),
        ("The bank will has a rival.", "have a rival"),
        ("The bank will pass a test.", "pass a test"),
        ("The bank will focus on bonds.", "focus on bonds"),
    ],
)
def test_a_verb_is_asked_in_its_base_form(claim: str, event: str) -> None:
    assert parse_clause(claim).event == event


@given(
    st.sampled_from(
        "exist have reach deny be do go pass focus fix try raise lose win close".split()
    )
)
def test_the_base_of_a_verb_with_its_ending_is_the_verb(verb: str) -> None:
    assert base_form(third_person(verb)) == verb
    assert base_form(verb) == verb


def test_what_will_have_been_done_is_reported_once() -> None:
    assert reports("the price", "have doubled") == (
        "The price has doubled",
        "The price had doubled",
    )
    assert phrase_claim(Clause(subject="the price", event="have doubled"), "the price").denials[
        1
    ] == ("The price has not doubled")
    assert reports("the union", "have thirty members")[2] == "The union has had thirty members"


@pytest.mark.parametrize(
    ("verb", "said"),
    [
        ("bet", "bet"),
        ("plan", "planned"),
        ("ship", "shipped"),
        ("trim", "trimmed"),
        ("occur", "occurred"),
        ("quit", "quit"),
        ("fix", "fixed"),
        ("gain", "gained"),
        ("visit", "visited"),
        ("open", "opened"),
        ("play", "played"),
    ],
)
def test_the_last_letter_is_doubled_where_it_is_in_writing(verb: str, said: str) -> None:
    assert past_tense(verb) == past_participle(verb) == said


@pytest.mark.parametrize(
    "subject",
    [
        "suppliers",
        "Suppliers",
        "the Greens",
        "half of all developers",
        "a third of the shops",
        "30% of voters",
        "some of the richest countries of the world",
        "the president of Arland and the king",
        "both Arland and Borland",
        "the leaders of Arland",
        "passenger-kilometres worldwide",
        "the young",
        "the police",
        "countries such as Arland",
    ],
)
def test_several_take_a_verb_in_the_plural(subject: str) -> None:
    assert is_plural(subject)


@pytest.mark.parametrize(
    "subject",
    [
        "Airbus",
        "the United States",
        "the Netherlands",
        "Goldman Sachs",
        "the war between Arland and Borland",
        "the ministry of trade and industry",
        "the party that wins the votes",
        "each of the banks",
        "the young leader",
        "the news",
        "",
    ],
)
def test_one_takes_a_verb_in_the_singular(subject: str) -> None:
    assert not is_plural(subject)


def test_a_report_stands_in_the_criteria_as_within_a_sentence() -> None:
    assert phrase_claim(
        Clause(subject="the war between A and B", event="end"), "the war between A and B"
    ).event_clause == ("the war between A and B ends")
    assert (
        phrase_claim(Clause(event="win"), "[… who or what]").event_clause == "[… who or what] wins"
    )
