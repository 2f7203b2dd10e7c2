"""A day of several people and an agent at one installation, from the invitation to the scores, and
what strangers see of it.
"""

import contextlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
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
from tests.dashboard.team import PASSWORD, providing
from tests.e2e.conftest import PHONE, served
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

SUMMIT, VISIT, FAIR, SECRET = "summit-2027", "visit-2027", "fair-2027", "pact-2027"
TEXTS = {
    SUMMIT: "Will the leaders of Arland and Borland meet in person by 30 June 2027?",
    VISIT: "Will the minister of Arland visit Borland by 30 June 2027?",
    FAIR: "Will Borland hold its fair by 30 June 2027?",
}
TOKEN = "Zanzibar"
SETTINGS = """
me = "owner"
oidc_issuer = "{}"
oidc_client_id = "tracker"
oidc_client_secret = "a secret of two"
oidc_name = "Example ID"
"""
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


@contextlib.contextmanager
def another_site(folder: Path, body: str) -> Iterator[str]:
    """The address of a page on another server of this machine."""
    folder.mkdir()
    (folder / "index.html").write_text(body, encoding="utf-8")
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A guarded dashboard on three questions, one of them shared, which an OpenID provider vouches
    for.
    """
    now = datetime.now(UTC)
    dates = {
        "opens_at": now - timedelta(days=9),
        "closes_at": now + timedelta(days=90),
        "resolves_at": now + timedelta(days=99),
    }
    data = tmp_path_factory.mktemp("team") / "data"
    settings = Settings(data_dir=data, me="owner", private_feeds="127.0.0.1")
    with providing() as provider, open_tracker(settings) as tracker:
        provider.add("s1", name="Carla")
        (data / "tracker.toml").write_text(SETTINGS.format(provider.issuer), "utf-8")
        tracker.question_sets.load(
            a_set(*(a_question(name, text=text, **dates) for name, text in TEXTS.items()))
        )
        tracker.evidence.add(ManualEvidence(SUMMIT, "Arland invites Borland", Direction.YES))
        tracker.accounts.add("Scout", "agent")
        for address in served(data, data.with_name("dashboard.log"), guarded=True):
            yield Installation(address, tracker)


def join(browser: Browser, installation: Installation, name: str, role: str = "analyst") -> Page:
    """Let a person join by an invitation, in a browser of their own."""
    page = browser.new_context().new_page()
    page.goto(f"{installation.address}/join#{installation.tracker.accounts.invite(role).secret}")
    join = page.get_by_role("button", name="Join", exact=True)
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill("short")
    join.click()
    assert page.get_by_label("Password").evaluate("field => !field.validity.valid")
    page.get_by_label("Password").fill(PASSWORD)
    join.click()
    expect_pages(page)
    return page


def expect_pages(page: Page) -> None:
    """See that the dashboard has let the page in."""
    expect(page.get_by_role("link", name="Questions").first).to_be_visible()


def forecast(page: Page, installation: Installation, percent: str, question: str) -> None:
    """Enter a forecast on the page of a question."""
    page.goto(f"{installation.address}/question?q={question}")
    field = page.get_by_role("textbox", name="Probability of YES")
    field.fill(percent)
    field.press("Enter")


def expect_saved(page: Page, percent: str) -> None:
    """See that a forecast was saved."""
    expect(page.get_by_text(f"Saved: {percent}%").first).to_be_visible()


def test_the_owner_an_invited_and_a_vouched_person_enter(
    browser: Browser, installation: Installation
) -> None:
    address, accounts = installation.address, installation.tracker.accounts
    owner = browser.new_context().new_page()
    owner.goto(f"{address}/questions")
    expect(owner.get_by_role("heading", name="Log in")).to_be_visible()
    secret = accounts.make_owner_link().secret
    owner.goto(f"{address}/enter#{secret}")
    expect_pages(owner)
    assert secret not in owner.url

    dora = join(browser, installation, "Dora", "viewer")
    forecast(dora, installation, "63", VISIT)
    expect(dora.get_by_text("needs forecaster").first).to_be_visible()
    accounts.change_role("dora", "forecaster")
    forecast(dora, installation, "63", VISIT)
    expect_saved(dora, "63")
    assert "dora" in installation.tracker.questions.get(VISIT).summary.standings
    accounts.disable("dora")
    dora.reload()
    expect(dora.get_by_role("heading", name="Log in")).to_be_visible()
    accounts.enable("dora")
    dora.get_by_label("Name").fill("Dora")
    dora.get_by_label("Password").fill(PASSWORD)
    dora.get_by_role("button", name="Log in", exact=True).click()
    expect(dora.get_by_text("63%").first).to_be_visible()

    carla = browser.new_context().new_page()
    carla.goto(f"{address}/join#{accounts.invite('forecaster').secret}")
    carla.get_by_role("button", name="Join with Example ID").click()
    _confirm(carla)
    assert "Carla" in [account.name for account in accounts.list()]
    carla.context.clear_cookies()
    carla.goto(f"{address}/question?q={VISIT}")
    carla.get_by_role("button", name="Log in with Example ID").click()
    _confirm(carla)
    assert carla.url == f"{address}/question?q={VISIT}"
    for page in (owner, dora, carla):
        page.context.close()


def _confirm(page: Page) -> None:
    """Log in at the provider, and come back."""
    page.locator("input[name=sub]").fill("s1")
    page.keyboard.press("Enter")
    expect_pages(page)


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
        for page, percent in ((bea, "20"), (ben, "80")):
            forecast(page, installation, percent, SUMMIT)
            expect_saved(page, percent)
        piece = installation.tracker.questions.get(SUMMIT).evidence[0].evidence.id
        made = installation.call(
            "submit_forecast",
            question_id=SUMMIT,
            forecast="63%",
            reason=REASON,
            evidence_ids=[piece],
        )
        assert not made.is_error, made
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
    fay, gus = (join(browser, installation, name) for name in ("Fay", "Gus"))
    asked = an_asked(SECRET, text=f"Will {TOKEN} sign the pact before 31 December 2026?")
    installation.enter(ForecasterId("gus")).questions.ask(asked, override="a test", private_to=[])

    gus.goto(f"{installation.address}/question?q={SECRET}")
    expect(gus.get_by_role("heading", name=TOKEN)).to_be_visible()
    fay.goto(f"{installation.address}/question?q={SECRET}")
    expect(fay.get_by_text("There is no such question")).to_be_visible()
    for path in ("questions", "inbox"):
        fay.goto(f"{installation.address}/{path}")
        expect_pages(fay)
        fay.wait_for_load_state("networkidle")
        assert TOKEN not in fay.content(), path
    for path in ("jump.json", "changes.atom", "metrics"):
        assert TOKEN not in fay.request.get(f"{installation.address}/{path}").text(), path
    assert TOKEN in gus.request.get(f"{installation.address}/jump.json").text()

    with ApiClient(installation.address, installation.make_token(ForecasterId("fay"))) as client:
        assert {question.id for question in client.list_questions()} == {*TEXTS}
        with pytest.raises(ApiProblem, match="404"):
            client.read_question(SECRET)
    assert installation.call("get_question", question_id=SECRET).is_error
    assert TOKEN not in repr(installation.call("list_questions"))
    with pytest.raises(NotFound):
        installation.enter(ForecasterId("fay")).reports.build("question", SECRET)
    for page in (fay, gus):
        page.context.close()


def test_a_blog_shows_a_shared_chart_and_not_its_page(
    browser: Browser, installation: Installation, tmp_path: Path
) -> None:
    home = f"{installation.address}/"
    installation.tracker.forecasts.submit(FAIR, "20%")
    share = installation.tracker.shares.make("question", FAIR)
    page = browser.new_context(viewport=PHONE, color_scheme="dark").new_page()
    whole = f'<iframe id="whole" src="{home}share/{share.secret}"></iframe>'
    body = f"<!doctype html><h1>Blog</h1>{share.write_frame(home, 'A fair?')}{whole}"
    with another_site(tmp_path / "blog", body) as blog:
        page.goto(blog)
        frame = page.frame_locator('iframe[title="A fair?"]')
        expect(frame.locator("figure svg").locator("visible=true")).to_have_count(1)
        expect(frame.locator("figcaption")).to_contain_text("owner 20%")
        expect(page.frame_locator("#whole").locator("h1")).to_contain_text("blocked")
        with page.context.expect_page() as opened:
            frame.get_by_role("link").click()
    alone = opened.value
    expect(alone.get_by_role("heading", level=1)).to_contain_text(TEXTS[FAIR])
    assert [svg.is_visible() for svg in alone.locator("figure svg").all()] == [False, True]
    assert alone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert alone.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(18, 23, 27)"
    page.context.close()
