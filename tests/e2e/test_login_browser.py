"""Two people at one dashboard: the owner by a printed address, another by an invitation."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.builders import a_question, a_set
from tests.dashboard.team import providing
from tests.e2e.conftest import served
from tracker.app.tracker import open_tracker
from tracker.model.accounts import Visitor
from tracker.settings import Settings

QUESTION = "summit-2027"
PASSWORD = "a house by the river"


@pytest.mark.gate
def test_two_people_share_one_dashboard(browser: Browser, tmp_path: Path) -> None:
    data = tmp_path / "data"
    with open_tracker(Settings(data_dir=data, me="ada")) as tracker:
        tracker.question_sets.load(a_set(a_question(QUESTION)))
        for address in served(data, tmp_path / "dashboard.log", guarded=True):
            _enter_as_owner(browser, address, tracker.accounts.make_owner_link().secret)
            ben = browser.new_page()
            _join(ben, f"{address}/join#{tracker.accounts.invite('viewer').secret}")
            _forecast(ben, f"{address}/question?q={QUESTION}", "needs forecaster")
            tracker.accounts.change_role("ben", "forecaster")
            _forecast(ben, f"{address}/question?q={QUESTION}", "Saved: 63%")
            assert "ben" in tracker.questions.get(QUESTION).summary.standings
            tracker.accounts.disable("ben")
            ben.reload()
            expect(ben.get_by_role("heading", name="Log in")).to_be_visible()
            tracker.accounts.enable("ben")
            _log_in(ben)
            expect(ben.get_by_text("63%").first).to_be_visible()
            ben.close()
            stranger = tracker.accounts.log_in("ben", "wrong", Visitor())
            assert not hasattr(stranger, "secret")


SETTINGS = """
oidc_issuer = "{}"
oidc_client_id = "tracker"
oidc_client_secret = "a secret of two"
oidc_name = "Example ID"
"""


def test_a_person_joins_and_returns_by_a_provider(browser: Browser, tmp_path: Path) -> None:
    data = tmp_path / "data"
    with providing() as provider, open_tracker(Settings(data_dir=data, me="ada")) as tracker:
        provider.add("s1", name="Carla")
        (data / "tracker.toml").write_text(SETTINGS.format(provider.issuer), "utf-8")
        tracker.question_sets.load(a_set(a_question(QUESTION)))
        for address in served(data, tmp_path / "dashboard.log", guarded=True):
            page = browser.new_page()
            page.goto(f"{address}/join#{tracker.accounts.invite('forecaster').secret}")
            page.get_by_role("button", name="Join with Example ID").click()
            _confirm(page)
            assert [account.name for account in tracker.accounts.list()] == ["Carla"]
            page.context.clear_cookies()
            page.goto(f"{address}/question?q={QUESTION}")
            page.get_by_role("button", name="Log in with Example ID").click()
            _confirm(page)
            assert page.url == f"{address}/question?q={QUESTION}"
            page.close()


def _confirm(page: Page) -> None:
    """Log in at the provider, and come back."""
    page.locator("input[name=sub]").fill("s1")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Questions").first).to_be_visible()


def _enter_as_owner(browser: Browser, address: str, secret: str) -> None:
    page = browser.new_page()
    page.goto(f"{address}/questions")
    expect(page.get_by_text("tracker system address")).to_be_visible()
    page.goto(f"{address}/enter#{secret}")
    expect(page.get_by_role("link", name="Questions").first).to_be_visible()
    assert secret not in page.url
    page.close()


def _join(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_label("Name").fill("Ben")
    page.get_by_label("Password").fill("short")
    page.get_by_role("button", name="Join").click()
    assert page.get_by_label("Password").evaluate("field => !field.validity.valid")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_role("link", name="Questions").first).to_be_visible()


def _log_in(page: Page) -> None:
    page.get_by_label("Name").fill("Ben")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()


def _forecast(page: Page, address: str, expected: str) -> None:
    """Type a forecast into the form of a question, and wait for an answer."""
    page.goto(address)
    field = page.get_by_role("textbox", name="Probability of YES")
    field.fill("63")
    field.press("Enter")
    expect(page.get_by_text(expected).first).to_be_visible()
