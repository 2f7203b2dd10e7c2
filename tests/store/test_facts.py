"""Facts of one shape: what was said, when and by whom, in the row and in the log alike, and never
changed.
"""

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from forecasts.calibration.personal import PersonalRecalibration
from forecasts.calibration.widening import Widening
from forecasts.essays.claim_map import ClaimRejection
from forecasts.evidence.evidence import IndicatorId
from forecasts.questions.amendments import QuestionEdit
from forecasts.questions.compiled_question import build_own_lines
from forecasts.questions.links import Link, LinkId
from forecasts.questions.question import EssayId, Forecaster, ForecasterId, QuestionId
from forecasts.questions.repetition import Repetition, SiblingTemplate
from forecasts.questions.series import SeriesId
from forecasts.questions.settlement import Settlement
from forecasts.scenarios.scenario_set import ScenarioLikelihoods, ScenarioSet
from forecasts.statistics.recalibration import Recalibration
from tests.builders import DAY, NOW, a_question, a_series, a_set
from tests.lives import BEN
from tests.tables import check_rows
from tracker.app.tracker import Tracker
from tracker.errors import Refused
from tracker.ingestion.series_subscriptions import add_series
from tracker.model.access import Access, Shared
from tracker.model.audit import Authorship, Override, SignpostStatus, UncheckedAnswer
from tracker.model.benchmarks import BenchmarkLink
from tracker.model.forecast_import import ImportBatch
from tracker.model.scenarios import RepairDecision
from tracker.storage import (
    access,
    benchmarks,
    comments,
    essays,
    event_log,
    facts,
    imports,
    questions,
    recalibrations,
    record,
    repetitions,
    scenarios,
    series,
    statements,
)
from tracker.storage.event_log import canonical_json
from tracker.storage.sessions import Session

SUMMIT, TALKS = QuestionId("summit-2027"), QuestionId("talks-2027")
AT = NOW + DAY
MONTHLY = Repetition(
    SUMMIT, "month", until=AT.date(), count=3, template=SiblingTemplate(prior="9%"), by=BEN
)
MADE = Authorship(BEN, AT)
LINK = Link(LinkId("pair"), "negates", (SUMMIT, TALKS), "Either", ("a", "b"), "so we say")
ANSWER = UncheckedAnswer(SUMMIT, "yes", "", "https://arland.example", "I think.", NOW, NOW)
MARK = SignpostStatus(IndicatorId(f"{SUMMIT}/invitation"), SUMMIT, "seen", NOW, 3.0, 0.5, AT)
REPAIR = RepairDecision(
    link_id=LINK.id, forecaster_id=BEN, question_ids=(SUMMIT, TALKS), before=(0.9, 0.6), after=(0.7, 0.3), nats=0.2,
    decision="declined", why="both may come", at=AT,
)  # fmt: skip
ASIDE = ClaimRejection(120, 134, "no measure", BEN, AT)
OVERRIDE = Override(SUMMIT, ("vague-word", "no-time-zone"), "everybody knows", BEN, AT)
LINES = build_own_lines("Arland hosts Borland", names=(("Arland", "阿兰"),))
CONSENT = PersonalRecalibration(Recalibration(0.1, 0.8), 60, 40, Widening(1.4, 33, 20))
TABLE = ScenarioLikelihoods(TALKS, (0.9, 0.25), "they talk")
BATCH = ImportBatch(0, "fatebook", "mine.csv", questions=1, forecasts=2, answers=1, at=AT, by=BEN)
SET = ScenarioSet(SUMMIT, "Futures", ("one", "two"), (), "a note")

BENCHMARK = BenchmarkLink(
    SUMMIT, "manifold", "a-summit", "https://manifold.markets/ann/a-summit", "A summit?", "So.",
    is_inverted=True, options=(("a", "b"), ("c", "d")), by=BEN, at=AT,
)  # fmt: skip


def edit(text: str = "Will they meet?", days: float = 1) -> QuestionEdit:
    return QuestionEdit(
        question_id=SUMMIT,
        at=NOW + days * DAY,
        by=BEN,
        why="shorter",
        text=text,
        criteria="So.",
        sources=("a", "b"),
    )


def say_likelihood(session: Session) -> None:
    scenarios.add_scenario_set(session, SET, MADE)
    scenarios.save_likelihood_row(session, SUMMIT, TABLE, MADE)


def say_repair(session: Session) -> None:
    scenarios.add_link(session, LINK, MADE)
    scenarios.add_repair_decision(session, REPAIR)


