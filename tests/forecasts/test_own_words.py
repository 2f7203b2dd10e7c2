"""Claims without an entry of the catalogue: whole questions in their own words, or none."""

from datetime import date, datetime

import pytest

from forecasts.essays.catalogue.entries import parse_catalogue
from forecasts.essays.draft import ClaimDraft, ClaimSource, propose_drafts, redraft
from forecasts.essays.draft_question import build_new_question
from forecasts.essays.drafting.attitudes import strip_attitude
from forecasts.essays.drafting.core import split_predictions
from forecasts.essays.drafting.plan import QuestionPlan
from forecasts.essays.drafting.times import find_claim_time
from forecasts.essays.extract import Sentence
from forecasts.linting.lint import LintContext, find_flaws
from forecasts.questions.question import utc
from tests.tables import check_rows, read_tables

TODAY = date(2026, 11, 28)
TABLES = read_tables("forecasts/attitudes")
CATALOGUE = parse_catalogue(
    """
[[place]]
name = "Arland"
words = ["Arland"]
statistics = "Statistics Arland"

[[institution]]
name = "the Ice Survey"
words = ["Ice Survey"]
topics = ["glacier*", "days with snow"]
source = "yearly report"

[[institution]]
name = "{statistics}"
topics = ["overnight stay*"]
source = "statistics"
places = ["any"]
"""
)


def draft(text: str, *before: str) -> ClaimDraft:
    sentence = Sentence(0, len(text), text, None, "", 1.0, 0.9, True, "")
    return propose_drafts(ClaimSource(sentence, TODAY, TODAY, before), CATALOGUE)[-1]


def plan(text: str, *before: str) -> QuestionPlan:
    return draft(text, *before).plan


@check_rows(
    [
        ("I think at least one venue will be moved before the end of next year.",
         "Will at least one venue be moved by 31 December 2027?"),
        ("Tignes may not lift its ban at all next June.",
         "Will Tignes lift its ban in June 2027?"),
        ("The lake at Arl will freeze by Christmas.",
         "Will the lake at Arl freeze by 25 December 2026?"),
        ("Marsh Bros. Ferries will sell 20 ships in 2027.",
         "Will Marsh Bros. Ferries sell 20 ships in 2027?"),
        ("I expect St. Olaf to sell 20 trams by 2028.",
         "Will St. Olaf sell 20 trams by 31 December 2028?"),
        ("The port of Mt. Arl will bar U. S. ships by 2028.",
         "Will the port of Mt. Arl bar U. S. ships by 31 December 2028?"),
        ("The Arl lock will see two ice floods within five years.",
         "Will the Arl lock see two ice floods by 28 November 2031?"),
        ("The Arl lock will bar 20 ships before the end of April.",
         "Will the Arl lock bar 20 ships by 30 April 2027?"),
        ("The number of days with snow below 1,500 metres will go on falling.",
         "Will the number of days with snow below 1,500 metres be lower in 2027 than in 2026?"),
        ("Sales of barges will not fall next year.",
         "Will sales of barges be lower in 2027 than in 2026?"),
        ("2027 will be the hottest year on record.", "Will 2027 be the hottest year on record?"),
        ("When the survey is published in August, cover in the north will be under 30 per cent.",
         "Will cover in the north be under 30 per cent in August 2027?"),
        ("A pass at Arl in February will cost more than 100 francs.",
         "Will a pass at Arl cost more than 100 francs in February 2027?"),
        ("The WHO will declare another emergency before 2028.",
         "Will the WHO declare another emergency by 31 December 2027?"),
    ]
)  # fmt: skip
def test_a_claim_becomes_a_whole_question(claim: str, text: str) -> None:
    made = draft(claim)
    assert made.plan.text == text
    assert made.plan.is_question
    assert made.plan.gaps == ()
    now = datetime.combine(TODAY, datetime.min.time(), utc("2026-11-28T00:00:00Z").tzinfo)
    question = build_new_question(made, name="q", now=now, prior="30%", prior_reason="3 of 10")
    flaws = find_flaws(question, LintContext(now))
    assert [flaw.code for flaw in flaws if flaw.severity == "blocking"] == []


@check_rows(
    [
        ("It will be declared before the end of 2028.",
         ("Some talk about the fifth bleaching event as if it had a date.",),
         "Will the fifth bleaching event be declared by 31 December 2028?"),
        ("It will not do so by 2028.", ("Will Oslo sell the ten trams?",),
         "Will Oslo sell the ten trams by 31 December 2028?"),
        ("The Ice Treaty is old, and at least 90 states will have ratified it by 2028.", (),
         "Will at least 90 states have ratified the Ice Treaty by 31 December 2028?"),
        ("Arland lost 180 ski areas since 1970, and a dozen more will have shut by 2028.", (),
         "Will a dozen more ski areas have shut by 31 December 2028?"),
    ]
)  # fmt: skip
def test_what_points_back_is_filled_and_noted(
    claim: str, before: tuple[str, ...], text: str
) -> None:
    made = plan(claim, *before)
    assert made.text == text
    assert any("text before" in note or "stands for" in note for note in made.notes)


