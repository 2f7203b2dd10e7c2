"""A day of two people and an agent at one installation, from the invitation to the scores."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from playwright.sync_api import Browser, Page, expect

from forecasts.evidence.evidence import Direction
from forecasts.questions.question import ForecasterId
from tests.builders import a_question, a_set
from tests.e2e.conftest import served
from tests.lives import an_asked
from tests.notifications.receivers import receive_mails, receive_posts
from tracker.app.tracker import Tracker, open_tracker
from tracker.client import ApiProblem
from tracker.client import Client as ApiClient
from tracker.errors import NotFound
from tracker.model.evidence import ManualEvidence
from tracker.model.notifications import Times
from tracker.model.principal import Principal
from tracker.settings import Settings

SUMMIT, SECRET = "summit-2027", "pact-2027"
TOKEN = "Zanzibar"
BEA, BEN, SCOUT = map(ForecasterId, ("bea", "ben", "agent:scout"))
REASON = "An invitation was sent, and such invitations are mostly accepted."

NO_QUIET_HOURS = Times(quiet_from="00:00", quiet_until="00:00")


@dataclass(frozen=True)
class Installation:
    """A dashboard that asks for a log-in, and its database."""

    address: str
    tracker: Tracker

    def enter(self, forecaster: ForecasterId) -> Tracker:
        """The tracker as a person with an account has it."""
        account = next(a for a in self.tracker.accounts.list() if a.forecaster == forecaster)
        return self.tracker.serve(Principal(forecaster, account.role, "page", account=account.id))

    def make_token(self, forecaster: ForecasterId) -> str:
        """A token of an account."""
        return self.tracker.accounts.make_token("test", None, 1, account=forecaster).secret

    def call(self, tool: str, **arguments: Any) -> Any:
        """Let the agent use a tool over HTTP, outside the loop of the browser."""
        headers = {"Authorization": f"Bearer {self.make_token(SCOUT)}"}

        async def use() -> Any:
            async with (
                httpx2.AsyncClient(headers=headers, timeout=60) as http,
                Client(streamable_http_client(f"{self.address}/mcp", http_client=http)) as client,
            ):
                return await client.call_tool(tool, arguments)

        with ThreadPoolExecutor(1) as pool:
            return pool.submit(anyio.run, use).result()

    def deliver(self) -> None:
        """Send what is new, as the scheduler's job does."""
        job = self.tracker.through("job")
        job.notifications.collect()
        assert job.notifications.send().failed == 0


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    now = datetime.now(UTC)
    dates = {
        "opens_at": now - timedelta(days=9),
        "closes_at": now + timedelta(days=90),
        "resolves_at": now + timedelta(days=99),
    }
    settings = Settings(data_dir=tmp_path / "data", me="owner", private_feeds="127.0.0.1")
    with open_tracker(settings) as tracker:
        (settings.data_dir / "tracker.toml").write_text('me = "owner"', "utf-8")
        tracker.question_sets.load(a_set(a_question(SUMMIT, **dates)))
        tracker.evidence.add(ManualEvidence(SUMMIT, "Arland invites Borland", Direction.YES))
        tracker.accounts.add("Scout", "agent")
        for address in served(settings.data_dir, tmp_path / "dashboard.log", guarded=True):
            yield Installation(address, tracker)


def join(browser: Browser, installation: Installation, name: str) -> Page:
    """Let a person join by an invitation, in a browser of their own."""
    secret = installation.tracker.accounts.invite("analyst").secret
    page = browser.new_context().new_page()
    page.goto(f"{installation.address}/join#{secret}")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill("a house by the river")
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_role("link", name="Questions").first).to_be_visible()
    return page


def forecast(page: Page, installation: Installation, percent: str) -> None:
    """Enter a forecast on the page of the question."""
    page.goto(f"{installation.address}/question?q={SUMMIT}")
    field = page.get_by_role("textbox", name="Probability of YES")
    field.fill(percent)
    field.press("Enter")
    expect(page.get_by_text(f"Saved: {percent}%").first).to_be_visible()


