"""Identities: by which names an OpenID provider or a proxy knows the person of an account."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from tracker.model.identities import Identity
from tracker.storage.tables import IdentityRow


@dataclass(frozen=True, slots=True)
class LinkedIdentity:
    """Account of an identity, and the role that its groups last gave; "" for none."""

    account: str
    group_role: str


def add_identity(session: Session, identity: Identity, account_id: str, at: datetime) -> None:
    """Store whose account an identity is."""
    session.add(
        IdentityRow(
            issuer=identity.issuer, subject=identity.subject, account_id=account_id, created_at=at
        )
    )
    session.flush()


def find_identity(session: Session, identity: Identity) -> LinkedIdentity | None:
    """Return the account of an identity."""
    row = session.get(IdentityRow, (identity.issuer, identity.subject))
    return None if row is None else LinkedIdentity(row.account_id, row.group_role)


def list_issuers(session: Session, account_id: str) -> tuple[str, ...]:
    """Return the issuers that know the person of an account."""
    rows = select(IdentityRow.issuer).where(col(IdentityRow.account_id) == account_id)
    return tuple(sorted({*session.exec(rows)}))


def note_group_role(session: Session, identity: Identity, role: str) -> None:
    """Store the role that the groups of an identity give now."""
    session.execute(
        update(IdentityRow)
        .where(
            col(IdentityRow.issuer) == identity.issuer, col(IdentityRow.subject) == identity.subject
        )
        .values(group_role=role)
    )


def delete_identities(session: Session, account_id: str) -> int:
    """Forget the identities of an account and return how many there were."""
    result: Any = session.execute(
        delete(IdentityRow).where(col(IdentityRow.account_id) == account_id)
    )
    return int(result.rowcount)
