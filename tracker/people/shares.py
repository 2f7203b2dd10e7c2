"""Use cases on share links: make, list, revoke, and open by their secret."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from forecasts.questions.question import QuestionId
from tracker.errors import Forbidden, NotFound, Refused
from tracker.model.access import Shared
from tracker.model.principal import Principal
from tracker.model.shares import NEEDS_QUESTION, NewShare, OpenedShare, ShareKind, ShareLink
from tracker.people.secrets import hash_secret, make_id, make_secret
from tracker.storage import access, accounts, questions, shares
from tracker.storage.sessions import Session

MAX_DAYS: Final = 3650.0


@dataclass(frozen=True, slots=True)
class ShareRequest:
    """A link as somebody asks for it: its kind, its question if any, and its life if it ends."""

    kind: ShareKind
    question_id: str | None = None
    days: float | None = None


def make_share(
    session: Session, request: ShareRequest, principal: Principal, now: datetime
) -> NewShare:
    """Store a new link and return its secret; raises `NotFound`, `Refused`, `Forbidden`."""
    link = ShareLink(
        make_id(),
        request.kind,
        _find_question(session, request),
        principal.forecaster,
        principal.account,
        now,
        None if request.days is None else now + _check_life(request.days),
    )
    if not _may_show(session, link, principal):
        raise Forbidden(
            "a public link to a question is made by an analyst, and to a private one by its owner"
        )
    secret = make_secret()
    shares.add_share(session, link, hash_secret(secret))
    shares.log_share_act(session, link, "made", now)
    return NewShare(link, secret)


def _find_question(session: Session, request: ShareRequest) -> QuestionId | None:
    if request.question_id is None:
        if request.kind in NEEDS_QUESTION:
            raise Refused(f"a link to a {request.kind} needs a question")
        return None
    if request.kind == "calendar":
        raise Refused("a calendar has all questions: leave the question out")
    question = questions.find_question(session, QuestionId(request.question_id))
    if question is None:
        raise NotFound("question", request.question_id, "`tracker question list` has all of them")
    return question.id


def _check_life(days: float) -> timedelta:
    if not 0 < days <= MAX_DAYS:  # not a number is neither
        raise Refused(f"a link lasts up to {MAX_DAYS:.0f} days, or until it is revoked")
    return timedelta(days=days)


def _may_show(session: Session, link: ShareLink, maker: Principal) -> bool:
    """Return whether a link may show its question: by the rights that its maker has now.

    A link to a private question is its owner's or an admin's, and ends when who sees it changes.
    """
    if link.question_id is None:
        return True
    question = questions.find_question(session, link.question_id)
    if question is None or (link.kind in NEEDS_QUESTION and not maker.has("curate")):
        return False
    places = (Shared("question", question.id), Shared("essay", question.essay_id))
    for current in (access.find_access(session, place) for place in places):
        if not current.admits(link.maker):
            return False
        if current.is_private and link.kind in NEEDS_QUESTION:
            changed_later = current.changed_at is not None and current.changed_at > link.made_at
            if changed_later or not (current.owner == link.maker or maker.has("administer")):
                return False
    return True


def open_share(
    session: Session, secret: str, owner: Principal, now: datetime
) -> OpenedShare | None:
    """Return what a secret opens; None if it is unknown, ended, or its maker may not show it."""
    link = shares.find_share(session, hash_secret(secret))
    if link is None or not link.is_valid(now):
        return None
    role = owner.role
    if link.account:
        account = accounts.find_account(session, link.account)
        if account is None or account.disabled_at is not None:
            return None
        role = account.role
    maker = Principal(link.maker, role, "page", account=link.account)
    if not _may_show(session, link, maker):
        return None
    return OpenedShare(link, Principal(link.maker, "viewer", "page", account=link.account))


def revoke_share(session: Session, link: ShareLink, now: datetime) -> None:
    """End a link for good."""
    shares.change_share(session, link.id, revoked_at=now)
    shares.log_share_act(session, link, "revoked", now)
