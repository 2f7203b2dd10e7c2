"""Who disagrees with whom: gaps worth a talk, what lies between, and who tended to be right."""

import pytest

from forecasts.evidence.evidence import Direction, Strength
from forecasts.questions.question import CROWD, SUGGESTION, ForecasterId
from forecasts.statistics.gaps import measure_gap
from tests.builders import DAY, FakeClock, a_question, a_set
from tests.lives import BEN, CEM, CLOSES, LIVES, SOURCE, an_asked
from tests.quick_databases import begin
from tracker.app.tracker import Tracker
from tracker.errors import Refused
from tracker.model.disagreement import Disagreement, PairGap
from tracker.model.evidence import ManualEvidence
from tracker.model.principal import Principal

SUMMIT, TALKS = "summit-2027", "talks-2027"
MARKET = ForecasterId("market:polymarket")
EVENTS = "storm frost eclipse harvest election strike festival treaty merger launch trial flood"


@pytest.fixture
def asked(tracker: Tracker) -> Tracker:
    """Two open questions; ada owns the machine."""
    tracker.question_sets.load(a_set(a_question(), a_question(TALKS)))
    return tracker


def say(tracker: Tracker, question: str, **chances: str) -> None:
    for name, p in chances.items():
        tracker.forecasts.submit(question, p, forecaster=ForecasterId(name))


def gaps(tracker: Tracker) -> list[tuple[str, str]]:
    return [(gap.question_id, gap.other.id) for gap in tracker.comments.wide_gaps()]


# Wide gaps


def test_the_widest_gap_of_a_question_is_told_once(asked: Tracker) -> None:
    say(asked, SUMMIT, ada="20%", ben="75%", cem="90%")
    say(asked, TALKS, ada="50%", ben="85%")
    (gap,) = asked.comments.wide_gaps()
    assert asked.comments.wide_gaps(SUMMIT) == (gap,)
    assert asked.comments.wide_gaps(TALKS) == ()
    assert (gap.question_id, gap.other.id, gap.p, gap.other_p) == (SUMMIT, "cem", 0.2, 0.9)
    ben = asked.serve(Principal(BEN, "forecaster", "page"))
    assert gaps(ben) == [(SUMMIT, "ada")]
    stranger = asked.serve(Principal(ForecasterId("eve"), "viewer", "page"))
    assert gaps(stranger) == []


def test_a_comment_of_either_ends_it_until_one_moves(asked: Tracker, clock: FakeClock) -> None:
    say(asked, SUMMIT, ada="20%", ben="75%")
    clock.advance(hours=1)
    asked.comments.write_note(SUMMIT, "A note is no talk.")
    assert gaps(asked) == [(SUMMIT, "ben")]
    asked.comments.add(SUMMIT, "The envoy told me.", by=BEN)
    assert gaps(asked) == []
    clock.advance(hours=1)
    asked.forecasts.reaffirm(SUMMIT, forecaster=BEN)
    assert gaps(asked) == []
    say(asked, SUMMIT, ben="80%")
    assert gaps(asked) == [(SUMMIT, "ben")]


def test_a_dismissed_gap_gives_way_to_the_next(asked: Tracker, clock: FakeClock) -> None:
    say(asked, SUMMIT, ada="20%", ben="75%", cem="90%")
    clock.advance(hours=1)
    asked.comments.dismiss_gap(SUMMIT, CEM)
    assert gaps(asked) == [(SUMMIT, "ben")]
    asked.comments.dismiss_gap(SUMMIT, BEN)
    assert gaps(asked) == []
    assert gaps(asked.acting_as(CEM)) == [(SUMMIT, "ada")]
    clock.advance(hours=1)
    say(asked, SUMMIT, ada="15%")
    asked.comments.dismiss_gap(SUMMIT, CEM)
    assert gaps(asked) == [(SUMMIT, "ben")]


