"""Twenty ways to change the record with SQL: each is found, and says what was changed.

Whoever has the database alone cannot change it unseen, not even by writing the whole log anew: the
heads that were kept outside do not stand any more.
"""

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from forecasts.distributions.distribution import Binary
from tests.builders import NOW, FakeClock, Press, a_set, no_network
from tests.quick_databases import begin
from tracker.app.tracker import Tracker, open_tracker
from tracker.errors import Refused
from tracker.model.read_models import LogCheck
from tracker.questions.verify_log import verify_log
from tracker.settings import Settings
from tracker.storage import event_log
from tracker.storage.event_log import LogEntry, build_next_entry, canonical_json
from tracker.storage.heads.head_places import read_heads
from tracker.storage.tables import LogRow

Tamper = str | Callable[[Session], object]
TITLE = "Arland invites Borland to a summit"


def read_and_answer(tracker: Tracker, clock: FakeClock) -> None:
    tracker.question_sets.load(a_set())
    tracker.feeds.poll()
    for p in (0.4, 0.5, 0.6):
        clock.advance(days=1)
        tracker.forecasts.submit("summit-2027", Binary(p), rationale="They will talk.")
    tracker.resolutions.resolve(
        "summit-2027", "yes", source_url="https://arland.example/", known_at=NOW
    )


@pytest.fixture
def lived(both_with_press: Tracker, press: Press, clock: FakeClock) -> Tracker:
    """A tracker with evidence, three forecasts and an answer, whose head is kept outside."""
    press.publish("wire", TITLE)
    begin(both_with_press, clock, read_and_answer)
    both_with_press.system.sign_head()
    return both_with_press


class Undo(Exception):
    """Takes a tampering back."""


def tamper_and_verify(tracker: Tracker, tamper: Tamper) -> LogCheck:
    """Change the database as somebody with a SQL shell would, verify, and undo the change."""
    verdict = tracker.system.verify()
    settings = tracker.settings
    with suppress(Undo), tracker.context.store.writing() as session:
        disable_triggers(session)
        if isinstance(tamper, str):
            assert session.connection().execute(text(tamper.replace(":", r"\:"))).rowcount
        else:
            tamper(session)
        session.expire_all()
        verdict = verify_log(session, None, read_heads(settings.head_files, ""))
        raise Undo
    return verdict


def disable_triggers(session: Session) -> None:
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        return
    names = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
    for (name,) in names.all():
        connection.execute(text(f"DROP TRIGGER {name}"))
    connection.execute(text("PRAGMA defer_foreign_keys = ON"))


def cut_the_end(session: Session) -> None:
    """Take the last act away, with its entry and all that came after it."""
    connection = session.connection()
    (first,) = connection.execute(text("SELECT max(log_seq) FROM resolution")).one()
    connection.execute(text("DELETE FROM resolution"))
    connection.execute(text(f"DELETE FROM log WHERE seq >= {first}"))


def rewrite_all(session: Session) -> None:
    """Give a forecast another rationale, and chain the whole log anew."""
    entries = list(event_log.iterate_entries(session))
    last: LogEntry | None = None
    for entry in entries:
        body = entry.body
        if entry.kind == "forecast" and '"They will talk."' in body:
            body = canonical_json(json.loads(body) | {"rationale": "I knew it."})
        last = build_next_entry(
            last, entry.kind, entry.subject, body=body, entered_at=entry.entered_at,
            actor=entry.actor,
        )  # fmt: skip
        row = session.exec(select(LogRow).where(LogRow.seq == entry.seq)).one()
        row.body, row.prev, row.hash = last.body, last.prev, last.hash
        session.add(row)
    session.flush()
    talk = "UPDATE forecast SET rationale = 'I knew it.' WHERE rationale = 'They will talk.'"
    session.connection().execute(text(talk))


ADA = "(SELECT max(id) FROM forecast WHERE forecaster_id = 'ada')"
CERTAIN = '{"kind":"binary","p":0.99}'
LONG_AGO = "'2020-01-01 00:00:00+00:00'"