def test_two_people_and_an_agent_share_an_installation(
    browser: Browser, installation: Installation
) -> None:
    with receive_posts() as web, receive_mails() as mail:
        bea, ben = (join(browser, installation, name) for name in ("Bea", "Ben"))
        mailbox = f"mailto://127.0.0.1:{mail.port}?from=tracker@ours.example&to=bea@ours.example"
        installation.enter(BEA).notifications.add_channel(mailbox)
        hook = f"webhook+http://127.0.0.1:{web.port}/hook"
        installation.enter(BEN).notifications.add_channel(hook)
        for person in (BEA, BEN):  # the test may run at night
            installation.enter(person).notifications.set_times(NO_QUIET_HOURS)
        forecast(bea, installation, "20")
        forecast(ben, installation, "80")
        made = installation.call(
            "submit_forecast", question_id=SUMMIT, forecast="63%", reason=REASON, evidence_ids=[1]
        )
        assert made.structured_content["forecast"] == "63%"

        bea.reload()
        expect(bea.get_by_text("what does Ben know that you don’t?")).to_be_visible()
        bea.locator(".st-key-comments-drawer summary").click()
        bea.get_by_label("Your comment").fill("@ben: did they answer the invitation?")
        bea.get_by_role("button", name="Comment", exact=True).click()
        expect(bea.locator(".talk")).to_contain_text("did they answer the invitation?")
        installation.deliver()
        assert any(b"Bea mentioned you" in body for _, _, body in web.posts)
        installation.deliver()
        assert sum(b"Bea mentioned you" in body for _, _, body in web.posts) == 1

        resolve(installation)
        installation.deliver()
        expect_scores(bea, installation)
        assert {"bea", "ben", "agent:scout"} <= {
            score.forecaster_id for score in installation.tracker.questions.get(SUMMIT).scores
        }
        for page in (bea, ben):
            page.context.close()


def resolve(installation: Installation) -> None:
    """Let Ben answer the question."""
    installation.enter(BEN).resolutions.resolve(
        SUMMIT, "yes", source_url="https://arland.example", known_at=datetime.now(UTC)
    )


def expect_scores(page: Page, installation: Installation) -> None:
    """See the answer, and everybody's scores."""
    page.goto(f"{installation.address}/question?q={SUMMIT}&details=Scores")
    expect(page.get_by_text("YES").first).to_be_visible()
    expect(page.locator("[data-testid=stDataFrame]").first).to_be_visible()


def test_nobody_reads_the_private_question_of_another(
    browser: Browser, installation: Installation
) -> None:
    bea, ben = (join(browser, installation, name) for name in ("Bea", "Ben"))
    asked = an_asked(SECRET, text=f"Will {TOKEN} sign the pact before 31 December 2026?")
    installation.enter(BEN).questions.ask(asked, override="a test", private_to=[])

    ben.goto(f"{installation.address}/question?q={SECRET}")
    expect(ben.get_by_role("heading", name=TOKEN)).to_be_visible()
    bea.goto(f"{installation.address}/question?q={SECRET}")
    expect(bea.get_by_text("There is no such question")).to_be_visible()
    for path in ("questions", "inbox", "calendar", "record", "reports"):
        bea.goto(f"{installation.address}/{path}")
        expect(bea.get_by_role("link", name="Questions").first).to_be_visible()
        bea.wait_for_load_state("networkidle")
        assert TOKEN not in bea.content(), path
    for path in ("jump.json", "changes.atom", "metrics"):
        assert TOKEN not in bea.request.get(f"{installation.address}/{path}").text(), path
    assert TOKEN in ben.request.get(f"{installation.address}/jump.json").text()

    with ApiClient(installation.address, installation.make_token(BEA)) as client:
        assert {question.id for question in client.list_questions()} == {SUMMIT}
        with pytest.raises(ApiProblem, match="404"):
            client.read_question(SECRET)
    assert installation.call("get_question", question_id=SECRET).is_error
    assert TOKEN not in repr(installation.call("list_questions"))
    with pytest.raises(NotFound):
        installation.enter(BEA).reports.build("question", SECRET)
    for page in (bea, ben):
        page.context.close()
