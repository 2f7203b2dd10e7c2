"""People: an admin lets others in, and everybody lets their programs in."""

from streamlit.testing.v1 import AppTest

from forecasts.questions.question import ForecasterId
from tests.builders import a_set
from tests.dashboard.pages import button, field, open_page, row_words, seen, sent_rows, words
from tracker.app.tracker import Tracker
from tracker.model.accounts import Visitor
from tracker.model.principal import Principal
from tracker.people.secrets import hash_secret


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


def test_a_person_sees_and_ends_their_log_ins(tracker: Tracker) -> None:
    tracker.question_sets.load(a_set())
    link = tracker.accounts.invite("viewer")
    phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1"
    first = tracker.accounts.join(link.secret, "Ben", "a house by the river", Visitor("::1", phone))
    tracker.accounts.log_in("ben", "a house by the river", Visitor("192.0.2.7", "Firefox/140.0"))
    tracker.accounts.log_in("ben", "a house by the river", Visitor("192.0.2.8", "curl"))
    ben = tracker.accounts.identify(hash_secret(first.secret))
    assert ben is not None
    page = open_page(tracker.serve(ben), "people")
    rows = " ".join(row_words(page))
    assert all(word in rows for word in ("Safari on iPhone", "Firefox", "Unknown browser", "::1"))
    page = seen(button(page, "End it").click().run())
    assert len(tracker.serve(ben).accounts.logins()) == 2
    seen(button(page, "End all others").click().run())
    assert tracker.serve(ben).accounts.logins() == ()


def test_an_admin_sees_log_ins_and_refusals(tracker: Tracker) -> None:
    tracker.question_sets.load(a_set())
    link = tracker.accounts.invite("viewer")
    tracker.accounts.join(link.secret, "Ben", "a house by the river", Visitor())
    tracker.accounts.identify_program("trk_guess", "api")
    page = open_page(tracker, "people")
    assert sent_rows(page, "People")[0]["logins"]["text"] == "1"
    assert sent_rows(page, "Refused lately")[0]["act"]["text"] == "invalid token"
