"""Behaviour 20: a question goes out as one HTML or PDF, with vector charts and the hash of its
data; tables go out, and every answer carries the headers that keep a page safe.
"""

import http.client
import json
import re
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from dashboard.server.serve import content_policy
from tests.e2e.conftest import PHONE, Visitor
from tests.e2e.places import OPEN
from tests.e2e.replaying import HOSTILE
from tests.test_cli import Shell
from tracker.app.question_set_files import DEFAULT_SET, load_question_set

ATOM = "{http://www.w3.org/2005/Atom}"
TEXT = next(q.text for q in load_question_set(DEFAULT_SET).questions if q.id == OPEN)
ROUTES = (
    "/", "/question?q=x", "/healthz", "/metrics", "/api/v1/questions", "/_stcore/health", "/static/nothing.js",
    "/media/nothing", "/favicon.png", "/api/v1/questions/%3Cscript%3E",
)  # fmt: skip


def download(page: Page, label: str, to: Path) -> Path:
    """Press a button that gives a file away, and keep the file."""
    with page.expect_download() as waiting:
        page.get_by_role("button", name=label, exact=True).click()
    file = to / waiting.value.suggested_filename
    waiting.value.save_as(file)
    return file


@pytest.fixture
def shell(demo: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A terminal on the same replay."""
    monkeypatch.setenv("TRACKER_ME", "ada")
    return Shell(demo, capsys, monkeypatch)


def data_of(page: bytes) -> dict[str, Any]:
    """The data in an HTML report."""
    found = re.search(rb'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    data: dict[str, Any] = json.loads(found[1])
    return data


@pytest.mark.behaviour(20)
def test_question_goes_out_as_html_and_pdf_that_agree(
    visitor: Visitor, shell: Shell, tmp_path: Path, browser: Browser
) -> None:
    page = visitor.open(f"/question?q={OPEN}&details=Report")
    html, pdf = download(page, "HTML", tmp_path), download(page, "PDF", tmp_path)
    assert (html.suffix, pdf.suffix) == (".html", ".pdf")
    content, printed = html.read_bytes(), pdf.read_bytes()
    known_at = data_of(content)["known_at"]
    assert printed.startswith(b"%PDF-")
    assert b"/Subtype/Image" not in printed.replace(b" ", b"")
    said = re.findall(rb"[0-9a-f]{64}", content[content.rindex(b"<footer") :])[0]
    assert b"sha256:" + said in printed
    for file in (html, pdf):
        told = " ".join(shell("--replay", "report", "check", str(file)).split())
        assert "The file is whole, and says what this database says" in told
        made = tmp_path / f"again{file.suffix}"
        shell(
            "--replay", "report", "build", "question", OPEN, "--as-of", known_at, "--out", str(made)
        )
        assert made.read_bytes() == file.read_bytes()
    _opens_offline(browser, html)
    visitor.go("/reports")
    with page.expect_response(lambda response: "/media/" in response.url) as waiting:
        table = download(page, "CSV", tmp_path)
    assert is_sealed(waiting.value.headers)
    assert table.read_text("utf-8").startswith("id,question_id,forecaster_id")


def _opens_offline(browser: Browser, file: Path) -> None:
    """The file stands by itself: no request, no script, no way to scroll sideways on a phone."""
    context = browser.new_context(viewport=PHONE, offline=True)
    page, asked = context.new_page(), []

    def note(request: Request) -> None:
        asked.append(request.url)

    page.on("request", note)
    page.goto(file.as_uri())
    expect(page.get_by_role("heading", level=1)).to_have_text(TEXT)
    expect(page.locator("figure svg")).to_have_count(1)
    expect(page.get_by_text(HOSTILE.split(" ![x]", maxsplit=1)[0]).first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert asked == [file.as_uri()]
    context.close()


def is_sealed(headers: dict[str, str]) -> bool:
    """Whether an answer carries every header that keeps a page safe, and is shared with none."""
    return (
        headers["content-security-policy"] == content_policy()
        and headers["x-content-type-options"] == "nosniff"
        and headers["x-frame-options"] == "DENY"
        and headers["referrer-policy"] == "same-origin"
        and "access-control-allow-origin" not in headers
    )


@pytest.mark.behaviour(20)
def test_programs_read_json_and_changes_with_safe_headers(address: str) -> None:
    with closing(http.client.HTTPConnection(urlsplit(address).netloc, timeout=20)) as wire:

        def read(path: str) -> bytes:
            wire.request("GET", path)
            answer = wire.getresponse()
            headers = {name.lower(): value for name, value in answer.getheaders()}
            assert is_sealed(headers), path
            return answer.read()

        for path in ROUTES:
            read(path)
        assert json.loads(read(f"/api/v1/questions/{OPEN}"))["text"] == TEXT
        assert ElementTree.fromstring(read("/changes.atom")).findall(f"{ATOM}entry")
