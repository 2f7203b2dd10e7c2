"""People: an admin lets others in, and everybody lets their programs in."""

from streamlit.testing.v1 import AppTest

from forecasts.questions.question import ForecasterId
from tests.builders import a_set
from tests.dashboard.pages import button, field, open_page, row_words, seen, words
from tracker.app.tracker import Tracker
from tracker.model.accounts import Visitor
from tracker.model.principal import Principal


def read_secret(page: AppTest) -> str:
    """Return the link or token that the page shows once."""
    return page.code[0].value


def test_an_admin_invites_changes_and_shuts_out(tracker: Tracker) -> None:
    tracker.question_sets.load(a_set())
    page = open_page(tracker, "people")
    assert "You are the only one here." in words(page)
    page = seen(button(page, "Make a link").click().run())
    address, _, secret = read_secret(page).partition("#")
    assert address == "http://127.0.0.1:8501/join"
    tracker.accounts.join(secret, "Ben", "a house by the river", Visitor())
    page = seen(page.run())
    assert not page.code
    assert "Ben" in " ".join(row_words(page))
    page.selectbox(key=f"role-{tracker.accounts.list()[0].id}").select("analyst")
    page = seen(button(page.run(), "Save role").click().run())
    assert tracker.accounts.list()[0].role == "analyst"
    page = seen(button(page, "Disable").click().run())
    assert tracker.accounts.list()[0].disabled_at is not None
    page = seen(button(page, "Enable").click().run())
    assert tracker.accounts.list()[0].disabled_at is None
    assert "/reset#" in read_secret(seen(button(page, "New password link").click().run()))


def test_a_token_is_shown_once_and_can_be_revoked(tracker: Tracker) -> None:
    tracker.question_sets.load(a_set())
    page = open_page(tracker, "people")
    page = seen(button(page, "Make a token").click().run())
    assert "a token needs a name" in words(page).lower()
    field(page, "What for").input("nightly")
    page = seen(button(page, "Make a token").click().run())
    secret = read_secret(page)
    program = tracker.accounts.identify_program(secret, "api")
    assert program is not None
    assert program.role == "viewer"
    page = seen(page.run())
    assert not page.code
    page = seen(button(page, "Revoke").click().run())
    assert tracker.accounts.identify_program(secret, "api") is None


def test_others_see_their_own_programs_alone(tracker: Tracker) -> None:
    tracker.question_sets.load(a_set())
    tracker.people.add("Ben")
    ben = tracker.serve(Principal(ForecasterId("ben"), "forecaster", "page", account="b"))
    page = open_page(ben, "people")
    assert "Invite as" not in [box.label for box in page.selectbox]
    settings = open_page(ben, "settings")
    assert "Signed in as **Ben (ben)**" in words(settings) or "Ben" in words(settings)
    assert "Add person" not in [box.label for box in settings.expander]
