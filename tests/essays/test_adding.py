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
from tests.builders import NOW, FakeClock, a_set
from tests.essays.essay_examples import HOLDS, LEAVES, PRICES, SIGNS, TEXT, add, states
from tracker.app.tracker import Tracker
from tracker.errors import NotFound, Refused
from tracker.essays.essay_edits import MAX_ESSAY_CHARS
from tracker.model.essays import NewEssay
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
    pytest.param("will " * 40_000, marks=pytest.mark.full),  # as long as a book
    pytest.param("will" * 50_000, marks=pytest.mark.full),
)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_text_is_kept_to_the_character(both: Tracker, text: str) -> None:
    kept = add(both, text)
    page = both.essays.get("river")
    assert page.text == kept
    assert kept.text == text
    assert both.system.verify().bad_seq is None
    sentences = [one.sentence for one in page.mapped]
    assert all(strip_essay_markup(text[s.offset : s.end]) == s.text for s in sentences)


def test_the_longest_text_is_kept_and_one_character_more_is_not(both: Tracker) -> None:
    text = ("🌊" * 999 + "\n") * (MAX_ESSAY_CHARS // 1000)
    with pytest.raises(Refused, match="more than 2,000,000"):
        add(both, f"{text}!")
    assert both.essays.list() == ()
    assert add(both, text).text == text
    with both.context.store.reading() as session:
        (entry,) = (
            entry for entry in event_log.iterate_entries(session) if entry.kind == "essay text"
        )
    assert len(entry.body) < 1000  # the log has the digest


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"text": "It will \0 rain."}, "character that cannot be kept"),
        ({"text": "It will \ud83d rain."}, "character that cannot be kept"),
        ({"title": "A\0B"}, "character that cannot be kept"),
        ({"note": "\udc00"}, "character that cannot be kept"),
        ({"source": "\0"}, "character that cannot be kept"),
        ({"published": "\0"}, "character that cannot be kept"),
        ({"text": ""}, "the essay has no text"),
        ({"text": " \n\t\u00a0"}, "the essay has no text"),
        ({"id": ""}, "is no name for an essay"),
        ({"id": "Two words"}, "is no name for an essay"),
        ({"id": "../etc"}, "is no name for an essay"),
        ({"id": "river\n"}, "is no name for an essay"),
        ({"id": OWN_ESSAY}, "is no name for an essay"),
    ],
)
def test_what_cannot_be_kept_is_refused_whole(
    both: Tracker, changed: dict[str, Any], reason: str
) -> None:
    before = both.system.verify()
    with pytest.raises(Refused, match=reason):
        add(both, **changed)
    assert both.essays.list() == ()
    assert both.system.verify() == before


@given(
    st.text(
        st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=60
    )
)
def test_any_text_becomes_sentences_that_stand_at_their_offsets(text: str) -> None:
    from tracker.essays.essay_pages import split_sentences

    for sentence in split_sentences(text):
        assert strip_essay_markup(text[sentence.offset : sentence.end]) == sentence.text


def test_an_essay_has_its_name_for_a_title_until_somebody_gives_one(tracker: Tracker) -> None:
    add(tracker, title="  ")
    assert tracker.essays.get("river").essay.title == "river"


def test_a_later_text_is_a_version_and_the_same_text_is_none(
    both: Tracker, clock: FakeClock
) -> None:
    assert add(both).version == 1
    with pytest.raises(Refused, match="this is the text of river already"):
        add(both)
    clock.advance(days=1)
    later = add(both, f"{TEXT}\nIt will flood.\n", title="Another title", source="river-2.txt")
    assert (later.version, later.at, later.by) == (2, clock.time, "ada")
    assert add(both).version == 3  # back to the first text is a change as well
    page = both.essays.get("river")
    assert page.essay.title == "On the river"
    assert both.system.verify().bad_seq is None
    assert sum(entry.kind == "essay text" for entry in entries(both)) == 3


def entries(tracker: Tracker) -> list[LogEntry]:
    """The log."""
    with tracker.context.store.reading() as session:
        return list(event_log.iterate_entries(session))


def test_an_essay_of_a_set_gets_its_text_from_a_person(both: Tracker) -> None:
    both.question_sets.load(a_set())
    assert both.essays.get("essay").text is None
    with pytest.raises(NotFound, match="add it with `tracker essay add FILE --name essay`"):
        both.essays.draft("essay", 0)
    text = f"{'Something else. ' * 9}And so they will meet in the spring of 2027."
    both.essays.add(NewEssay(id="essay", title="", text=text, source="found.txt"))
    page = both.essays.get("essay")
    assert page.essay.title == "Why they will meet"
    assert page.claims[0].offset == text.index("they will meet")
    (one,) = (one for one in page.mapped if one.claim_ids)
    assert (one.state, one.question_ids) == ("open", ("summit-2027",))


# Set aside, and taken up again


