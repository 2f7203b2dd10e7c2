"""Fake feeds for replays: serve the past as RSS documents as of the simulated time.

The documents go through the same parser, stories and matcher as live news.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from xml.etree import ElementTree

from forecasts.evidence.evidence import Grade
from forecasts.question_sets.question_set import FeedSeed, HistoryEvent, QuestionSet
from tracker.feeds.answers import (
    Fetched,
    FetchFailed,
    FetchRequest,
    FetchResult,
    NotModified,
    RequestSource,
    answer_in_batches,
)
from tracker.feeds.item import FeedId

MAX_FEED_ENTRIES = 20
"""Maximum entries of a feed document, as in real feeds."""

DEMO_BASE_URL = "https://replay.invalid"
"""A host name that never resolves: a replay cannot reach the network."""


@dataclass(frozen=True, slots=True)
class DemoReport:
    """A report of one outlet."""

    guid: str
    at: datetime
    title: str
    summary: str
    url: str


class DemoFeeds:
    """Outlets of a question set's history, each with its reports."""

    def __init__(self, question_set: QuestionSet, now: Callable[[], datetime]) -> None:
        self._now = now
        self._reports: dict[FeedId, list[DemoReport]] = {}
        self.outlets: dict[FeedId, FeedSeed] = {}
        grades = {feed.title.lower(): feed for feed in question_set.feeds}
        for event in sorted(question_set.events, key=lambda e: e.at):
            self._add_report(
                event.source,
                DemoReport(event.id, event.at, event.title, event.summary, event.url),
                grades,
            )
            for number, copy in enumerate(event.copies, 1):
                self._add_report(
                    copy.source,
                    DemoReport(f"{event.id}-{number}", event.at, copy.title, "", ""),
                    grades,
                )

    def _add_report(self, source: str, report: DemoReport, seeds: Mapping[str, FeedSeed]) -> None:
        feed_id = FeedId(re.sub(r"[^a-z0-9]+", "-", source.lower()).strip("-"))
        seed = seeds.get(source.lower())
        grade: Grade = seed.grade if seed else "C"
        group = seed.source_group if seed else feed_id
        self.outlets.setdefault(
            feed_id, FeedSeed(feed_id, source, f"{DEMO_BASE_URL}/{feed_id}", group, grade, "replay")
        )
        self._reports.setdefault(feed_id, []).append(report)

    def list_publishers(self, event: HistoryEvent) -> tuple[FeedId, ...]:
        """List the outlets that report an event."""
        guids = {event.id, *(f"{event.id}-{n}" for n, _ in enumerate(event.copies, 1))}
        return tuple(
            feed_id
            for feed_id, reports in self._reports.items()
            if any(r.guid in guids for r in reports)
        )

    def fetch(self, more: RequestSource) -> Iterator[Sequence[FetchResult]]:
        """Answer requests like web servers, with validators, as of the simulated time."""
        return answer_in_batches(self._answer_request, more)

    def _answer_request(self, request: FetchRequest) -> FetchResult:
        reports = self._reports.get(request.feed_id)
        if reports is None:
            return FetchFailed(request.feed_id, "not part of this replay")
        out = [r for r in reports if r.at <= self._now()]
        etag = f'"{len(out)}"'
        if request.etag == etag:
            return NotModified(request.feed_id, 0.0)
        body = render_rss(request.feed_id, out[-MAX_FEED_ENTRIES:][::-1])
        return Fetched(
            request.feed_id, request.url, 200, body, "application/rss+xml", etag, None, 0.0
        )


def render_rss(title: str, reports: Sequence[DemoReport]) -> bytes:
    """Render reports as an RSS 2.0 document, the newest first."""
    root = ElementTree.Element("rss", version="2.0")
    channel = ElementTree.SubElement(root, "channel")
    ElementTree.SubElement(channel, "title").text = title
    for report in reports:
        item = ElementTree.SubElement(channel, "item")
        for tag, value in (
            ("title", report.title),
            ("description", report.summary),
            ("link", report.url),
        ):
            if value:
                ElementTree.SubElement(item, tag).text = value
        ElementTree.SubElement(item, "guid", isPermaLink="false").text = report.guid
        ElementTree.SubElement(item, "pubDate").text = format_datetime(report.at)
    document: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return document
