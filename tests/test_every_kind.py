"""The whole life of a question of each kind, on each dialect: asked, forecast, revised, answered,
scored, checked.
"""

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import text

from forecasts.questions.question import CROWD, HAZARD, PRIOR, SUGGESTION, QuestionId
from forecasts.scoring.rulebook import HEADLINE, RULES, SOLO_RULES
from forecasts.scoring.scores import recompute_score
from tests.builders import DAY, NOW, FakeClock, a_question, a_set, no_network, rescore
from tests.lives import (
    ADA,
    BEN,
    CEM,
    CLOSES,
    KNOWN,
    LIVES,
    PEOPLE,
    SOURCE,
    Life,
    by_rule,
    forecast_all,
    live,
    resolve,
)
from tests.quick_databases import begin
from tracker.app.tracker import Tracker, open_tracker
from tracker.model.read_models import Choice
from tracker.questions.resolve_question import SCORES_VERSION, update_scores

RAIN, VISIT = LIVES[0], LIVES[1]
every_kind = pytest.mark.parametrize("life", LIVES, ids=lambda life: life.id)


@every_kind
def test_everybody_is_scored_by_every_rule_with_true_receipts(
    both: Tracker, clock: FakeClock, life: Life
) -> None:
    begin(both, clock, live, life)
    scores = resolve(both, clock, life)
    computed = {HAZARD, SUGGESTION} if life.asked.kind == "binary" else {SUGGESTION}
    everybody = {*PEOPLE, CROWD, PRIOR, *computed}
    rules = [rule for rule in RULES.values() if life.asked.kind in rule.kinds]
    expected = {
        (r.name, who) for r in rules for who in (everybody if r.name in SOLO_RULES else PEOPLE)
    }
    assert {(s.rule, s.forecaster_id) for s in scores} == expected
    assert set(both.resolutions.receipts(life.id).scores) == set(
        scores
    )  # as stored, to the last digit of the receipts
    assert by_rule(scores, life.headline).mean_while_active == pytest.approx(life.mean, abs=1e-5)
    assert math.fsum(s.skill_over_schedule for s in scores if s.rule == "peer") == pytest.approx(
        0.0, abs=1e-9
    )
    page = both.questions.get(life.id)
    for score in both.resolutions.receipts(life.id).scores:
        assert math.fsum(i.contribution for i in score.receipt) == pytest.approx(
            score.mean_while_active
        )
        if score.rule in SOLO_RULES:
            assert recompute_score(page.summary.question, page.resolutions[-1], score) == score
    check = both.system.verify_scores()
    assert (check.questions, check.scores, check.differences) == (1, len(expected), ())
    assert both.system.verify().bad_seq is None


@every_kind
def test_a_question_counts_from_its_close_and_hindsight_never(
    both: Tracker, clock: FakeClock, life: Life
) -> None:
    begin(both, clock, live, life)
    scores = resolve(both, clock, life)
    assert by_rule(scores, life.headline).receipt[-1].end == KNOWN
    late = both.resolutions.receipts(life.id).hindsight
    assert [(act.forecaster_id, act.made_at) for act in late] == [(ADA, KNOWN + 2 * DAY)]
    early = both.accuracy.summarise()
    assert [entry.question.id for entry in early.waiting] == [life.id]
    assert (early.summaries, dict(early.hindsight)) == ((), {ADA: 1})
    clock.time = CLOSES
    found = both.accuracy.summarise(Choice(kind=life.asked.kind))
    assert (set(found.questions), found.waiting, found.facets.kinds) == (
        {life.id},
        (),
        (life.asked.kind,),
    )
    mine = next(
        s for s in found.summaries if s.forecaster_id == ADA and s.rule == HEADLINE[life.asked.kind]
    )
    assert (mine.questions, mine.mean_while_active) == (1, pytest.approx(life.mean, abs=1e-5))
    assert {*found.scores} == {
        replace(s, receipt=()) for s in scores
    }  # receipts are read where one is opened
    assert len(both.accuracy.score_table()) == len(scores)
    others = {"binary", "categorical", "ordered", "numeric", "date"} - {life.asked.kind}
    assert all(both.accuracy.summarise(Choice(kind=kind)).summaries == () for kind in others)  # type: ignore[arg-type]


