"""Evidence by hand in words: what was added, where a hit comes from, what another page shares."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from dashboard.wording.evidence import describe_bearing
from dashboard.wording.numbers import clip, format_day
from forecasts.evidence.evidence import Direction
from forecasts.questions.question import Question, QuestionId
from tracker.feeds.urls import MAX_URL_LENGTH, resolve_web_link
from tracker.model.evidence import ManualEvidence, ManualResult, SearchHit

MAX_HEADLINE_CHARACTERS: Final = 300
MAX_NOTE_CHARACTERS: Final = 500
MAX_USES: Final = 3
"""Questions and a count that stand below a hit."""

NOTHING_SHARED: Final = ManualEvidence("", "", Direction.NEUTRAL)
_STATES: Final = {"logged": "to review", "rejected": "rejected"}
_LINK: Final = re.compile(r"https?://[^\s<>\"']+")


def read_shared(params: Mapping[str, str]) -> ManualEvidence:
    """Read a shared page from the parameters url, title and text; whatever they hold is only text.

    Some phones share the address inside of the text.

    >>> shared = read_shared({"text": "Leaders meet https://a.example/1", "title": "Leaders meet"})
    >>> shared.source, shared.title, shared.note
    ('https://a.example/1', 'Leaders meet', '')
    """
    title = clip(" ".join(params.get("title", "").split()), MAX_HEADLINE_CHARACTERS)
    text = " ".join(params.get("text", "").split())
    url = resolve_web_link(params.get("url", "")[: MAX_URL_LENGTH + 1], "")
    link = _LINK.search(text[: 2 * MAX_URL_LENGTH])
    if not url and link is not None:
        url = resolve_web_link(link[0], "")
        text = " ".join(text.replace(link[0], " ").split())
    if not url:
        return replace(NOTHING_SHARED, source=title or clip(text, MAX_HEADLINE_CHARACTERS))
    note = "" if text in ("", title) else clip(text, MAX_NOTE_CHARACTERS)
    return replace(NOTHING_SHARED, source=url, title=title, note=note)


def make_bookmarklet(page: str) -> str:
    """Make the address of a bookmark that opens the form of this server, filled in.

    >>> make_bookmarklet("http://127.0.0.1:8501/inbox?about=x")[:60]
    "javascript:void(open('http://127.0.0.1:8501/add?url='+encode"
    """
    parts = urlsplit(page)
    folder = parts.path.rpartition("/")[0]
    base = quote(f"{parts.scheme}://{parts.netloc}{folder}/add", safe=":/[]@")
    values = {
        "url": "location.href",
        "title": "document.title",
        "text": f"String(getSelection()).slice(0,{MAX_NOTE_CHARACTERS})",
    }
    query = "+'&".join(f"{name}='+encodeURIComponent({value})" for name, value in values.items())
    return f"javascript:void(open('{base}?{query}))"


def describe_addition(question: Question, result: ManualResult) -> str:
    """Describe what was added and why the matcher had missed it, for the notice with its undo."""
    if result.outcome == "proposed":
        return "Proposed: it waits in the inbox, and moves nothing until somebody accepts it."
    bearing = describe_bearing(result.evidence, question.kind)
    begin = {
        "added": "Added",
        "reviewed": "Already evidence, and now judged by you",
        "unchanged": "Already evidence, judged by you",
    }[result.outcome]
    remark = f" It is {result.remark}." if result.remark else ""
    return f"{begin}: {bearing[0].lower()}{bearing[1:]}. {result.miss.replace('`', '')}{remark}"


def describe_hit(hit: SearchHit, zone: ZoneInfo) -> str:
    """Describe the source of a hit: `The wire · first seen 3 Mar 2026`."""
    return f"{hit.feed_title} · first seen {format_day(hit.item.first_seen_at, zone)}"


def is_judged(hit: SearchHit, question_id: QuestionId) -> bool:
    """Return True if a person accepted a hit as evidence on a question."""
    return any(
        use.question_id == question_id and use.status in ("confirmed", "edited") for use in hit.uses
    )


def describe_uses(hit: SearchHit, texts: Mapping[QuestionId, str]) -> str:
    """Describe the questions that a hit is evidence on; empty if there is none."""
    names = []
    for use in hit.uses:
        text = clip(texts.get(use.question_id, use.question_id), 130)
        names.append(f"“{text}” ({_STATES.get(use.status, 'accepted')})")
    if len(names) > MAX_USES:
        names[MAX_USES - 1 :] = [f"{len(names) - MAX_USES + 1} other questions"]
    return f"Evidence already on {', '.join(names)}" if names else ""
