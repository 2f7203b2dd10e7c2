"""Whoever changes history behind the tracker's back is found, and the first bad entry is named."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from forecasts.distribution import Binary
from tests.builders import NOW, FakeClock, Press, a_set
from tests.lives import LIVES
from tests.lives import live as live_through
from tests.lives import resolve as answer
from tracker.api import Tracker

Tamper = Callable[[sqlite3.Connection], object]


@pytest.fixture
def lived(tracker_with_press: Tracker, press: Press, clock: FakeClock) -> Tracker:
    """A tracker with a question, evidence, three forecasts and a resolution."""
    tracker = tracker_with_press
    tracker.load(a_set())
    press.publish("wire", "Arland invites Borland to a summit")
    tracker.poll()
    for p in (0.4, 0.5, 0.6):
        clock.advance(days=1)
        tracker.forecast("summit-2027", Binary(p))
    tracker.resolve("summit-2027", "yes", source_url="https://arland.example/", known_at=NOW)
    return tracker


def tampered(tracker: Tracker, change: Tamper) -> None:
    """Change the database file as somebody with a SQL shell would, triggers dropped."""
    path = Path(tracker.settings.data_dir) / "tracker.sqlite"
    with sqlite3.connect(path) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
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
        ("UPDATE log SET body = replace(body, '0.5', '0.95') WHERE body LIKE '%0.5}%'", "was changed after"),
        ("DELETE FROM log WHERE seq = 3", "entry 3 is missing"),
        (f"UPDATE forecast SET distribution = '{CERTAIN}' WHERE id = {LAST_FORECAST}", "was changed after entry"),
        (f"UPDATE forecast SET made_at = '2020-01-01 00:00:00' WHERE id = {LAST_FORECAST}", "was changed after"),
        (f"DELETE FROM forecast WHERE id = {LAST_FORECAST}", "recorded is gone"),
        ("UPDATE question SET criteria = 'something easier'", "the question summit-2027 was changed after entry 1"),
        ("UPDATE decision SET direction = -1", "the evidence"),
        ("UPDATE resolution SET outcome = 'no'", "the resolution summit-2027 was changed"),
        ("DELETE FROM resolution", "the resolution that entry"),
        # What no fact can be is found as well, and does not stop the search.
        (
            f'UPDATE forecast SET distribution = \'{{"kind":"binary","p":7}}\' WHERE id = {LAST_FORECAST}',
            "was changed after",
        ),
        (f"UPDATE forecast SET distribution = '{{}}' WHERE id = {LAST_FORECAST}", "was changed after entry"),
        ("UPDATE question SET closes_at = '2000-01-01 00:00:00'", "the question summit-2027 was changed after entry 1"),
        ("UPDATE question SET prior = '[]'", "the question summit-2027 was changed after entry 1"),
        ("UPDATE decision SET strength = 77", "the evidence"),
    ],
)
def test_every_kind_of_tampering_is_found(lived: Tracker, statement: str, reason: str) -> None:
    assert lived.verify().bad_seq is None
    tampered(lived, sql(statement))
    verdict = lived.verify()
    assert verdict.bad_seq is not None
    assert reason in verdict.reason


def test_a_cut_off_end_is_found_by_whoever_kept_the_head(lived: Tracker) -> None:
    head = lived.verify().head
    assert lived.verify(head).bad_seq is None

    def cut(connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM resolution")
        connection.execute("DELETE FROM log WHERE seq = (SELECT max(seq) FROM log)")

    tampered(lived, cut)
    assert lived.verify().bad_seq is None  # the chain alone cannot know
    verdict = lived.verify(head)
    assert (verdict.bad_seq, "cut off or rewritten" in verdict.reason) == (int(head.split(":")[0]), True)


def test_something_that_is_no_head_is_told_so(lived: Tracker) -> None:
    assert "give SEQ:HASH" in lived.verify("yesterday").reason
    assert lived.verify("0:" + "0" * 64).bad_seq is None


def test_a_stored_fact_without_its_entry_is_a_stray(lived: Tracker) -> None:
    tampered(lived, sql(f"UPDATE forecast SET log_seq = 999 WHERE id = {LAST_FORECAST}"))
    verdict = lived.verify()
    assert verdict.bad_seq is not None
    assert "gone" in verdict.reason
    tampered(lived, sql("DELETE FROM log WHERE seq >= 6"))
    assert lived.verify().bad_seq is not None


@pytest.fixture
def many_kinds(tracker: Tracker, clock: FakeClock) -> Tracker:
    """A tracker in which a question of every kind was forecast, and all but the last were answered."""
    for life in LIVES:
        live_through(tracker, clock, life)
    for life in LIVES[:-1]:
        answer(tracker, clock, life)
    return tracker


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("UPDATE option_change SET name = 'Pinsk' WHERE name = 'Minsk'", "the option visit/Minsk was changed after"),
        ("DELETE FROM option_change WHERE change = 'removed'", "the option that entry"),
        ('UPDATE question SET options = \'["cold","hot","mild"]\' WHERE id = \'stance\'', "the question stance"),
        ("UPDATE question SET scale = json_set(scale, '$.upper', 50.0) WHERE id = 'grain'", "the question grain"),
        ("UPDATE question SET prior = json_set(prior, '$.p[0]', 0.1) WHERE id = 'price'", "the question price"),
        ("UPDATE resolution SET answer = '41' WHERE question_id = 'grain'", "the resolution grain was changed"),
        (
            "UPDATE forecast SET distribution = json_set(distribution, '$.p[0]', 0.1) WHERE question_id = 'grain'",
            "grain/",
        ),
    ],
)
def test_tampering_with_what_a_kind_has_is_found(many_kinds: Tracker, statement: str, reason: str) -> None:
    assert many_kinds.verify().bad_seq is None
    tampered(many_kinds, sql(statement))
    assert reason in many_kinds.verify().reason


@pytest.mark.parametrize(
    ("statement", "differences"),
    [
        ("UPDATE score SET skill_over_schedule = 0.2 WHERE {}", ["rain: brier of ada"]),
        ("UPDATE score SET coverage = coverage + 1e-15 WHERE {}", ["rain: brier of ada"]),
        ("UPDATE score SET mean_while_active = NULL WHERE {}", ["rain: brier of ada"]),
        ("UPDATE score SET receipt = json_set(receipt, '$[0][2].p', 0.7) WHERE {}", ["rain: brier of ada"]),
        ("UPDATE score SET receipt = json_remove(receipt, '$[1]') WHERE {}", ["rain: brier of ada"]),
        ("UPDATE score SET question_id = 'treaty' WHERE {}", ["rain: brier of ada", "treaty: brier of ada"]),
        ("DELETE FROM score WHERE {}", ["rain: brier of ada"]),
        ("UPDATE score SET forecaster_id = 'hazard', rule = 'peer' WHERE {}", ["rain: brier of ada", "peer of hazard"]),
    ],
)
def test_a_score_that_is_not_what_the_log_gives_is_found_and_can_be_worked_out_again(
    many_kinds: Tracker, statement: str, differences: list[str]
) -> None:
    whole = many_kinds.verify_scores()
    assert (whole.questions, whole.differences) == (5, ())
    tampered(many_kinds, sql(statement.format("question_id = 'rain' AND rule = 'brier' AND forecaster_id = 'ada'")))
    found = many_kinds.verify_scores()
    assert (found.questions, found.scores, len(found.differences)) == (5, whole.scores, len(differences))
    for difference in differences:
        assert any(difference in line and "is not what the log gives" in line for line in found.differences)
    assert many_kinds.verify().bad_seq is None  # scores follow from the log, and stand in no entry of it
    many_kinds.rescore()
    assert many_kinds.verify_scores() == whole


def test_scores_under_a_changed_fact_are_found_as_well(many_kinds: Tracker) -> None:
    tampered(many_kinds, sql("UPDATE resolution SET outcome = 'no' WHERE question_id = 'rain'"))
    assert len(many_kinds.verify_scores().differences) > 20
    assert many_kinds.verify().bad_seq is not None
