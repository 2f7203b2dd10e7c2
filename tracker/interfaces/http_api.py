"""Read-only JSON API and Atom feed of changes, independent of the web server.

Version 1 of the API: fields may be added, none is renamed, removed or given another meaning.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree

from forecasts.distributions.distribution import p_yes
from forecasts.questions.formatting import format_answer, format_full, format_short
from forecasts.questions.question import ForecasterId, Question, Resolution
from forecasts.questions.timeline import Forecast
from tracker.app.tracker import Tracker
from tracker.model.audit import ActivityEntry
from tracker.model.evidence import EvidenceCard
from tracker.model.json_values import suggestion_record, to_plain
from tracker.model.proposed_answers import ProposedAnswer
from tracker.model.read_models import QuestionPage, QuestionSummary
from tracker.reports.content import clean_text

VERSION: Final = 1
ATOM: Final = "http://www.w3.org/2005/Atom"
MAX_CHANGES: Final = 100

Json = dict[str, Any]


def render_questions(tracker: Tracker) -> bytes:
    """`/api/v1/questions`: all questions with their current forecasts, the next to close first."""
    return _to_json(
        tracker, {"questions": [_question_row(summary) for summary in tracker.questions.list()]}
    )


def render_question(tracker: Tracker, question_id: str) -> bytes:
    """`/api/v1/questions/{id}`: one question with wordings, acts, evidence, answers, scores.

    The acts are those of people, markets and platforms. Raises `NotFound`.
    """
    return _to_json(tracker, {"question": _question_page(tracker.questions.get(question_id))})


def render_error(reason: str) -> bytes:
    """Render the reason of an error as JSON."""
    return json.dumps({"version": VERSION, "error": reason}, ensure_ascii=False).encode()


def _to_json(tracker: Tracker, payload: Json) -> bytes:
    known_at = tracker.system.replayed_until() or tracker.now()
    return json.dumps(
        to_plain({"version": VERSION, "known_at": known_at, **payload}), ensure_ascii=False
    ).encode()


def _question_row(s: QuestionSummary) -> Json:
    q = s.question
    return {
        "id": q.id,
        "kind": q.kind,
        "text": q.text,
        "status": s.status,
        "answer": None if s.resolution is None else format_answer(q, s.resolution),
        "opens_at": q.opens_at,
        "closes_at": q.closes_at,
        "resolves_at": q.resolves_at,
        "tags": q.tags,
        "retrospective": q.retrospective,
        "evidence": s.evidence,
        "forecasts": [
            {
                "forecaster": forecaster_id,
                "name": standing.forecaster.name,
                "kind": standing.forecaster.kind,
                "forecast": format_full(q, standing.distribution),
                "p": standing.p,
                "since": standing.since,
            }
            for forecaster_id, standing in sorted(s.standings.items())
        ],
    }


def _question_page(page: QuestionPage) -> Json:
    q = page.summary.question
    names = {
        forecaster_id: forecaster.name for forecaster_id, forecaster in page.forecasters.items()
    }
    return {
        **_question_row(page.summary),
        "criteria": q.criteria,
        "sources": q.sources,
        "essay": page.essay.id,
        "claims": [{"id": claim.id, "quote": claim.quote} for claim in page.claims],
        "options": [option.name for option in q.options],
        "unit": "" if q.scale is None else q.scale.unit,
        "horizon": q.horizon_shape,
        "statements": page.statements.compiled.statements,
        "names": page.statements.compiled.names,
        "statements_by": page.statements.compiled.author,
        "wordings": page.versions,
        "acts": [
            _act_row(q, act, names)
            for act in page.acts
            if page.forecasters[act.forecaster_id].kind in _PEOPLE
        ],
        "suggestion": suggestion_record(q, page.suggestion),
        "headlines": page.headlines,
        "evidence_pieces": [_evidence_row(card) for card in page.evidence],
        "settled_by": None
        if page.desk.settling is None
        else {
            "series": page.desk.settling.series.id,
            "rule": page.desk.settling.settlement.rule,
            "unit": page.desk.settling.series.unit,
        },
        "proposed_answers": [_proposal_row(proposal) for proposal in page.desk.proposals],
        "missing": page.desk.missing,
        "resolutions": [{**to_plain(r), "said": format_answer(q, r)} for r in page.resolutions],
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


def _proposal_row(proposal: ProposedAnswer) -> Json:
    return {
        "answer": proposal.answer or proposal.outcome,
        "quote": proposal.quote,
        "url": proposal.source_url,
        "known_at": proposal.known_at,
        "series": proposal.series_id,
        "evidence": proposal.evidence_id,
        "document_hash": proposal.document_hash,
        "revised": proposal.revised,
    }


_PEOPLE: Final = ("person", "bot", "market", "platform", "agent")


def _act_row(q: Question, act: Forecast, names: Mapping[ForecasterId, str]) -> Json:
    return {
        "id": act.id,
        "forecaster": act.forecaster_id,
        "name": names[act.forecaster_id],
        "act": act.act,
        "forecast": None if act.distribution is None else format_full(q, act.distribution),
        "p": p_yes(act.distribution),
        "made_at": act.made_at,
        "rationale": act.rationale,
        "cites": act.cites,
    }


def _evidence_row(card: EvidenceCard) -> Json:
    e, carrier = card.evidence, card.carrier
    return {
        "id": e.id,
        "first_seen_at": e.first_seen_at,
        "headline": card.headline,
        "url": carrier.item.url,
        "source": carrier.feed_title,
        "reports": len(card.items),
        "direction": int(e.direction),
        "option": e.option,
        "strength": e.strength,
        "relevance": e.relevance,
        "status": e.status,
        "context_only": card.context_only,
        "perhaps": card.perhaps,
    }


# The feed of changes


def render_changes(tracker: Tracker, home: str) -> bytes:
    """`/changes.atom`: new questions, people's forecasts and answers as Atom 1.0 (RFC 4287).

    The newest come first. `home` is the address of the dashboard, without a slash at its end. Every
    text is plain text.
    """
    newest = tracker.reports.recent_changes(MAX_CHANGES)
    ElementTree.register_namespace("", ATOM)
    feed = ElementTree.Element(_qualify_tag("feed"))
    _add_text(feed, "id", _make_urn(home, "changes"))
    _add_text(feed, "title", "Scenario tracker: changes")
    _add_text(feed, "updated", _format_time(newest[0].at if newest else tracker.now()))
    ElementTree.SubElement(
        feed,
        _qualify_tag("link"),
        rel="self",
        type="application/atom+xml",
        href=f"{home}/changes.atom",
    )
    ElementTree.SubElement(
        feed, _qualify_tag("link"), rel="alternate", type="text/html", href=f"{home}/"
    )
    _add_text(ElementTree.SubElement(feed, _qualify_tag("author")), "name", "Scenario tracker")
    for change in newest:
        _add_entry(feed, change, home)
    return bytes(ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True))


def _add_entry(feed: ElementTree.Element, change: ActivityEntry, home: str) -> None:
    q = change.question
    entry = ElementTree.SubElement(feed, _qualify_tag("entry"))
    _add_text(entry, "id", _make_urn(home, f"{change.seq}/{change.at.isoformat()}"))
    _add_text(entry, "title", f"{_entry_title(change)} – {q.text}")
    _add_text(entry, "updated", _format_time(change.at))
    href = f"{home}/question?q={quote(q.id, safe='')}"
    ElementTree.SubElement(
        entry, _qualify_tag("link"), rel="alternate", type="text/html", href=href
    )
    _add_text(
        ElementTree.SubElement(entry, _qualify_tag("author")),
        "name",
        change.by or "Scenario tracker",
    )
    _add_text(entry, "content", _entry_content(change), type="text")


def _entry_title(change: ActivityEntry) -> str:
    match change.act:
        case Forecast(distribution=None):
            return f"{change.by} holds no forecast any more"
        case Forecast():
            return f"{change.by}: {format_short(change.question, change.act.distribution)}"
        case Resolution():
            return f"Answered {format_answer(change.question, change.act)}"
        case None:
            return "Asked"


def _entry_content(change: ActivityEntry) -> str:
    match change.act:
        case Forecast():
            return change.act.rationale
        case Resolution():
            return f"{change.act.note} {change.act.source_url}".strip()
        case None:
            return change.question.criteria


def _add_text(parent: ElementTree.Element, name: str, text: str, **attributes: str) -> None:
    """Add an element with a text; characters that XML cannot hold are removed."""
    ElementTree.SubElement(parent, _qualify_tag(name), attributes).text = clean_text(text)


def _qualify_tag(name: str) -> str:
    return f"{{{ATOM}}}{name}"


def _make_urn(home: str, name: str) -> str:
    return f"urn:uuid:{uuid5(NAMESPACE_URL, f'{home}/{name}')}"


def _format_time(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