def say_settlement(session: Session) -> None:
    add_series(session, a_series(), NOW)
    series.add_settlement(
        session, SUMMIT, Settlement(SeriesId("brent"), "value in 2026 > 60"), MADE
    )


def say_recalibration(session: Session) -> None:
    record.add_forecaster(session, Forecaster(BEN, "Ben", "person"), AT)
    recalibrations.add_consent(session, CONSENT, MADE)


def say_comment(session: Session) -> None:
    record.add_forecaster(session, Forecaster(BEN, "Ben", "person"), AT)
    comments.add_comment(session, SUMMIT, "They will.", MADE, origin={"reply_to": None})


def say_benchmark(session: Session) -> None:
    benchmarks.add_link(session, BENCHMARK)


SAID: Mapping[str, Any] = {
    "claim": lambda s: essays.decide_claim(
        s, EssayId("essay"), ASIDE, "they will meet", verdict="rejected"
    ),
    "essay removal": lambda s: essays.set_removed(s, EssayId("essay"), True, at=AT, by=BEN),
    "edit": lambda s: questions.add_edit(s, edit()),
    "statements": lambda s: statements.add_statements(s, SUMMIT, LINES, MADE),
    "retraction": lambda s: questions.retract_question(s, SUMMIT, "asked twice", at=AT, by=BEN),
    "access": lambda s: access.set_access(s, Shared("question", SUMMIT), Access(True, BEN), MADE),
    "repetition": lambda s: repetitions.add_repetition(s, MONTHLY, MADE),
    "recalibration": say_recalibration,
    "override": lambda s: questions.add_override(s, OVERRIDE),
    "unchecked": lambda s: questions.add_unverified_answer(s, ANSWER, at=AT, by=BEN),
    "link": lambda s: scenarios.add_link(s, LINK, MADE),
    "repair": say_repair,
    "scenarios": lambda s: scenarios.add_scenario_set(s, SET, MADE),
    "likelihood": say_likelihood,
    "signpost": lambda s: scenarios.add_signpost_status(s, MARK),
    "settlement": say_settlement,
    "comment": say_comment,
    "import": lambda s: imports.add_batch(s, BATCH, 1),
    "benchmark": say_benchmark,
    "dismissal": lambda s: series.add_dismissal(s, SUMMIT, MADE, key="evidence:1", why="a rumour"),
}
"""How each kind of fact is said, by ben, a day after NOW."""

SUBJECTS = {
    "claim": "essay/120", "essay removal": "essay", "link": "pair", "repair": "pair",
    "likelihood": f"{SUMMIT}/{TALKS}", "signpost": MARK.indicator_id, "recalibration": BEN,
    "import": "fatebook",
}  # fmt: skip
"""What the log says a fact is about, where that is not the question."""


@pytest.fixture
def asked(tracker: Tracker) -> Tracker:
    """A tracker with two questions of an essay, and ben."""
    tracker.question_sets.load(a_set(a_question(), a_question(TALKS)))
    return tracker


def test_every_kind_is_said_in_these_tests() -> None:
    assert SAID.keys() == facts.FACT_TABLES.keys()


@pytest.mark.parametrize("kind", SAID)
def test_a_fact_stands_in_its_row_and_the_log(asked: Tracker, kind: str) -> None:
    with asked.context.store.writing() as session:
        SAID[kind](session)
    with asked.context.store.reading() as session:
        entry = event_log.find_last_entry(session)
        assert entry is not None
        (row,) = [
            said
            for seq, said in facts.index_facts_by_kind(session)[kind].items()
            if seq == entry.seq
        ]
    assert (entry.kind, entry.subject, entry.entered_at) == (kind, SUBJECTS.get(kind, SUMMIT), AT)
    assert (row["at"], row["by"]) == (AT, BEN if kind != "signpost" else "matcher")
    assert canonical_json(row) == entry.body
    assert asked.system.verify().bad_seq is None


@pytest.mark.parametrize("kind", SAID)
def test_a_fact_is_neither_changed_nor_taken_away(asked: Tracker, kind: str) -> None:
    table = facts.FACT_TABLES[kind].__tablename__
    with asked.context.store.writing() as session:
        SAID[kind](session)
    for statement in (f"UPDATE {table} SET by = 'eve'", f"DELETE FROM {table}"):
        with (
            pytest.raises(DBAPIError, match="append-only"),
            asked.context.store.writing() as session,
        ):
            session.connection().execute(text(statement))
    assert asked.system.verify().bad_seq is None


