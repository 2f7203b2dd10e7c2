"""From a claim to questions: what is read off a sentence, and that no garbled question is shown."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasts.distributions.distribution import Binary
from forecasts.essays.catalogue.entries import load_catalogue, parse_catalogue
from forecasts.essays.catalogue.lookup import CatalogueMatch, list_local_cases
from forecasts.essays.draft import (
    ClaimDraft,
    ClaimSource,
    move_last_day,
    propose_drafts,
    redraft,
    with_wording,
)
from forecasts.essays.draft_question import build_new_question
from forecasts.essays.drafting.clauses import parse_clause
from forecasts.essays.drafting.core import split_predictions
from forecasts.essays.drafting.figures import parse_figures
from forecasts.essays.drafting.grammar import find_predicate_fault, find_subject_fault
from forecasts.essays.drafting.window import find_period, propose_horizons
from forecasts.essays.extract import Sentence
from forecasts.linting.lint import LintContext, find_flaws
from forecasts.questions.new_question import NO_PRIOR_REASON, build_question
from forecasts.questions.question import ClaimId, EssayId, Kind, utc
from forecasts.statistics.reference_class import read_base_rate
from tests.tables import check_rows, read_tables

TABLES = read_tables("forecasts/drafting")
TODAY = date(2026, 11, 24)
NOW = utc("2026-11-25T09:30:00Z")

CATALOGUE = parse_catalogue(
    """
[[place]]
name = "Arland"
words = ["Arland", "Arlandic"]
statistics = "Statistics Arland"
foreign_ministry = "Ministry of Foreign Affairs of Arland"

[[place]]
name = "Borland"
words = ["Borland"]

[[entry]]
id = "prices"
kind = "series"
name = "inflation"
subjects = ["inflation", "consumer prices"]
excludes = ["wage inflation"]
places = ["any"]
publisher = "{statistics}"
source = "{statistics}, price index"
fallback = "OECD"
measure = "the twelve-month change in consumer prices in {place}"
unit = "per cent"
lag_days = 15
usual_move = 2
values = [{ period = "2026-09", value = 4, as_of = 2026-10-15, place = "Arland" }]
edge_cases = ["The first release counts."]

[[entry]]
id = "toll"
kind = "series"
name = "toll"
subjects = ["river toll"]
publisher = "River Board"
source = "River Board, yearbook"
fallback = "Arland Gazette"
measure = "the average toll for a barge"
unit = "marks"
period = "year"

[[entry]]
id = "rye"
kind = "series"
name = "price of rye"
subjects = ["rye prices", "price of rye"]
publisher = "Grain Board"
source = "Grain Board, prices"
fallback = "Arland Gazette"
measure = "the average price of rye"
unit = "marks per tonne"
usual_move = 20

[[entry]]
id = "horses"
kind = "series"
name = "trade in horses"
subjects = ["horse trade"]
places = ["Arland"]
publisher = "Horse Board"
source = "Horse Board, yearbook"
fallback = "Arland Gazette"
measure = "the number of horses sold at fairs in {place}"
unit = "thousand"
period = "year"

[[entry]]
id = "barges"
kind = "series"
name = "freight by barge"
subjects = ["river freight"]
places = ["Arland"]
publisher = "River Board"
source = "River Board, yearbook"
fallback = "Arland Gazette"
measure = "the share of barges in the freight of {place}"
unit = "per cent"
period = "year"

[[entry]]
id = "index"
kind = "series"
name = "stocks of Arland"
subjects = ["Rye 500"]
publisher = "the exchange"
source = "the exchange, closing levels"
fallback = "Arland Gazette"
measure = "the level of the Rye 500"
unit = "marks"
period = "year"

[[entry]]
id = "treaty"
kind = "act"
name = "signing of a treaty"
subjects = ["treaty", "pact"]
verbs = ["sign", "conclude"]
places = []
publisher = "both governments"
source = "statements of both governments"
fallback = "two news agencies"
act = "sign {object}"
object = "a treaty with {other}"
counts = "representatives of {actor} sign {object}"
not_counts = "an announced date"
base_rate = { count = 3, of = 20, cases = "announced treaties" }

[[frame]]
id = "closure"
name = "a closure"
verbs = ["close"]
counts = "{actor} confirms the lasting closure of {object}"
not_counts = "a plan"