@check_rows(
    [
        "The minister will say something about resilience.",
        "They will regret it.",
        "It could be 2028 until the posts are all filled.",
    ]
)
def test_a_claim_without_subject_or_act_keeps_its_words(claim: str) -> None:
    made = plan(claim)
    assert (made.text, made.is_question) == (claim, False)
    assert made.gaps != ()


@check_rows(["People will pay.", "Small resorts will suffer first.", "Oslo will thrive."])
def test_an_act_that_nobody_can_see_lacks_test_and_source(claim: str) -> None:
    made = plan(claim)
    assert made.is_question
    assert len(made.gaps) == 2


@check_rows(
    [
        ("The Rhone glacier will retreat again.", "the Ice Survey, yearly report"),
        ("Ann Oar will sell 20 trams.", "at least two of Reuters, AP and AFP"),
        ("Arland will report another record of overnight stays.", "Statistics Arland, statistics"),
        ("The Office of Locks will count 20 ships.", "the Office of Locks, its publications"),
        ("Barge Corp will see its first strike.", "Barge Corp, its own announcements"),
        (
            "Barge Corp will raise its fee, as glaciers will melt.",
            "Barge Corp, its own announcements",
        ),
        (
            "The approval of the mayor of Arl will cut 20 jobs.",
            "at least two of Reuters, AP and AFP",
        ),
    ]
)
def test_a_source_is_proposed_with_its_reason(claim: str, source: str) -> None:
    made = plan(claim)
    assert made.sources[0] == source
    assert any(note.startswith("The source is proposed") for note in made.notes)


def test_a_body_before_the_claim_reports_no_act_of_others() -> None:
    told = "The Ice Survey is old."
    assert "Ice Survey" not in plan("Parliament will vote on 20 bills in 2027.", told).sources[0]
    assert "Ice Survey" in plan("Snow cover will fall to 30 days in 2027.", told).sources[0]


def test_a_body_votes_on_no_body() -> None:
    made = plan("Parliament will vote on it in 2027.", "The government of Arland is weak.")
    assert not made.is_question


@check_rows(
    [
        ("Oslo will open a tram line in 2028.", True),
        ("Oslo will open an inquiry into its trams in 2028.", False),
        ("Oslo will reopen its contracts with Bergen in 2028.", False),
        ("Oslo will open talks with Bergen in 2028.", False),
    ]
)
def test_only_a_work_begins_regular_operation(claim: str, opens: bool) -> None:
    sentence = Sentence(0, len(claim), claim, None, "", 1.0, 0.9, True, "")
    made = propose_drafts(ClaimSource(sentence, TODAY, TODAY))[-1]
    assert ("regular operation" in made.plan.criteria) is opens


@check_rows(
    [
        ("Canada will lower its tariffs on cars by 2028.", "official gazette of Canada"),
        ("The United States will lower its tariffs on cars by 2028.",
         "official gazette (Federal Register)"),
        ("Trade groups will lower their tariffs on cars by 2028.",
         "official gazette (United States: Federal Register; European Union: Official Journal)"),
    ]
)  # fmt: skip
def test_the_gazette_is_that_of_the_actor(claim: str, source: str) -> None:
    sentence = Sentence(0, len(claim), claim, None, "", 1.0, 0.9, True, "")
    assert propose_drafts(ClaimSource(sentence, TODAY, TODAY))[0].plan.sources[0] == source


@check_rows(
    [
        ("Oslo will sell 20 trams in 2027, and so will the ports.", ("so will the ports",)),
        ("Oslo will sell 20 trams in 2027, and Bergen will buy 20 trams.", ()),
        ("Oslo will sell 20 trams in 2027, as the ports will close.", ()),
    ]
)
def test_a_part_without_a_draft_is_noted(claim: str, parts: tuple[str, ...]) -> None:
    made = draft(claim)
    assert made.part.left_out == redraft(made, last=date(2028, 1, 1)).part.left_out == parts
    assert [note for note in made.plan.notes if "in none of these drafts" in note] == [
        f"“{part}” is in none of these drafts: word it yourself." for part in parts
    ]


def test_two_acts_have_the_day_of_the_last() -> None:
    text = "Oslo will sell 20 trams, close the Arl line and dismiss 20 clerks by 2029."
    sentence = Sentence(0, len(text), text, None, "", 1.0, 0.9, True, "")
    drafts = propose_drafts(ClaimSource(sentence, TODAY, TODAY), CATALOGUE)
    assert [made.plan.last for made in drafts] == [date(2029, 12, 31)] * 3


