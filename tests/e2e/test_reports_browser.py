"""Behaviour 20: a question goes out as one HTML or PDF, with vector charts and the hash of its
data; tables go out.
"""

import json
import re
import urllib.request
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from tests.e2e.conftest import PHONE, Visitor
from tests.e2e.replaying import HOSTILE
from tests.e2e.test_browser import OPEN, TEXT
from tests.test_cli import Shell

ATOM = "{http://www.w3.org/2005/Atom}"


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


def test_tables_and_the_week_are_downloaded(visitor: Visitor, tmp_path: Path) -> None:
    page = visitor.go("/reports")
    assert (
        download(page, "CSV", tmp_path)
        .read_text("utf-8")
        .startswith("id,question_id,forecaster_id")
    )
    assert download(page, "PDF", tmp_path).read_bytes().startswith(b"%PDF-")
    visitor.picture("reports")


@pytest.mark.behaviour(20)
def test_programs_read_json_and_a_feed_of_changes(address: str) -> None:
    with urllib.request.urlopen(f"{address}/api/v1/questions/{OPEN}") as answer:
        assert json.loads(answer.read())["text"] == TEXT
    with urllib.request.urlopen(f"{address}/changes.atom") as answer:
        assert answer.headers["Content-Type"].startswith("application/atom+xml")
        assert ElementTree.fromstring(answer.read()).findall(f"{ATOM}entry")
