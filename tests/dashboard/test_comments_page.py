"""Comments on the page of a question: one click away, inert, edited in the open, and private notes."""

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.components.markup import Markup
from dashboard.question.comments import build_text, sort_threads
from forecasts.evidence.evidence import Direction
from forecasts.questions.question import ForecasterId
from tests.builders import NOW, FakeClock, a_question, a_set
from tests.dashboard.pages import button, field, lists, open_page, prose_of, seen, words
from tests.dashboard.test_hostile_text import is_escaped
from tests.hostile import STRINGS
from tests.lives import BEN
from tracker.app.tracker import Tracker
from tracker.model.comments import Comment, CommentId, TextVersion, clean_text
from tracker.model.evidence import ManualEvidence
from tracker.model.principal import Principal

SUMMIT = "summit-2027"


@pytest.fixture
def asked(tracker: Tracker, clock: FakeClock) -> Tracker:
    tracker.question_sets.load(a_set(a_question()))
    tracker.people.add("Ben")
    return tracker


def open_comments(tracker: Tracker, **params: str) -> AppTest:
    return open_page(tracker, "question", q=SUMMIT, comments="open", **params)


def send(visit: AppTest, label: str, text: str, act: str) -> AppTest:
    field(visit, label).set_value(text)
    return seen(button(visit, act).click().run())


def test_a_comment_is_written_answered_edited_and_removed(asked: Tracker, clock: FakeClock) -> None:
    theirs = asked.comments.add(SUMMIT, "They meet in May.", by=BEN)
    visit = seen(button(open_comments(asked), "Reply").click().run())
    assert "To Ben: “They meet in May.”" in prose_of(visit)
    visit = send(visit, "Your reply", "In June, @ben.", "Comment")
    mine = asked.comments.list(SUMMIT)[-1]
    assert (mine.reply_to, mine.by) == (theirs.id, "ada")
    assert field(visit, "Your comment").value == ""
    clock.advance(hours=2)
    visit = seen(button(visit, "Edit").click().run())
    assert field(visit, "Edit your comment").value == "In June, @ben."
    visit = send(visit, "Edit your comment", "In July.", "Save")
    assert "edited just now" in prose_of(visit)
    assert "In June, @ben." in prose_of(visit)  # behind "edited"
    visit = seen(visit.button(key=f"remove-{mine.id}").click().run())
    visit = seen(button(visit, "Remove it").click().run())
    assert "You: removed" in prose_of(visit)
    assert "July" not in words(visit)


def test_evidence_is_quoted_from_its_card(asked: Tracker) -> None:
    report = ManualEvidence(SUMMIT, "Arland invites Borland", Direction.YES)
    piece = asked.evidence.add(report).evidence
    visit = open_page(asked, "question", q=SUMMIT, evidence=str(piece.id))
    visit = seen(button(visit, "Comment on it").click().run())
    assert "On “Arland invites Borland”" in prose_of(visit)
    visit = send(visit, "Your comment", "Only a courtesy.", "Comment")
    assert [c.evidence_id for c in asked.comments.list(SUMMIT)] == [piece.id]
    assert "On “Arland invites Borland”" in prose_of(visit)


def test_a_note_stays_with_its_writer(asked: Tracker) -> None:
    visit = send(open_comments(asked), "Your private note", "SELL", "Save note")
    assert field(visit, "Your private note").value == "SELL"
    assert asked.comments.note(SUMMIT)[-1].text == "SELL"
    ben = asked.serve(Principal(BEN, "forecaster", "page"))
    assert field(open_comments(ben), "Your private note").value == ""
    as_ben = open_comments(asked.acting_as(BEN))
    assert "Your private note" not in [area.label for area in as_ben.text_area]
    again = open_comments(asked)  # from the same cache of answers
    assert field(again, "Your private note").value == "SELL"


def test_a_viewer_reads(asked: Tracker) -> None:
    asked.comments.add(SUMMIT, "They meet in May.")
    closed = open_page(asked, "question", q=SUMMIT)
    assert "Comments · 1" in [e.label for e in closed.expander]
    assert "They meet in May." not in words(closed)
    visit = open_comments(asked.serve(Principal(BEN, "viewer", "page")))
    assert "They meet in May." in words(visit)
    assert not visit.text_area
    assert "You may read comments" in words(visit)


def test_the_past_has_the_comments_of_then(asked: Tracker, clock: FakeClock) -> None:
    asked.comments.add(SUMMIT, "Early.")
    clock.advance(days=3)
    asked.comments.add(SUMMIT, "Late.")
    visit = open_comments(asked, known=NOW.date().isoformat())
    assert "Early." in words(visit)
    assert "Late." not in words(visit)
    assert "return to today to comment" in words(visit)


def test_a_wide_gap_is_asked_about_once(asked: Tracker, clock: FakeClock) -> None:
    asked.forecasts.submit(SUMMIT, "20%")
    asked.forecasts.submit(SUMMIT, "75%", forecaster=BEN)
    clock.advance(hours=1)
    ask = "You say 20%, Ben 75%: what does Ben know that you don’t?"
    (row,) = lists(open_page(asked, "home"))["Who disagrees"]
    assert (row["cells"]["title"]["note"], row["cells"]["title"]["href"]) == (
        ask,
        f"question?q={SUMMIT}&comments=open",
    )
    visit = open_page(asked, "question", q=SUMMIT)
    assert ask in words(visit)
    visit = seen(visit.button(key="talk-about-gap").click().run())
    assert field(visit, "Your comment").value == ""
    visit = seen(button(visit, "Dismiss").click().run())
    assert ask not in words(visit)
    (row,) = lists(open_page(asked, "home"))["Who disagrees"]
    assert row["cells"]["title"]["note"] == ""


def test_gaps_are_explained_among_the_details(asked: Tracker) -> None:
    empty = open_page(asked, "question", q=SUMMIT, details="Disagreement")
    assert "nobody to disagree with yet" in words(empty)
    asked.evidence.update_suggestions()
    asked.forecasts.submit(SUMMIT, "90%")
    visit = open_page(asked, "question", q=SUMMIT, details="Disagreement")
    assert "You 90%, the estimate" in words(visit)
    assert "too few answered questions had such a gap" in words(visit)


def test_texts_are_inert() -> None:
    for typed in STRINGS.values():
        assert is_escaped(build_text(clean_text(typed), frozenset()))
    built = build_text("@ben @eve https://a.example/x. javascript:alert(1)", frozenset({BEN}))
    assert isinstance(built, Markup)
    assert "<b>@ben</b> @eve " in built
    assert 'href="https://a.example/x"' in built
    assert 'rel="nofollow noopener noreferrer"' in built
    assert built.count("href") == 1
    assert "href" not in build_text("http://user@a.example", frozenset())


def test_replies_stand_below_what_they_answer() -> None:
    def write(number: int, reply_to: int | None = None) -> Comment:
        version = TextVersion("x", ForecasterId("ada"), NOW)
        answered = None if reply_to is None else CommentId(reply_to)
        question = a_question().id
        return Comment(CommentId(number), question, version.by, NOW, (version,), answered)

    comments = [write(1), write(2), write(3, 1), write(4, 3), write(5, 2), write(6, 99)]
    assert [(c.id, is_reply) for c, is_reply in sort_threads(comments)] == [
        (1, False),
        (3, True),
        (4, True),
        (2, False),
        (5, True),
        (6, False),
    ]