@pytest.mark.parametrize("kind", SAID)
def test_a_failed_transaction_leaves_no_fact(asked: Tracker, kind: str) -> None:
    before = asked.system.verify()
    with pytest.raises(RuntimeError, match="power cut"):
        say_and_fail(asked, kind)
    assert asked.system.verify() == before
    with asked.context.store.reading() as session:
        assert not facts.index_facts_by_kind(session)[kind]


def say_and_fail(tracker: Tracker, kind: str) -> None:
    with tracker.context.store.writing() as session:
        SAID[kind](session)
        raise RuntimeError("power cut")


@check_rows(["a\0b", "\ud83d", "\udc00 alone"], "lost")
def test_a_character_that_cannot_be_kept_is_refused(asked: Tracker, lost: str) -> None:
    with (
        pytest.raises(Refused, match="the retraction holds a character"),
        asked.context.store.writing() as session,
    ):
        questions.retract_question(session, SUMMIT, lost, at=AT, by=BEN)
    assert asked.questions.list()


# What is read back


def test_what_was_said_is_read_as_it_was_said(asked: Tracker) -> None:
    with asked.context.store.writing() as session:
        for kind in SAID.keys() - {"retraction", "link", "scenarios", "statements"}:
            SAID[kind](session)
    with asked.context.store.reading() as session:
        assert questions.edits_of_question(session, SUMMIT) == (edit(),)
        assert questions.find_override(session, SUMMIT) == OVERRIDE
        assert questions.list_pending_answers(session, SUMMIT) == (ANSWER,)
        assert repetitions.list_repetitions(session) == (MONTHLY,)
        assert scenarios.list_links(session) == (LINK,)
        assert scenarios.list_repair_decisions(session) == (REPAIR,)
        assert scenarios.list_scenario_sets(session) == (
            ScenarioSet(SUMMIT, "Futures", ("one", "two"), (TABLE,), "a note"),
        )
        assert scenarios.signpost_statuses_of_question(session, SUMMIT) == (MARK,)
        assert essays.list_rejections(session, EssayId("essay")) == ((ASIDE, "they will meet"),)


def test_of_several_the_last_counts_and_all_are_kept(asked: Tracker) -> None:
    later = Override(SUMMIT, ("death",), "we checked", ForecasterId("ada"), AT + DAY)
    with asked.context.store.writing() as session:
        for one in (OVERRIDE, later):
            questions.add_override(session, one)
        for version in (edit(), edit("Do they meet?", 2)):
            questions.add_edit(session, version)
    with asked.context.store.reading() as session:
        assert questions.find_override(session, SUMMIT) == later
        assert [one.text for one in questions.edits_of_question(session, SUMMIT)] == [
            "Will they meet?",
            "Do they meet?",
        ]
        assert questions.list_edits(session) == {SUMMIT: [edit(), edit("Do they meet?", 2)]}
        assert len(facts.index_facts_by_kind(session)["override"]) == 2


def test_a_verdict_counts_for_its_own_words(asked: Tracker) -> None:
    essay, other = EssayId("essay"), ClaimRejection(120, 130, "no date", BEN, AT)
    with asked.context.store.writing() as session:
        essays.decide_claim(session, essay, ASIDE, "they will meet", verdict="rejected")
        essays.decide_claim(session, essay, other, "it will rain", verdict="rejected")
        essays.decide_claim(session, essay, ASIDE, "they will meet", verdict="restored")
    with asked.context.store.reading() as session:
        assert essays.list_rejections(session, essay) == ((other, "it will rain"),)
        assert essays.list_decided_claims(session, essay) == {
            (120, "they will meet"),
            (120, "it will rain"),
        }
        assert essays.list_rejections(session, EssayId("another")) == ()


# Rows that somebody wrote over


def test_an_unreadable_row_does_not_hide_the_others(asked: Tracker) -> None:
    with asked.context.store.writing() as session:
        for days in (1, 2, 3):
            questions.add_edit(session, edit(f"Version {days}?", days))
    with asked.context.store.reading() as session:
        first, second, third = sorted(facts.index_facts_by_kind(session)["edit"])
    with asked.context.store.writing() as session:
        session.connection().execute(text("DROP TRIGGER question_edit_no_update"))
        session.connection().execute(
            text(f"UPDATE question_edit SET at = 'soon' WHERE log_seq = {second}")
        )
        session.connection().execute(
            text(f"UPDATE question_edit SET sources = '[' WHERE log_seq = {third}")
        )
    with asked.context.store.reading() as session:
        found = facts.index_facts_by_kind(session)["edit"]
    assert (found[first]["text"], found[second], found[third]) == ("Version 1?", {}, {})
    assert asked.system.verify().bad_seq == second
