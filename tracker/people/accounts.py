"""Use cases on accounts: links to join, log-in, tokens, and what an admin changes."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from forecasts.questions.question import Forecaster, ForecasterId
from tracker.errors import Forbidden, NotFound, Refused
from tracker.model.accounts import AccessLink, Account, ApiToken, LinkPurpose, Login, Visitor
from tracker.model.principal import RIGHTS, Door, Principal, Role
from tracker.people.lockout import Failures, compute_wait
from tracker.people.secrets import hash_secret, make_id, make_secret
from tracker.storage import accounts, record
from tracker.storage.sessions import Session

LOGIN_LIFE: Final = timedelta(days=30)
"""A log-in ends so long after it was last used."""

SEEN_STEP: Final = timedelta(minutes=10)
"""Steps in which the last use of a log-in or token is stored: reading pages shall not write."""

OWNER: Final = "owner"
"""Subject of acts on the log-ins of the owner of the machine, who has no account."""

LINK_LIFE: Final = {
    "join": timedelta(days=7),
    "reset": timedelta(days=1),
    "owner": timedelta(hours=12),
}

TOKEN_PREFIX: Final = "trk_"  # noqa: S105 -- by it scanners for leaked secrets know a token
MAX_TOKEN_LIFE: Final = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class NewSecret:
    """A new secret, which is shown once and not stored, and when it ends."""

    secret: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class LoginRefusal:
    """A refused log-in, with its reason for the person; `wait` after too many wrong passwords."""

    reason: str
    wait: timedelta = timedelta(0)


WRONG_LOGIN: Final = LoginRefusal("Name and password do not fit together.")


def make_link(session: Session, link: AccessLink) -> NewSecret:
    """Store a new link and return its secret."""
    secret = make_secret()
    accounts.add_link(session, hash_secret(secret), link)
    return NewSecret(secret, link.expires_at)


def read_link(session: Session, secret: str, now: datetime) -> AccessLink:
    """Return a link that still works; raises `Refused`."""
    link = accounts.find_link(session, hash_secret(secret))
    if link is None or link.used_at is not None or link.expires_at <= now:
        raise Refused("this link was used, or is too old: ask for a new one")
    return link


def spend_link(session: Session, secret: str, purpose: LinkPurpose, now: datetime) -> AccessLink:
    """Use up a link and return it; raises `Refused` if it does not work, or for another use."""
    link = read_link(session, secret, now)
    if link.purpose != purpose:
        raise Refused("this link is for something else: open it as it was sent")
    if not accounts.use_link(session, hash_secret(secret), now):
        raise Refused("this link was used: ask for a new one")
    return link


def join(
    session: Session, secret: str, forecaster: Forecaster, *, password_hash: str, now: datetime
) -> Account:
    """Make the account that an invitation promises; raises `Refused`."""
    link = spend_link(session, secret, "join", now)
    return add_account(session, forecaster, link.role, password_hash=password_hash, now=now)


def add_account(
    session: Session, forecaster: Forecaster, role: Role, *, password_hash: str, now: datetime
) -> Account:
    """Make an account for a new forecaster, or for one who has none yet; raises `Refused`."""
    if accounts.find_account_of(session, forecaster.id) is not None:
        raise Refused(f"somebody has the name {forecaster.name!r} already: choose another one")
    record.add_forecaster(session, forecaster, now)
    account = Account(make_id(), forecaster.id, forecaster.name, role, now)
    accounts.add_account(session, account, password_hash)
    accounts.log_account_act(session, account.id, "added", now, role=role, by=forecaster.id)
    return account


def ensure_owner(session: Session, forecaster: ForecasterId, now: datetime) -> Account:
    """Return the account of the owner of the machine; one without a password if there is none."""
    pair = accounts.find_account_of(session, forecaster)
    if pair is not None:
        return pair[0]
    owner = Forecaster(forecaster, forecaster, "person")
    return add_account(session, owner, "admin", password_hash="", now=now)


def set_password(session: Session, account: Account, password_hash: str, now: datetime) -> None:
    """Set a new password, and end all log-ins with the old one."""
    accounts.change_account(session, account.id, password_hash=password_hash, failures=0)
    accounts.delete_logins(session, account.id)
    accounts.log_account_act(session, account.id, "password set", now)


def refuse_early(failures: Failures, now: datetime) -> LoginRefusal | None:
    """Return the refusal while no password is taken; an unknown name waits like an account."""
    wait = compute_wait(failures, now)
    if wait:
        minutes = -(-wait // timedelta(minutes=1))
        unit = "minute" if minutes == 1 else "minutes"
        return LoginRefusal(f"Too many wrong passwords. Try again in {minutes} {unit}.", wait)
    return None


def finish_log_in(
    session: Session, account_id: str, is_right: bool, *, visitor: Visitor, now: datetime
) -> NewSecret | LoginRefusal:
    """Log an account in, or count a wrong password.

    The account is read again: while the password was checked, others may have been tried.
    """
    account = require_account(session, account_id)
    refusal = refuse_early(Failures(account.failures, account.failed_at), now)
    if refusal is not None:
        return refusal
    if not is_right or account.disabled_at is not None:
        accounts.change_account(session, account.id, failures=account.failures + 1, failed_at=now)
        return WRONG_LOGIN
    if account.failures:
        accounts.change_account(session, account.id, failures=0)
    return begin_login(session, account.id, visitor, now)


def begin_login(session: Session, account_id: str, visitor: Visitor, now: datetime) -> NewSecret:
    """Log a browser in and return its cookie; always a new one, so that none can be planted."""
    accounts.delete_expired(session, now)
    secret, until = make_secret(), now + LOGIN_LIFE
    accounts.add_login(
        session,
        Login(
            hash_secret(secret),
            account_id,
            now,
            now,
            until,
            visitor.address[:100],
            visitor.browser[:200],
        ),
    )
    return NewSecret(secret, until)


def identify_login(
    session: Session, login_id: str, owner: Principal, now: datetime
) -> tuple[Login, Principal] | None:
    """Return a log-in and whoever it belongs to; None if it is unknown, ended or disabled."""
    login = accounts.find_login(session, login_id)
    if login is None or login.expires_at <= now:
        return None
    principal = (
        identify_account(session, login.account, "page")
        if login.account
        else replace(owner, door="page")
    )
    return None if principal is None else (login, principal)


def identify_token(
    session: Session, secret: str, door: Door, now: datetime
) -> tuple[ApiToken | None, Principal | None]:
    """Return a program's token, and whoever it lets in, with the role of the token."""
    token = accounts.find_token(session, hash_secret(secret))
    if token is None or token.revoked_at is not None or token.expires_at <= now:
        return token, None
    principal = identify_account(session, token.account, door)
    if principal is None:
        return token, None
    role = token.role if RIGHTS[token.role] <= RIGHTS[principal.role] else principal.role
    return token, replace(principal, role=role, token=token.id)


