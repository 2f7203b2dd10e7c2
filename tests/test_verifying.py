"""Whoever changes history behind the tracker's back is found, and the first bad entry is named."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import JSON, Boolean, DateTime, Float, Integer, TypeDecorator

from forecasts.calibration.personal import PersonalRecalibration
from forecasts.calibration.widening import Widening
from forecasts.distributions.distribution import Binary
from forecasts.evidence.evidence import Expectation
from forecasts.question_sets.question_set import PastResolution
from forecasts.questions.compiled_question import build_own_lines
from forecasts.questions.links import Link, LinkId
from forecasts.questions.question import ForecasterId, QuestionId
from forecasts.questions.repetition import Repetition, SiblingTemplate
from forecasts.statistics.recalibration import Recalibration
from tests.builders import (
    DAY,
    NOW,
    FakeClock,
    Press,
    a_series,
    a_set,
    an_indicator,
    no_network,
    rescore,
)
from tests.dashboard.scenario_examples import SET, ask_questions
from tests.essays.essay_examples import SIGNS, add
from tests.lives import BEN, LIVES, SOURCE, an_asked
from tests.lives import live as live_through
from tests.lives import resolve as answer
from tests.quick_databases import begin
from tests.tables import check_rows
from tracker.app.questions import Wording
from tracker.app.tracker import Tracker, open_tracker
from tracker.ingestion.series_subscriptions import add_series
from tracker.model.audit import Authorship
from tracker.model.benchmarks import BenchmarkLink
from tracker.model.forecast_import import ImportBatch
from tracker.settings import Settings
from tracker.storage import benchmarks, facts, imports, recalibrations, repetitions
from tracker.storage.series import add_dismissal
from tracker.storage.tables import EssayTextRow, LearnedRow, NoteRow

Tamper = Callable[[sqlite3.Connection], object]


@pytest.fixture
def lived(tracker_with_press: Tracker, press: Press, clock: FakeClock) -> Tracker:
    """A tracker with a question, evidence, three forecasts and a resolution."""
    press.publish("wire", "Arland invites Borland to a summit")
    begin(tracker_with_press, clock, read_and_answer)
    return tracker_with_press


def read_and_answer(tracker: Tracker, clock: FakeClock) -> None:
    tracker.question_sets.load(a_set())
    tracker.feeds.poll()
    for p in (0.4, 0.5, 0.6):
        clock.advance(days=1)
        tracker.forecasts.submit("summit-2027", Binary(p))
    tracker.resolutions.resolve(
        "summit-2027", "yes", source_url="https://arland.example/", known_at=NOW
    )


def tampered(tracker: Tracker, change: Tamper) -> None:
    """Change the database file as somebody with a SQL shell would, triggers dropped."""
    path = Path(tracker.settings.data_dir) / "tracker.sqlite"
    with sqlite3.connect(path) as connection:
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("PRAGMA foreign_keys=OFF")
        change(connection)
    connection.close()


def sql(statement: str) -> Tamper:
    """One statement."""
    return lambda connection: connection.execute(statement)


CERTAIN = '{"kind":"binary","p":0.99}'
LAST_FORECAST = "(SELECT max(id) FROM forecast WHERE forecaster_id = 'ada')"


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        (
            "UPDATE log SET body = replace(body, '0.5', '0.95') WHERE body LIKE '%0.5}%'",
            "was changed after",
        ),
        ("DELETE FROM log WHERE seq = 3", "entry 3 is missing"),
        (
            f"UPDATE forecast SET distribution = '{CERTAIN}' WHERE id = {LAST_FORECAST}",
            "was changed after entry",
        ),
        (
            f"UPDATE forecast SET made_at = '2020-01-01 00:00:00' WHERE id = {LAST_FORECAST}",
            "was changed after",
        ),
        (f"DELETE FROM forecast WHERE id = {LAST_FORECAST}", "recorded is gone"),
        (
            "UPDATE question SET criteria = 'something easier'",
            "the question summit-2027 was changed after entry 1",
        ),
        ("UPDATE decision SET direction = -1", "the evidence"),
        ("UPDATE resolution SET outcome = 'no'", "the resolution summit-2027 was changed"),
        ("DELETE FROM resolution", "the resolution that entry"),
        # What no fact can be is found as well, and does not stop the search.
        (
            (
                'UPDATE forecast SET distribution = \'{"kind":"binary","p":7}\' WHERE id = '
                f"{LAST_FORECAST}"
            ),
            "was changed after",
        ),
        (
            f"UPDATE forecast SET distribution = '{{}}' WHERE id = {LAST_FORECAST}",
            "was changed after entry",
        ),
        (
            "UPDATE question SET closes_at = '2000-01-01 00:00:00'",
            "the question summit-2027 was changed after entry 1",
        ),
        ("UPDATE question SET prior = '[]'", "the question summit-2027 was changed after entry 1"),
        ("UPDATE decision SET strength = 77", "the evidence"),
    ],
)
def test_every_kind_of_tampering_is_found(lived: Tracker, statement: str, reason: str) -> None:
    assert lived.system.verify().bad_seq is None
    tampered(lived, sql(statement))
    verdict = lived.system.verify()
    assert verdict.bad_seq is not None
    assert reason in verdict.reason


def test_a_cut_off_end_is_found_by_the_head(lived: Tracker) -> None:
    head = lived.system.verify().head
    assert lived.system.verify(head).bad_seq is None

    def cut(connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM resolution")
        connection.execute("DELETE FROM log WHERE seq = (SELECT max(seq) FROM log)")

    tampered(lived, cut)
    assert lived.system.verify().bad_seq is None  # the chain alone cannot know
    verdict = lived.system.verify(head)
    assert (verdict.bad_seq, "cut off or rewritten" in verdict.reason) == (
        int(head.split(":")[0]),
        True,
    )


def test_something_that_is_no_head_is_told_so(lived: Tracker) -> None:
    assert "give SEQ:HASH" in lived.system.verify("yesterday").reason
    assert lived.system.verify("0:" + "0" * 64).bad_seq is None


def test_a_stored_fact_without_its_entry_is_a_stray(lived: Tracker) -> None:
    tampered(lived, sql(f"UPDATE forecast SET log_seq = 999 WHERE id = {LAST_FORECAST}"))
    verdict = lived.system.verify()
    assert verdict.bad_seq is not None
    assert "gone" in verdict.reason
    tampered(lived, sql("DELETE FROM log WHERE seq >= 6"))
    assert lived.system.verify().bad_seq is not None


@pytest.fixture
def many_kinds(tracker: Tracker, clock: FakeClock) -> Tracker:
    """A tracker in which a question of every kind was forecast, and all but the last were
    answered.
    """
    begin(tracker, clock, live_all)
    return tracker


def live_all(tracker: Tracker, clock: FakeClock) -> None:
    for life in LIVES:
        live_through(tracker, clock, life)
    for life in LIVES[:-1]:
        answer(tracker, clock, life)


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        (
            "UPDATE option_change SET name = 'Pinsk' WHERE name = 'Minsk'",
            "the option visit/Minsk was changed after",
        ),
        ("DELETE FROM option_change WHERE change = 'removed'", "the option that entry"),
        (
            'UPDATE question SET options = \'["cold","hot","mild"]\' WHERE id = \'stance\'',
            "the question stance",
        ),
        (
            "UPDATE question SET scale = json_set(scale, '$.upper', 50.0) WHERE id = 'grain'",
            "the question grain",
        ),
        (
            "UPDATE question SET prior = json_set(prior, '$.p[0]', 0.1) WHERE id = 'price'",
            "the question price",
        ),
        (
            "UPDATE resolution SET answer = '41' WHERE question_id = 'grain'",
            "the resolution grain was changed",
        ),
        (
            (
                "UPDATE forecast SET distribution = json_set(distribution, '$.p[0]', 0.1) WHERE "
                "question_id = 'grain'"
            ),
            "grain/",
        ),
    ],
)
def test_tampering_with_what_a_kind_has_is_found(
    many_kinds: Tracker, statement: str, reason: str
) -> None:
    assert many_kinds.system.verify().bad_seq is None
    tampered(many_kinds, sql(statement))
    assert reason in many_kinds.system.verify().reason


@pytest.mark.parametrize(
    ("statement", "differences"),
    [
        ("UPDATE score SET skill_over_schedule = 0.2 WHERE {}", ["rain: brier of ada"]),
        ("UPDATE score SET coverage = coverage + 1e-15 WHERE {}", ["rain: brier of ada"]),
        ("UPDATE score SET mean_while_active = NULL WHERE {}", ["rain: brier of ada"]),
        (
            "UPDATE standing SET spans = zeroblob(length(spans)) WHERE question_id = 'rain'",
            ["rain: what stood is not what the log gives"],
        ),
        (
            "UPDATE standing SET question_id = 'treaty' WHERE question_id = 'rain'",
            ["rain: what stood is not", "treaty: what stood is not"],
        ),
        (
            "UPDATE score SET question_id = 'treaty' WHERE {}",
            ["rain: brier of ada", "treaty: brier of ada"],
        ),
        ("DELETE FROM score WHERE {}", ["rain: brier of ada"]),
        (
            "UPDATE score SET forecaster_id = 'hazard', rule = 'peer' WHERE {}",
            ["rain: brier of ada", "peer of hazard"],
        ),
    ],
)
def test_a_wrong_score_is_found_and_computed_again(
    many_kinds: Tracker, statement: str, differences: list[str]
) -> None:
    whole = many_kinds.system.verify_scores()
    assert (whole.questions, whole.differences) == (5, ())
    tampered(
        many_kinds,
        sql(statement.format("question_id = 'rain' AND rule = 'brier' AND forecaster_id = 'ada'")),
    )
    found = many_kinds.system.verify_scores()
    assert (found.questions, found.scores, len(found.differences)) == (
        5,
        whole.scores,
        len(differences),
    )
    for difference in differences:
        assert any(
            difference in line and "is not what the log gives" in line for line in found.differences
        )
    assert (
        many_kinds.system.verify().bad_seq is None
    )  # scores follow from the log, and stand in no entry of it
    rescore(many_kinds)
    assert many_kinds.system.verify_scores() == whole


# Facts that stand beside questions


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> Path:
    """A database in which every kind of fact was said once at least, made once and copied for each
    test.
    """
    directory, clock = tmp_path_factory.mktemp("said"), FakeClock(NOW)
    shutil.copy(migrated_file, directory)
    with open_tracker(
        Settings(data_dir=directory, me="ada"), now=clock, fetch=no_network
    ) as tracker:
        say_everything(tracker, clock)
        assert tracker.system.verify().bad_seq is None
    return directory / "tracker.sqlite"


def say_everything(tracker: Tracker, clock: FakeClock) -> None:
    add(tracker)
    tracker.essays.reject_claim("river", SIGNS, "no date")
    add(tracker, id="pond")
    tracker.essays.remove("pond")
    ask_questions(tracker)
    tracker.scenarios.add(SET)
    for name in ("rain", "hail"):
        tracker.questions.ask(an_asked(name))
    tracker.questions.ask(an_asked("snow", criteria="YES if it snows."), override="everybody knows")
    tracker.questions.retract("hail", "asked twice")
    tracker.questions.edit(
        "rain", Wording(sources=("https://arland.example", "Reuters")), why="it moved"
    )
    due = Expectation(NOW + DAY, "very likely", "unlikely")
    tracker.questions.add_indicator(replace(an_indicator("rain"), expected=due))
    past = PastResolution(
        QuestionId("rain"), "yes", NOW, NOW, SOURCE, "I think so.", needs_check=True
    )
    tracker.question_sets.note_unchecked(past)
    tracker.links.add(
        Link(
            LinkId("wet"), "negates", (QuestionId("rain"), QuestionId("snow")), "Either", why="cold"
        )
    )
    for name, p in (("rain", 0.9), ("snow", 0.6)):
        tracker.forecasts.submit(name, Binary(p))
    tracker.links.decide_repair("wet", "declined", why="both may come")
    tracker.learning.decide("gamma", "all", "freeze")
    tracker.questions.set_statements(
        "rain", build_own_lines("Rain floods Arland", names=(("Arland", "Arlan"),))
    )
    weekly = SiblingTemplate(text="Does it rain by {last}?", prior="9%", prior_reason="as ever")
    repetition = Repetition(QuestionId("rain"), "week", NOW.date(), 1, weekly, override="it is wet")
    tracker.questions.share("snow", [])
    tracker.questions.share("snow", None)
    with tracker.context.store.writing() as session:
        repetitions.add_repetition(session, repetition, Authorship(ForecasterId("ada"), NOW))
        consent = PersonalRecalibration(Recalibration(0.1, 0.8), 60, 40, Widening(1.4, 33, 20))
        recalibrations.add_consent(session, consent, Authorship(ForecasterId("ada"), NOW))
    with tracker.context.store.writing() as session:
        add_series(session, a_series(), clock())
        add_dismissal(
            session, QuestionId("rain"), Authorship(BEN, clock()), key="evidence:1", why="a rumour"
        )
    tracker.comments.add("rain", "It rained last year.")
    tracker.comments.write_note("rain", "I doubt it.")
    market = BenchmarkLink(
        QuestionId("rain"), "manifold", "rain", "https://manifold.markets/ann/rain", "Rain?", "A gauge",
        is_inverted=False, options=(), by=BEN, at=clock(),
    )  # fmt: skip
    with tracker.context.store.writing() as session:
        benchmarks.add_link(session, market)
        batch = ImportBatch(
            0, "fatebook", "mine.csv", questions=1, forecasts=2, answers=1, at=NOW, by=BEN
        )
        imports.add_batch(session, batch, 10_000)
    tracker.resolutions.settle_by("rain", "brent", "value in 2027 more than 60")
    clock.advance(days=2)
    tracker.signposts.mark()


@pytest.fixture
def whole(said: Path, tmp_path: Path) -> Iterator[Tracker]:
    """A tracker on a copy of that database, into which anybody with a SQL shell may write."""
    shutil.copy(said, tmp_path)
    with open_tracker(
        Settings(data_dir=tmp_path), now=FakeClock(NOW + 2 * DAY), fetch=no_network
    ) as tracker:
        yield tracker


TABLES: dict[str, Any] = {
    **facts.FACT_TABLES,
    "essay text": EssayTextRow,
    "learned": LearnedRow,
    "note": NoteRow,
}
UNSAID = ("id", "log_seq")
"""The row's own number, where the database gives it, and that of its entry."""


