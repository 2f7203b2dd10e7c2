"""Hostile text in every field, seen through every page without a browser: none of it reaches what
reads Markdown.
"""

import re
from collections.abc import Iterator

import pytest
from google.protobuf.message import Message
from streamlit.testing.v1 import AppTest

from dashboard.components.markup import make_site_link
from dashboard.components.visit import PAGES
from tests import hostile
from tests.builders import FakeClock, Press
from tests.dashboard.pages import open_page
from tracker.app.tracker import Tracker, open_tracker
from tracker.settings import Settings

PLAIN = (
    "Text",
    "Dataframe",
    "VegaLiteChart",
    "BidiComponent",
    "Selectbox.options",
    "Selectbox.raw_value",
    "MultiSelect.options",
)
PLAIN_TOO = ("TextInput.default", "TextArea.default", "NumberInput.id", "LinkButton.url")
"""What shows text as it is, or is not shown; every other field is taken to read Markdown."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tracker]:
    """A tracker with hostile text in every field; its pages are only looked at."""
    clock, press = FakeClock(), Press()
    settings = Settings(data_dir=tmp_path_factory.mktemp("hostile"), me="ada")
    with open_tracker(settings, now=clock, fetch=press.fetch) as tracker:
        hostile.fill(tracker, press, clock)
        yield tracker


SITE_LINK = (
    r'<a href="https?://[^"<> ]+" target="_blank" rel="nofollow noopener noreferrer">([^<]*)</a>'
)
TAGS = set("h1 h2 h3 p ul ol li b small span strong div dl dt dd details summary".split())
"""Elements of our own HTML; a text of somebody else's makes none."""


def is_escaped(body: str) -> bool:
    """Whether HTML has only our own elements, no attribute but their class, and safe links."""
    tags = re.findall(r"<([^>]*)>", re.sub(SITE_LINK, r"\1", body))
    return (
        all(re.fullmatch(r'/?(\w+)( class="[\w ]+")?', tag) for tag in tags)
        and {re.findall(r"\w+", tag)[0] for tag in tags} <= TAGS
    )


def texts(message: Message, above: str = "") -> Iterator[tuple[str, str]]:
    """Every text in what is sent to the browser, with the field that it stands in."""
    name = message.DESCRIPTOR.name
    if name in PLAIN:
        return
    for field, value in message.ListFields():
        for each in value if field.is_repeated else [value]:
            if isinstance(each, Message):
                yield from texts(each, f"{above}{name}.")
            elif name == "Html" and (each.startswith("<style") or is_escaped(each)):
                continue
            elif isinstance(each, str) and f"{name}.{field.name}" not in (*PLAIN, *PLAIN_TOO):
                yield f"{above}{name}.{field.name}", each


def alive(visit: AppTest) -> list[tuple[str, str]]:
    """The hostile texts that stand where Markdown is read, and are not escaped."""
    return [
        (where, text[:200])
        for node in visit._tree
        if (message := getattr(node, "proto", None)) is not None
        for where, text in texts(message)
        if hostile.MARK in text.lower()
    ]


def test_escaping_is_checked() -> None:
    assert is_escaped('<p class="note">a &lt;b&gt;</p>')
    assert not is_escaped("<p>a <img src=x></p>")
    assert not is_escaped('<p onclick="x">a</p>')
    assert is_escaped(make_site_link("Source", "https://a.example/<b>?c=d&e"))
    assert is_escaped(make_site_link("Source", "https://a.example/?c=d&e"))
    assert "Broken link" in make_site_link("Source", "javascript:alert(1)")
    assert not is_escaped(
        '<a href="javascript:x" target="_blank" rel="nofollow noopener noreferrer">a</a>'
    )


def test_hostile_text_never_reaches_markdown(world: Tracker) -> None:
    # Every page is looked at.
    assert {name for name, _ in hostile.VISITS} == set(PAGES)
    # Hostile text never reaches markdown.
    for page, given in hostile.VISITS:
        visit = open_page(world, page, **given)
        assert alive(visit) == []
