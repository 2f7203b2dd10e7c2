"""Links are made, copied and revoked where their question or the calendar is shown."""

from streamlit.testing.v1 import AppTest

from forecasts.questions.question import ForecasterId
from tests.builders import a_set
from tests.dashboard.pages import button, open_page, row_words, seen
from tracker.app.tracker import Tracker
from tracker.model.principal import Principal

SUMMIT = "summit-2027"


def codes(page: AppTest) -> list[str]:
    """The texts to copy."""
    return [code.value for code in page.code]


def test_a_question_is_shared_and_the_link_revoked(tracker: Tracker) -> None:
    tracker.question_sets.load(a_set())
    page = open_page(tracker, "question", q=SUMMIT, details="Sharing")
    page = seen(button(page, "Make a link").click().run())
    copied = codes(page)
    assert copied[0].startswith("http://127.0.0.1:8501/share/")
    assert [text.removeprefix(copied[0]) for text in copied[1:5]] == [
        "/chart.svg",
        "/chart.png",
        "/embed",
        "/changes.atom",
    ]
    assert copied[5].startswith(f'<iframe src="{copied[0]}/embed')
    assert tracker.shares.open(copied[0].rpartition("/")[2]) is not None
    page = seen(page.run())
    assert not codes(page)
    assert "Page, chart and changes" in " ".join(row_words(page))
    seen(button(page, "Revoke").click().run())
    assert tracker.shares.list() == ()


def test_who_only_reads_subscribes_to_changes_alone(tracker: Tracker) -> None:
    tracker.question_sets.load(a_set())
    account = tracker.accounts.add("Eve", "viewer")
    eve = tracker.serve(Principal(ForecasterId("eve"), "viewer", "page", account=account.id))
    page = open_page(eve, "question", q=SUMMIT, details="Sharing")
    assert "Shows" not in [box.label for box in page.selectbox]
    copied = codes(seen(button(page, "Make a link").click().run()))
    assert [text.rpartition("/")[2] for text in copied] == ["changes.atom"]


def test_the_calendar_can_be_subscribed_to(tracker: Tracker) -> None:
    tracker.question_sets.load(a_set())
    page = open_page(tracker, "questions", view="calendar")
    page.session_state["subscribe"] = True
    page = seen(button(seen(page.run()), "Make a link").click().run())
    (address,) = codes(page)
    assert address.endswith("/calendar.ics")