def explain_token(session: Session, secret: str, now: datetime) -> str:
    """Return why a token opens nothing, and what to do, in one line."""
    token = accounts.find_token(session, hash_secret(secret))
    if token is None:
        return f"this token is not known: a token begins with {TOKEN_PREFIX}, and is sent whole"
    renewal = f"`tracker people token ACCOUNT --name {token.name}` makes another"
    if token.revoked_at is not None:
        return f"this token was revoked on {token.revoked_at:%Y-%m-%d}: {renewal}"
    if token.expires_at <= now:
        return f"this token expired on {token.expires_at:%Y-%m-%d}: {renewal}"
    return "the account of this token is disabled: ask an admin"


def act_as_account(session: Session, name: str, door: Door) -> Principal:
    """Return the principal of an account, by its opaque id or the id of its forecaster.

    Raises `NotFound`, and `Refused` for a disabled account.
    """
    pair = accounts.find_account_of(session, ForecasterId(name))
    account = pair[0] if pair else accounts.find_account(session, name)
    if account is None:
        hint = "`tracker people add Scout --role agent` makes agent:scout, `people list` has all"
        raise NotFound("account", name, hint)
    if account.disabled_at is not None:
        raise Refused(f"{name} is disabled: `tracker people enable {name}` takes that back")
    return Principal(account.forecaster, account.role, door, account=account.id)