[[frame]]
id = "decision"
name = "a decision"
verbs = ["delay", "ban"]
counts = "{actor} publishes a binding decision to {act}"

[[frame]]
id = "victory"
name = "a victory"
verbs = ["win"]
objects = ["cup", "Cup"]
counts = "{actor} {done}"

[[frame]]
id = "amount"
name = "an amount"
is_amount = true
verbs = ["build"]
counts = "{actor} {done}, or more, as it reports"

[[frame]]
id = "done"
name = "what is done to a thing"
verbs = ["be sold", "resign"]
counts = "{actor} {done}, as its owner confirms"

[[entry]]
id = "office"
kind = "state"
name = "office"
subjects = ["president", "in office"]
verbs = ["remain", "stay"]
publisher = "the government"
source = "statements of the government"
fallback = "two news agencies"
act = "hold the office"
counts = "{actor} holds the office"
"""
)


def sentence(text: str, cue: str = "") -> Sentence:
    return Sentence(0, len(text), " ".join(text.split()), None, cue, 1.0, 0.9, True, "")


def draft(text: str, *before: str, written: date | None = None) -> tuple[ClaimDraft, ...]:
    return propose_drafts(ClaimSource(sentence(text), TODAY, written, before), CATALOGUE)


def reword(text: str) -> ClaimDraft:
    without_frames = replace(CATALOGUE, frames=())
    return propose_drafts(ClaimSource(sentence(text), TODAY), without_frames)[-1]


def blocking(made: ClaimDraft) -> set[str]:
    question = build_new_question(made, name="q", now=NOW, prior="30%", prior_reason="3 of 10")
    flaws = find_flaws(question, LintContext(NOW))
    return {flaw.code for flaw in flaws if flaw.severity == "blocking"}


# From the catalogue


@check_rows(TABLES["a_series_is_asked_by_figure_last_value_or_year_before"])
def test_a_series_is_asked_by_figure_last_value_or_year_before(
    claim: str, text: str, bears_out: str
) -> None:
    made = draft(claim)[0]
    assert (made.plan.text, made.plan.bears_out) == (text, bears_out)
    assert blocking(made) == set()
    assert made.plan.gaps == ()


def test_a_series_names_publisher_and_what_is_enough() -> None:
    plan = draft("Inflation in Arland will fall by the end of 2027.")[0].plan
    assert plan.criteria == (
        "YES if the twelve-month change in consumer prices in Arland is below 3 per cent in "
        "December 2027. NO if it is not. What Statistics Arland publishes first counts; later "
        "revisions do not. The first release counts. If nothing is published by 5 February 2028, "
        "OECD counts."
    )
    assert plan.sources == ("Statistics Arland, price index", "OECD, as fall-back")


@check_rows(TABLES["a_rate_follows_from_value_move_and_time"])
def test_a_rate_follows_from_value_move_and_time(
    claim: str, kind: Kind, rate: str, reason: str
) -> None:
    made = redraft(draft(claim)[0], kind=kind)
    assert (made.plan.rate, made.plan.base_rate) == (rate, reason)
    asked = build_question(build_new_question(made, name="prices", now=NOW))
    assert asked.prior_reason == (reason if rate else NO_PRIOR_REASON)
    stated = read_base_rate(reason)
    assert not (rate and kind == "binary") or (stated and Binary(stated.p) == asked.prior)


def test_a_rate_is_that_of_its_own_words_and_day() -> None:
    first = draft("Inflation in Arland will exceed 5 per cent by the end of 2027.")[0]
    later = move_last_day(first, first, date(2029, 12, 31))
    assert (first.plan.rate, later.plan.rate) == ("36%", "41%")
    assert with_wording(first, text="Will prices in Arland double?").plan.rate == ""
    worded = with_wording(first, text="Will prices in Arland double by 31 December 2027?")
    assert move_last_day(worded, first, date(2029, 12, 31)).plan.rate == ""
    assert build_new_question(first, name="q", now=NOW, prior_reason="rarely").prior == ""
    said = draft("There is a 20 per cent chance that inflation in Arland will exceed 5 per cent.")
    assert build_new_question(said[0], name="q", now=NOW).prior == "20%"


@check_rows(TABLES["a_claim_about_something_else_has_no_series"])
def test_a_claim_about_something_else_has_no_series(claim: str) -> None:
    assert [made.plan.text for made in draft(claim) if made.match] == []


def test_a_pronoun_points_to_the_subject_before_it() -> None:
    made = draft("It will fall.", "Inflation in Arland rose in May.")[0]
    assert made.plan.text.startswith("Will the twelve-month change in consumer prices in Arland")
    assert draft("It will fall.", "The castle of Arland survived inflation.")[0].match is None
    assert draft("They will fall.", "Inflation in Arland rose.", "Bakers met.")[0].match is None


@check_rows(TABLES["an_act_is_asked_with_the_names_of_the_claim"])
def test_an_act_is_asked_with_the_names_of_the_claim(claim: str, text: str, answer: str) -> None:
    made = draft(claim)[0]
    assert (made.plan.text, made.plan.bears_out) == (text, answer)


def test_an_act_says_what_is_enough_and_how_often() -> None:
    plan = draft("Arland will sign the river treaty by May 2027.")[0].plan
    assert plan.criteria == (
        "YES if, between 24 November 2026 and 31 May 2027 (UTC), representatives of Arland sign "
        "the river treaty. NO if not. Not enough: an announced date. Source: statements of both "
        "governments; if there is nothing by 14 June 2027, two news agencies."
    )
    assert plan.base_rate == "It happened in 3 of 20 announced treaties."


def test_an_act_without_an_entry_is_asked_by_its_verb() -> None:
    plan = draft("Barge Lines will close at least 20 locks by May 2027.")[0].plan
    assert plan.text == "Will Barge Lines close at least 20 locks by 31 May 2027?"
    assert plan.criteria == (
        "YES if, between 24 November 2026 and 31 May 2027 (UTC), Barge Lines confirms the lasting "
        "closure of at least 20 locks. NO if not. Not enough: a plan. Annulled if it cannot be "
        "told by 14 June 2027."
    )
    made = draft("The government will ban 20 barges.", "Arland is tired of them.")[0]
    assert "the government of Arland publishes a binding decision to ban" in made.plan.criteria


@check_rows(
    [
        (
            "Barge Lines will win the Rye Cup in the 2027-28 season.",
            "Barge Lines win the Rye Cup in the 2027-28 season by 30 June 2028?",
            "between 24 November 2026 and 30 June 2028 (UTC), Barge Lines won the Rye Cup",
        ),
        (
            "Barge Lines will build 25 ships in 2028.",
            "Barge Lines build 25 ships in 2028?",
            "between 1 January 2028 and 31 December 2028 (UTC), Barge Lines built 25 ships, or more",
        ),
        (
            "The Rye Lock will be sold.",
            "the Rye Lock be sold by 31 December 2027?",
            "the Rye Lock was sold, as its owner confirms.",
        ),
        ("Ann Oar will resign.", "Ann Oar resign by 31 December 2027?", "Ann Oar resigned, as its"),
    ]
)
def test_an_act_by_its_verb_says_when_it_is_done(claim: str, text: str, rule: str) -> None:
    (made,) = draft(claim)
    assert made.plan.text == f"Will {text}"
    assert rule in made.plan.criteria
    assert (made.plan.gaps, blocking(made)) == ((), set())


@check_rows(
    [
        "Voters will ban barges.",  # no body decides
        "Barge Lines will win the cup.",  # of which competition
        "Barge Lines will build ships.",  # how many
        "The lock will be sold.",  # which lock
        "Ann Oar will ban his barge.",
        "Barge Lines will delay 20 locks twice.",
        "The government will ban barges.",  # of which country
        "Barge Lines will close the gap.",  # a figure of speech
        "Barge Lines will close it.",
        "If it rains, Barge Lines will close 20 locks.",
    ]
)
def test_an_act_of_nobody_in_particular_is_only_reworded(claim: str) -> None:
    assert [made for made in draft(claim) if made.match] == []


def test_a_thing_that_the_claim_excludes_is_not_offered() -> None:
    assert draft("Wage inflation in Arland will rise.")[0].match is None
    assert draft("Inflation will rise.")[0].match is None  # nowhere
    assert draft("The treaty will be long.")[0].match is None  # no act


def test_names_before_the_claim_are_carried_and_noted() -> None:
    made = draft("It will sign the pact.", "Arland has met Borland.", "Prices fell.")[0]
    assert made.plan.text == "Will Arland sign the pact by 31 December 2027?"
    assert made.plan.notes == (
        "The claim has a pronoun: Arland is taken from the text before it.",
        "The claim names no day: check the last one.",
    )
    made = draft("Inflation will rise.", "Arlandic shops are empty.")[0]
    assert "in Arland" in made.plan.text
    assert made.plan.notes == (
        "The claim names no place: Arland is taken from the text before it.",
    )


@check_rows(
    (
        (("Arland is dry.",), "Its port will close in 2027.", "Will Arland’s port close in 2027?"),
        (
            ("The Arland Bank's budget has shrunk.",),
            "Its board is expected to sell the Harbour Hotel in 2027.",
            "Will the Arland Bank's board sell the Harbour Hotel in 2027?",
        ),
        (
            (),
            "Models point to a dry year, and Lake Aral will close in 2027.",
            "Will Lake Aral close in 2027?",
        ),
    )
)
def test_owners_and_second_statements_are_found(
    before: tuple[str, ...], claim: str, text: str
) -> None:
    assert draft(claim, *before)[0].plan.text == text


def test_an_owner_farther_away_is_not_guessed() -> None:
    made = draft("Its port will close in 2027.", "Arland is dry.", "They met and talked.")[0]
    assert not made.plan.is_question or made.plan.gaps


def test_an_act_of_several_is_told_in_the_plural() -> None:
    plan = draft("Arland and Borland will extend their pact in 2027.")[-1].plan
    assert "publishes a" not in plan.criteria


@check_rows(TABLES["two_predictions_of_a_sentence_are_two_claims"])
def test_two_predictions_of_a_sentence_are_two_claims(text: str, parts: tuple[str, ...]) -> None:
    assert split_predictions(text) == parts


def test_every_kind_of_a_draft_can_be_asked() -> None:
    claims = (
        "Inflation in Arland will fall.",
        "Arland will sign the treaty.",
        "The president of Arland will remain in office.",
        "The river toll will rise.",
    )
    for claim in claims:
        for kind in ("binary", "numeric", "date"):
            made = redraft(draft(claim)[0], kind=kind)
            assert made.plan.gaps == ()
            question = build_new_question(made, name="q", now=NOW)
            assert build_question(question).kind == kind
            assert blocking(made) <= {"no-verdict"}, (claim, kind, made.plan.criteria)


def test_cases_of_other_places_are_left_out() -> None:
    shipped = load_catalogue()
    norway = next(place for place in shipped.places if place.name == "Norway")
    cases = ("In China the year counts.", "In Norway the month counts.", "Revisions do not count.")
    entry = replace(CATALOGUE.entries[0], edge_cases=cases)
    assert list_local_cases(CatalogueMatch(entry, 1.0, "inflation", 0, norway)) == cases[1:]
    assert list_local_cases(CatalogueMatch(entry, 1.0, "inflation", 0)) == cases


@check_rows(
    [
        ("Rail sales will exceed 5 million tonnes in 2028.", "is more than 5 million tonnes."),
        ("Rail sales will fall to 36 per cent by 2028.", "is at most 36 per cent."),
        ("Rail sales will fall by 20 per cent by 2028.", "is at least 20 per cent lower than the"),
    ]
)
def test_a_figure_has_a_proposed_source_and_time_for_its_release(claim: str, rule: str) -> None:
    plan = reword(claim).plan
    assert f"publish it, {rule}" in plan.criteria
    assert plan.sources == ("at least two of Reuters, AP and AFP",)
    assert plan.published == date(2029, 4, 30)
    assert plan.gaps == ()


# Windows


@check_rows(
    [
        ("month", "2027-03-31", "in March 2027"),
        ("month", "2027-03-30", "in February 2027"),
        ("quarter", "2027-12-31", "in the fourth quarter of 2027"),
        ("quarter", "2027-05-01", "in the first quarter of 2027"),
        ("year", "2027-12-30", "in 2026"),
        ("day", "2027-12-30", "on 30 December 2027"),
        ("release", "2027-12-30", "in the last release before 31 December 2027"),
    ]
)
def test_a_period_has_ended_by_the_last_day(period: str, last: str, phrase: str) -> None:
    assert find_period(period, date.fromisoformat(last)).phrase == phrase  # type: ignore[arg-type]


def test_relative_days_count_from_the_day_of_the_essay() -> None:
    claim = "Arland will sign the treaty next year."
    past = draft(claim, written=date(2020, 3, 1))[0]
    assert past.horizons[:2] == (date(2021, 12, 31), date(2027, 3, 31))
    question = build_new_question(past, name="q", now=NOW)
    assert (question.retrospective, question.opens_at, question.closes_at) == (
        True,
        utc("2020-03-01"),
        utc("2022-01-01"),
    )
    assert "between 1 March 2020 and 31 December 2021" in question.criteria
    assert draft(claim, written=date(2026, 11, 20))[0].window.last == date(2027, 12, 31)


@check_rows(
    [
        (date(2026, 11, 20), "2027-12-31", False),
        (date(2024, 3, 1), "2027-12-31", False),
        (date(2019, 3, 1), "2020-12-31", True),
        (date(1919, 3, 1), "2027-12-31", False),
    ]
)
def test_an_old_claim_without_a_day_is_about_its_time(
    written: date, last: str, is_past: bool
) -> None:
    window = draft("Arland will sign the treaty.", written=written)[0].window
    assert (window.last.isoformat(), window.is_retrospective) == (last, is_past)


def test_no_source_is_named_for_a_time_before_it() -> None:
    assert (
        draft("Inflation in Arland will fall in 1912.", written=date(1911, 3, 1))[0].match is None
    )


@check_rows(TABLES["the_first_horizon_is_given_or_a_year_ahead"])
def test_the_first_horizon_is_given_or_a_year_ahead(text: str, first: str) -> None:
    made = draft(f"Arland will sign the treaty {text}.")[0]
    assert made.horizons[0].isoformat() == first
    assert all(day > TODAY for day in made.horizons)
    assert made.plan.text.endswith(f" by {made.horizons[0].day} {made.horizons[0]:%B %Y}?")


@given(st.dates(date(1900, 1, 1), date(9990, 1, 1)), st.one_of(st.none(), st.dates()))
def test_two_to_four_horizons_lie_ahead(today: date, deadline: date | None) -> None:
    horizons = propose_horizons(deadline, today)
    assert 2 <= len(horizons) <= 4
    assert len(set(horizons)) == len(horizons)
    assert all(day > today for day in horizons)


# In the claim's own words


@check_rows(TABLES["a_claim_is_reworded_or_left_as_it_is"])
def test_a_claim_is_reworded_or_left_as_it_is(claim: str, text: str) -> None:
    made = reword(claim)
    assert (made.plan.text, made.plan.kind) == (text, "binary")
    assert made.plan.is_question == (text.endswith("?") and "[…" not in text)
    assert blocking(made) == set() if not made.plan.gaps else "placeholder" in blocking(made)


@check_rows(TABLES["parts_that_read_badly_are_refused"])
def test_parts_that_read_badly_are_refused(part: str, text: str) -> None:
    find_fault = find_subject_fault if part == "subject" else find_predicate_fault
    assert find_fault(text)


@check_rows(TABLES["a_denial_is_asked_positively"])
def test_a_denial_is_asked_positively(claim: str, answer: str) -> None:
    made = reword(claim)
    assert made.plan.bears_out == answer
    assert " not " not in made.plan.text


def test_alternatives_become_options() -> None:
    made = redraft(reword("Brazil will either devalue or default."), kind="categorical")
    assert made.plan.options == ("devalue", "default", "Other")
    made = redraft(reword("Cats will rule."), kind="categorical")
    assert made.plan.options == ("[… first option]", "[… second option]", "Other")


@check_rows(["His own will is strong.", "It has military might.", "He left in May."])
def test_nouns_that_look_like_modals_are_none(text: str) -> None:
    assert not parse_clause(text).is_future


# Asked


def test_the_last_day_ends_in_utc() -> None:
    made = redraft(draft("Arland will sign the treaty.")[0], last=date(2027, 5, 31))
    question = build_new_question(
        made,
        name="treaty",
        now=NOW,
        essay_id=EssayId("essay"),
        claim_id=ClaimId("C1"),
        prior="20%",
        prior_reason="1 of 5",
    )
    assert (question.opens_at, question.closes_at, question.resolves_at) == (
        NOW,
        utc("2027-06-01"),
        utc("2027-06-15"),
    )
    assert question.text == "Will Arland sign the treaty by 31 May 2027?"
    assert (question.essay_id, question.claim_ids, question.prior) == ("essay", ("C1",), "20%")
    assert build_question(question).bears_out == "yes"


def test_words_of_a_person_stay_if_the_day_stays() -> None:
    made = draft("The council will hand out the prize again next summer.")[0]
    own = "Will the council hand out the prize between 1 June 2027 and 31 August 2027?"
    criteria = "YES if so between 1 June and 31 August 2027."
    worded = replace(made, plan=replace(made.plan, text=own, criteria=criteria))
    moved = move_last_day(worded, made, made.plan.last, CATALOGUE)
    assert (moved.plan.text, moved.plan.criteria) == (own, worded.plan.criteria)


def test_a_draft_is_moved_with_its_own_catalogue() -> None:
    made = draft("Barge Lines will close at least 20 locks by May 2027.")[0]
    moved = redraft(made, last=date(2027, 6, 30), catalogue=CATALOGUE)
    assert moved.plan.text == "Will Barge Lines close at least 20 locks by 30 June 2027?"
    worded = replace(made, plan=replace(made.plan, text="Will they shut by 31 May 2027?"))
    moved = move_last_day(worded, made, date(2027, 6, 30), CATALOGUE)
    assert moved.plan.text == "Will they shut by 30 June 2027?"
    assert "14 July 2027" in moved.plan.criteria
    assert (moved.plan.last, moved.window.last) == (date(2027, 6, 30), date(2027, 6, 30))


def test_the_range_of_a_number_surrounds_its_last_value() -> None:
    made = redraft(draft("Inflation in Arland will fall.")[0], kind="numeric")
    scale = build_new_question(made, name="q", now=NOW).scale
    assert (scale.lower, scale.upper, scale.unit) == (-4.0, 12.0, "per cent")
    assert made.plan.bears_out == "less than 3"


# Laws

words = st.lists(
    st.sampled_from(
        "Will will not it China, The war or either , ; : ? . – “ ” ( ) 2027 by before 31"
        " June May 100 $ % bn than if unless When How many Who is there never unlikely to"
        " be sign treaty inflation Arland Moscow, and 9999 in the within 999 decades [ … ] = next"
        " year the end of number 0 . 5 0001-01-01 the century a's 三 п".split()
    ),
    max_size=25,
).map(" ".join)


@settings(deadline=None, max_examples=60)
@given(
    st.one_of(st.text(max_size=120), words),
    st.sampled_from(["", "will", "?", "may", "if", "…", "is not"]),
    st.dates(),
    st.sampled_from(["binary", "numeric", "date", "categorical"]),
)
def test_every_sentence_has_a_draft_that_can_be_looked_at(
    text: str, cue: str, today: date, kind: str
) -> None:
    source = ClaimSource(sentence(text, cue), today, None, (text,))
    for proposed in propose_drafts(source, CATALOGUE):
        made = redraft(proposed, kind=kind)  # type: ignore[arg-type]
        assert made.plan.text.strip()
        assert not made.plan.is_question or made.plan.text.endswith("?")
        assert made.plan.criteria.strip()
        assert made.horizons
        now = datetime.combine(today, datetime.min.time(), UTC)
        find_flaws(build_new_question(made, name="any", now=now), LintContext(now))


@given(words, st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_a_yes_no_draft_opens_once_its_words_are_filled(text: str, today: date) -> None:
    made = propose_drafts(ClaimSource(sentence(text), today), CATALOGUE)[0]
    now = datetime.combine(today, datetime.min.time(), UTC)
    whole = replace(made, plan=replace(made.plan, text="Will it?", criteria="YES if so."))
    opened = build_question(build_new_question(whole, name="any", now=now))
    assert opened.closes_at > now


@given(st.text(max_size=80))
def test_a_figure_lies_where_it_is_said_to(text: str) -> None:
    for figure in parse_figures(text):
        assert figure.value in text[figure.start : figure.end].replace(",", "")


@pytest.mark.slow
def test_a_hostile_sentence_takes_no_long_time() -> None:
    for piece in (
        "will " * 5_000,
        "a, " * 10_000,
        "31 May to " * 3_000,
        "either or " * 3_000,
        "If x, " * 5_000,
        "and will " * 3_000,
    ):
        assert propose_drafts(ClaimSource(sentence(piece), TODAY, None, (piece,)))
