"""Share links; secrets are stored as hashes alone."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import update
from sqlmodel import Session, col, select

from forecasts.questions.question import ForecasterId, QuestionId
from tracker.model.shares import ShareKind, ShareLink
from tracker.storage import event_log
from tracker.storage.tables import ShareLinkRow


def add_share(session: Session, link: ShareLink, secret_hash: str) -> None:
    """Store a new link under the hash of its secret."""
    session.add(
        ShareLinkRow(
            id=link.id,
            kind=link.kind,
            question_id=link.question_id,
            by=link.maker,
            account_id=link.account or None,
            secret_hash=secret_hash,
            made_at=link.made_at,
            expires_at=link.expires_at,
        )
    )


def find_share(session: Session, secret_hash: str) -> ShareLink | None:
    """Return a link by the hash of its secret."""
    query = select(ShareLinkRow).where(ShareLinkRow.secret_hash == secret_hash)
    row = session.exec(query).first()
    return None if row is None else _parse_share(row)


def list_shares(session: Session) -> tuple[ShareLink, ...]:
    """Return all links that were not revoked, the newest first."""
    query = select(ShareLinkRow).where(col(ShareLinkRow.revoked_at).is_(None))
    rows = session.exec(query.order_by(col(ShareLinkRow.made_at).desc(), col(ShareLinkRow.id)))
    return tuple(map(_parse_share, rows))


def change_share(session: Session, link_id: str, **columns: Any) -> None:
    """Change columns of a link."""
    session.execute(update(ShareLinkRow).where(col(ShareLinkRow.id) == link_id).values(**columns))


def log_share_act(session: Session, link: ShareLink, act: str, at: datetime) -> None:
    """Append to the log what was done to a link, which is named by its opaque id."""
    facts = {"act": act, "kind": link.kind, "until": link.expires_at}
    event_log.append_entry(session, "share", link.id, facts=facts, at=at)


def _parse_share(row: ShareLinkRow) -> ShareLink:
    return ShareLink(
        row.id,
        cast(ShareKind, row.kind),
        None if row.question_id is None else QuestionId(row.question_id),
        ForecasterId(row.by),
        row.account_id or "",
        row.made_at,
        row.expires_at,
        row.revoked_at,
        row.used_at,
    )