def test_a_sentence_is_set_aside_with_the_reason_and_taken_up_again(
    both: Tracker, clock: FakeClock
) -> None:
    add(both)
    asked = both.essays.get("river").coverage
    decided = both.essays.reject_claim("river", HOLDS + 5, "  no date and no measure ")
    assert (decided.offset, decided.why, decided.by, decided.at) == (
        HOLDS,
        "no date and no measure",
        "ada",
        NOW,
    )
    page = both.essays.get("river")
    assert states(both)[HOLDS] == "rejected"
    assert (page.coverage.rejected, page.coverage.forward_looking) == (1, asked.forward_looking)
    assert (
        next(one for one in page.mapped if one.state == "rejected").why == "no date and no measure"
    )
    clock.advance(days=1)
    both.essays.restore_claim("river", HOLDS)
    assert states(both)[HOLDS] == "no question yet"
    with pytest.raises(NotFound, match="it was not set aside"):
        both.essays.restore_claim("river", HOLDS)
    both.essays.reject_claim("river", HOLDS, "still no date")
    assert [r.why for r in both.essays.get("river").rejections] == ["still no date"]
    assert both.system.verify().bad_seq is None


def test_a_reason_can_be_given_anew(tracker: Tracker) -> None:
    add(tracker)
    tracker.essays.reject_claim("river", HOLDS, "no date")
    tracker.essays.reject_claim("river", HOLDS, "no measure")
    assert [r.why for r in tracker.essays.get("river").rejections] == ["no measure"]
    tracker.essays.restore_claim("river", HOLDS)
    assert tracker.essays.get("river").rejections == ()


@pytest.mark.parametrize(
    ("essay", "at", "why", "reason"),
    [
        ("river", HOLDS, " ", "say why the claim cannot be tested"),
        ("river", 10**9, "no date", "there is no sentence at character"),
        ("river", -1, "no date", "there is no sentence at character"),
        ("nope", 0, "no date", "there is no essay nope: see `tracker essay list`"),
        ("river", HOLDS, "a lost \0 character", "character that cannot be kept"),
    ],
)
def test_what_cannot_be_set_aside_is_refused(
    tracker: Tracker, essay: str, at: int, why: str, reason: str
) -> None:
    add(tracker)
    before = tracker.system.verify()
    with pytest.raises((NotFound, Refused), match=reason):
        tracker.essays.reject_claim(essay, at, why)
    assert tracker.system.verify() == before


def test_a_rejection_moves_with_its_words_and_goes_with_them(
    both: Tracker, clock: FakeClock
) -> None:
    add(both)
    both.essays.reject_claim("river", HOLDS, "no date")
    clock.advance(days=1)
    moved = f"A new beginning.\n\n{TEXT}"
    add(both, moved)
    at = moved.index("The dam")
    assert [(r.offset, moved[r.offset : r.end]) for r in both.essays.get("river").rejections] == [
        (at, "The dam will hold.")
    ]
    assert states(both)[at] == "rejected"
    clock.advance(days=1)
    without = TEXT.replace(
        "The dam will hold.", "The lake will rise by a metre by the end of 2027."
    )
    add(both, without)
    assert both.essays.get("river").rejections == ()
    assert states(both)[HOLDS] == "no question yet"  # nobody has judged what stands there now
    with pytest.raises(NotFound, match="it was not set aside"):
        both.essays.restore_claim("river", HOLDS)
    clock.advance(days=1)
    add(both, moved)
    both.essays.restore_claim("river", at + 3)
    assert both.essays.get("river").rejections == ()


def test_what_is_set_aside_in_a_later_text_leaves_the_first_rejection_alone(
    both: Tracker, clock: FakeClock
) -> None:
    first, second = "The dam will hold.", "The lake will rise. The dam will hold."
    add(both, first)
    both.essays.reject_claim("river", 0, "no date")
    clock.advance(days=1)
    add(both, second)
    both.essays.reject_claim("river", 0, "no measure")
    assert [(r.offset, r.why) for r in both.essays.get("river").rejections] == [
        (0, "no measure"),
        (20, "no date"),
    ]
    both.essays.restore_claim("river", 0)
    assert [(r.offset, r.why) for r in both.essays.get("river").rejections] == [(20, "no date")]


# Drafts


def test_a_draft_is_kept_in_place_of_the_one_before_and_dropped_with_its_sentence(
    both: Tracker, clock: FakeClock
) -> None:
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


def test_any_sentence_can_be_drafted(tracker: Tracker) -> None:
    add(tracker)
    for at in (SIGNS, PRICES, LEAVES, HOLDS):
        made = tracker.essays.draft("river", at)
        assert TEXT[made.offset : made.end].startswith(made.quote[:10])
        assert made.horizons[0] > NOW.date()


def test_nobody_hands_in_an_essay_under_a_computed_name(tracker: Tracker) -> None:
    tracker.me = "crowd"  # type: ignore[assignment]
    with pytest.raises(InvalidForecast, match="is computed by the tracker"):
        add(tracker)
    assert tracker.essays.list() == ()