def identify_account(session: Session, account_id: str, door: Door) -> Principal | None:
    """Return whoever has an account; None if it is unknown or disabled."""
    account = accounts.find_account(session, account_id)
    if account is None or account.disabled_at is not None:
        return None
    return Principal(account.forecaster, account.role, door, account=account.id)


def is_due(noted_at: datetime | None, now: datetime) -> bool:
    """Return whether a use is to be stored again."""
    return noted_at is None or now - noted_at >= SEEN_STEP


def check_token_role(account: Account, principal: Principal, role: Role) -> None:
    """Check that a token has no more rights than its account, and than whoever makes it.

    Raises `Refused` and `Forbidden`.
    """
    if not RIGHTS[role] <= RIGHTS[account.role]:
        raise Refused(f"a token of {account.name} has the role {account.role} or a lesser one")
    if not RIGHTS[role] <= RIGHTS[principal.role]:
        raise Forbidden(f"whoever acts as {principal.role} makes no token for {role}")


def make_token(
    session: Session, account: Account, name: str, *, role: Role, life: timedelta, now: datetime
) -> NewSecret:
    """Make a token for a program; raises `Refused`. Its role is checked by `check_token_role`."""
    if not name.strip():
        raise Refused("a token needs a name that says what it is for")
    if not timedelta(0) < life <= MAX_TOKEN_LIFE:
        raise Refused(f"a token lasts 1 to {MAX_TOKEN_LIFE.days} days")
    secret = make_secret(TOKEN_PREFIX)
    token = ApiToken(make_id(), account.id, name, role, now, now + life)
    accounts.add_token(session, token, hash_secret(secret))
    accounts.log_account_act(
        session, account.id, "token made", now, token=token.id, role=role, until=token.expires_at
    )
    return NewSecret(secret, token.expires_at)


def revoke_token(session: Session, token: ApiToken, now: datetime) -> None:
    """End a token for good."""
    accounts.change_token(session, token.id, revoked_at=now)
    accounts.log_account_act(session, token.account, "token revoked", now, token=token.id)


def change_role(session: Session, account_id: str, role: Role, now: datetime) -> Account:
    """Give an account another role."""
    account = require_account(session, account_id)
    if "agent" in (role, account.role) and role != account.role:
        raise Refused("a person is no agent, and an agent no person: make another account")
    accounts.change_account(session, account.id, role=role)
    accounts.log_account_act(session, account.id, "role", now, role=role, before=account.role)
    return replace(account, role=role)


def disable_account(session: Session, account_id: str, now: datetime) -> Account:
    """Let an account log in no longer, and end its log-ins; its forecasts stay."""
    account = require_account(session, account_id)
    accounts.change_account(session, account.id, disabled_at=now)
    accounts.delete_logins(session, account.id)
    accounts.log_account_act(session, account.id, "disabled", now)
    return replace(account, disabled_at=now)


def enable_account(session: Session, account_id: str, now: datetime) -> Account:
    """Let a disabled account log in again."""
    account = require_account(session, account_id)
    accounts.change_account(session, account.id, disabled_at=None, failures=0)
    accounts.log_account_act(session, account.id, "enabled", now)
    return replace(account, disabled_at=None)


def require_account(session: Session, name: str) -> Account:
    """Return an account by its opaque id or the id of its forecaster; raises `NotFound`."""
    account = accounts.find_account(session, name)
    if account is not None:
        return account
    pair = accounts.find_account_of(session, ForecasterId(name))
    if pair is None:
        raise NotFound("account", name, "`tracker people list` has all of them")
    return pair[0]
