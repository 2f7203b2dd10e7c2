"""Accounts, log-ins, access links and API tokens; secrets are stored as hashes alone."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import delete, func, update
from sqlmodel import Session, col, select

from forecasts.questions.question import ForecasterId
from tracker.model.accounts import AccessLink, Account, ApiToken, LinkPurpose, Login
from tracker.model.principal import Door, Role
from tracker.storage import event_log
from tracker.storage.tables import (
    AccessLinkRow,
    AccountRow,
    ApiTokenRow,
    DecisionRow,
    ForecasterRow,
    ForecastRow,
    LoginRow,
    LogRow,
)


def log_account_act(session: Session, account: str, act: str, at: datetime, **facts: Any) -> None:
    """Append to the log what was done to an account, which is named by its opaque id."""
    event_log.append_entry(session, "account", account, facts={"act": act, **facts}, at=at)


def count_acts(
    session: Session, forecaster: ForecasterId, door: Door, since: datetime
) -> tuple[int, int]:
    """Count a forecaster's forecasts, and decisions on evidence, that came through a door."""
    forecasts, decisions = col(ForecastRow.id), col(DecisionRow.id)
    made = select(func.count(forecasts)).join(LogRow, col(ForecastRow.log_seq) == LogRow.seq)
    made = made.where(ForecastRow.forecaster_id == forecaster, ForecastRow.made_at >= since)
    judged = select(func.count(decisions)).join(LogRow, col(DecisionRow.log_seq) == LogRow.seq)
    judged = judged.where(DecisionRow.by == forecaster, DecisionRow.at >= since)
    through_door = col(LogRow.actor).contains(f'"via":"{door}"', autoescape=True)
    counts = [session.exec(query.where(through_door)).one() for query in (made, judged)]
    return counts[0], counts[1]


def add_account(session: Session, account: Account, password_hash: str) -> None:
    """Store a new account; its forecaster exists."""
    session.add(
        AccountRow(
            id=account.id,
            forecaster_id=account.forecaster,
            role=account.role,
            password_hash=password_hash,
            created_at=account.created_at,
        )
    )
    session.flush()


def list_accounts(session: Session) -> tuple[Account, ...]:
    """Return all accounts by name."""
    rows = session.exec(_accounts().order_by(col(ForecasterRow.name))).all()
    return tuple(_parse_account(row, name) for row, name in rows)


def find_account(session: Session, account_id: str) -> Account | None:
    """Return an account by its opaque id."""
    row = session.exec(_accounts().where(col(AccountRow.id) == account_id)).first()
    return None if row is None else _parse_account(*row)


def find_account_of(session: Session, forecaster: ForecasterId) -> tuple[Account, str] | None:
    """Return the account of a forecaster, and the hash of its password."""
    row = session.exec(_accounts().where(col(AccountRow.forecaster_id) == forecaster)).first()
    return None if row is None else (_parse_account(*row), row[0].password_hash)


def change_account(session: Session, account_id: str, **columns: Any) -> None:
    """Change columns of an account."""
    session.execute(update(AccountRow).where(col(AccountRow.id) == account_id).values(**columns))


def _accounts() -> Any:
    return select(AccountRow, ForecasterRow.name).join(
        ForecasterRow, col(ForecasterRow.id) == col(AccountRow.forecaster_id)
    )


def _parse_account(row: AccountRow, name: str) -> Account:
    return Account(
        row.id,
        ForecasterId(row.forecaster_id),
        name,
        cast(Role, row.role),
        row.created_at,
        row.disabled_at,
        row.failures,
        row.failed_at,
    )


def add_login(session: Session, login: Login) -> None:
    """Store a new log-in."""
    session.add(
        LoginRow(
            id=login.id,
            account_id=login.account or None,
            created_at=login.created_at,
            seen_at=login.seen_at,
            expires_at=login.expires_at,
            address=login.address,
            browser=login.browser,
        )
    )


def find_login(session: Session, login_id: str) -> Login | None:
    """Return a log-in by the hash of its cookie."""
    row = session.get(LoginRow, login_id)
    return None if row is None else _parse_login(row)


