"""An essay is handed in, sentences are set aside and taken up again, drafts are kept: whole, or
refused whole.
"""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.errors import InvalidForecast
from forecasts.essays.extraction.cleaning import strip_essay_markup
from forecasts.questions.new_question import OWN_ESSAY
from forecasts.questions.question import CROWD
from tests.builders import NOW, FakeClock, a_set
from tests.essays.essay_examples import HOLDS, LEAVES, SIGNS, TEXT, add, asked_of, states
from tests.essays.opening import open_claim
from tests.tables import check_rows
from tracker.app.tracker import Tracker
from tracker.errors import NotFound, Refused
from tracker.essays.essay_edits import MAX_ESSAY_CHARS
from tracker.model.essays import NewEssay
from tracker.model.principal import Principal
from tracker.storage import event_log
from tracker.storage.event_log import LogEntry

HOSTILE = (
    (
        "<script>alert(1)</script> It **will** rain [here](javascript:x) "
        "![x](http://evil.example/p.png) $x^2$ {{7*7}} %s"
    ),
    "\u202eWe will meet\u202c ותהיה פגישה بحلول عام 2027 👩‍👩‍👧‍👦 will meet 🇺🇳\u200d",
    "It will rain.\r\nIt will snow.\rIt will hail.\x85\u2028It will thaw.\x0b\x0c\x1f\x7f",
    "'; DROP TABLE essay; -- will pass \\u0000 \\x00 \\",
    "\ufeffA mark of byte order will stay. e\u0301 is not \u00e9.",
)
LONG = ("will " * 40_000, "will" * 50_000)
"""As long as a book, in words and in one word."""

hostile_texts = pytest.mark.parametrize(
    "texts", [HOSTILE, pytest.param(LONG, marks=pytest.mark.slow)], ids=["short", "long"]
)


@pytest.fixture
def river(tracker: Tracker) -> Tracker:
    """A tracker with the short essay."""
    add(tracker)
    return tracker


@hostile_texts
def test_a_hostile_text_is_kept_to_the_character(both: Tracker, texts: tuple[str, ...]) -> None:
    for number, text in enumerate(texts):
        kept = add(both, text, id=f"hostile-{number}")
        page = both.essays.get(f"hostile-{number}")
        assert page.text == kept
        assert kept.text == text
        sentences = [one.sentence for one in page.mapped]
        assert all(strip_essay_markup(text[s.offset : s.end]) == s.text for s in sentences)
    assert both.system.verify().bad_seq is None


