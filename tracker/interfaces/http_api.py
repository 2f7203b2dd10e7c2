"""Read-only JSON API, independent of the web server.

Version 1 of the API: fields may be added, none is renamed, removed or given another meaning.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from forecasts.distributions.distribution import p_yes
from forecasts.questions.formatting import format_answer, format_full
from forecasts.questions.question import ForecasterId, Question
from forecasts.questions.timeline import Forecast
from tracker.app.tracker import Tracker
from tracker.model.evidence import EvidenceCard
from tracker.model.json_values import suggestion_record, to_plain
from tracker.model.proposed_answers import ProposedAnswer
from tracker.model.read_models import QuestionPage, QuestionSummary

VERSION: Final = 1

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