def test_no_gap_is_told_where_nothing_stands_or_is_open(asked: Tracker, clock: FakeClock) -> None:
    say(asked, SUMMIT, ada="20%", ben="75%")
    asked.forecasts.withdraw(SUMMIT, forecaster=BEN)
    say(asked, TALKS, ada="20%", ben="75%")
    asked.questions.ask(LIVES[1].asked, override="a question of a test")
    say(asked, "visit", ada=LIVES[1].said[0], ben=LIVES[1].said[2])
    assert gaps(asked) == [(TALKS, "ben")]
    asked.resolutions.resolve(TALKS, "yes", source_url=SOURCE, known_at=clock.time)
    assert gaps(asked) == []


# Everything that lies between


def find_pair(report: Disagreement, first: str, second: str) -> PairGap:
    return next(p for p in report.pairs if (p.first.id, p.second.id) == (first, second))


def test_each_two_who_disagree_are_explained(asked: Tracker, clock: FakeClock) -> None:
    report = ManualEvidence(SUMMIT, "Arland invites Borland", Direction.YES, Strength.STRONG)
    piece = asked.evidence.add(report).evidence
    asked.people.add_outside("Polymarket", "market")
    clock.advance(hours=1)
    asked.evidence.update_suggestions()
    say(asked, SUMMIT, ada="10%", **{MARKET: "11%"})
    asked.forecasts.submit(SUMMIT, "60%", forecaster=BEN, cites=[piece.id])
    found = asked.questions.explain_gaps(SUMMIT)
    assert [p.forecaster.id for p in found.positions] == ["ada", CROWD, SUGGESTION, MARKET]
    pairs = {(p.first.id, p.second.id) for p in found.pairs}
    assert ("ada", SUGGESTION) in pairs
    assert ("ada", MARKET) not in pairs  # a point apart
    pair = find_pair(found, "ada", SUGGESTION)
    assert pair.size == pytest.approx(measure_gap(0.1, found.positions[2].p))
    assert pair.lines is not None
    assert pair.lines.lines[0].stories == (piece.id,)
    assert (pair.first_cites, pair.second_cites) == ((), (piece.id,))
    assert find_pair(found, "ada", CROWD).second_cites == (piece.id,)
    assert found.headlines[piece.id] == "Arland invites Borland"


def test_other_kinds_have_no_gaps(tracker: Tracker) -> None:
    tracker.questions.ask(LIVES[1].asked, override="a question of a test")
    with pytest.raises(Refused, match="visit is no yes-no question"):
        tracker.questions.explain_gaps("visit")


def answer_many(tracker: Tracker, clock: FakeClock) -> None:
    """Ada says 20% and the market 75% on a dozen questions, of which nine come true."""
    tracker.people.add_outside("Polymarket", "market")
    for event in EVENTS.split():
        text = f"Will the {event} shake the {event} makers of Arland before 31 December 2026?"
        tracker.questions.ask(an_asked(event, text=text), override="a question of a test")
        say(tracker, event, ada="20%", **{MARKET: "75%"})
    clock.time = CLOSES
    for number, event in enumerate(EVENTS.split()):
        answer = "yes" if number % 4 else "no"
        tracker.resolutions.resolve(event, answer, source_url=SOURCE, known_at=CLOSES)
    clock.time += DAY
    late = CLOSES + 30 * DAY
    tracker.questions.ask(
        an_asked("next", opens_at=clock.time, closes_at=late, resolves_at=late), override="a test"
    )


def test_a_pair_has_a_record_in_such_gaps(tracker: Tracker, clock: FakeClock) -> None:
    begin(tracker, clock, answer_many)
    say(tracker, "next", ada="75%", **{MARKET: "20%"})  # the same gap, the other way round
    record = find_pair(tracker.questions.explain_gaps("next"), "ada", MARKET).record
    assert (record.questions, record.families, record.nearer) == (12, 12, 3)
    expected = (9 * (0.0625 - 0.64) + 3 * (0.5625 - 0.04)) / 12
    assert record.advantage == pytest.approx(expected)
    assert record.low <= expected <= record.high
    say(tracker, "next", ada="80%")  # a wider gap than any before
    record = find_pair(tracker.questions.explain_gaps("next"), "ada", MARKET).record
    assert (record.families, record.is_enough) == (0, False)
