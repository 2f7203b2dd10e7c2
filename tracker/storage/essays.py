"""Essays with their texts and claims, decisions on claims, and drafts of questions."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from forecasts.essays.claim_map import ClaimRejection
from forecasts.questions.question import (
    Claim,
    ClaimId,
    Essay,
    EssayId,
    ForecasterId,
    Question,
)
from tracker.model.essays import EssayText, SavedDraft
from tracker.storage import event_log, facts
from tracker.storage.access import SEE_ALL
from tracker.storage.tables import (
    ClaimDecisionRow,
    ClaimRow,
    DraftRow,
    EssayRemovalRow,
    EssayRow,
    EssayTextRow,
)


def list_essays(session: Session) -> tuple[Essay, ...]:
    """Return all essays that were not removed, by title."""
    rows = session.exec(select(EssayRow).order_by(col(EssayRow.title), col(EssayRow.id)))
    removed = list_removed_ids(session)
    return tuple(
        Essay(EssayId(r.id), r.title, r.published, r.language, r.note)
        for r in rows
        if r.id not in removed
    )


def set_removed(
    session: Session, essay_id: EssayId, is_removed: bool, *, at: datetime, by: ForecasterId
) -> None:
    """Append that an essay was removed, or added again; its texts stay in the log."""
    columns = {"essay_id": essay_id, "is_removed": is_removed}
    facts.append_fact(session, "essay removal", essay_id, columns, at=at, by=by)


def list_removed_ids(session: Session) -> frozenset[EssayId]:
    """Return the ids of the essays that are removed."""
    rows = session.exec(select(EssayRemovalRow).order_by(col(EssayRemovalRow.id)))
    newest = {EssayId(row.essay_id): row.is_removed for row in rows}
    return frozenset(essay_id for essay_id, is_removed in newest.items() if is_removed)


def add_essay_text(session: Session, essay_text: EssayText) -> None:
    """Append a version of an essay's text; the log keeps its digest."""
    seq = event_log.append_entry(
        session,
        "essay text",
        f"{essay_text.essay_id}/{essay_text.version}",
        facts=_text_facts(essay_text),
        at=essay_text.at,
    )
    session.add(EssayTextRow(**_text_facts(essay_text), text=essay_text.text, log_seq=seq))
    session.flush()


def find_newest_text(session: Session, essay_id: EssayId) -> EssayText | None:
    """Return the newest text of an essay; None if only its claims are stored."""
    query = (
        select(EssayTextRow)
        .where(EssayTextRow.essay_id == essay_id)
        .order_by(col(EssayTextRow.version).desc())
    )
    row = session.exec(query.limit(1)).first()
    return None if row is None else _parse_text(row)


def index_text_facts(session: Session) -> Mapping[int, dict[str, Any]]:
    """Map log sequence numbers to the facts of stored text versions."""
    return facts.index_table_facts(session, EssayTextRow, _row_facts)


def _row_facts(row: EssayTextRow) -> dict[str, Any]:
    """Return the facts of a row; empty if its digest does not fit its text."""
    text_facts = _text_facts(_parse_text(row))
    return text_facts if text_facts["digest"] == row.digest else {}


def _text_facts(essay_text: EssayText) -> dict[str, Any]:
    digest = hashlib.sha256(essay_text.text.encode()).hexdigest()
    plain = {
        name: getattr(essay_text, name) for name in ("essay_id", "version", "source", "at", "by")
    }
    return {**plain, "digest": digest}


def _parse_text(row: EssayTextRow) -> EssayText:
    return EssayText(
        EssayId(row.essay_id), row.version, row.text, row.source, row.at, ForecasterId(row.by)
    )


def decide_claim(
    session: Session, essay_id: EssayId, rejection: ClaimRejection, quote: str, *, verdict: str
) -> None:
    """Append that a sentence was rejected ("rejected") or restored ("restored")."""
    columns = {
        "essay_id": essay_id,
        "start": rejection.offset,
        "end": rejection.end,
        "quote": quote,
        "verdict": verdict,
    }
    subject = f"{essay_id}/{rejection.offset}"
    facts.append_fact(
        session,
        "claim",
        subject,
        {**columns, "why": rejection.why},
        at=rejection.at,
        by=rejection.by,
    )


