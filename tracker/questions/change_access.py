"""Change who sees a question or an essay."""

from collections.abc import Iterable

from forecasts.questions.question import ForecasterId, QuestionId
from tracker.errors import Forbidden
from tracker.model.access import Access, Shared
from tracker.model.audit import Authorship
from tracker.questions.submit_forecast import register_forecaster, require_forecasters
from tracker.storage import access
from tracker.storage.sessions import Session


def make_private(
    session: Session,
    shared: Shared,
    members: Iterable[ForecasterId],
    authorship: Authorship,
) -> Access:
    """Let only the owner and `members` see a question or an essay from now on.

    Whoever makes it private is its owner until it is public again. Raises `NotFound` for an unknown
    member.
    """
    register_forecaster(session, authorship.by, authorship.at)
    owner = access.find_access(session, shared).owner or authorship.by
    invited = sorted(set(members) - {owner})
    require_forecasters(session, invited)
    return _change(session, shared, Access(True, owner, tuple(invited)), authorship)


def make_public(session: Session, shared: Shared, authorship: Authorship) -> Access:
    """Let everybody see a question or an essay from now on."""
    return _change(session, shared, Access(), authorship)


def check_owner(session: Session, shared: Shared, person: ForecasterId, *, is_admin: bool) -> None:
    """Refuse to let anybody but its owner and an admin change who sees what is private."""
    current = access.find_access(session, shared)
    if current.is_private and person != current.owner and not is_admin:
        raise Forbidden(
            f"only {current.owner}, its owner, and an admin change who sees {shared.id}"
        )


def inherit_access(
    session: Session, parent: QuestionId, child: QuestionId, authorship: Authorship
) -> None:
    """Let a new sibling be seen by those who see its parent."""
    current = access.find_access(session, Shared("question", parent))
    if current.is_private:
        access.set_access(session, Shared("question", child), current, authorship)


def _change(session: Session, shared: Shared, changed: Access, authorship: Authorship) -> Access:
    current = access.find_access(session, shared)
    if (current.is_private, current.members) != (changed.is_private, changed.members):
        access.set_access(session, shared, changed, authorship)
    return access.find_access(session, shared)
