"""What comes seldom, and is right all the same: each case by itself, so that no luck in drawing
examples is needed.
"""

from datetime import date, timedelta

from forecasts.distributions.distribution import Binary
from forecasts.essays.extract import find_claims
from forecasts.essays.relative_dates import resolve_relative_time
from forecasts.evidence.evidence import Evidence
from forecasts.evidence.signposts import _find_seen_time
from forecasts.questions.links import Link
from forecasts.questions.question import QuestionId, question_status
from forecasts.questions.timeline import build_timeline
from forecasts.scenarios.link_rules import find_branch_to_annul
from forecasts.suggestion.postmortem import compare_timelines
from tests.forecasts.strategies import day, evidence, question, resolution
from tests.tables import check_rows

TUESDAY = date(2026, 11, 24)


@check_rows(
    [
        ("tomorrow", date(2026, 11, 25)),
        ("tonight", TUESDAY),
        ("this week", date(2026, 11, 29)),
        ("next month", date(2026, 12, 31)),
        ("the end of the month", date(2026, 11, 30)),
        ("the end of the quarter", date(2026, 12, 31)),
        ("the end of the year", date(2026, 12, 31)),
        ("the end of the decade", date(2029, 12, 31)),
        ("the end of the century", date(2099, 12, 31)),
        ("later this year", date(2026, 12, 31)),
        ("next spring", date(2027, 5, 31)),
        ("within 999 decades", None),
        ("some day", None),
    ]
)
def test_a_moving_time_means_a_day(phrase: str, meant: date | None) -> None:
    assert resolve_relative_time(phrase, TUESDAY) == meant


def test_a_condition_that_is_asked_again_annuls_no_branch() -> None:
    pair = Link(
        "tariffs", "condition", tuple(map(QuestionId, ("if", "so", "not"))), "Tariffs and war"
    )
    assert find_branch_to_annul(pair, "reopened") == ()


def test_a_question_that_was_reopened_stands_as_if_it_had_no_answer() -> None:
    asked = question()
    now = asked.opens_at + timedelta(days=1)
    assert question_status(asked, resolution("reopened"), now) == question_status(asked, None, now)


def test_of_what_was_annulled_no_stretch_is_scored() -> None:
    held = build_timeline([(question().opens_at, Binary(0.4))])
    assert compare_timelines(question(), resolution("annulled"), held, held) == ()


def test_stories_that_are_hardly_trusted_are_seen_with_the_last_of_them() -> None:
    stories: list[Evidence] = [
        evidence(n, at=at, relevance=0.05, status="logged") for n, at in ((1, 2.0), (2, 1.0))
    ]
    assert _find_seen_time(stories) == day(2.0)


def cue(text: str) -> str:
    """Why the first sentence of a text was taken for a claim, or not."""
    return find_claims(text)[0].why


def test_what_somebody_was_able_to_do_is_hardly_a_claim() -> None:
    assert "was able to do" in cue("The ministry could not find the money.")


def test_what_can_no_longer_be_is_said_to_come() -> None:
    assert "looks ahead" in cue("The state can no longer pay its debts.")


def test_a_risk_of_the_past_tells_of_the_past() -> None:
    assert "tells of the past" in cue("There was a risk of war in 1914.")


def test_an_essay_that_is_all_in_tags_is_read_without_them() -> None:
    lakes = [
        f"<div>The {name} lake will rise by two metres until the end of May 2027.</div>"
        for name in "abcdefg"
    ]
    found = find_claims("\n\n".join(lakes))
    assert len(found) == len(lakes)
    assert all("markup" not in sentence.why for sentence in found)


def test_a_line_that_ends_in_spaces_has_no_sentence_more() -> None:
    assert len(find_claims("The river will rise. The lake will fall.   \n\n   \n")) == 2