def list_rejections(session: Session, essay_id: EssayId) -> tuple[tuple[ClaimRejection, str], ...]:
    """Return the rejected sentences with their quotes, in the order of the text.

    A decision is about words at an offset: in a later text other words may be there.
    """
    query = (
        select(ClaimDecisionRow)
        .where(ClaimDecisionRow.essay_id == essay_id)
        .order_by(col(ClaimDecisionRow.id))
    )
    newest = {(row.start, row.quote): row for row in session.exec(query)}
    return tuple(
        (ClaimRejection(row.start, row.end, row.why, ForecasterId(row.by), row.at), row.quote)
        for _, row in sorted(newest.items())
        if row.verdict == "rejected"
    )


def list_decided_claims(session: Session, essay_id: EssayId) -> frozenset[tuple[int, str]]:
    """Return offset and quote of every sentence that was ever decided on.

    A question set does not reject again what a person restored.
    """
    query = select(ClaimDecisionRow.start, ClaimDecisionRow.quote).where(
        ClaimDecisionRow.essay_id == essay_id
    )
    return frozenset((start, quote) for start, quote in session.exec(query))


def save_draft(session: Session, draft: SavedDraft) -> None:
    """Store a draft, replacing the previous one."""
    delete_draft(session, draft.essay_id, draft.offset)
    fields = dict(draft.fields)
    session.add(
        DraftRow(
            essay_id=draft.essay_id,
            start=draft.offset,
            by=draft.by,
            saved_at=draft.saved_at,
            fields=fields,
        )
    )
    session.flush()


def delete_draft(session: Session, essay_id: EssayId, offset: int) -> None:
    """Delete a draft if it exists."""
    row = session.get(DraftRow, (essay_id, offset))
    if row is not None:
        session.delete(row)
        session.flush()


def list_drafts(session: Session, essay_id: EssayId) -> dict[int, SavedDraft]:
    """Return the drafts of an essay by the offset of their sentence."""
    rows = session.exec(select(DraftRow).where(DraftRow.essay_id == essay_id))
    return {row.start: _parse_draft(row) for row in rows}


def _parse_draft(row: DraftRow) -> SavedDraft:
    return SavedDraft(
        EssayId(row.essay_id), row.start, ForecasterId(row.by), row.saved_at, row.fields
    )


def add_essay(session: Session, essay: Essay, claims: Sequence[Claim]) -> None:
    """Store an essay with its claims; of a stored essay only new claims."""
    if session.get(EssayRow, essay.id) is None:
        session.add(EssayRow(**facts.read_slots(essay)))
        session.flush()
    stored_ids = {c.id for c in claims_of_essay(session, essay.id)}
    session.add_all(
        ClaimRow(**facts.read_slots(claim)) for claim in claims if claim.id not in stored_ids
    )
    session.flush()


def set_published(session: Session, essay_id: EssayId, published: str) -> None:
    """Correct when an essay was published."""
    row = session.get_one(EssayRow, essay_id)
    row.published = published
    session.add(row)
    session.flush()


def find_essay(session: Session, essay_id: EssayId) -> Essay | None:
    """Return an essay by its id; None if it is unknown, or was removed."""
    row = session.get(EssayRow, essay_id)
    return (
        None
        if row is None or essay_id in list_removed_ids(session)
        else Essay(EssayId(row.id), row.title, row.published, row.language, row.note)
    )


def essay_id_exists(session: Session, essay_id: EssayId) -> bool:
    """Return whether there is an essay with this id, hidden ones included."""
    query = select(EssayRow.id).where(EssayRow.id == essay_id)
    return session.exec(query, execution_options=SEE_ALL).first() is not None


def add_claim(session: Session, claim: Claim) -> None:
    """Store a claim unless already stored."""
    if session.get(ClaimRow, (claim.id, claim.essay_id)) is None:
        session.add(ClaimRow(**facts.read_slots(claim)))
        session.flush()


def claims_of_essay(session: Session, essay_id: EssayId) -> tuple[Claim, ...]:
    """Return the claims of an essay in the order of its text."""
    rows = session.exec(
        select(ClaimRow).where(ClaimRow.essay_id == essay_id).order_by(col(ClaimRow.offset))
    )
    return tuple(
        Claim(
            ClaimId(r.id),
            EssayId(r.essay_id),
            r.quote,
            r.offset,
            r.claim_kind,
            r.modality,
            r.restatement,
        )
        for r in rows
    )


def claims_of_question(session: Session, question: Question) -> tuple[Claim, ...]:
    """Return the claims that a question tests, in the order of their text."""
    claims = claims_of_essay(session, question.essay_id)
    return tuple(claim for claim in claims if claim.id in question.claim_ids)
