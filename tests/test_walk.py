"""One item's way through every room: bytes → item → story → evidence → suggestion → forecast →
score.
"""

from datetime import timedelta

import pytest

from forecasts.distributions.distribution import Binary
from forecasts.distributions.probability import logit
from forecasts.questions.question import CROWD, HAZARD, PRIOR, SUGGESTION, ForecasterId
from forecasts.scoring.rulebook import SOLO_RULES
from forecasts.scoring.scores import recompute_score
from tests.builders import DAY, NOW, FakeClock, Press, a_feed, a_question, a_set, an_rss
from tracker.app.tracker import Tracker
from tracker.feeds.parsing.parse import ParsedFeed, parse_feed

HEADLINE = "Arland invites Borland's leader to a summit in Spring City"
LINK = "https://wire.invalid/summit?utm_source=rss"


def test_an_item_walks_from_bytes_to_score(
    tracker_with_press: Tracker, press: Press, clock: FakeClock
) -> None:
    tracker = tracker_with_press
    tracker.question_sets.load(a_set(feeds=[a_feed("wire"), a_feed("agency")]))
    before = tracker.questions.get("summit-2027").suggestion
    assert before is not None

    # Bytes become an item: plain text, a key, and an address that is the same in every feed.
    parsed = parse_feed(an_rss((HEADLINE, LINK)), "application/rss+xml", "https://wire.invalid/rss")
    assert isinstance(parsed, ParsedFeed)
    assert (parsed.items[0].title, parsed.items[0].canonical_url) == (
        HEADLINE,
        "wire.invalid/summit",
    )

    # Two outlets carry the report: two items, one story, one piece of evidence with its reason.
    press.publish("wire", HEADLINE, LINK)
    press.publish("agency", f"{HEADLINE} - The Agency")
    report = tracker.feeds.poll()
    assert (report.feeds, report.new_items, report.new_evidence) == (2, 2, 1)
    card = tracker.evidence.inbox()[0]
    assert [copy.source_group for copy in card.items] == ["wire", "agency"]
    assert (card.indicator_name, card.evidence.matched) == (
        "One leader invites the other",
        ("Arland", "Borland", "invites"),
    )

    # A person confirms it; the suggestion rises by a line that says why, and the lines add up. The
    # agency's copy is no second witness.
    clock.advance(hours=2)
    tracker.evidence.review(card.evidence.id, "confirmed")
    after = tracker.questions.get("summit-2027").suggestion
    assert after is not None
    assert after.p > before.p
    (why,) = (line.why for line in after.lines if line.effects)
    assert why.startswith("One leader invites the other: 1 report in ")
    assert sum(line.log_odds for line in after.lines) == pytest.approx(logit(after.p), abs=1e-9)

    # The person forecasts on it, changes their mind a month later, and the leaders meet.
    tracker.forecasts.submit(
        "summit-2027", Binary(0.6), rationale="They have a date.", cites=[card.evidence.id]
    )
    clock.advance(days=30)
    tracker.forecasts.submit("summit-2027", Binary(0.9), rationale="The delegations have arrived.")
    clock.advance(days=10)
    known_at = clock.time - timedelta(hours=1)
    tracker.resolutions.resolve(
        "summit-2027", "yes", source_url="https://arland.example/summit", known_at=known_at
    )

    # Everyone is scored over the time each forecast stood, with receipts that recompute.
    scores = {
        (s.forecaster_id, s.rule): s for s in tracker.resolutions.receipts("summit-2027").scores
    }
    assert {who for who, _ in scores} == {ForecasterId("ada"), SUGGESTION, HAZARD, PRIOR, CROWD}
    found = tracker.resolutions.receipts("summit-2027")
    own = [score for score in scores.values() if score.rule in SOLO_RULES]
    assert all(recompute_score(found.question, found.resolution, score) == score for score in own)
    assert tracker.system.verify_scores().differences == ()
    mine = scores[ForecasterId("ada"), "brier"]
    first, second = 30 * DAY, known_at - (NOW + timedelta(hours=2) + 30 * DAY)
    assert mine.mean_while_active == pytest.approx(
        (first * 0.16 + second * 0.01) / (first + second)
    )
    assert mine.coverage == pytest.approx(
        (first + second) / (a_question().closes_at - a_question().opens_at)
    )
    assert mine.skill_over_schedule > scores[PRIOR, "brier"].skill_over_schedule

    # The accuracy page waits for the scheduled close, then it counts; the log of all this is whole.
    (entry,) = tracker.accuracy.summarise().waiting
    assert entry.question.id == "summit-2027"
    clock.time = a_question().closes_at
    assert {s.forecaster_id: s.questions for s in tracker.accuracy.summarise().summaries}[
        ForecasterId("ada")
    ] == 1
    assert tracker.system.verify().bad_seq is None
