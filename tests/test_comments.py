"""People comment in plain text, edit in the open, and keep notes that nobody else reads."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text as sql

from forecasts.evidence.evidence import Direction
from forecasts.questions.question import ForecasterId
from tests.builders import NOW, FakeClock, a_question, a_set
from tests.hostile import STRINGS
from tests.tables import check_rows
from tracker.app.tracker import Tracker
from tracker.errors import Forbidden, NotFound, Refused
from tracker.model.comments import MAX_TEXT_LENGTH, Mention, clean_text, find_names, split_text
from tracker.model.evidence import ManualEvidence
from tracker.model.principal import Principal
from tracker.storage import comments

SUMMIT, TALKS = "summit-2027", "talks-2027"


@dataclass(frozen=True)
class Talk:
    """A question with three people: ada owns the machine, ben forecasts, eve reads."""

    ada: Tracker
    ben: Tracker
    eve: Tracker


@pytest.fixture
def talk(tracker: Tracker) -> Talk:
    tracker.question_sets.load(a_set(a_question(), a_question(TALKS)))
    ben = tracker.accounts.add("Ben", "forecaster")
    eve = tracker.accounts.add("Eve", "viewer")
    return Talk(
        tracker,
        tracker.serve(Principal(ben.forecaster, "forecaster", "page", account=ben.id)),
        tracker.serve(Principal(eve.forecaster, "viewer", "page", account=eve.id)),
    )


def mentions(tracker: Tracker, since: datetime = NOW) -> tuple[Mention, ...]:
    with tracker.context.store.reading() as session:
        return comments.list_mentions(session, since)


def test_a_comment_answers_quotes_and_mentions(talk: Talk, clock: FakeClock) -> None:
    report = ManualEvidence(SUMMIT, "Arland invites Borland", Direction.YES)
    piece = talk.ada.evidence.add(report).evidence
    first = talk.ada.comments.add(SUMMIT, "@ben, @eve: see https://a.example", evidence_id=piece.id)
    clock.advance(hours=1)
    reply = talk.ben.comments.add(SUMMIT, "So?\n\n\n\nI doubt it, @nobody.", reply_to=first.id)
    assert [c.id for c in talk.eve.comments.list(SUMMIT)] == [first.id, reply.id]
    assert (first.evidence_id, first.mentions) == (piece.id, {"ben", "eve"})
    assert (reply.reply_to, reply.text, reply.mentions) == (
        first.id,
        "So?\n\nI doubt it, @nobody.",
        frozenset(),
    )
    assert talk.eve.comments.list(SUMMIT, first.at) == (first,)
    named = mentions(talk.ada)
    assert [(m.forecaster_id, m.by, m.text) for m in named] == [
        ("ben", "ada", first.text),
        ("eve", "ada", first.text),
    ]
    assert mentions(talk.ada, since=clock.time + timedelta(seconds=1)) == ()
    assert talk.ada.system.verify().bad_seq is None


def test_an_edit_keeps_its_history(talk: Talk, clock: FakeClock) -> None:
    comment = talk.ben.comments.add(SUMMIT, "It rains.")
    clock.advance(hours=1)
    edited = talk.ben.comments.edit(comment.id, "It snows, @ada @ben.")
    assert (edited.id, edited.text, edited.at) == (comment.id, "It snows, @ada @ben.", comment.at)
    assert [v.text for v in talk.eve.comments.history(comment.id)] == [
        "It rains.",
        "It snows, @ada @ben.",
    ]
    assert [(m.forecaster_id, m.at) for m in mentions(talk.ada)] == [("ada", clock.time)]
    assert talk.ben.comments.edit(comment.id, " It snows, @ada @ben. ") == edited
    (then,) = talk.eve.comments.list(SUMMIT, comment.at)
    assert then.versions == comment.versions
    talk.ben.comments.edit(comment.id, "@ada: it hails.")
    assert [m.text for m in mentions(talk.ada)] == ["@ada: it hails."]
    assert talk.ada.system.verify().bad_seq is None


def test_a_removed_comment_says_so_and_hides_its_text(talk: Talk, clock: FakeClock) -> None:
    comment = talk.ben.comments.add(SUMMIT, "@ada, you know nothing.")
    clock.advance(hours=1)
    talk.ada.comments.remove(comment.id)
    (shown,) = talk.eve.comments.list(SUMMIT)
    assert shown.is_removed
    assert [(v.text, v.by) for v in shown.versions] == [("", "ada")]
    assert [v.text for v in talk.eve.comments.history(comment.id)] == [""]
    assert talk.eve.comments.list(SUMMIT, shown.at) == (shown,)  # nor on an earlier day
    for allowed in (talk.ben, talk.ada):
        assert allowed.comments.history(comment.id)[0].text == "@ada, you know nothing."
    assert mentions(talk.ada) == ()
    with pytest.raises(Refused, match="was removed: write a new one"):
        talk.ben.comments.edit(comment.id, "But still.")
    assert talk.ada.system.verify().bad_seq is None


def test_nobody_writes_in_the_place_of_another(talk: Talk) -> None:
    mine = talk.ada.comments.add(SUMMIT, "Mine.")
    refusals: tuple[tuple[Callable[[], object], str], ...] = (
        (lambda: talk.ben.comments.edit(mine.id, "Yours."), "only ada edits comment"),
        (lambda: talk.ben.comments.remove(mine.id), "only ada or an admin removes"),
        (lambda: talk.ben.comments.add(SUMMIT, "I.", by=ForecasterId("ada")), "only an admin acts"),
        (lambda: talk.eve.comments.add(SUMMIT, "I read."), "comments.add needs forecaster"),
        (lambda: talk.eve.comments.write_note(SUMMIT, "x"), "comments.write_note needs forecaster"),
    )
    for act, reason in refusals:
        with pytest.raises(Forbidden, match=reason):
            act()
    his = talk.ben.comments.add(SUMMIT, "His.")
    with pytest.raises(Forbidden, match="only ben edits"):
        talk.ada.comments.edit(his.id, "An admin edits nothing of others.")
    assert [c.text for c in talk.ada.comments.list(SUMMIT)] == ["Mine.", "His."]


def test_bad_input_is_refused_and_writes_nothing(talk: Talk) -> None:
    elsewhere = talk.ada.comments.add(TALKS, "Elsewhere.")
    before = talk.ada.system.newest_entry()
    add = talk.ben.comments.add
    refusals: tuple[tuple[Callable[[], object], type[Exception], str], ...] = (
        (lambda: add(SUMMIT, " \u200b\n\u202e "), Refused, "there is no text"),
        (lambda: add(SUMMIT, "x" * (MAX_TEXT_LENGTH + 1)), Refused, "4,001 characters, and 4,000"),
        (lambda: add("rain", "x"), NotFound, "there is no question rain"),
        (lambda: add(SUMMIT, "x", reply_to=99), NotFound, "there is no comment 99"),
        (lambda: add(SUMMIT, "x", reply_to=elsewhere.id), Refused, "is on another question"),
        (lambda: add(SUMMIT, "x", evidence_id=99), NotFound, "there is no evidence 99"),
        (lambda: talk.ben.comments.edit(99, "x"), NotFound, "there is no comment 99"),
        (lambda: talk.ben.comments.remove(99), NotFound, "there is no comment 99"),
        (lambda: talk.ben.comments.history(99), NotFound, "there is no comment 99"),
        (lambda: talk.ben.comments.list("rain"), NotFound, "there is no question rain"),
        (lambda: talk.ben.comments.write_note("rain", "x"), NotFound, "there is no question rain"),
    )
    for act, kind, reason in refusals:
        with pytest.raises(kind, match=reason):
            act()
    assert talk.ada.system.newest_entry() == before


def test_a_note_is_seen_by_nobody_else(talk: Talk) -> None:
    secret = "SELL-EVERYTHING @ada"
    talk.ben.comments.write_note(SUMMIT, "A first thought.")
    assert [v.text for v in talk.ben.comments.write_note(SUMMIT, secret)] == [
        "A first thought.",
        secret,
    ]
    as_ben = talk.ada.acting_as(ForecasterId("ben"))
    for other in (talk.ada, talk.eve, as_ben):
        assert other.comments.note(SUMMIT) == ()
        assert other.comments.list(SUMMIT) == ()
    with pytest.raises(Forbidden, match="only ben writes them"):
        as_ben.comments.write_note(SUMMIT, "Forged.")
    assert mentions(talk.ada) == ()
    tables = [
        talk.ada.reports.export_table(name, "json") for name in talk.ada.reports.table_names()
    ]
    assert not any(b"SELL-EVERYTHING" in table for table in tables)
    with pytest.raises(NotFound, match="there is no table note"):
        talk.ada.reports.export_table("note", "csv")
    assert secret not in str(talk.ada.questions.get(SUMMIT))
    assert talk.ben.comments.write_note(SUMMIT, " ")[-1].text == ""
    assert talk.ada.system.verify().bad_seq is None


def test_equal_notes_have_other_hashes_in_the_log(talk: Talk) -> None:
    for tracker in (talk.ada, talk.ben):
        tracker.comments.write_note(SUMMIT, "50%")
    with talk.ada.context.store.engine.connect() as connection:
        bodies = connection.execute(sql("SELECT body FROM log WHERE kind = 'note'")).scalars().all()
    hashes = {body.partition('"sha256":')[2] for body in bodies}
    assert len(hashes) == len(bodies) == 2


def test_who_cannot_log_in_is_not_mentioned(talk: Talk) -> None:
    talk.ada.accounts.disable("eve")
    assert talk.ada.comments.add(SUMMIT, "@eve @ben @EVE @crowd").mentions == {"ben"}


@check_rows(
    [
        ("@be\u200bn", {"ben"}),  # what is seen is what is named
        ("@b\u0435n", {"b\u0435n"}),  # a Cyrillic letter makes another name
        ("me@ben.example, @@ben, a/@ben", set()),
        ("\u202e@ben\u202c", {"ben"}),
        ("(@Ben's), @ada-lovelace: @agent:scout.", {"ben", "ada-lovelace", "agent:scout"}),
        ("https://a.example/@ben", set()),
        ("@" + "x" * 200, {"x" * 80}),
    ]
)
def test_names_are_read_from_the_cleaned_text(row: tuple[str, set[str]]) -> None:
    typed, names = row
    assert find_names(clean_text(typed)) == names


@given(st.text(max_size=400) | st.sampled_from(list(STRINGS.values())))
def test_texts_are_cleaned_once_and_split_without_loss(typed: str) -> None:
    try:
        text = clean_text(typed)
    except Refused:
        return
    assert clean_text(text) == text
    assert not any(mark in text for mark in "\x00\x07\r\u200b\u202e\u2066\u2069\ufeff")
    assert "\n\n\n" not in text
    assert "".join(part.text for part in split_text(text)) == text


def test_hostile_texts_are_stored_as_they_read(talk: Talk) -> None:
    for typed in STRINGS.values():
        assert talk.ben.comments.add(SUMMIT, typed).text == clean_text(typed)
    long = "![x](javascript:alert(1)) " * 150
    assert talk.ben.comments.add(SUMMIT, long).text == long.strip()
    assert talk.ada.system.verify().bad_seq is None
