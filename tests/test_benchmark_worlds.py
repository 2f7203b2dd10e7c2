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


def test_a_world_has_the_requested_size(settings: Settings) -> None:
    engine = open_engine(settings.url)
    with engine.connect() as connection:
        counted = {
            table: connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
            for table in ("question", "forecast", "evidence", "decision", "essay")
        }
        broken = connection.execute(text("PRAGMA foreign_key_check")).fetchall()
    engine.dispose()
    assert counted == {
        "question": 20, "forecast": 200, "evidence": 200, "decision": 200, "essay": 5,
    }  # fmt: skip
    assert broken == []


def test_a_world_has_questions_of_every_kind_with_their_history(tracker: Tracker) -> None:
    found = tracker.questions.list()
    kinds: set[Kind] = {"binary", "categorical", "ordered", "numeric", "date"}
    assert {s.question.kind for s in found} == kinds
    assert {s.evidence for s in found} == {SIZE.evidence // SIZE.questions}
    assert {s.status for s in found} >= {"open", "closed", "resolved"}
    assert len({s.question.essay_id for s in found}) == 5
    of_each_kind = {s.question.kind: s for s in tracker.questions.list()}
    for summary in of_each_kind.values():
        page = tracker.questions.get(summary.question.id)
        assert len(page.acts) == SIZE.revisions // SIZE.questions
        assert len(page.evidence) == SIZE.evidence // SIZE.questions
        assert all(page.summary.question.opens_at <= act.made_at <= NOW for act in page.acts)
        assert all(card.items for card in page.evidence)
    accuracy = tracker.accuracy.summarise(Choice())
    assert {s.forecaster_id for s in accuracy.scores} >= {*PEOPLE, "suggestion", "prior", "crowd"}
    assert tracker.feeds.status().alarm == ""
    assert len(tracker.feeds.list()) == SIZE.feeds


def test_a_seed_determines_the_world() -> None:
    first, again, other = (
        World(Size(9, 0, 0), NOW, random.Random(seed)).questions for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other