@every_kind
def test_another_answer_rescores_and_annulling_removes_scores(
    both: Tracker, clock: FakeClock, life: Life
) -> None:
    begin(both, clock, live, life)
    first = resolve(both, clock, life)
    clock.advance(days=1)
    second = resolve(both, clock, life, life.another)
    assert set(both.resolutions.receipts(life.id).scores) == set(second)
    assert by_rule(second, life.headline) != by_rule(first, life.headline)
    assert both.system.verify_scores().differences == ()
    clock.time = CLOSES + DAY
    assert both.accuracy.summarise().annul_rate == 0.0
    assert resolve(both, clock, life, "annulled") == ()
    found = both.accuracy.summarise()
    assert (both.resolutions.receipts(life.id).scores, found.summaries) == ((), ())
    assert (found.unscored, found.annul_rate) == ((life.id,), 1.0)
    assert both.system.verify_scores().scores == 0
    clock.advance(days=1)
    assert resolve(both, clock, life) == first
    assert [r.outcome for r in both.questions.get(life.id).resolutions][2] == "annulled"
    assert both.system.verify().bad_seq is None


@every_kind
def test_the_crowd_stands_from_the_first_forecast_on(
    both: Tracker, clock: FakeClock, life: Life
) -> None:
    both.questions.ask(life.asked)
    clock.advance(days=1)
    both.forecasts.submit(life.id, life.said[0])
    clock.advance(minutes=1)
    held = both.questions.get(life.id).summary.standings
    assert held[CROWD].distribution == held[ADA].distribution  # one member alone is the crowd
    forecast_all(both, life)
    clock.advance(minutes=1)
    held = both.questions.get(life.id).summary.standings
    assert held[CROWD].distribution not in (held[BEN].distribution, held[CEM].distribution)
    assert held[CROWD].since == held[CEM].since
    assert both.questions.get(life.id).timelines[CROWD].at(clock.time) == held[CROWD].distribution
    for who in PEOPLE:
        both.forecasts.withdraw(life.id, forecaster=who)
    clock.advance(minutes=1)
    assert CROWD not in both.questions.get(life.id).summary.standings


def test_shares_of_a_removed_option_go_to_other(both: Tracker, clock: FakeClock) -> None:
    live(both, clock, VISIT)
    page = both.questions.get(VISIT.id)
    assert [option.name for option in page.summary.question.options] == [
        "Moscow", "Beijing", "Other", "Minsk",
    ]  # fmt: skip
    assert page.summary.question.offered_options(clock.time) == ("Moscow", "Other", "Minsk")
    crowd = page.timelines[CROWD]
    before, after = crowd.at(NOW + 8 * DAY - DAY / 2), crowd.at(NOW + 8 * DAY)
    assert getattr(before, "options", ()) == ("Moscow", "Beijing", "Other")
    assert getattr(after, "options", ()) == ("Moscow", "Other")
    assert page.acts[1].distribution is not None
    assert getattr(page.acts[1].distribution, "options", ()) == (
        "Moscow",
        "Beijing",
        "Other",
    )  # kept as it was said


def test_an_option_removed_before_the_answer_is_no_answer(both: Tracker, clock: FakeClock) -> None:
    live(both, clock, VISIT)
    clock.time = CLOSES
    with pytest.raises(
        ValueError, match="option 'Beijing' was not offered when the answer was known"
    ):
        both.resolutions.resolve(VISIT.id, "beijing", source_url=SOURCE, known_at=KNOWN)
    assert both.resolutions.resolve(VISIT.id, "beijing", source_url=SOURCE, known_at=NOW + 3 * DAY)
    assert both.questions.get(VISIT.id).resolutions[-1].answer == "Beijing"


def test_a_stored_question_is_read_again_unchanged(both: Tracker, clock: FakeClock) -> None:
    for life in LIVES:
        live(both, clock, life)
    for life in LIVES[:3]:
        resolve(both, clock, life)
    before = [both.questions.get(life.id) for life in LIVES]
    with open_tracker(both.settings, now=clock, fetch=no_network) as again:
        assert [again.questions.get(life.id) for life in LIVES] == before
        assert again.accuracy.summarise() == both.accuracy.summarise()


def rows_of_scores(tracker: Tracker) -> dict[str, list[tuple[object, ...]]]:
    """The stored scores of each question with the place where the database keeps them, which an
    update changes.
    """
    place = (
        "rowid" if tracker.settings.url.startswith("sqlite") else "ctid::text || ' ' || xmin::text"
    )
    with tracker.context.store.reading() as session:
        rows = session.connection().execute(
            text(
                f"SELECT question_id, {place}, forecaster_id, rule, skill_over_schedule FROM score"
                f" UNION ALL SELECT question_id, {place}, '', '', 0.0 FROM standing"
            )
        )
        found: dict[str, list[tuple[object, ...]]] = {}
        for question, *rest in rows:
            found.setdefault(question, []).append(tuple(rest))
    return {question: sorted(several, key=str) for question, several in found.items()}


