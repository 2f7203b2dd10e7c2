"""The worlds that benchmarks measure on are such as the tracker itself could have made."""

import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from forecasts.questions.question import Kind
from tests.benchmarks.dashboard_world import PEOPLE, Size, World, build
from tests.builders import NOW, FakeClock
from tracker.app.tracker import Tracker, open_tracker
from tracker.model.read_models import Choice
from tracker.settings import Settings
from tracker.storage.sessions import open_engine

SIZE = Size(questions=20, revisions=200, evidence=200)


@pytest.fixture(scope="module")
def settings(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A small world."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("world"))
    shutil.copy(migrated_file, settings.data_dir)
    build(settings, SIZE, NOW)
    return settings


@pytest.fixture
def tracker(settings: Settings) -> Iterator[Tracker]:
    with open_tracker(settings, now=FakeClock()) as opened:
        yield opened


def test_a_world_for_the_dashboard_is_as_large_as_it_was_asked_for(settings: Settings) -> None:
    engine = open_engine(settings.url)
    with engine.connect() as connection:
        counted = {
            table: connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
            for table in ("question", "forecast", "evidence", "decision", "essay")
        }
        broken = connection.execute(text("PRAGMA foreign_key_check")).fetchall()
    engine.dispose()
    assert counted == {
        "question": 20,
        "forecast": 200,
        "evidence": 200,
        "decision": 200,
        "essay": 5,
    }
    assert broken == []


def test_its_questions_are_of_every_kind_and_each_has_its_share(tracker: Tracker) -> None:
    found = tracker.questions.list()
    kinds: set[Kind] = {"binary", "categorical", "ordered", "numeric", "date"}
    assert {s.question.kind for s in found} == kinds
    assert {s.evidence for s in found} == {SIZE.evidence // SIZE.questions}
    assert {s.status for s in found} >= {"open", "closed", "resolved"}
    assert len({s.question.essay_id for s in found}) == 5


def test_the_page_of_a_question_of_each_kind_can_be_read_and_its_revisions_lie_in_its_time(
    tracker: Tracker,
) -> None:
    of_each_kind = {s.question.kind: s for s in tracker.questions.list()}
    for summary in of_each_kind.values():
        page = tracker.questions.get(summary.question.id)
        assert len(page.acts) == SIZE.revisions // SIZE.questions
        assert len(page.evidence) == SIZE.evidence // SIZE.questions
        assert all(page.summary.question.opens_at <= act.made_at <= NOW for act in page.acts)
        assert all(card.items for card in page.evidence)


def test_its_answered_questions_are_scored_and_its_feeds_are_well(tracker: Tracker) -> None:
    accuracy = tracker.accuracy.summarise(Choice())
    assert {s.forecaster_id for s in accuracy.scores} >= {*PEOPLE, "suggestion", "prior", "crowd"}
    assert tracker.feeds.status().alarm == ""
    assert len(tracker.feeds.list()) == SIZE.feeds


def test_the_same_seed_makes_the_same_world_and_another_one_another() -> None:
    first, again, other = (
        World(Size(9, 0, 0), NOW, random.Random(seed)).questions for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other


def test_a_smaller_world_keeps_a_question_of_each_kind() -> None:
    assert Size().times(0.1) == Size(100, 20_000, 100_000)
    assert Size().times(0.0001).questions == 9
