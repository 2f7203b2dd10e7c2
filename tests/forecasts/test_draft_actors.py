"""Who acts in a draft: the one who will do it, by the whole of its name, and not the one who says
so.
"""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.essays.draft import draft_question
from forecasts.essays.drafting.clauses import parse_clause
from forecasts.essays.drafting.subjects import parse_subject
from forecasts.essays.extract import find_claims

TODAY = date(2026, 11, 24)


def actor(text: str) -> str:
    (claim,) = [claim for claim in find_claims(text) if claim.kept]
    return draft_question(claim, TODAY).slots.actor


@pytest.mark.parametrize(
    ("claim", "who"),
    [
        ("The IMF expects that Borland will default in 2027.", "Borland"),
        ("Moscow insists that Beijing will buy the gas.", "Beijing"),
        ("Critics warn the alliance will collapse by 2028.", "the alliance"),
        ("My neighbour thinks the government will fall.", "the government"),
        ("I think Nigeria or Morocco could win.", "Nigeria or Morocco"),
        ("The firm's chief says OpenChip will ship 2 million units.", "OpenChip"),
        ("The report claims the bank will fail.", "the bank"),
        ("Moscow knows that Beijing will pay.", "Beijing"),
        ("It is clear where prices will go.", "prices"),
        ("The fear that Borland will attack is old.", "Borland"),
        ("Economists expect the bank to cut rates in 2027.", "the bank"),
        ("Borland will default on its bonds, the IMF says.", "Borland"),
    ],
)
def test_who_only_says_so_does_not_act(claim: str, who: str) -> None:
    assert actor(claim) == who


@pytest.mark.parametrize(
    ("claim", "who"),
    [
        ("China's hopes will be dashed.", "China's hopes"),
        ("Insurance claims in Europe will rise.", "Insurance claims in Europe"),
        ("The think tank will close.", "the think tank"),
        ("The bank's forecasts made in May will be cut.", "the bank's forecasts made in May"),
        ("The firm expects to deliver 800 aircraft.", "the firm"),
    ],
)
def test_words_of_saying_that_are_nouns_stay_in_the_name(claim: str, who: str) -> None:
    assert actor(claim) == who


def test_what_is_reported_after_the_claim_is_no_part_of_it() -> None:
    assert (
        parse_clause("Borland will default on its bonds, the IMF says.").event
        == "default on its bonds"
    )
    assert parse_clause("The lira will fall, most analysts say.").event == "fall"
    assert parse_clause("Borland will sign, seal and say it.").event == "sign, seal and say it"


@pytest.mark.parametrize(
    ("claim", "who"),
    [
        ("The central bank of Arland will cut rates.", "the central bank of Arland"),
        (
            "The central bank of Arland, which is young, will cut rates.",
            "the central bank of Arland",
        ),
        ("The European Central Bank (ECB) will raise rates.", "the European Central Bank"),
        ("The party that wins the vote will form the cabinet.", "the party that wins the vote"),
        ("The people who can read will leave.", "the people who can read"),
        ("The room in which they meet will be closed.", "the room in which they meet"),
        ("Countries such as Arland will leave the pact.", "countries such as Arland"),
        ("More than 50 countries will ban the app.", "more than 50 countries"),
        ("A station ten times as large may be connected by 2028.", "a station ten times as large"),
        ("The four-year auction of early 2027 could clear low.", "the four-year auction"),
        ("The left and the right will vote for it.", "the left and the right"),
        ("The bank's plan to sell bonds will fail.", "the bank's plan to sell bonds"),
        ("The shops that will close are small.", "the shops"),
        ("Italy will leave.", "Italy"),
        ("Will the swing states vote?", "the swing states"),
        ("The ruling family will leave.", "the ruling family"),
        ("Would a home win change anything for the league?", "a home win"),
        ("So, will Brazil finally do it?", "Brazil"),
        ("Central Asia will grow.", "Central Asia"),
    ],
)
def test_the_actor_is_a_whole_phrase(claim: str, who: str) -> None:
    assert actor(claim) == who


@pytest.mark.parametrize(
    ("claim", "who"),
    [
        ("The bank may cut and the lira will fall.", "the lira"),
        ("As demand grows, prices will rise.", "prices"),
        ("It is said that prices will rise.", "prices"),
        ("Demand has grown so prices will rise.", "prices"),
    ],
)
def test_another_clause_before_it_is_left_out(claim: str, who: str) -> None:
    assert actor(claim) == who


@pytest.mark.parametrize(
    "claim",
    [
        "The same state shows what can go wrong.",
        "Within a generation blackouts will be forgotten.",
        "They say that it will fall.",
        "The " + "very old " * 20 + "bank will fall.",
    ],
)
def test_an_actor_that_cannot_be_told_is_a_gap(claim: str) -> None:
    found = parse_clause(claim)
    assert found.subject == ""
    assert found.is_future


@pytest.mark.parametrize(
    ("claim", "negated"),
    [
        ("We do not expect the dam to be finished before 2028.", True),
        ("We expect the dam to be finished before 2028.", False),
        ("I doubt that the truce will hold.", True),
        ("I have no doubt that the truce will hold.", False),
        ("I doubt that the truce will not hold.", False),
    ],
)
def test_a_doubt_denies_what_follows(claim: str, negated: bool) -> None:
    assert parse_clause(claim).negated is negated


@pytest.mark.parametrize(
    ("claim", "event"),
    [
        ("The yield should reach 4 percent by the end of 2027.", "reach 4 percent"),
        ("The count ought to begin with a two by 2027.", "begin with a two"),
        ("They’ll probably reach the final again.", "reach the final again"),
        ("It is old, and by the end of 2027 the line could be shut.", "be shut"),
    ],
)
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
