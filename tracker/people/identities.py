"""Let in those whom a provider or a proxy vouches for.

An account is bound to issuer and subject. Equal names or e-mail addresses bind nothing: whoever may
choose them elsewhere could take over an account here.
"""

from dataclasses import replace
from datetime import datetime

from forecasts.questions.question import ForecasterId
from tracker.errors import Refused
from tracker.model.accounts import Account
from tracker.model.identities import EntryRules, Identity
from tracker.model.principal import Role
from tracker.people.accounts import LoginRefusal, add_account, require_account, spend_link
from tracker.people.names import name_newcomer
from tracker.people.secrets import hash_secret
from tracker.storage import accounts, event_log, identities, record
from tracker.storage.identities import LinkedIdentity
from tracker.storage.sessions import Session

NO_GROUP = LoginRefusal("None of your groups may enter any more. Ask an admin.")


def find_settled(session: Session, identity: Identity, rules: EntryRules) -> Account | None:
    """Return the account of an identity if it may enter and nothing has to be written for that."""
    linked = identities.find_identity(session, identity)
    account = None if linked is None else accounts.find_account(session, linked.account)
    if linked is None or account is None or account.disabled_at is not None:
        return None
    role = rules.find_group_role(identity.groups) or ""
    is_settled = role == linked.group_role and role in ("", account.role)
    return account if is_settled else None


def admit(
    session: Session, identity: Identity, rules: EntryRules, *, owner: ForecasterId, now: datetime
) -> Account | LoginRefusal:
    """Return the account of an identity, made on first sight where the rules allow it.

    The role follows the groups of the identity where these give any.
    """
    if not identity.is_usable:
        return LoginRefusal("The log-in elsewhere gave no name that can be used.")
    event_log.acquire_append_lock(session)  # two first requests at once make one account
    linked = identities.find_identity(session, identity)
    if linked is None:
        group_role = rules.find_group_role(identity.groups)
        role = group_role or rules.newcomer_role
        if role is None:
            return _refuse_stranger(identity)
        newcomer = _add_newcomer(session, identity, role, owner=owner, now=now)
        identities.note_group_role(session, identity, group_role or "")
        return newcomer
    account = require_account(session, linked.account)
    if account.disabled_at is not None:
        return LoginRefusal("This account is disabled. Ask an admin.")
    return _follow_groups(session, account, linked, identity=identity, rules=rules, now=now)


def join(
    session: Session, secret: str, identity: Identity, *, owner: ForecasterId, now: datetime
) -> Account:
    """Make the account that an invitation promises for an identity; raises `Refused`."""
    if not identity.is_usable or identities.find_identity(session, identity) is not None:
        raise Refused("you have an account already: log in")
    link = spend_link(session, secret, "join", now)
    return _add_newcomer(session, identity, link.role, owner=owner, now=now)


def link_identity(session: Session, account_id: str, identity: Identity, now: datetime) -> Account:
    """Let an identity log in as an account; raises `Refused` if it belongs to another one."""
    account = require_account(session, account_id)
    linked = identities.find_identity(session, identity)
    if linked is not None and linked.account != account.id:
        raise Refused("this log-in belongs to another account: an admin can unlink it")
    if not identity.is_usable:
        raise Refused("give the name by which the provider knows the person")
    if linked is None:
        _bind(session, identity, account.id, now)
    return account


def unlink(session: Session, account_id: str, now: datetime) -> Account:
    """Forget by which identities an account logs in, and end its log-ins."""
    account = require_account(session, account_id)
    if not identities.delete_identities(session, account.id):
        raise Refused(f"{account.name} is linked to nothing")
    accounts.delete_logins(session, account.id)
    accounts.log_account_act(session, account.id, "unlinked", now)
    return account


def _refuse_stranger(identity: Identity) -> LoginRefusal:
    return LoginRefusal(
        f"Nobody has let you in yet. Ask an admin for a link to join, and name {identity.subject}."
    )


def _add_newcomer(
    session: Session, identity: Identity, role: Role, *, owner: ForecasterId, now: datetime
) -> Account:
    existing = {*record.list_forecasters(session), owner}
    forecaster = name_newcomer(identity.name or identity.subject, existing)
    account = add_account(session, forecaster, role, password_hash="", now=now)
    _bind(session, identity, account.id, now)
    return account


def _bind(session: Session, identity: Identity, account_id: str, now: datetime) -> None:
    identities.add_identity(session, identity, account_id, now)
    # The log is for ever: it has a hash, by which an identity can be compared and not read.
    named = hash_secret(f"{identity.issuer} {identity.subject}")
    accounts.log_account_act(session, account_id, "linked", now, identity=named)


def _follow_groups(
    session: Session,
    account: Account,
    linked: LinkedIdentity,
    *,
    identity: Identity,
    rules: EntryRules,
    now: datetime,
) -> Account | LoginRefusal:
    """Give an account the role of its groups; one that they gave goes with them."""
    role = rules.find_group_role(identity.groups)
    if role is None and not linked.group_role:
        return account
    new_role = role or rules.newcomer_role or "viewer"
    if role != (linked.group_role or None):
        identities.note_group_role(session, identity, role or "")
    if new_role != account.role:
        accounts.change_account(session, account.id, role=new_role)
        accounts.log_account_act(
            session, account.id, "role", now, role=new_role, before=account.role, reason="groups"
        )
    if role is None and rules.newcomer_role is None:
        accounts.delete_logins(session, account.id)
        return NO_GROUP
    return replace(account, role=new_role)