TAMPERINGS: dict[str, tuple[Tamper, str]] = {
    "the body of an entry": (
        "UPDATE log SET body = replace(body, '0.5', '0.95') WHERE body LIKE '%0.5}%'",
        "was changed after it was written",
    ),
    "an entry removed": ("DELETE FROM log WHERE seq = 3", "entry 3 is missing"),
    "a forecast": (
        f"UPDATE forecast SET distribution = '{CERTAIN}' WHERE id = {ADA}",
        "the forecast summit-2027/ada was changed",
    ),
    "the criteria": ("UPDATE question SET criteria = 'easier'", "the question summit-2027 was"),
    "the prior": (
        f"UPDATE question SET prior = '{CERTAIN}'",
        "the question summit-2027 was changed",
    ),
    "the close": (f"UPDATE question SET closes_at = {LONG_AGO}", "the question summit-2027 was"),
    "the answer": (
        "UPDATE resolution SET outcome = 'no'",
        "the resolution summit-2027 was changed",
    ),
    "the end cut off": (cut_the_end, "it was cut off"),
    "the log written anew": (rewrite_all, "an entry up to it was rewritten"),
    "the direction of evidence": (
        "UPDATE evidence SET direction = -1",
        "the evidence summit-2027/1 was changed after entry",
    ),
    "the strength of evidence": (
        "UPDATE evidence SET strength = 5",
        "the evidence summit-2027/1 was changed after entry",
    ),
    "the status of evidence": (
        "UPDATE evidence SET status = 'rejected'",
        "the evidence summit-2027/1 was changed after entry",
    ),
    "the judge of evidence": (
        "UPDATE evidence SET judged_by = 'ada'",
        "the evidence summit-2027/1 was changed after entry",
    ),
    "the first sight of evidence": (
        f"UPDATE evidence SET first_seen_at = {LONG_AGO}",
        "a piece of evidence with a number from 1 to 1 was changed",
    ),
    "the title of an item": (
        "UPDATE item SET title = 'Arland cancels'",
        "an item with a number from 1 to 1 was changed",
    ),
    "the first sight of an item": (
        f"UPDATE item SET first_seen_at = {LONG_AGO}",
        "an item with a number from 1 to 1 was changed",
    ),
    "an item removed": ("DELETE FROM item", "an item with a number from 1 to 1 was"),
    "the text of an item": (
        "UPDATE item SET summary = 'They met.'",
        "the text of item 1 was changed after entry",
    ),
    "the strength of an indicator": (
        "UPDATE indicator SET strength = 5 WHERE id = 'summit-2027/invitation'",
        "the indicator summit-2027/invitation was changed",
    ),
    "the terms of an indicator": (
        "UPDATE indicator SET terms = '[[\"Arland\"]]' WHERE id = 'summit-2027/invitation'",
        "the indicator summit-2027/invitation was changed",
    ),
    "an indicator added": (
        "UPDATE indicator SET id = 'summit-2027/new' WHERE id = 'summit-2027/invitation'",
        "the indicator summit-2027/invitation that entry",
    ),
    "the grade of a feed": ("UPDATE feed SET grade = 'A'", "the feed wire was changed"),
    "the owner of a feed": ("UPDATE feed SET source_group = 'x'", "the feed wire was changed"),
    "a display name": (
        "UPDATE forecaster SET name = 'Eve' WHERE id = 'ada'",
        "the forecaster ada was changed",
    ),
    "a forecaster who never came": (
        "INSERT INTO forecaster (id, name, kind) VALUES ('eve', 'Eve', 'person')",
        "the forecaster eve came after entry",
    ),
}


def test_each_tampering_is_found_and_named(lived: Tracker) -> None:
    verdict = lived.system.verify()
    assert (verdict.bad_seq, verdict.reason) == (None, "")
    missed = {}
    for name, (tamper, words) in TAMPERINGS.items():
        reason = tamper_and_verify(lived, tamper).reason
        if words not in reason:
            missed[name] = reason
    assert not missed
    assert lived.system.verify() == verdict


def test_a_stored_score_is_found_among_the_scores(lived: Tracker) -> None:
    with lived.context.store.writing() as session:
        session.connection().execute(text("UPDATE score SET coverage = 0 WHERE rule = 'brier'"))
    assert lived.system.verify_scores().differences


def test_without_heads_nothing_vouches_for_a_new_log(lived: Tracker) -> None:
    for file in lived.settings.head_files:
        file.unlink()
    verdict = tamper_and_verify(lived, rewrite_all)
    assert verdict.bad_seq is None
    assert "nothing outside the database vouches for it" in verdict.witness


@pytest.fixture
def on_disk(tmp_path: Path, clock: FakeClock) -> Iterator[Tracker]:
    with open_tracker(Settings(data_dir=tmp_path), now=clock, fetch=no_network) as tracker:
        yield tracker


def test_a_truncated_write_ahead_log_is_found(on_disk: Tracker, tmp_path: Path) -> None:
    on_disk.question_sets.load(a_set())
    with closing(sqlite3.connect(tmp_path / "tracker.sqlite")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    on_disk.forecasts.submit("summit-2027", Binary(0.4))
    on_disk.system.sign_head()
    other = tmp_path / "after the crash"
    other.mkdir()
    for name in ("tracker.sqlite", "heads.jsonl", "signing.key"):  # and no tracker.sqlite-wal
        shutil.copy(tmp_path / name, other)
    with open_tracker(replace(on_disk.settings, data_dir=other), fetch=no_network) as tracker:
        assert "it was cut off" in tracker.system.verify().reason
        assert tracker.context.store.engine  # the database itself is sound
        tracker.system.check_database()


def test_no_head_is_signed_of_a_log_that_was_cut(lived: Tracker) -> None:
    with lived.context.store.writing() as session:
        disable_triggers(session)
        cut_the_end(session)
    with pytest.raises(Refused, match="not the one whose head was signed"):
        lived.system.sign_head()
