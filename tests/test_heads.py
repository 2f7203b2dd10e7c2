"""Heads of the log: signed, kept in several places, and held against the log by themselves."""

import json
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text, update

from forecasts.distributions.distribution import Binary
from tests.builders import NOW, FakeClock, Press, a_set
from tests.tables import check_rows
from tests.terminals import Shell
from tests.test_tampering import disable_triggers
from tracker.app.tracker import Tracker
from tracker.errors import Refused
from tracker.interfaces.jobs import sign_head
from tracker.model.merkle import compute_root, prove_inclusion, verify_inclusion
from tracker.model.signed_heads import HeadReport, SignedHead
from tracker.questions.check_heads import check_heads
from tracker.settings import Settings, replay_settings
from tracker.storage import event_log, log_tree, seals
from tracker.storage.event_log import LogEntry, NewEntry
from tracker.storage.heads.head_places import keep_head, read_heads
from tracker.storage.heads.signing_key import make_key
from tracker.storage.heads.signing_key import sign_head as sign_by_key
from tracker.storage.tables import ItemRow, LogRow

SUMMIT = "summit-2027"


@pytest.fixture
def signed(tracker: Tracker) -> Tracker:
    """A tracker with a question and a forecast, whose head was signed."""
    tracker.question_sets.load(a_set())
    tracker.forecasts.submit(SUMMIT, Binary(0.4))
    tracker.system.sign_head()
    return tracker


def own_file(tracker: Tracker) -> Path:
    return tracker.settings.head_files[0]


def test_a_head_is_signed_once_a_day(tracker: Tracker, clock: FakeClock) -> None:
    tracker.question_sets.load(a_set())
    first = sign_head(tracker)
    assert first is not None
    assert "heads.jsonl" in first
    assert sign_head(tracker) is None
    clock.advance(days=1)
    assert sign_head(tracker) is not None
    heads = own_file(tracker).read_text().splitlines()
    assert len(heads) == 2
    assert tracker.system.read_head() == SignedHead.from_line(heads[1])


def test_the_key_is_private_and_stays_the_same(signed: Tracker, clock: FakeClock) -> None:
    file = signed.settings.key_file
    assert file.stat().st_mode & 0o777 == 0o600
    before = signed.system.read_head()
    clock.advance(days=1)
    assert before is not None
    assert signed.system.sign_head().head.key == before.key
    file.write_text("no key")
    with pytest.raises(Refused, match="holds no Ed25519 key"):
        signed.system.sign_head()


def test_verify_names_the_head_that_stands(tracker: Tracker, shell: Shell) -> None:
    tracker.question_sets.load(a_set())
    assert "Nothing outside the database vouches for it" in shell("system", "verify")
    out = shell("system", "sign")
    assert "Signed the head of" in out
    assert "heads.jsonl" in out
    assert "stands." in shell("system", "verify")
    head = shell.json("system", "sign")["head"]
    assert "The log is whole" in shell(
        "system", "verify", "--head", f"{head['seq']}:{head['root']}"
    )


def test_places_that_fail_stop_no_other(tracker: Tracker, tmp_path: Path) -> None:
    disk, file = tmp_path / "disk", tmp_path / "file"
    disk.mkdir()
    file.write_text("")
    head = SignedHead(1, "00" * 32, NOW, "00" * 32, "00" * 64)
    places = [tmp_path / "gone" / "heads.jsonl", disk / "heads.jsonl", file / "heads.jsonl"]
    report = keep_head(head, places)
    assert report.places == (str(disk / "heads.jsonl"),)
    assert [reason.rpartition(": ")[2] for reason in report.failed] == [
        "there is no such directory"
    ] * 2
    assert not (tmp_path / "gone").exists()