def columns(kind: str) -> dict[str, Any]:
    """The columns of a fact that say something, with what each holds."""
    return {c.name: c.type for c in TABLES[kind].__table__.columns if c.name not in UNSAID}


def other(holds: Any) -> str:
    """SQL for another value than the one that stands in `{0}`, of its kind."""
    if isinstance(holds, JSON):
        return "json_insert(json_insert({0}, '$[#]', 'x'), '$.x', 'x')"  # a list, or an object
    if isinstance(holds, DateTime | TypeDecorator) and "DateTime" in type(holds).__name__:
        return "'2020-01-01 00:00:00.000000'"
    if isinstance(holds, Boolean):
        return "NOT {0}"
    number = isinstance(holds, Integer | Float)
    return "coalesce({0}, 0) + 1" if number else "{0} || 'x'"


def value(tracker: Tracker, query: str) -> Any:
    """The one value that a query finds."""
    with closing(sqlite3.connect(Path(tracker.settings.data_dir) / "tracker.sqlite")) as connection:
        return connection.execute(query).fetchone()[0]


def test_every_kind_of_fact_is_in_that_database(said: Path) -> None:
    with closing(sqlite3.connect(said)) as connection:
        kinds = {kind for (kind,) in connection.execute("SELECT DISTINCT kind FROM log")}
    assert kinds >= set(TABLES)


