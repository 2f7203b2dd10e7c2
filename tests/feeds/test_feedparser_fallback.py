"""Feeds are read alike where feedparser lacks the private classes that the lean parsers need.

The core cases of `test_parse` run here again, with the fallback on.
"""

import importlib
import sys
from collections.abc import Iterator
from typing import Any

import feedparser
import pytest
from structlog.testing import capture_logs

from tests.feeds.documents import KINDS, document
from tests.feeds.test_fuzz import ENTRIES
from tests.feeds.test_parse import (  # noqa: F401 -- pytest collects the tests here, too
    ATOM,
    RDF,
    RENAMED,
    RSS,
    URL,
    XHTML,
    entry,
    rss,
    test_a_date_is_read_as_utc,
    test_a_document_on_which_feedparser_stumbles_is_a_failure,
    test_a_feed_may_ask_for_a_pause,
    test_a_malformed_feed_keeps_its_entries_and_says_so,
    test_an_entry_reads_the_same_in_every_kind_of_feed,
    test_an_unreadable_date_is_kept_as_text_alone,
    test_content_is_kept_where_it_says_more_than_the_summary,
    test_entities_of_the_document_expand_to_nothing,
    test_nothing_hostile_comes_through_in_an_entry,
    test_only_a_permalink_guid_serves_as_link,
    test_relative_links_are_resolved_against_the_feed,
    test_text_arrives_in_any_encoding,
    test_the_key_is_guid_else_link_else_content,
    test_what_is_no_feed_is_refused_by_its_name,
)
from tracker.feeds.parsing import feedparser_adapter
from tracker.feeds.parsing.feedparser_adapter import is_lean
from tracker.feeds.parsing.parse import parse_feed
from tracker.feeds.parsing.parser_pool import ParserPool

LEAN_MODULE = "tracker.feeds.parsing.lean_feedparser"
PRIVATE_MODULE = feedparser.mixin


ODD = XHTML.replace(b"http:////odd", b"3")  # the public function resolves ids that are addresses
DOCUMENTS = [RSS, ATOM, RDF, RENAMED, ODD, ODD.partition(b"<entry xmlns:q")[0]]
DOCUMENTS += [document(kind, ENTRIES) for kind in KINDS]
DOCUMENTS += [rss(entry("First"), entry("Second &nbsp;third")), rss(entry("A"))[:-22], rss()]


@pytest.fixture(scope="module")
def lean_results() -> dict[bytes, Any]:
    """What the lean parsers make of the documents that are compared."""
    assert is_lean()
    return {body: parse_feed(body, "application/rss+xml", URL) for body in DOCUMENTS}


@pytest.fixture(autouse=True)
def fallback(lean_results: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A feedparser whose private classes are elsewhere."""
    monkeypatch.delattr(feedparser, "mixin")
    monkeypatch.delitem(sys.modules, LEAN_MODULE, raising=False)
    feedparser_adapter._choose_run.cache_clear()
    yield
    feedparser_adapter._choose_run.cache_clear()


@pytest.mark.parametrize("number", range(len(DOCUMENTS)))
def test_the_public_function_leads_to_the_same_entries(
    lean_results: dict[bytes, Any], number: int
) -> None:
    body = DOCUMENTS[number]
    assert parse_feed(body, "application/rss+xml", URL) == lean_results[body]
    assert not is_lean()


def test_the_fallback_is_logged_once() -> None:
    with capture_logs() as logs:
        for _ in range(3):
            parse_feed(RSS, "application/rss+xml", URL)
    (line,) = logs
    assert (line["event"], line["log_level"]) == ("feedparser.slow", "warning")
    assert "mixin" in line["reason"]


def test_a_private_method_of_another_name_leads_to_the_fallback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(feedparser, "mixin", PRIVATE_MODULE, raising=False)
    lean = importlib.import_module(LEAN_MODULE)
    monkeypatch.setattr(lean, "OVERRIDDEN", ("_add_tag", "_add_label"))
    with capture_logs() as logs:
        assert not is_lean()
    assert "has no _add_label" in logs[0]["reason"]


def test_a_sample_that_reads_differently_leads_to_the_fallback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(feedparser, "mixin", PRIVATE_MODULE, raising=False)
    lean = importlib.import_module(LEAN_MODULE)
    monkeypatch.setattr(lean._LeanParser, "_end_guid", lambda self: self.pop("guid"))
    with capture_logs() as logs:
        assert not is_lean()
    assert "differently" in logs[0]["reason"]


def test_a_slow_parser_parses_in_workers_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    pool = ParserPool()
    monkeypatch.setattr("tracker.feeds.parsing.parser_pool.try_parse", None)
    try:
        assert pool.submit(RSS, "application/rss+xml", URL).result(30) == parse_feed(
            RSS, "application/rss+xml", URL
        )
    finally:
        pool.close()
