"""The crowds that learn, in the product: skill and exponent are learned from answers, known from
then on, scored beside the plain crowd, and decided on by people.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

import pytest

from forecasts.aggregation.pooling import extremise, pool_crowd, weigh_skills
from forecasts.distributions.distribution import Binary, p_yes
from forecasts.questions.question import (
    CROWD,
    CROWD_EXTREMISED,
    CROWD_WEIGHTED,
    POOLS,
    ForecasterId,
    Question,
    QuestionId,
)
from forecasts.scoring.comparison import Comparison
from tests.builders import DAY, NOW, FakeClock, a_question, a_set, rescore
from tests.dashboard.pages import button, open_page, prose_of, words
from tests.quick_databases import begin
from tests.terminals import at_a_terminal
from tracker.app.tracker import Tracker
from tracker.errors import NotFound, Refused
from tracker.questions.crowd_lessons import EXPONENT, SHOWN, SKILL, skill_scope
from tracker.questions.queries import accuracy
from tracker.questions.scenarios.board_timelines import load_board

GOOD, POOR, NEW = (ForecasterId(name) for name in ("good", "poor", "new"))
TODAY = "summit-2027"
ENOUGH = 16
ANSWER = "https://example.org/a"

EVENTS = (
    "Armistice", "Budget", "Census", "Drought", "Election", "Flood", "Gala", "Harvest", "Inquiry",
    "Jubilee", "Kickoff", "Landing", "Merger", "Nomination", "Outage", "Parade",
)  # fmt: skip


def past(number: int) -> Question:
    """A question of the past about an event of its own, so a family of its own."""
    return replace(
        a_question(f"past-{number}"),
        text=f"Will the {EVENTS[number]} of Arland be held in Borland by 20 January?",
        claim_ids=(),
        opens_at=NOW,
        closes_at=NOW + 20 * DAY,
        resolves_at=NOW + 20 * DAY,
    )


def happened(number: int) -> bool:
    return number % 3 > 0


def a_history(tracker: Tracker, clock: FakeClock, answered: int = ENOUGH) -> None:
    """Questions on which one was nearly right and one at a loss, and one of today."""
    begin(tracker, clock, make_history, answered)


def make_history(tracker: Tracker, clock: FakeClock, answered: int) -> None:
    tracker.question_sets.load(a_set(a_question(TODAY), *map(past, range(answered))))
    for number in range(answered):
        good, poor = (0.8, 0.35) if happened(number) else (0.2, 0.65)
        submit(tracker, f"past-{number}", {GOOD: good, POOR: poor})
    clock.advance(days=21)
    for number in range(answered):
        answer(tracker, number, "yes" if happened(number) else "no")


def submit(tracker: Tracker, name: str, forecasts: Mapping[ForecasterId, float]) -> None:
    for who, p in forecasts.items():
        tracker.forecasts.submit(name, Binary(p), forecaster=who)


def answer(tracker: Tracker, number: int, said: str) -> None:
    known = NOW + 20 * DAY
    tracker.resolutions.resolve(f"past-{number}", said, source_url=ANSWER, known_at=known)


def learned(tracker: Tracker, name: str) -> dict[str, float]:
    return {
        r.learned.scope: r.learned.value for r in tracker.learning.list() if r.learned.name == name
    }


def now_on(tracker: Tracker, name: str = TODAY) -> dict[ForecasterId, float]:
    standings = tracker.questions.get(name).summary.standings
    return {who: s.p for who, s in standings.items() if who in POOLS and s.p is not None}


def test_answers_teach_who_is_good_and_how_bold_to_be(tracker: Tracker, clock: FakeClock) -> None:
    a_history(tracker, clock)
    tracker.learning.fit()
    skills = learned(tracker, SKILL)
    good, poor = (skills[skill_scope("brier", who)] for who in (GOOD, POOR))
    # Skill is drawn towards the average: 16 families tell less than all.
    assert 0.001 < good < 0.3
    assert poor < -0.001
    (value,) = (r.learned for r in tracker.learning.list() if r.learned.name == EXPONENT)
    assert (value.n, value.scope) == (ENOUGH, "all")
    assert value.value > 1.0
    assert (
        value.why == "the weighted crowd was too cautious over 16 families of questions, drawn to 1"
    )
    # The crowds that learn are made of what was learned, from then on.
    submit(tracker, TODAY, {GOOD: 0.8, POOR: 0.2})
    clock.advance(days=1)
    standing = now_on(tracker)
    weighted = pool_crowd([0.8, 0.2], weigh_skills([good, poor]))
    assert standing[CROWD] == pytest.approx(0.5)
    assert standing[CROWD_WEIGHTED] == pytest.approx(weighted)
    assert standing[CROWD_EXTREMISED] == pytest.approx(extremise(weighted, value.value))
    assert 0.5 < standing[CROWD_WEIGHTED] < standing[CROWD_EXTREMISED]
    (row,) = [s for s in tracker.questions.list() if s.question.id == TODAY]
    assert {who: s.p for who, s in row.standings.items() if who in POOLS} == standing


def test_too_few_families_teach_nothing(tracker: Tracker, clock: FakeClock) -> None:
    a_history(tracker, clock, 14)
    submit(tracker, TODAY, {GOOD: 0.8, POOR: 0.2})
    tracker.learning.fit()
    assert learned(tracker, SKILL) == learned(tracker, EXPONENT) == {}
    assert set(now_on(tracker)) == {CROWD}


def test_a_score_uses_what_was_known_at_each_instant(tracker: Tracker, clock: FakeClock) -> None:
    a_history(tracker, clock)
    submit(tracker, TODAY, {GOOD: 0.8, POOR: 0.2})
    clock.advance(days=10)
    learned_at = clock.time
    tracker.learning.fit()
    clock.advance(days=1)
    before = tracker.questions.get_as_of(TODAY, learned_at - DAY)
    assert CROWD_WEIGHTED not in before.timelines
    after = tracker.questions.get_as_of(TODAY, clock.time)
    assert after.timelines[CROWD_WEIGHTED].steps[0][0] == learned_at
    assert CROWD_WEIGHTED in after.summary.standings
    # Later answers, however they change the skill, leave earlier instants as they were.
    for number in range(ENOUGH):
        answer(tracker, number, "no" if happened(number) else "yes")
    tracker.learning.fit()
    again = tracker.questions.get_as_of(TODAY, learned_at + DAY / 2).timelines
    assert again[CROWD_WEIGHTED].at(learned_at) == after.timelines[CROWD_WEIGHTED].at(learned_at)
    clock.time = a_question(TODAY).closes_at + DAY
    tracker.resolutions.resolve(TODAY, "yes", source_url=ANSWER, known_at=clock.time)
    scores = {s.forecaster_id: s for s in tracker.questions.get(TODAY).scores if s.rule == "brier"}
    assert set(POOLS) <= set(scores)
    assert scores[CROWD_WEIGHTED].coverage < scores[CROWD].coverage
    assert set(POOLS) <= set(tracker.accuracy.calibration(lead_days=7).reliability)
    # The log gives the same scores again.
    assert tracker.system.verify_scores().differences == ()
    assert tracker.system.verify().bad_seq is None
    rescore(tracker)
    assert scores == {
        s.forecaster_id: s for s in tracker.questions.get(TODAY).scores if s.rule == "brier"
    }


def test_people_decide_on_what_was_learned(tracker: Tracker, clock: FakeClock) -> None:
    a_history(tracker, clock)
    tracker.learning.fit()
    scope = skill_scope("brier", GOOD)
    clock.advance(days=1)
    # What was known until a reset teaches the value no more.
    assert tracker.learning.decide(SKILL, scope, "reset").learned.value == 0.0
    tracker.learning.decide(EXPONENT, "all", "freeze")
    frozen = learned(tracker, EXPONENT)
    clock.advance(days=1)
    tracker.learning.fit()
    submit(tracker, TODAY, {GOOD: 0.8, POOR: 0.2})
    clock.advance(days=1)
    poor = learned(tracker, SKILL)[skill_scope("brier", POOR)]
    expected = pool_crowd([0.8, 0.2], weigh_skills([0.0, poor]))
    assert now_on(tracker)[CROWD_WEIGHTED] == pytest.approx(expected)
    assert learned(tracker, EXPONENT) == frozen
    with pytest.raises(NotFound):
        tracker.learning.decide(SKILL, "brier/nobody", "freeze")


def test_a_newcomer_with_two_lucky_answers_stays_average(
    tracker: Tracker, clock: FakeClock
) -> None:
    tracker.question_sets.load(a_set(*map(past, range(ENOUGH))))
    for number in range(ENOUGH):
        right = float(happened(number))
        lucky = {NEW: right} if number < 2 else {}
        submit(
            tracker, f"past-{number}", {GOOD: 0.2 + 0.6 * right, POOR: 0.3 + 0.4 * right} | lucky
        )
    clock.advance(days=21)
    for number in range(ENOUGH):
        answer(tracker, number, "yes" if happened(number) else "no")
    tracker.learning.fit()
    weights = dict(zip(*weigh_all(learned(tracker, SKILL)), strict=True))
    assert weights[skill_scope("brier", NEW)] < 1.2


def weigh_all(skills: Mapping[str, float]) -> tuple[Iterable[str], Iterable[float]]:
    return skills.keys(), weigh_skills(list(skills.values())).tolist()


def test_the_pool_that_leads_is_said_once_pools_were_compared(
    tracker: Tracker, clock: FakeClock
) -> None:
    a_history(tracker, clock)
    assert tracker.accuracy.summarise().pools == {"brier": ()}
    tracker.learning.fit()
    submit(tracker, TODAY, {GOOD: 0.8, POOR: 0.2})
    clock.time = a_question(TODAY).closes_at + DAY
    tracker.resolutions.resolve(TODAY, "yes", source_url=ANSWER, known_at=clock.time)
    pools = tracker.accuracy.summarise().pools["brier"]
    assert [(c.a, c.b) for c in pools] == [
        (CROWD_WEIGHTED, CROWD),
        (CROWD_EXTREMISED, CROWD),
        (CROWD_EXTREMISED, CROWD_WEIGHTED),
    ]
    assert all(c.advantage is not None and c.advantage > 0 for c in pools)
    said = words(open_page(tracker, "record", details="Standing"))
    assert "No way of pooling has been shown to beat the plain crowd, the median." in said
    # People are not compared with the crowds that learn: each comparison more costs power.
    for comparison in tracker.accuracy.compare(forecaster_id=GOOD).rules[0].comparisons:
        assert comparison.b not in (CROWD_WEIGHTED, CROWD_EXTREMISED)


def leading(a: ForecasterId, b: ForecasterId = CROWD) -> Comparison:
    """A crowd that leads by an e-value of 40 over 60 families."""
    return Comparison(a, b, 60, 60, 9, 1.0, 0.02, 0.01, 0.03, 40.0, 20.0, 1, None)


def on_the_board(tracker: Tracker, at: datetime) -> float:
    with tracker.context.store.reading() as session:
        return load_board(session, [QuestionId(TODAY)], at)[QuestionId(TODAY)]


def test_a_pool_that_leads_may_be_shown_as_the_crowd(
    tracker: Tracker, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_history(tracker, clock)
    tracker.learning.fit()
    submit(tracker, TODAY, {GOOD: 0.8, POOR: 0.2})
    clock.advance(days=1)
    before = now_on(tracker)
    with pytest.raises(Refused, match="has not been shown to beat the plain crowd"):
        tracker.accuracy.choose_crowd(CROWD_WEIGHTED)
    with pytest.raises(Refused, match="shown as the crowd already"):
        tracker.accuracy.choose_crowd(CROWD)
    monkeypatch.setattr(accuracy, "compare_pools", lambda _: (leading(CROWD_WEIGHTED),))
    button(open_page(tracker, "record", details="Standing"), "Use as the crowd").click().run()
    chosen_at = clock.time
    clock.advance(days=1)
    assert tracker.accuracy.summarise().shown_pool == CROWD_WEIGHTED
    now = now_on(tracker)
    assert now[CROWD] == now[CROWD_WEIGHTED] == before[CROWD_WEIGHTED] != before[CROWD]
    assert "Crowd, weighted by skill (2)" in prose_of(open_page(tracker, "question", q=TODAY))
    # Boards show it from then on, and what was shown before stays.
    assert on_the_board(tracker, clock.time) == pytest.approx(now[CROWD])
    assert on_the_board(tracker, chosen_at - DAY / 2) == pytest.approx(before[CROWD])
    # Its timeline and scores are those of the median.
    timelines = tracker.questions.get(TODAY).timelines
    assert p_yes(timelines[CROWD].at(clock.time)) == pytest.approx(before[CROWD])
    assert tracker.system.verify().bad_seq is None
    # The way back is as short.
    back = open_page(tracker, "record", details="Standing")
    button(back, "Use the median as the crowd again").click().run()
    assert now_on(tracker)[CROWD] == pytest.approx(before[CROWD])
    states = [r.state for r in tracker.learning.history(SHOWN, "all")]
    assert sorted(states) == ["frozen", "reset"]


def test_the_crowd_is_chosen_at_a_terminal(
    tracker: Tracker,
    clock: FakeClock,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shell = at_a_terminal(tracker, clock, capsys, monkeypatch)
    a_history(tracker, clock)
    tracker.learning.fit()
    monkeypatch.setattr(accuracy, "compare_pools", lambda _: (leading(CROWD_WEIGHTED),))
    told = " ".join(shell("accuracy", "summary").split())
    assert "Show it as the crowd? `tracker accuracy summary --crowd weighted` does." in told
    assert "the crowd shown is: weighted" in shell("accuracy", "summary", "--crowd", "weighted")
    told = " ".join(shell("accuracy", "summary").split())
    assert "Shown as the crowd: Crowd, weighted by skill" in told
    assert "Show it as the crowd?" not in shell("accuracy", "summary", "--kind", "binary")


def test_settings_show_what_was_learned_of_the_crowd(tracker: Tracker, clock: FakeClock) -> None:
    a_history(tracker, clock)
    said = words(open_page(tracker, "learned"))
    assert "Learning starts at 15 independent yes/no questions" in said
    tracker.learning.fit()
    said = words(open_page(tracker, "learned"))
    assert "in the crowd on yes/no and option questions" in said
