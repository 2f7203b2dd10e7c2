"""Evidence by hand on pages: few fields, a notice that takes it back, hostile text stays text."""

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.inbox.add_evidence import _add_piece
from dashboard.inbox.add_text import (
    MAX_NOTE_CHARACTERS,
    describe_uses,
    make_bookmarklet,
    read_shared,
)
from forecasts.evidence.evidence import Direction
from forecasts.questions.question import EvidenceId, ForecasterId, QuestionId
from tests.builders import DAY, NOW, FakeClock, Press, a_question, a_set
from tests.dashboard.pages import button, field, open_page, seen, words
from tests.tables import check_rows
from tracker.app.tracker import Tracker
from tracker.model.evidence import EvidenceCard, EvidenceUse, ManualEvidence
from tracker.model.principal import Principal

SUMMIT = "summit-2027"
HEADLINE = "Envoys seen packing for the river lodge"
HOSTILE = "<script>alert(1)</script> **bold** $x^2$ [a](javascript:alert(1))"


@pytest.fixture
def desk(tracker_with_press: Tracker, press: Press) -> Tracker:
    """A tracker with an open question and one item that nothing matched."""
    tracker_with_press.question_sets.load(a_set())
    press.publish("wire", HEADLINE)
    tracker_with_press.feeds.poll()
    return tracker_with_press


def evidence_tab(tracker: Tracker, **params: str) -> AppTest:
    visit = open_page(tracker, "question", q=SUMMIT, **params)
    visit.session_state["add-evidence"] = True
    return seen(visit.run())


def type_in(visit: AppTest, text: str) -> AppTest:
    """Type into the one field, and Enter."""
    return seen(field(visit, "Add or find evidence").input(text).run())


def choose(visit: AppTest, label: str, item: int | None = None) -> AppTest:
    """Press a direction beside a hit, or beside what was typed, which comes last."""
    found = [b for b in visit.button if b.label == label]
    return seen(
        next(b for b in found[::-1] if item is None or f"-{item}-" in str(b.key)).click().run()
    )


def only(tracker: Tracker) -> EvidenceCard:
    (card,) = tracker.questions.get(SUMMIT).evidence
    return card


def test_a_headline_is_added_and_taken_back(desk: Tracker) -> None:
    visit = type_in(evidence_tab(desk), "Leaders agree on a date")
    field(visit, "Note").input("radio")
    visit = choose(visit, "For YES")
    card = only(desk)
    assert (card.evidence.status, card.evidence.direction) == ("confirmed", Direction.YES)
    assert card.decisions[0].note == "radio"
    assert "Added: weak evidence for YES. It was not read in any feed" in words(visit)
    assert field(visit, "Add or find evidence").value == ""
    visit = seen(button(visit, "Undo").click().run())
    assert only(desk).evidence.status == "rejected"
    seen(button(visit, "Redo").click().run())
    assert only(desk).evidence.status == "confirmed"


def test_what_a_forecaster_adds_is_a_proposal(desk: Tracker) -> None:
    ben = desk.serve(Principal(ForecasterId("ben"), "forecaster", "page"))
    piece = ManualEvidence(SUMMIT, "Leaders agree on a date", Direction.YES)
    notice = _add_piece(ben, desk.questions.get(SUMMIT).summary.question, piece)
    assert notice.text.startswith("Proposed: it waits in the inbox")
    assert notice.reverse is None
    assert (only(desk).evidence.status, only(desk).perhaps) == ("logged", True)


def test_a_page_that_cannot_be_read_asks_for_its_headline(tracker: Tracker) -> None:
    tracker.question_sets.load(a_set())
    visit = choose(type_in(evidence_tab(tracker), "https://a.invalid/x"), "For NO")
    assert "The page cannot be read" in words(visit)
    assert field(visit, "Add or find evidence").value == "https://a.invalid/x"
    field(visit, "Headline, if the page cannot be read").input("Talks are off")
    choose(visit, "For NO")
    assert only(tracker).headline == "Talks are off"


def test_a_report_that_was_read_is_found_and_added(desk: Tracker) -> None:
    visit = type_in(evidence_tab(desk), "lodge river")
    (hit,) = desk.evidence.search("lodge river")
    assert HEADLINE in words(visit)
    visit = choose(visit, "For NO", hit.item.id)
    assert only(desk).evidence.direction is Direction.NO
    visit = type_in(visit, "lodge river")
    assert "Evidence already on “Will the leaders" in words(visit)
    assert [b.label for b in visit.button].count("For NO") == 1


def test_the_inbox_adds_to_any_open_question(desk: Tracker) -> None:
    visit = type_in(open_page(desk, "inbox"), "Leaders agree on a date")
    assert "For YES" not in [b.label for b in visit.button]
    (picker,) = [box for box in visit.selectbox if box.label == "Question"]
    choose(seen(picker.set_value(SUMMIT).run()), "For YES")
    assert only(desk).headline == "Leaders agree on a date"