def test_answering_one_question_leaves_the_scores_of_all_others_untouched(
    both: Tracker, clock: FakeClock
) -> None:
    for life in LIVES:
        live(both, clock, life)
    for life in LIVES[:-1]:
        resolve(both, clock, life)
    before = rows_of_scores(both)
    assert set(before) == {life.id for life in LIVES[:-1]}
    resolve(both, clock, LIVES[-1])
    clock.advance(days=1)
    resolve(both, clock, RAIN, "no")
    after = rows_of_scores(both)
    assert set(after) == {life.id for life in LIVES}
    assert {q: rows for q, rows in after.items() if q in before and q != RAIN.id} == {
        q: rows for q, rows in before.items() if q != RAIN.id
    }
    assert after[RAIN.id] != before[RAIN.id]


def spoil(tracker: Tracker, version: str) -> None:
    """Scores as an older version of the rules could have left them."""
    with tracker.context.store.writing() as session:
        run = session.connection().execute
        run(text("UPDATE score SET skill_over_schedule = 9 WHERE rule = 'brier'"))
        run(text("UPDATE score SET rule = 'forgotten' WHERE rule = 'log'"))
        run(text("UPDATE property SET value = :version WHERE key = 'scores'"), {"version": version})


def test_scores_under_older_rules_are_replaced_when_the_tracker_opens(
    both: Tracker, clock: FakeClock
) -> None:
    live(both, clock, RAIN)
    resolve(both, clock, RAIN)
    scores = both.resolutions.receipts(RAIN.id).scores
    spoil(both, "1")
    with open_tracker(both.settings, now=clock, fetch=no_network) as again:
        assert again.resolutions.receipts(RAIN.id).scores == scores
        assert again.system.verify_scores().differences == ()
        before = rows_of_scores(again)
    with open_tracker(both.settings, now=clock, fetch=no_network) as again:
        assert rows_of_scores(again) == before  # once is enough


def test_current_scores_are_not_computed_again(both: Tracker, clock: FakeClock) -> None:
    live(both, clock, RAIN)
    resolve(both, clock, RAIN)
    spoil(both, SCORES_VERSION)
    before = rows_of_scores(both)
    with open_tracker(both.settings, now=clock, fetch=no_network) as again:
        assert rows_of_scores(again) == before


def test_two_openers_rescore_an_old_database_once(both: Tracker, clock: FakeClock) -> None:
    live(both, clock, RAIN)
    resolve(both, clock, RAIN)
    spoil(both, "1")
    with both.context.store.writing() as session:
        update_scores(session)
    before = rows_of_scores(both)
    with (
        both.context.store.writing() as session
    ):  # the second waited for the first, and finds it done
        update_scores(session)
    assert rows_of_scores(both) == before


def test_simultaneous_rescoring_does_not_collide(both: Tracker, clock: FakeClock) -> None:
    for number in range(10):
        both.questions.ask(replace(RAIN.asked, id=f"rain-{number}"))
        both.forecasts.submit(f"rain-{number}", "60%")
    clock.time = CLOSES
    for number in range(10):
        both.resolutions.resolve(f"rain-{number}", "yes", source_url=SOURCE, known_at=KNOWN)
    with ThreadPoolExecutor(3) as pool:
        assert (
            list(pool.map(lambda _: rescore(both), range(6))) == [10] * 6
        )  # whoever inserts twice would raise
    assert both.system.verify_scores().differences == ()


def test_a_request_key_belongs_to_one_question(both: Tracker, clock: FakeClock) -> None:
    both.questions.ask(RAIN.asked)
    both.questions.ask(VISIT.asked)
    clock.advance(days=1)
    first = both.forecasts.submit("rain", "60%", key="form-1")
    assert both.forecasts.submit("rain", "90%", key="form-1") == first
    refusal = pytest.raises(
        ValueError, match="is that of an act of ada on rain: give each request a key of its own"
    )
    with refusal:
        both.forecasts.submit("visit", VISIT.said[0], key="form-1")
    with refusal:
        both.forecasts.withdraw("rain", key="form-1", forecaster=BEN)
    assert ADA not in both.questions.get("visit").summary.standings


def test_own_questions_live_beside_those_of_a_set(both: Tracker, clock: FakeClock) -> None:
    both.question_sets.load(a_set(a_question(closes_at=CLOSES, resolves_at=CLOSES)))
    live(both, clock, RAIN)
    both.forecasts.submit("summit-2027", "20%", forecaster=BEN)
    resolve(both, clock, RAIN)
    assert {row.question.id: row.status for row in both.questions.list()} == {
        "summit-2027": "open",
        "rain": "resolved",
    }
    assert both.system.verify_scores().questions == 1
    assert both.questions.get("rain").essay.title == "Questions of our own"
    assert replace(RAIN.asked, id="x").essay_id == both.questions.get("rain").essay.id
    (entry,) = both.accuracy.summarise().waiting
    assert entry.question.id == QuestionId("rain")
