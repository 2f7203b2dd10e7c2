"""Forecasts that contradict each other: found, repaired on demand, and both versions scored
later.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from forecasts.distributions.distribution import Binary, Distribution
from forecasts.questions.forecaster import CROWD, RESERVED, SUGGESTION
from forecasts.questions.links import Link
from forecasts.questions.question import ForecasterId, QuestionId
from forecasts.scenarios.link_rules import scored_repair, violation
from tracker.errors import NotFound, Refused
from tracker.model.audit import Standpoint
from tracker.model.read_models import QuestionSummary
from tracker.model.scenarios import (
    Coherence,
    Contradiction,
    RepairDecision,
    RepairWord,
    ScoredRepair,
)
from tracker.questions import submit_forecast as forecasting
from tracker.questions.queries.question_list import summaries
from tracker.questions.scenarios.changing import asked
from tracker.questions.submit_forecast import Request, register
from tracker.storage import links, resolutions
from tracker.storage.sessions import Session

Rows = Mapping[QuestionId, QuestionSummary]

ADOPTED = "Adopted a repair: these forecasts contradicted each other ({title})."


def coherence(session: Session, now: datetime) -> Coherence:
    """All links, the contradictions in what people and the suggestion hold now, and how earlier
    repairs did.
    """
    known = links.every(session)
    rows = {row.question.id: row for row in summaries(session, now)}
    decisions = links.decisions(session)
    newest = {(d.link_id, d.forecaster_id): d for d in decisions}
    found = [
        Contradiction(
            v,
            rows[v.question_ids[0]].standings[who].forecaster,
            _of(link, rows),
            newest.get((link.id, who)),
        )
        for link in known
        for who in sorted(_holders(link, rows))
        if (v := violation(link, _held(link, rows, who), asked(session, link.question_ids)))
        is not None
    ]
    found.sort(key=lambda c: -c.violation.nats)
    return Coherence(known, tuple(found), tuple(_scored(session, known, decisions)))


def decide(
    session: Session, link_id: str, decision: RepairWord, made: Standpoint, *, why: str = ""
) -> RepairDecision:
    """Adopt the repair of one's own forecasts on a link, or decline it; both versions are kept to
    be scored.

    Raises `NotFound` for an unknown link, `Refused` when nothing is contradicted.
    """
    link = next((one for one in links.every(session) if one.id == link_id), None)
    if link is None:
        raise NotFound("link", link_id, "see `tracker links list` for their names")
    rows = {row.question.id: row for row in summaries(session, made.at)}
    held = _held(link, rows, made.by)
    found = violation(link, held, asked(session, link.question_ids))
    if found is None:
        raise Refused(_nothing_to_repair(link, rows, made.by))
    register(session, made.by)
    made_of = RepairDecision(
        link_id=link.id,
        forecaster_id=made.by,
        question_ids=found.question_ids,
        before=found.repair.before,
        after=found.repair.after,
        nats=found.nats,
        decision=decision,
        why=why.strip(),
        at=made.at,
    )
    links.decide(session, made_of)
    if decision == "adopted":
        _adopt(session, made_of, link)
    return made_of


MOST_NAMED = 3
"""Questions that a refusal names before it counts the rest."""


def _nothing_to_repair(link: Link, rows: Rows, who: ForecasterId) -> str:
    """Why there is no repair: the forecasts agree, or what is missing for them to be held against
    each other.
    """
    if link.kind == "members":
        return (
            f"{link.id} only puts questions side by side: no forecast on one contradicts one "
            "on another"
        )
    missing = list(filter(None, (_missing(rows[q], who) for q in link.question_ids)))
    if not missing:
        return (
            f"your forecasts on {link.id} do not contradict each other: there is nothing to repair"
        )
    more = len(missing) - MOST_NAMED
    told = "; ".join([*missing[:MOST_NAMED], *([f"and so on for {more} more"] if more > 0 else [])])
    return f"there is nothing to repair on {link.id} yet: {told}"


def _missing(row: QuestionSummary, who: ForecasterId) -> str:
    """Why a forecast on a question cannot contradict another; empty when it could."""
    question = row.question
    match row.status:
        case "open":
            return "" if who in row.standings else f"you hold no forecast on {question.id}"
        case "upcoming":
            return f"{question.id} opens on {question.opens_at.day} {question.opens_at:%b %Y}"
        case "closed":
            return f"{question.id} is closed"
        case _:
            return f"{question.id} is answered"


def _adopt(session: Session, decision: RepairDecision, link: Link) -> None:
    rationale = f"{ADOPTED.format(title=link.title)} {decision.why}".strip()
    for question_id, before, after in zip(
        decision.question_ids, decision.before, decision.after, strict=True
    ):
        if before != after:
            wanted = Request(
                question_id,
                "forecast",
                decision.forecaster_id,
                rationale,
                None,
                distribution=Binary(min(max(after, 0.0), 1.0)),
            )
            forecasting.act(session, wanted, decision.at)


def _of(link: Link, rows: Rows) -> dict[QuestionId, QuestionSummary]:
    return {question_id: rows[question_id] for question_id in link.question_ids}


def _holders(link: Link, rows: Rows) -> set[ForecasterId]:
    """Who holds a forecast on every question of a link that is still open."""
    held = [
        set(rows[q].standings) for q in link.question_ids if q in rows and rows[q].status == "open"
    ]
    if len(held) < 2:
        return set()
    return {
        who for who in set.intersection(*held) if who not in RESERVED or who in (SUGGESTION, CROWD)
    }


def _held(link: Link, rows: Rows, who: ForecasterId) -> dict[QuestionId, Distribution]:
    return {
        q: rows[q].standings[who].distribution
        for q in link.question_ids
        if q in rows and rows[q].status == "open" and who in rows[q].standings
    }


def _scored(
    session: Session, known: tuple[Link, ...], decisions: tuple[RepairDecision, ...]
) -> Iterator[ScoredRepair]:
    answers = {q: r.outcome for q, r in resolutions.current(session).items()}
    by_id = {link.id: link for link in known}
    for decision in reversed(decisions):
        outcomes = {q: answers.get(q) for q in decision.question_ids}
        gain = scored_repair(decision.question_ids, decision.before, decision.after, outcomes)
        yield ScoredRepair(decision, by_id[decision.link_id], gain)
