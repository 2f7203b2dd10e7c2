"""What pages read fast is what the facts say: held against the plain way, which reads every act."""

import random
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from forecasts.aggregation.crowd import crowd_timeline
from forecasts.distributions.distribution import Binary, p_yes
from forecasts.questions.question import (
    CROWD,
    HAZARD,
    PRIOR,
    SUGGESTION,
    ForecasterId,
    QuestionId,
    effective_close,
)
from forecasts.questions.timeline import forecaster_timeline
from forecasts.scoring.rulebook import RULES
from forecasts.scoring.scores import list_scores, sort_scores
from forecasts.suggestion.binary import hazard_probability
from tests.benchmarks.dashboard_world import Size, build
from tests.builders import DAY, NOW, FakeClock, a_question, a_set
from tests.tables import check_rows
from tracker.app.tracker import Tracker, open_tracker
from tracker.model.read_models import Choice, QuestionSummary
from tracker.questions.queries import calibration, question_list, question_page, score_selection
from tracker.questions.resolve_question import compute_scores, load_timelines, select_people
from tracker.settings import Settings
from tracker.storage import evidence, questions, record, resolution_record
from tracker.storage.record import group_by_forecaster
from tracker.storage.sessions import Session

INSTANTS = (NOW, NOW - 30 * DAY, NOW - 200 * DAY)


@pytest.fixture(scope="module")
def world(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tracker]:
    """Questions of every kind, open, answered and over; people and the suggestion revise, evidence
    is judged.
    """
    settings = Settings(data_dir=tmp_path_factory.mktemp("world"))
    shutil.copy(migrated_file, settings.data_dir)
    build(settings, Size(questions=20, revisions=400, evidence=200), NOW)
    with open_tracker(settings, now=FakeClock()) as opened:
        yield opened


@pytest.fixture
def session(world: Tracker) -> Iterator[Session]:
    with world.context.store.reading() as opened:
        yield opened


@check_rows(INSTANTS, "now")
def test_every_row_equals_its_acts_and_evidence(session: Session, now: datetime) -> None:
    for row in question_list.summarise_questions(session, now):
        acts = record.forecasts_of_question(session, row.question.id)
        told = [a for a in acts if a.forecaster_id == SUGGESTION and a.made_at >= now - 90 * DAY]
        steps = [(a.made_at, p) for a in told if (p := p_yes(a.distribution)) is not None]
        pieces = evidence.evidence_of_question(session, row.question.id)
        assert list(row.history) == steps
        assert row.evidence == len(pieces)
        assert row.waiting == sum(e.status == "logged" for e in pieces)
        assert {who: (s.since, s.distribution) for who, s in row.standings.items()} == standings(
            session, row, now
        )


def standings(session: Session, row: QuestionSummary, now: datetime) -> dict[ForecasterId, object]:
    """Who holds what, the plain way: the last of all acts, and the crowd from its whole
    timeline.
    """
    asked = row.question
    at = min(now, effective_close(asked, row.resolution))
    acts = group_by_forecaster(record.forecasts_of_question(session, asked.id))
    last = {who: own[-1] for who, own in acts.items() if own[-1].distribution is not None}
    held: dict[ForecasterId, object] = {
        who: (act.made_at, act.distribution) for who, act in last.items()
    }
    held[PRIOR] = (asked.opens_at, asked.prior)
    if asked.kind == "binary":
        held[HAZARD] = (at, Binary(hazard_probability(asked, at)))
    members = select_people({who: forecaster_timeline([act]) for who, act in last.items()})
    if (crowd := crowd_timeline(asked, members, until=at + (NOW.resolution)).at(at)) is not None:
        held[CROWD] = (max(last[who].made_at for who in members), crowd)
    return held


@check_rows(INSTANTS, "now")
def test_one_question_read_alone_is_its_row_in_the_list(session: Session, now: datetime) -> None:
    assert [
        question_list.summarise_question(session, row.question, now)
        for row in question_list.summarise_questions(session, now)
    ] == list(question_list.summarise_questions(session, now))


def test_what_stood_at_an_instant_is_what_the_timelines_say(session: Session) -> None:
    rng = random.Random(1)
    asked = questions.list_questions(session)
    instants = {q.id: q.opens_at + (q.closes_at - q.opens_at) * rng.random() for q in asked}
    stood = record.load_last_acts_at(session, instants)
    assert len(stood) > 10
    for question in asked:
        acts = group_by_forecaster(record.forecasts_of_question(session, question.id))
        plain = {
            who: forecaster_timeline(own).at(instants[question.id]) for who, own in acts.items()
        }
        found = {who: held for who, (_, held) in stood.get(question.id, {}).items()}
        assert found == {who: held for who, held in plain.items() if held is not None}


@check_rows([90, 30, 7], "lead_days")
def test_forecasts_at_a_lead_equal_the_whole_timelines(session: Session, lead_days: int) -> None:
    found = score_selection.gather_questions(session, Choice(), NOW)
    records = calibration._collect_records(session, found, lead_days)
    fast = {
        (who, q.id): steps.at(q.closes_at - lead_days * DAY)
        for who, own in records.items()
        for q, _, steps in own
    }
    plain = {
        (who, q.id): steps.at(q.closes_at - lead_days * DAY)
        for q in found.countable.values()
        for who, steps in load_timelines(session, q, q.closes_at).items()
    }
    assert any(who == CROWD for who, _ in fast)
    assert {key: held for key, held in fast.items() if held} == {
        key: held for key, held in plain.items() if held
    }


def test_scores_in_columns_equal_those_stored_of_each_question(
    session: Session,
) -> None:
    everything = resolution_record.list_all_scores(session)
    asked = {q.id: q for q in questions.list_questions(session)}
    answers = resolution_record.load_current_resolutions(session)
    each = [
        s
        for q in sorted({s.question_id for s in everything})
        for s in question_page.list_receipts(session, asked[q], answers[q])
    ]
    assert list(everything) == [replace(s, receipt=()) for s in each]
    assert {s.rule for s in each if s.receipt} == RULES.keys() - {"ranked"}
    table = score_selection.load_table(session, asked, answers)
    assert sort_scores(list_scores(compute_scores(table))) == each


def test_of_simultaneous_acts_the_last_stands(both: Tracker, clock: FakeClock) -> None:
    asked = [a_question("one"), a_question("two")]
    both.question_sets.load(a_set(*asked))
    for name in ("one", "two"):
        both.forecasts.submit(name, Binary(0.2))
        both.forecasts.submit(name, Binary(0.4))
    clock.advance(days=2)
    both.forecasts.submit("one", Binary(0.9))
    both.forecasts.withdraw("two")
    one, two, ada = QuestionId("one"), QuestionId("two"), ForecasterId("ada")
    with both.context.store.reading() as session:
        first = record.load_last_acts_at(session, {one: NOW, two: NOW + DAY})
        later = record.load_last_acts_at(session, {one: NOW + 2 * DAY, two: NOW + 3 * DAY})
        assert record.load_last_acts_at(session, {one: NOW - DAY}) == {}
        assert (first[one][ada], first[two][ada]) == ((NOW, Binary(0.4)), (NOW, Binary(0.4)))
        assert (later[one][ada], later[two][ada]) == (
            (NOW + 2 * DAY, Binary(0.9)),
            (NOW + 2 * DAY, None),
        )
        assert question_list.summarise_questions(session, clock.time) == tuple(
            question_list.summarise_question(session, row.question, clock.time)
            for row in question_list.summarise_questions(session, clock.time)
        )
        assert set(record.list_probabilities(session, SUGGESTION, NOW, [two])) == {two}