def test_the_longest_text_is_kept_and_no_longer_one(tracker: Tracker) -> None:
    text = ("🌊" * 999 + "\n") * (MAX_ESSAY_CHARS // 1000)
    with pytest.raises(Refused, match="more than 2,000,000"):
        add(tracker, f"{text}!")
    assert tracker.essays.list() == ()
    assert add(tracker, text).text == text
    with tracker.context.store.reading() as session:
        (entry,) = (
            entry for entry in event_log.iterate_entries(session) if entry.kind == "essay text"
        )
    assert len(entry.body) < 1000  # the log has the digest


@check_rows(
    [
        ({"text": "It will \0 rain."}, "character that cannot be kept"),
        ({"text": "It will \ud83d rain."}, "character that cannot be kept"),
        ({"title": "A\0B"}, "character that cannot be kept"),
        ({"note": "\udc00"}, "character that cannot be kept"),
        ({"source": "\0"}, "character that cannot be kept"),
        ({"published": "\0"}, "character that cannot be kept"),
        ({"text": ""}, "the essay has no text"),
        ({"text": " \n\t\u00a0"}, "the essay has no text"),
        ({"id": ""}, "is not a valid name for an essay"),
        ({"id": "Two words"}, "is not a valid name for an essay"),
        ({"id": "../etc"}, "is not a valid name for an essay"),
        ({"id": "river\n"}, "is not a valid name for an essay"),
        ({"id": OWN_ESSAY}, "is not a valid name for an essay"),
    ],
    "changed",
    "reason",
)
def test_what_cannot_be_kept_is_refused_whole(
    tracker: Tracker, changed: dict[str, Any], reason: str
) -> None:
    before = tracker.system.verify()
    with pytest.raises(Refused, match=reason):
        add(tracker, **changed)
    assert tracker.essays.list() == ()
    assert tracker.system.verify() == before


@given(
    st.text(
        st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=60
    )
)
def test_any_text_becomes_sentences_that_stand_at_their_offsets(text: str) -> None:
    from tracker.essays.essay_pages import split_sentences

    for sentence in split_sentences(text):
        assert strip_essay_markup(text[sentence.offset : sentence.end]) == sentence.text


def test_an_essay_without_a_title_has_its_name(tracker: Tracker) -> None:
    add(tracker, title="  ")
    assert tracker.essays.get("river").essay.title == "river"


def test_a_changed_text_is_a_new_version(tracker: Tracker, clock: FakeClock) -> None:
    assert add(tracker).version == 1
    with pytest.raises(Refused, match="this is the text of river already"):
        add(tracker)
    clock.advance(days=1)
    later = add(tracker, f"{TEXT}\nIt will flood.\n", title="Another title", source="river-2.txt")
    assert (later.version, later.at, later.by) == (2, clock.time, "ada")
    assert add(tracker).version == 3  # back to the first text is a change as well
    page = tracker.essays.get("river")
    assert page.essay.title == "On the river"
    assert tracker.system.verify().bad_seq is None
    assert sum(entry.kind == "essay text" for entry in entries(tracker)) == 3


def entries(tracker: Tracker) -> list[LogEntry]:
    """The log."""
    with tracker.context.store.reading() as session:
        return list(event_log.iterate_entries(session))


def test_an_essay_of_a_set_can_get_its_text(tracker: Tracker) -> None:
    tracker.question_sets.load(a_set())
    assert tracker.essays.get("essay").text is None
    with pytest.raises(NotFound, match="add it with `tracker essay add FILE --name essay`"):
        tracker.essays.drafts("essay", 0)
    text = f"{'Something else. ' * 9}And so they will meet in the spring of 2027."
    tracker.essays.add(NewEssay(id="essay", title="", text=text, source="found.txt"))
    page = tracker.essays.get("essay")
    assert page.essay.title == "Why they will meet"
    assert page.claims[0].offset == text.index("they will meet")
    (one,) = (one for one in page.mapped if one.claim_ids)
    assert (one.state, one.question_ids) == ("open", ("summit-2027",))


# Set aside, and taken up again


def test_a_sentence_is_set_aside_and_taken_up_again(tracker: Tracker, clock: FakeClock) -> None:
    add(tracker)
    asked = tracker.essays.get("river").coverage
    decided = tracker.essays.reject_claim("river", HOLDS + 5, "  no date and no measure ")
    assert (decided.offset, decided.why, decided.by, decided.at) == (
        HOLDS, "no date and no measure", "ada", NOW,
    )  # fmt: skip
    page = tracker.essays.get("river")
    assert states(tracker)[HOLDS] == "rejected"
    assert (page.coverage.rejected, page.coverage.forward_looking) == (1, asked.forward_looking)
    assert (
        next(one for one in page.mapped if one.state == "rejected").why == "no date and no measure"
    )
    clock.advance(days=1)
    tracker.essays.restore_claim("river", HOLDS)
    assert states(tracker)[HOLDS] == "no question yet"
    with pytest.raises(NotFound, match="it was not set aside"):
        tracker.essays.restore_claim("river", HOLDS)
    tracker.essays.reject_claim("river", HOLDS, "still no date")
    assert [r.why for r in tracker.essays.get("river").rejections] == ["still no date"]
    assert tracker.system.verify().bad_seq is None


@check_rows(
    [
        ("river", HOLDS, " ", "say why the claim cannot be tested"),
        ("river", 3, "no date", "a heading stands at character 3, which makes no claim"),
        ("river", 10**9, "no date", "there is no sentence at character"),
        ("river", -1, "no date", "there is no sentence at character"),
        ("nope", 0, "no date", "there is no essay nope: see `tracker essay list`"),
        ("river", HOLDS, "a lost \0 character", "character that cannot be kept"),
    ],
    "essay",
    "at",
    "why",
    "reason",
)
def test_what_cannot_be_set_aside_is_refused(
    river: Tracker, essay: str, at: int, why: str, reason: str
) -> None:
    before = river.system.verify()
    with pytest.raises((NotFound, Refused), match=reason):
        river.essays.reject_claim(essay, at, why)
    assert river.system.verify() == before


def test_a_rejection_moves_with_its_words_and_goes_with_them(
    tracker: Tracker, clock: FakeClock
) -> None:
    add(tracker)
    tracker.essays.reject_claim("river", HOLDS, "no date")
    clock.advance(days=1)
    moved = f"A new beginning.\n\n{TEXT}"
    add(tracker, moved)
    at = moved.index("The dam")
    assert [
        (r.offset, moved[r.offset : r.end]) for r in tracker.essays.get("river").rejections
    ] == [(at, "The dam will hold.")]
    assert states(tracker)[at] == "rejected"
    clock.advance(days=1)
    without = TEXT.replace(
        "The dam will hold.", "The lake will rise by a metre by the end of 2027."
    )
    add(tracker, without)
    assert tracker.essays.get("river").rejections == ()
    assert states(tracker)[HOLDS] == "no question yet"  # nobody has judged what stands there now
    with pytest.raises(NotFound, match="it was not set aside"):
        tracker.essays.restore_claim("river", HOLDS)
    clock.advance(days=1)
    add(tracker, moved)
    tracker.essays.restore_claim("river", at + 3)
    assert tracker.essays.get("river").rejections == ()


# Drafts


def test_a_draft_is_replaced_and_dropped_with_its_sentence(both: Tracker, clock: FakeClock) -> None:
    add(both)
    both.essays.save_draft(
        "river", SIGNS + 3, {"text": "Will they sign?", "prior": 0.3, "hostile": "\0 <b> 😀 \ud800"}
    )
    clock.advance(hours=1)
    both.essays.save_draft("river", SIGNS, {"text": "Will Arland sign?", "days": [1, 2]})
    both.essays.save_draft("river", LEAVES, {})
    (first, second) = (both.essays.get("river").drafts[at] for at in (SIGNS, LEAVES))
    assert (first.fields, first.by, first.saved_at) == (
        {"text": "Will Arland sign?", "days": [1, 2]},
        "ada",
        clock.time,
    )
    assert second.fields == {}
    both.essays.reject_claim("river", SIGNS, "no date")
    assert set(both.essays.get("river").drafts) == {LEAVES}
    with pytest.raises(NotFound, match="there is no sentence"):
        both.essays.save_draft("river", 10**6, {})


def test_nobody_hands_in_an_essay_under_a_computed_name(tracker: Tracker) -> None:
    with pytest.raises(InvalidForecast, match="is computed by the tracker"):
        add(tracker.serve(Principal(CROWD, "admin", "page")))
    assert tracker.essays.list() == ()


def test_an_essay_without_questions_can_be_removed(tracker: Tracker) -> None:
    add(tracker)
    tracker.essays.remove("river")
    assert tracker.essays.list() == ()
    assert not tracker.essays.titles()
    with pytest.raises(NotFound, match="there is no essay river"):
        tracker.essays.get("river")
    with pytest.raises(Refused, match="is the place of questions without an essay"):
        tracker.essays.remove(OWN_ESSAY)
    assert add(tracker, published="1 May 2026").version == 1
    assert tracker.essays.get("river").essay.published == "1 May 2026"
    open_claim(tracker, asked_of("rain"), SIGNS)
    with pytest.raises(Refused, match="river has questions, such as rain"):
        tracker.essays.remove("river")
    assert tracker.system.verify().bad_seq is None


def test_a_question_set_brings_its_essay_back(tracker: Tracker) -> None:
    add(tracker, id="essay")
    tracker.essays.remove("essay")
    tracker.question_sets.load(a_set())
    assert "essay" in tracker.essays.titles()
    assert tracker.system.verify().bad_seq is None
