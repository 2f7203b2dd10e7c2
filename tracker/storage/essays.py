"""Texts of essays, verdicts on their sentences, and questions half written."""

import hashlib
from collections.abc import Mapping
from typing import Any

from sqlmodel import Session, col, select

from forecasts.essays.claim_map import Rejection
from forecasts.questions.question import Essay, EssayId, ForecasterId
from tracker.model.essays import EssayText, SavedDraft
from tracker.storage import event_log_rows as log
from tracker.storage import facts
from tracker.storage.tables import ClaimDecisionRow, DraftRow, EssayRow, EssayTextRow


def every(session: Session) -> tuple[Essay, ...]:
    """All essays, by title."""
    rows = session.exec(select(EssayRow).order_by(col(EssayRow.title), col(EssayRow.id)))
    return tuple(Essay(EssayId(r.id), r.title, r.published, r.language, r.note) for r in rows)


def add_text(session: Session, said: EssayText) -> None:
    """Append a version of an essay's text; the log keeps its digest."""
    seq = log.append(
        session, "essay text", f"{said.essay_id}/{said.version}", facts=_facts(said), at=said.at
    )
    session.add(EssayTextRow(**_facts(said), text=said.text, log_seq=seq))
    session.flush()


def newest_text(session: Session, essay_id: EssayId) -> EssayText | None:
    """The text as it is read now; None when only the claims are known."""
    query = (
        select(EssayTextRow)
        .where(EssayTextRow.essay_id == essay_id)
        .order_by(col(EssayTextRow.version).desc())
    )
    row = session.exec(query.limit(1)).first()
    return None if row is None else _text(row)


def text_seqs(session: Session) -> Mapping[int, dict[str, Any]]:
    """Facts of each version of a text by the log entry that recorded it."""
    return facts.by_seq(session, EssayTextRow, _facts_of)


def _facts_of(row: EssayTextRow) -> dict[str, Any]:
    """What a row says; nothing when its digest is that of another text."""
    said = _facts(_text(row))
    return said if said["digest"] == row.digest else {}


def _facts(said: EssayText) -> dict[str, Any]:
    digest = hashlib.sha256(said.text.encode()).hexdigest()
    plain = {name: getattr(said, name) for name in ("essay_id", "version", "source", "at", "by")}
    return {**plain, "digest": digest}


def _text(row: EssayTextRow) -> EssayText:
    return EssayText(
        EssayId(row.essay_id), row.version, row.text, row.source, row.at, ForecasterId(row.by)
    )


def decide_claim(
    session: Session, essay_id: EssayId, decided: Rejection, quote: str, *, verdict: str
) -> None:
    """Append that a sentence was set aside ("rejected"), or taken up again ("restored")."""
    said = {
        "essay_id": essay_id,
        "start": decided.offset,
        "end": decided.end,
        "quote": quote,
        "verdict": verdict,
    }
    subject = f"{essay_id}/{decided.offset}"
    facts.append(
        session, "claim", subject, {**said, "why": decided.why}, at=decided.at, by=decided.by
    )


def rejections(session: Session, essay_id: EssayId) -> tuple[tuple[Rejection, str], ...]:
    """The sentences that stand rejected, each with its words as they were then, in the order of the
    text.

    A decision is about words at a place: in a later text other words may stand there.
    """
    query = (
        select(ClaimDecisionRow)
        .where(ClaimDecisionRow.essay_id == essay_id)
        .order_by(col(ClaimDecisionRow.id))
    )
    newest = {(row.start, row.quote): row for row in session.exec(query)}
    return tuple(
        (Rejection(row.start, row.end, row.why, ForecasterId(row.by), row.at), row.quote)
        for _, row in sorted(newest.items())
        if row.verdict == "rejected"
    )


def judged(session: Session, essay_id: EssayId) -> frozenset[tuple[int, str]]:
    """Where, and on which words, anybody ever decided: what was taken up again is not set aside by
    a set once more.
    """
    query = select(ClaimDecisionRow.start, ClaimDecisionRow.quote).where(
        ClaimDecisionRow.essay_id == essay_id
    )
    return frozenset((start, quote) for start, quote in session.exec(query))


def save_draft(session: Session, draft: SavedDraft) -> None:
    """Keep a draft in place of what was kept before."""
    drop_draft(session, draft.essay_id, draft.offset)
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


def drop_draft(session: Session, essay_id: EssayId, offset: int) -> None:
    """Forget a draft, if there is one."""
    row = session.get(DraftRow, (essay_id, offset))
    if row is not None:
        session.delete(row)
        session.flush()


def drafts(session: Session, essay_id: EssayId) -> dict[int, SavedDraft]:
    """The drafts of an essay by where their sentence starts."""
    rows = session.exec(select(DraftRow).where(DraftRow.essay_id == essay_id))
    return {row.start: _draft(row) for row in rows}


def _draft(row: DraftRow) -> SavedDraft:
    return SavedDraft(
        EssayId(row.essay_id), row.start, ForecasterId(row.by), row.saved_at, row.fields
    )