@pytest.mark.parametrize("kind", TABLES)
def test_a_changed_fact_is_named_by_its_row(whole: Tracker, kind: str) -> None:
    table, found = TABLES[kind].__tablename__, columns(kind)
    assert len(found) >= 4
    newest = value(whole, f"SELECT max(log_seq) FROM {table}")
    subject = value(whole, f"SELECT subject FROM log WHERE seq = {newest}")
    for column, holds in found.items():
        before = value(whole, f"SELECT {column} FROM {table} WHERE log_seq = {newest}")
        tampered(
            whole,
            sql(
                f"UPDATE {table} SET {column} = {other(holds).format(column)} WHERE log_seq = "
                f"{newest}"
            ),
        )
        verdict = whole.system.verify()
        assert verdict.bad_seq == newest, column
        assert (
            verdict.reason == f"the {kind} {subject} was changed after entry {newest} recorded it"
        ), column
        put_back = f"UPDATE {table} SET {column} = ? WHERE log_seq = {newest}"
        tampered(whole, lambda connection, said=(put_back, (before,)): connection.execute(*said))
        assert whole.system.verify().bad_seq is None, column


@pytest.mark.parametrize("kind", TABLES)
def test_a_fact_that_was_taken_away_is_missed(whole: Tracker, kind: str) -> None:
    table = TABLES[kind].__tablename__
    first = value(whole, f"SELECT min(log_seq) FROM {table}")
    tampered(whole, sql(f"DELETE FROM {table} WHERE log_seq = {first}"))
    assert (whole.system.verify().bad_seq, whole.system.verify().reason) == (
        first,
        f"the {kind} that entry {first} recorded is gone",
    )


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("UPDATE essay_text SET at = 'yesterday'", "the essay text river/1 was changed"),
        (
            "UPDATE essay_text SET text = replace(text, '2027', '2037')",
            "the essay text river/1 was changed",
        ),
        ("UPDATE question SET closes_at = 'soon' WHERE id = 'snow'", "the question of entry"),
        ("UPDATE forecast SET distribution = '{'", "the forecast of entry"),
        ("UPDATE learned SET as_of = 'soon'", "the learned of entry"),
        (
            "UPDATE log SET entered_at = 'soon' WHERE seq = 4",
            "cannot be read: it was changed after it was written",
        ),
        ("UPDATE link SET log_seq = 999", "that entry"),
        (
            "UPDATE forecast SET log_seq = 'abc' WHERE id = (SELECT max(id) FROM forecast)",
            "names entry abc",
        ),
    ],
)
def test_nothing_that_is_written_over_stops_the_search(
    whole: Tracker, statement: str, reason: str
) -> None:
    tampered(whole, sql(statement))
    verdict = whole.system.verify()
    assert verdict.bad_seq is not None
    assert reason in verdict.reason


@check_rows(["²:abc", "-1:abc", ":", "1", "1:"], "head")
def test_a_head_of_no_entry_is_told_so(whole: Tracker, head: str) -> None:
    verdict = whole.system.verify(head)
    assert verdict.bad_seq is not None
    assert "give SEQ:HASH" in verdict.reason or "is not in the log" in verdict.reason