def test_a_git_work_tree_gets_a_commit(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    for seq in (1, 2):
        head = SignedHead(seq, "00" * 32, NOW, "00" * 32, "00" * 64)
        assert not keep_head(head, [tmp_path / "heads.jsonl"]).failed
    log = subprocess.run(
        ["git", "-C", str(tmp_path), "log", "--format=%s"],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    assert log.split("\n")[:2] == ["Head of the log at entry 2", "Head of the log at entry 1"]


def test_half_a_line_spoils_no_other_head(signed: Tracker, clock: FakeClock) -> None:
    with own_file(signed).open("a") as file:
        file.write('{"seq": 1')
    assert signed.system.verify().bad_seq is None
    clock.advance(days=1)
    signed.system.sign_head()
    assert "line 2 of" in signed.system.verify().reason


def read_entries(tracker: Tracker) -> list[LogEntry]:
    with tracker.context.store.reading() as session:
        return list(event_log.iterate_entries(session))


def change_head(**fields: object) -> Callable[[str], str]:
    return lambda line: json.dumps(json.loads(line) | fields)


@check_rows(
    [
        (change_head(root="00" * 32), "has a wrong signature"),
        (change_head(at="2020-01-01T00:00:00+00:00"), "has a wrong signature"),
        (change_head(key="00" * 32), "has a wrong signature"),
        (lambda line: "{}\n" + line, "line 1 of"),
        (lambda line: "[]\n" + line, "line 1 of"),
        (lambda line: "\u00e4\n" + line, "line 1 of"),
    ],
    "change",
    "words",
)
def test_a_changed_file_of_heads_is_found(
    signed: Tracker, change: Callable[[str], str], words: str
) -> None:
    file = own_file(signed)
    before = file.read_text()
    file.write_text(change(before), encoding="utf-8")
    verdict = signed.system.verify()
    file.write_text(before)
    assert verdict.bad_seq is not None
    assert words in verdict.reason


def test_a_head_of_somebody_else_is_told_apart(signed: Tracker, tmp_path: Path) -> None:
    other = replace(signed.settings, data_dir=tmp_path / "other")
    other.data_dir.mkdir()
    key = make_key(other.key_file)
    forged = sign_by_key(other.key_file, SignedHead(3, "00" * 32, NOW, key))
    keep_head(forged, [own_file(signed)])
    verdict = signed.system.verify()
    assert "an entry up to it was rewritten; it is signed with a key that neither" in verdict.reason


def test_a_file_of_heads_shows_that_each_continues_the_last(
    signed: Tracker, clock: FakeClock
) -> None:
    clock.advance(days=1)
    signed.forecasts.submit(SUMMIT, Binary(0.5))
    signed.system.sign_head()
    first, second = own_file(signed).read_text().splitlines()
    heads = [SignedHead.from_line(line) for line in (first, second)]
    assert heads[1].follows == heads[0].seq
    torn = replace(heads[1], proof=(*heads[1].proof[1:], "00" * 32))  # no signature covers it
    own_file(signed).write_text(f"{first}\n{torn.to_line()}\n")
    kept = read_heads(signed.settings.head_files, "")
    assert [flaw.rpartition(" in ")[0] for flaw in kept.flaws] == [
        f"the head of entry {heads[1].seq}"
    ]


def restore(tracker: Tracker, clock: FakeClock, from_seq: int) -> None:
    """What a restore leaves: the log up to an entry, and one that says so."""
    with tracker.context.store.writing() as session:
        disable_triggers(session)
        connection = session.connection()
        connection.execute(text(f"DELETE FROM forecast WHERE log_seq > {from_seq}"))
        connection.execute(text(f"DELETE FROM log WHERE seq > {from_seq}"))
        connection.execute(text("DELETE FROM property WHERE key = 'signed_head'"))
        facts = {"from_seq": from_seq, "from_head": "00" * 32}
        event_log.append_entry(session, "restore", "backup.zip", facts=facts, at=clock())


def test_a_restore_explains_the_heads_that_came_after(signed: Tracker, clock: FakeClock) -> None:
    backed_up = signed.system.newest_entry()
    clock.advance(days=1)
    for p in (0.5, 0.6):
        signed.forecasts.submit(SUMMIT, Binary(p))
    signed.system.sign_head()
    clock.advance(days=1)
    restore(signed, clock, backed_up)
    verdict = signed.system.verify()
    assert verdict.bad_seq is None
    assert "1 newer head set aside by the restore of 2026-12-03" in verdict.witness
    clock.advance(days=1)
    signed.system.sign_head()
    assert "the head of 2026-12-04" in signed.system.verify().witness
    # No restore explains a log that lost what stood in the backup.
    with signed.context.store.writing() as session:
        disable_triggers(session)
        session.execute(update(LogRow).where(LogRow.seq == 1).values(hash="00" * 32))
    entries = read_entries(signed)
    flaw = check_heads(entries, read_heads(signed.settings.head_files, "")).flaw
    assert flaw is not None
    assert f"at entry {backed_up}" in flaw.reason


def test_blocks_give_the_root_of_all_entries(
    both: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_tree, "BLOCK", 8)
    with both.context.store.writing() as session:
        entries = [NewEntry("share", str(n), {}, NOW) for n in range(100)]
        event_log.append_entries(session, entries[:21])
        log_tree.save_blocks(session, 21)
        event_log.append_entries(session, entries[21:])
        log_tree.save_blocks(session, 77)
        leaves = [log_tree.hash_entry(e.hash) for e in event_log.iterate_entries(session)]
        for size in (1, 7, 8, 9, 16, 21, 64, 77, 100):
            tree, root = log_tree.load_tree(session, size), compute_root(leaves[:size])
            assert tree(0, size) == root
            for index in {0, size // 2, size - 1}:
                proof = prove_inclusion(tree, index, size)
                assert verify_inclusion(leaves[index], index, size, proof=proof, root=root)


def test_items_are_sealed_once_in_ranges(
    both_with_press: Tracker, press: Press, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seals, "SLICE", 2)
    both_with_press.question_sets.load(a_set())
    for day in range(3):
        for number in range(day + 1):
            press.publish("wire", f"Report {number} of day {day} on grain")
        both_with_press.feeds.poll()
        both_with_press.system.sign_head()
        clock.advance(days=1)
    with both_with_press.context.store.reading() as session:
        entries = event_log.list_newest(session, "seal", 9, subject="item")
    ranges = [(f["after"], f["last"], f["count"]) for f in map(event_log.read_facts, entries)]
    assert ranges == [(3, 6, 3), (1, 3, 2), (0, 1, 1)]
    assert both_with_press.system.verify().bad_seq is None


def test_forgetting_old_texts_leaves_the_seals_whole(
    tracker_with_press: Tracker, press: Press, clock: FakeClock
) -> None:
    tracker_with_press.question_sets.load(a_set())
    press.publish("wire", "Grain is dear")
    tracker_with_press.feeds.poll()
    tracker_with_press.system.sign_head()
    with tracker_with_press.context.store.writing() as session:
        session.execute(update(ItemRow).values(summary="", content=""))  # as the retention does
    assert tracker_with_press.system.verify().bad_seq is None


def test_an_older_database_is_vouched_for_as_it_is(
    tracker_with_press: Tracker, press: Press, clock: FakeClock
) -> None:
    """Rows from before there were entries about them are in one baseline for each kind."""
    with tracker_with_press.context.store.writing() as session:
        disable_triggers(session)
        rows = (
            "INSERT INTO forecaster (id, name, kind) VALUES ('old', 'Old', 'person')",
            "INSERT INTO forecaster (id, name, kind) VALUES ('older', 'Older', 'person')",
        )
        for row in rows:
            session.connection().execute(text(row))
    tracker_with_press.question_sets.load(a_set())
    assert tracker_with_press.system.verify().bad_seq is None
    tracker_with_press.system.sign_head()
    assert tracker_with_press.system.verify().bad_seq is None
    with tracker_with_press.context.store.writing() as session:
        session.connection().execute(text("UPDATE forecaster SET name = 'New' WHERE id = 'old'"))
    assert "the forecaster old was changed after entry" in tracker_with_press.system.verify().reason


def test_a_changed_grade_is_an_entry(signed: Tracker) -> None:
    before = signed.system.newest_entry()
    signed.feeds.change("wire", title="The wire")
    assert signed.system.newest_entry() == before
    signed.feeds.change("wire", grade="A")
    assert signed.system.newest_entry() == before + 1
    assert signed.system.verify().bad_seq is None


def test_a_replay_has_heads_of_its_own(tmp_path: Path) -> None:
    live = Settings(data_dir=tmp_path, head_places=f"{tmp_path}/a, {tmp_path}/b")
    assert [file.name for file in live.head_files] == ["heads.jsonl"] * 3
    assert not {*live.head_files} & {*replay_settings(live).head_files}


def test_the_report_of_the_job_names_what_failed(tracker: Tracker, tmp_path: Path) -> None:
    settings = replace(tracker.settings, head_places=str(tmp_path / "gone"))
    lost = Tracker(replace(tracker.context, settings=settings))
    assert "not in" in (sign_head(lost) or "")
    report = lost.system.sign_head()
    assert isinstance(report, HeadReport)
    assert len(report.failed) == 1
