"""What other programs read of the tracker: the JSON API and the Atom feed of changes. Whoever
serves them asks here.

Version 1 of the API: fields may be added, none is renamed, removed or given another meaning.
Reading only.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree

from forecasts.distributions.distribution import p_yes
from forecasts.questions.format import answer_in_words, in_full, in_short
from forecasts.questions.question import ForecasterId, Question, Resolution
from forecasts.questions.timeline import Forecast
from tracker.app.tracker import Tracker
from tracker.interfaces.cli.tables import why_json
from tracker.model.json_values import plain
from tracker.model.read_models import Change, EvidenceCard, QuestionPage, QuestionSummary
from tracker.reports.content import clean

VERSION: Final = 1
ATOM: Final = "http://www.w3.org/2005/Atom"
MOST_CHANGES: Final = 100

Json = dict[str, Any]


def questions(tracker: Tracker) -> bytes:
    """`/api/v1/questions`: every question as it stands, the next to close first."""
    return _json(tracker, {"questions": [_row(summary) for summary in tracker.questions()]})


def question(tracker: Tracker, question_id: str) -> bytes:
    """`/api/v1/questions/{id}`: one question with its wordings, acts of people, evidence, answers
    and scores.

    Raises `NotFound`.
    """
    return _json(tracker, {"question": _page(tracker.question(question_id))})


def refusal(reason: str) -> bytes:
    """Why there is no answer, as JSON."""
    return json.dumps({"version": VERSION, "error": reason}, ensure_ascii=False).encode()


def _json(tracker: Tracker, said: Json) -> bytes:
    known_at = tracker.replayed_until() or tracker.now()
    return json.dumps(
        plain({"version": VERSION, "known_at": known_at, **said}), ensure_ascii=False
    ).encode()


def _row(s: QuestionSummary) -> Json:
    q = s.question
    return {
        "id": q.id,
        "kind": q.kind,
        "text": q.text,
        "status": s.status,
        "answer": None if s.resolution is None else answer_in_words(q, s.resolution),
        "opens_at": q.opens_at,
        "closes_at": q.closes_at,
        "resolves_at": q.resolves_at,
        "tags": q.tags,
        "retrospective": q.retrospective,
        "evidence": s.evidence,
        "forecasts": [
            {
                "forecaster": who,
                "name": standing.forecaster.name,
                "kind": standing.forecaster.kind,
                "forecast": in_full(q, standing.distribution),
                "p": standing.p,
                "since": standing.since,
            }
            for who, standing in sorted(s.standings.items())
        ],
    }


def _page(page: QuestionPage) -> Json:
    q = page.summary.question
    names = {who: forecaster.name for who, forecaster in page.forecasters.items()}
    return {
        **_row(page.summary),
        "criteria": q.criteria,
        "sources": q.sources,
        "essay": page.essay.id,
        "claims": [{"id": claim.id, "quote": claim.quote} for claim in page.claims],
        "options": [option.name for option in q.options],
        "unit": "" if q.scale is None else q.scale.unit,
        "wordings": page.versions,
        "acts": [
            _act(q, act, names)
            for act in page.acts
            if page.forecasters[act.forecaster_id].kind in _PEOPLE
        ],
        "suggestion": why_json(page.suggestion or page.option_suggestion),
        "headlines": page.headlines,
        "evidence_pieces": [_evidence(card) for card in page.evidence],
        "resolutions": [{**plain(r), "said": answer_in_words(q, r)} for r in page.resolutions],
        "scores": [
            {
                "forecaster": score.forecaster_id,
                "rule": score.rule,
                "mean_while_active": score.mean_while_active,
                "skill_over_schedule": score.skill_over_schedule,
                "coverage": score.coverage,
            }
            for score in page.scores
        ],
    }


_PEOPLE: Final = ("person", "bot")


def _act(q: Question, act: Forecast, names: Mapping[ForecasterId, str]) -> Json:
    return {
        "id": act.id,
        "forecaster": act.forecaster_id,
        "name": names[act.forecaster_id],
        "act": act.act,
        "forecast": None if act.distribution is None else in_full(q, act.distribution),
        "p": p_yes(act.distribution),
        "made_at": act.made_at,
        "rationale": act.rationale,
        "cites": act.cites,
    }


def _evidence(card: EvidenceCard) -> Json:
    e, first = card.evidence, card.items[0]
    return {
        "id": e.id,
        "first_seen_at": e.first_seen_at,
        "headline": card.headline,
        "url": first.item.url,
        "source": first.feed_title,
        "reports": len(card.items),
        "direction": int(e.direction),
        "option": e.option,
        "strength": e.strength,
        "relevance": e.relevance,
        "status": e.status,
        "context_only": card.context_only,
    }


# The feed of changes


def changes(tracker: Tracker, home: str) -> bytes:
    """`/changes.atom`: questions asked, people's forecasts and answers, the newest first, as Atom
    1.0 (RFC 4287).

    `home` is the address of the dashboard, without a slash at its end. Every text is plain text.
    """
    found = tracker.changes(MOST_CHANGES)
    ElementTree.register_namespace("", ATOM)
    feed = ElementTree.Element(_tag("feed"))
    _say(feed, "id", _urn(home, "changes"))
    _say(feed, "title", "Scenario tracker: changes")
    _say(feed, "updated", _time(found[0].at if found else tracker.now()))
    ElementTree.SubElement(
        feed, _tag("link"), rel="self", type="application/atom+xml", href=f"{home}/changes.atom"
    )
    ElementTree.SubElement(feed, _tag("link"), rel="alternate", type="text/html", href=f"{home}/")
    _say(ElementTree.SubElement(feed, _tag("author")), "name", "Scenario tracker")
    for change in found:
        _entry(feed, change, home)
    return bytes(ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True))


def _entry(feed: ElementTree.Element, change: Change, home: str) -> None:
    q = change.question
    entry = ElementTree.SubElement(feed, _tag("entry"))
    _say(entry, "id", _urn(home, f"{change.seq}/{change.at.isoformat()}"))
    _say(entry, "title", f"{_what(change)} – {q.text}")
    _say(entry, "updated", _time(change.at))
    href = f"{home}/question?q={quote(q.id, safe='')}"
    ElementTree.SubElement(entry, _tag("link"), rel="alternate", type="text/html", href=href)
    _say(ElementTree.SubElement(entry, _tag("author")), "name", change.by or "Scenario tracker")
    _say(entry, "content", _why(change), type="text")


def _what(change: Change) -> str:
    match change.what:
        case Forecast(distribution=None):
            return f"{change.by} holds no forecast any more"
        case Forecast():
            return f"{change.by}: {in_short(change.question, change.what.distribution)}"
        case Resolution():
            return f"Answered {answer_in_words(change.question, change.what)}"
        case None:
            return "Asked"


def _why(change: Change) -> str:
    match change.what:
        case Forecast():
            return change.what.rationale
        case Resolution():
            return f"{change.what.note} {change.what.source_url}".strip()
        case None:
            return change.question.criteria


def _say(parent: ElementTree.Element, name: str, text: str, **attributes: str) -> None:
    """An element with a text; what XML cannot hold is left out."""
    ElementTree.SubElement(parent, _tag(name), attributes).text = clean(text)


def _tag(name: str) -> str:
    return f"{{{ATOM}}}{name}"


def _urn(home: str, name: str) -> str:
    return f"urn:uuid:{uuid5(NAMESPACE_URL, f'{home}/{name}')}"


def _time(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