def test_an_act_at_two_times_is_noted() -> None:
    notes = plan("Oslo will sell 20 trams in May 2027 and 30 ships in June 2027.").notes
    assert "It is to be in May 2027 and in June 2027; the question is about one of them." in notes


def test_a_figure_waits_for_its_publication() -> None:
    made = plan("Barge sales will exceed 5 million tonnes in 2027.")
    assert (made.last, made.published) == (date(2027, 12, 31), date(2028, 4, 29))
    assert "is more than 5 million tonnes. NO if not. A forecast" in made.criteria


@check_rows(TABLES["an_attitude_is_no_part_of_a_claim"])
def test_an_attitude_is_no_part_of_a_claim(text: str, claim: str, sureness: int) -> None:
    part = strip_attitude(text)
    assert (part.text, part.sureness or 0) == (claim, sureness)
    assert bool(part.notes) == bool(sureness)


@check_rows(TABLES["a_sentence_without_attitude_stays"])
def test_a_sentence_without_attitude_stays(text: str) -> None:
    assert strip_attitude(text).text == text


@check_rows(TABLES["words_that_point_back_have_names"])
def test_words_that_point_back_have_names(claim: str, before: str, text: str) -> None:
    made = draft(claim, before)
    assert made.plan.text == text
    signs = ("taken from the text", "check it", "is read as")
    assert any(sign in note for note in made.plan.notes for sign in signs)


@check_rows(TABLES["a_claim_is_a_whole_question"])
def test_a_claim_is_a_whole_question(claim: str, text: str, bears_out: str) -> None:
    made = draft(claim)
    assert (made.plan.text, made.plan.bears_out, made.plan.gaps) == (text, bears_out, ())


def test_a_chance_belongs_to_its_own_claim() -> None:
    text = (
        "Oslo will sell 20 trams by 2028, and there is a fair chance, say 40 percent, that Bergen"
        " will buy 20 trams by 2029."
    )
    sentence = Sentence(0, len(text), text, None, "", 1.0, 0.9, True, "")
    first, second = propose_drafts(ClaimSource(sentence, TODAY, TODAY), CATALOGUE)
    assert (first.plan.prior, second.plan.prior) == ("", "40%")
    assert not any("sure" in note for note in second.plan.notes)


def test_an_act_by_its_verb_is_asked_for_its_day() -> None:
    made = redraft(draft("Oslo will sell 20 trams by 2028."), kind="date", catalogue=CATALOGUE)
    assert made.plan.text == "When will Oslo sell 20 trams?"
    assert made.plan.criteria.startswith(
        "The first day, between 28 November 2026 and 31 December 2028 (UTC), for which "
    )
    assert made.plan.criteria.count("between") == 1


def test_how_sure_the_writer_sounds_is_a_note() -> None:
    made = draft("I doubt that Oslo will sell 20 trams by 2028.")
    assert made.plan.bears_out == "no"
    assert "“I doubt that” sounds about 80% sure." in made.plan.notes


def test_two_acts_of_one_body_are_two_claims() -> None:
    text = "Oslo will default on its bonds and sell the trams by 2028."
    assert split_predictions(text) == (
        "Oslo will default on its bonds.",
        "Oslo will sell the trams by 2028.",
    )
    whole = "Oslo will negotiate and sign the pact."
    assert split_predictions(whole) == (whole,)


def test_a_chance_in_words_is_a_prior() -> None:
    made = draft("I would put the chance at one in ten.", "Oslo will sell 20 trams by 2028.")
    assert made.plan.text == "Will Oslo sell 20 trams by 31 December 2028?"
    question = build_new_question(made, name="q", now=utc("2026-11-28T00:00:00Z"))
    assert (question.prior, question.prior_reason) == ("10%", "the essay says so")


@check_rows(
    [
        ("It lost half its ice in a decade.", ""),
        ("It ends this winter.", "between 1 December 2026 and 28 February 2027"),
        ("It averages 60 in 2027, up from 50 in March.", "in 2027"),
    ]
)
def test_a_time_is_read_with_its_words(text: str, phrase: str) -> None:
    time = find_claim_time(text, TODAY)
    assert (time.phrase if time else "") == phrase


def test_seasons_of_the_south_begin_in_december() -> None:
    made = plan("The reefs of Australia will bleach again this summer.")
    assert "between 1 December 2026 and 28 February 2027" in made.text
    assert any(note.startswith("The season is read as") for note in made.notes)


@pytest.mark.parametrize("text", ["Oslo will be gone by then.", ""])
def test_any_text_has_a_draft(text: str) -> None:
    assert plan(text).text
