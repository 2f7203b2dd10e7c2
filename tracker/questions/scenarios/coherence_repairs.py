"""Incoherent forecasts: detect them, repair them on demand, and score both versions later."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from forecasts.distributions.distribution import Binary, Distribution
from forecasts.questions.links import Link
from forecasts.questions.question import CROWD, SUGGESTION, ForecasterId, QuestionId, is_person
from forecasts.scenarios.link_rules import find_violation, score_repair
from tracker.errors import NotFound, Refused
from tracker.model.audit import Authorship
from tracker.model.read_models import QuestionSummary
from tracker.model.scenarios import (
    CoherenceReport,
    Contradiction,
    RepairDecision,
    RepairWord,
    ScoredRepair,
)
from tracker.questions import submit_forecast
from tracker.questions.queries.question_list import summarise_questions
from tracker.questions.scenarios.scenario_edits import load_questions
from tracker.questions.submit_forecast import ForecastRequest, register_forecaster
from tracker.storage import resolution_record, scenarios
from tracker.storage.sessions import Session

SummaryRows = Mapping[QuestionId, QuestionSummary]

ADOPTED_RATIONALE = "Adopted a repair: these forecasts contradicted each other ({title})."


def load_coherence(session: Session, now: datetime) -> CoherenceReport:
    """Return all links, the contradictions in current forecasts, and the outcome of earlier
    repairs.
    """
    all_links = tuple(link for link in scenarios.list_links(session) if link.kind != "sibling")
    linked = {name for link in all_links for name in link.question_ids}
    rows = {row.question.id: row for row in summarise_questions(session, now, linked)}
    decisions = scenarios.list_repair_decisions(session)
    newest = {(d.link_id, d.forecaster_id): d for d in decisions}
    contradictions = [
        Contradiction(
            v,
            rows[v.question_ids[0]].standings[forecaster_id].forecaster,
            {question_id: rows[question_id] for question_id in link.question_ids},
            newest.get((link.id, forecaster_id)),
        )
        for link in all_links
        for forecaster_id in sorted(_find_forecasters(link, rows))
        if (
            v := find_violation(
                link,
                _open_forecasts(link, rows, forecaster_id),
                load_questions(session, link.question_ids),
            )
        )
        is not None
    ]
    contradictions.sort(key=lambda c: -c.violation.nats)
    return CoherenceReport(
        all_links, tuple(contradictions), tuple(_score_repairs(session, all_links, decisions))
    )


def decide_repair(
    session: Session, link_id: str, decision: RepairWord, made: Authorship, *, why: str = ""
) -> RepairDecision:
    """Adopt or decline the repair of one's own forecasts on a link; both versions are stored.

    Raises `NotFound` for an unknown link, `Refused` when nothing is contradicted.
    """
    link = next(
        (candidate for candidate in scenarios.list_links(session) if candidate.id == link_id), None
    )
    if link is None:
        raise NotFound("link", link_id, "see `tracker scenario links` for their names")
    summaries = summarise_questions(session, made.at, link.question_ids)
    rows = {row.question.id: row for row in summaries}
    forecasts = _open_forecasts(link, rows, made.by)
    contradiction = find_violation(link, forecasts, load_questions(session, link.question_ids))
    if contradiction is None:
        raise Refused(_explain_no_repair(link, rows, made.by))
    register_forecaster(session, made.by, made.at)
    repair = RepairDecision(
        link_id=link.id,
        forecaster_id=made.by,
        question_ids=contradiction.question_ids,
        before=contradiction.repair.before,
        after=contradiction.repair.after,
        nats=contradiction.nats,
        decision=decision,
        why=why.strip(),
        at=made.at,
    )
    scenarios.add_repair_decision(session, repair)
    if decision == "adopted":
        _adopt_repair(session, repair, link)
    return repair


MAX_NAMED_QUESTIONS = 3
"""Questions that a refusal names before it counts the rest."""


def _explain_no_repair(link: Link, rows: SummaryRows, forecaster_id: ForecasterId) -> str:
    """Explain why there is no repair: the forecasts agree, or some are missing."""
    if link.kind in ("members", "sibling"):
        return (
            f"{link.id} only puts questions side by side: no forecast on one contradicts one "
            "on another"
        )
    missing = list(
        filter(None, (_explain_missing(rows[q], forecaster_id) for q in link.question_ids))
    )
    if not missing:
        return (
            f"your forecasts on {link.id} do not contradict each other: there is nothing to repair"
        )
    more = len(missing) - MAX_NAMED_QUESTIONS
    reasons = "; ".join(
        [*missing[:MAX_NAMED_QUESTIONS], *([f"and so on for {more} more"] if more > 0 else [])]
    )
    return f"there is nothing to repair on {link.id} yet: {reasons}"


def _explain_missing(row: QuestionSummary, forecaster_id: ForecasterId) -> str:
    """Return why a question has no forecast to compare; empty if it has one."""
    question = row.question
    match row.status:
        case "open":
            return (
                "" if forecaster_id in row.standings else f"you hold no forecast on {question.id}"
            )
        case "upcoming":
            return f"{question.id} opens on {question.opens_at.day} {question.opens_at:%b %Y}"
        case "closed":
            return f"{question.id} is closed"
        case _:
            return f"{question.id} is answered"


def _adopt_repair(session: Session, decision: RepairDecision, link: Link) -> None:
    rationale = f"{ADOPTED_RATIONALE.format(title=link.title)} {decision.why}".strip()
    for question_id, before, after in zip(
        decision.question_ids, decision.before, decision.after, strict=True
    ):
        if before != after:
            request = ForecastRequest(
                question_id=question_id,
                act="forecast",
                forecaster=decision.forecaster_id,
                rationale=rationale,
                key=None,
                distribution=Binary(min(max(after, 0.0), 1.0)),
            )
            submit_forecast.record_act(session, request, decision.at)


def _find_forecasters(link: Link, rows: SummaryRows) -> set[ForecasterId]:
    """Return the forecasters on every open question of a link."""
    forecasters = [
        set(rows[q].standings) for q in link.question_ids if q in rows and rows[q].status == "open"
    ]
    if len(forecasters) < 2:
        return set()
    return {
        forecaster_id
        for forecaster_id in set.intersection(*forecasters)
        if is_person(forecaster_id) or forecaster_id in (SUGGESTION, CROWD)
    }


def _open_forecasts(
    link: Link, rows: SummaryRows, forecaster_id: ForecasterId
) -> dict[QuestionId, Distribution]:
    return {
        q: rows[q].standings[forecaster_id].distribution
        for q in link.question_ids
        if q in rows and rows[q].status == "open" and forecaster_id in rows[q].standings
    }


def _score_repairs(
    session: Session, all_links: tuple[Link, ...], decisions: tuple[RepairDecision, ...]
) -> Iterator[ScoredRepair]:
    answers = {q: r.outcome for q, r in resolution_record.load_current_resolutions(session).items()}
    by_id = {link.id: link for link in all_links}
    for decision in reversed(decisions):
        outcomes = {q: answers.get(q) for q in decision.question_ids}
        gain = score_repair(decision.question_ids, decision.before, decision.after, outcomes)
        yield ScoredRepair(decision, by_id[decision.link_id], gain)