def list_logins(session: Session, account_id: str, now: datetime) -> tuple[Login, ...]:
    """Return the log-ins of an account ("" for the owner), the last seen first."""
    rows = session.exec(
        select(LoginRow)
        .where(col(LoginRow.account_id).is_not_distinct_from(account_id or None))
        .where(col(LoginRow.expires_at) > now)
        .order_by(col(LoginRow.seen_at).desc())
    )
    return tuple(map(_parse_login, rows))


def count_logins(session: Session, now: datetime) -> dict[str, int]:
    """Return the number of log-ins of each account; that of the owner is ""."""
    rows = session.exec(
        select(LoginRow.account_id, func.count())
        .where(col(LoginRow.expires_at) > now)
        .group_by(col(LoginRow.account_id))
    )
    return {account_id or "": number for account_id, number in rows}


def note_login_seen(session: Session, login_id: str, at: datetime, until: datetime) -> None:
    """Store when a log-in was last seen, and until when it is valid."""
    session.execute(
        update(LoginRow).where(col(LoginRow.id) == login_id).values(seen_at=at, expires_at=until)
    )


def delete_login(session: Session, login_id: str) -> None:
    """End a log-in."""
    session.execute(delete(LoginRow).where(col(LoginRow.id) == login_id))


def delete_logins(session: Session, account_id: str) -> None:
    """End all log-ins of an account."""
    session.execute(delete(LoginRow).where(col(LoginRow.account_id) == account_id))


def delete_expired(session: Session, now: datetime) -> None:
    """Delete log-ins and links that are no longer valid."""
    for row in (LoginRow, AccessLinkRow):
        session.execute(delete(row).where(col(row.expires_at) <= now))


def _parse_login(row: LoginRow) -> Login:
    return Login(
        row.id,
        row.account_id or "",
        row.created_at,
        row.seen_at,
        row.expires_at,
        row.address,
        row.browser,
    )


def add_link(session: Session, link_id: str, link: AccessLink) -> None:
    """Store a link under the hash of its secret."""
    session.add(
        AccessLinkRow(
            id=link_id,
            purpose=link.purpose,
            role=link.role,
            account_id=link.account or None,
            expires_at=link.expires_at,
        )
    )


def find_link(session: Session, link_id: str) -> AccessLink | None:
    """Return a link by the hash of its secret."""
    row = session.get(AccessLinkRow, link_id)
    return (
        None
        if row is None
        else AccessLink(
            cast(LinkPurpose, row.purpose),
            row.expires_at,
            cast(Role, row.role),
            row.account_id or "",
            row.used_at,
        )
    )


def use_link(session: Session, link_id: str, at: datetime) -> bool:
    """Mark a link as used; False if it was used before, also by another process."""
    result = session.execute(
        update(AccessLinkRow)
        .where(col(AccessLinkRow.id) == link_id, col(AccessLinkRow.used_at).is_(None))
        .values(used_at=at)
    )
    return bool(cast(Any, result).rowcount)


def add_token(session: Session, token: ApiToken, secret_hash: str) -> None:
    """Store a new token under the hash of its secret."""
    session.add(
        ApiTokenRow(
            id=token.id,
            account_id=token.account,
            name=token.name,
            role=token.role,
            secret_hash=secret_hash,
            created_at=token.created_at,
            expires_at=token.expires_at,
        )
    )


def find_token(session: Session, secret_hash: str) -> ApiToken | None:
    """Return a token by the hash of its secret."""
    row = session.exec(select(ApiTokenRow).where(ApiTokenRow.secret_hash == secret_hash)).first()
    return None if row is None else _parse_token(row)


def list_tokens(session: Session, account_ids: Sequence[str]) -> tuple[ApiToken, ...]:
    """Return the tokens of accounts, the newest first."""
    rows = session.exec(
        select(ApiTokenRow)
        .where(col(ApiTokenRow.account_id).in_(account_ids))
        .order_by(col(ApiTokenRow.created_at).desc())
    )
    return tuple(map(_parse_token, rows))


def change_token(session: Session, token_id: str, **columns: Any) -> None:
    """Change columns of a token."""
    session.execute(update(ApiTokenRow).where(col(ApiTokenRow.id) == token_id).values(**columns))


def _parse_token(row: ApiTokenRow) -> ApiToken:
    return ApiToken(
        row.id,
        row.account_id,
        row.name,
        cast(Role, row.role),
        row.created_at,
        row.expires_at,
        row.used_at,
        row.revoked_at,
    )