def test_the_past_and_closed_questions_take_no_evidence(desk: Tracker, clock: FakeClock) -> None:
    clock.advance(days=3)
    past = open_page(desk, "question", q=SUMMIT, known=f"{NOW + DAY:%Y-%m-%d}")
    assert "Add evidence" not in [e.label for e in past.expander]
    clock.time = NOW + 300 * DAY
    closed = open_page(desk, "question", q=SUMMIT)
    assert "Add evidence" not in [e.label for e in closed.expander]
    assert "No question is open" in words(open_page(desk, "add"))


def test_hostile_headlines_are_shown_as_text(desk: Tracker, press: Press) -> None:
    press.publish("wire", f"{HOSTILE} rivers")
    desk.feeds.poll(every=True)
    visit = type_in(evidence_tab(desk), "rivers")
    (hit,) = desk.evidence.search("rivers")
    shown = f"{HOSTILE.partition('</script> ')[2]} rivers"  # feeds lose their scripts when parsed
    assert shown in words(visit)
    visit = type_in(choose(visit, "For YES", hit.item.id), HOSTILE)
    markdown = [str(e.value) for kind in (visit.markdown, visit.caption) for e in kind]
    assert [text for text in markdown if "**bold**" in text or "<script>" in text] == []


def test_what_is_shared_only_fills_the_form(desk: Tracker) -> None:
    visit = open_page(
        desk, "add", url="https://a.invalid/x?a=1&b=2", title=HOSTILE, text=f"{HOSTILE} more"
    )
    (picker,) = [box for box in visit.selectbox if box.label == "Question"]
    visit = seen(picker.set_value(SUMMIT).run())
    assert field(visit, "Add or find evidence").value == "https://a.invalid/x?a=1&b=2"
    assert field(visit, "Headline, if the page cannot be read").value == HOSTILE
    assert field(visit, "Note").value == f"{HOSTILE} more"
    assert HOSTILE not in words(visit)
    assert desk.questions.get(SUMMIT).evidence == ()


@check_rows(
    [
        ({}, "", "", ""),
        ({"url": "https://a.example/1", "title": " A\n b "}, "https://a.example/1", "A b", ""),
        ({"title": "A", "text": "A"}, "A", "", ""),
        ({"text": "Read https://a.example/1 now"}, "https://a.example/1", "", "Read now"),
        ({"url": "javascript:alert(1)", "title": "A"}, "A", "", ""),
        ({"url": "file:///etc/passwd", "text": "B"}, "B", "", ""),
        ({"url": "https://[broken", "title": "A"}, "A", "", ""),
        ({"url": "https://a.example/" + "x" * 9_000}, "", "", ""),
        ({"url": "https://a.example/1", "text": "A" * 9_000}, "https://a.example/1", "", None),
        ({"text": "\x00\u202e"}, None, "", ""),
    ]
)
def test_shared_parameters_are_read_as_text(
    params: dict[str, str], source: str | None, title: str, note: str | None
) -> None:
    shared = read_shared(params)
    assert source is None or shared.source == source
    assert shared.title == title
    assert len(shared.note) <= MAX_NOTE_CHARACTERS if note is None else shared.note == note


@check_rows(
    [
        ("https://desk.example/tracker/inbox?q=1", "https://desk.example/tracker/add?url="),
        ("http://[::1]:8501/", "http://[::1]:8501/add?url="),
        ("http://a/'+alert(1)+'/x", "http://a/%27%2Balert%281%29%2B%27/add?url="),
    ]
)
def test_a_bookmark_opens_the_form_of_this_server(page: str, begin: str) -> None:
    assert make_bookmarklet(page).startswith(f"javascript:void(open('{begin}")
    assert make_bookmarklet(page).count("'") == 6


def test_of_many_uses_some_are_counted(desk: Tracker) -> None:
    (hit,) = desk.evidence.search("lodge")
    uses = tuple(EvidenceUse(EvidenceId(n), QuestionId(f"q{n}"), "logged") for n in range(5))
    assert describe_uses(hit, {}) == ""
    assert describe_uses(replace(hit, uses=uses[:3]), {}).count("(to review)") == 3
    text = describe_uses(replace(hit, uses=uses), {QuestionId("q0"): "Will it rain?"})
    assert (
        text
        == "Evidence already on “Will it rain?” (to review), “q1” (to review), 3 other questions"
    )


def test_an_option_has_to_be_named(tracker: Tracker) -> None:
    from forecasts.distributions.distribution import Categorical
    from forecasts.questions.question import Option

    prior = Categorical(("Paris", "Rome"), (0.5, 0.5))
    places = a_question(
        SUMMIT, kind="categorical", options=(Option("Paris"), Option("Rome")), prior=prior
    )
    tracker.question_sets.load(a_set(places, indicators=()))
    visit = type_in(evidence_tab(tracker), "Hotels in Rome are booked")
    assert button(visit, "For it").disabled
    assert button(visit, "Against it").disabled
    (option,) = [box for box in visit.selectbox if box.label == "Option"]
    choose(seen(option.set_value("Rome").run()), "For Rome")
    assert only(tracker).evidence.option == "Rome"
