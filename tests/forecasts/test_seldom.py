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
        ("next spring", None),  # seasons are read elsewhere
        ("within 999 decades", None),
        ("some day", None),
    ]
)
def test_a_moving_time_means_a_day(phrase: str, meant: date | None) -> None:
    assert resolve_relative_time(phrase, TUESDAY) == meant


def test_reopened_and_annulled_questions() -> None:
    # A condition that is asked again annuls no branch.
    pair = Link(
        "tariffs", "condition", tuple(map(QuestionId, ("if", "so", "not"))), "Tariffs and war"
    )
    assert find_branch_to_annul(pair, "reopened") == ()
    # A question that was reopened stands as if it had no answer.
    asked = question()
    now = asked.opens_at + timedelta(days=1)
    assert question_status(asked, resolution("reopened"), now) == question_status(asked, None, now)
    # Of what was annulled no stretch is scored.
    held = build_timeline([(question().opens_at, Binary(0.4))])
    assert compare_timelines(question(), resolution("annulled"), held, held) == ()


def test_distrusted_stories_are_seen_at_the_last() -> None:
    stories: list[Evidence] = [
        evidence(n, at=at, relevance=0.05, status="logged") for n, at in ((1, 2.0), (2, 1.0))
    ]
    assert _find_seen_time(stories) == day(2.0)


def test_rare_claims() -> None:
    # What somebody was able to do is no claim beside a story.
    assert not find_claims("It was in 1914. The ministry could not find the money.")[1].kept
    # A risk of the past tells of the past.
    assert not find_claims("There was a risk of war in 1914.")[0].kept
    # A sentence that is too long is examined at its beginning only.
    assert not find_claims("word " * 400 + "and prices will rise.")[0].kept


def test_tags_and_spaces_of_essays() -> None:
    # An essay that is all in tags is read without them.
    lakes = [
        f"<div>The {name} lake will rise by two metres until the end of May 2027.</div>"
        for name in "abcdefg"
    ]
    found = find_claims("\n\n".join(lakes))
    assert len(found) == len(lakes)
    assert all("markup" not in sentence.why for sentence in found)
    # A line that ends in spaces has no sentence more.
    assert len(find_claims("The river will rise. The lake will fall.   \n\n   \n")) == 2
