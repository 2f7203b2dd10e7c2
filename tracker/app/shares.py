"""Share links: show one thing without a log-in, until the link is revoked."""

from tracker.app.service import Service
from tracker.errors import NotFound
from tracker.model.shares import NewShare, OpenedShare, ShareKind, ShareLink
from tracker.people import shares
from tracker.people.accounts import SEEN_STEP
from tracker.people.shares import ShareRequest
from tracker.storage import shares as stored


class ShareService(Service, noun="shares"):
    """Use cases on share links. A link shows what its maker sees, and ends with their account."""

    def list(self, question_id: str | None = None) -> tuple[ShareLink, ...]:
        """Return the links of the acting person, the newest first; all of them for an admin.

        Of one question, or all. Revoked ones are left out.
        """
        principal = self._context.principal
        with self._store.reading() as session:
            return tuple(
                link
                for link in stored.list_shares(session)
                if question_id in (None, link.question_id)
                and (principal.has("administer") or link.maker == principal.forecaster)
            )

    def make(
        self, kind: ShareKind, question_id: str | None = None, *, days: float | None = None
    ) -> NewShare:
        """Make a link, which lasts `days`, or until it is revoked.

        A question and its chart are shown to the public by an analyst; a calendar and changes are
        a person's own. Raises `NotFound`, `Refused` and `Forbidden`.
        """
        request = ShareRequest(kind, question_id, days)
        with self._store.writing() as session:
            return shares.make_share(session, request, self._context.principal, self._now())

    def revoke(self, link_id: str) -> None:
        """End a link of the acting person, or as an admin any; raises `NotFound`."""
        link = next((link for link in self.list() if link.id == link_id), None)
        if link is None:
            raise NotFound("share link", link_id, "`tracker people shares` has all of them")
        with self._store.writing() as session:
            shares.revoke_share(session, link, self._now())

    def open(self, secret: str) -> OpenedShare | None:
        """Return what a secret opens, and note its use; None for no valid link.

        The web server calls it in the name of the owner.
        """
        now = self._now()
        with self._whole_store.reading() as session:
            opened = shares.open_share(session, secret, self._context.principal, now)
        if opened is None:
            return None
        used_at = opened.link.used_at
        if used_at is None or now - used_at >= SEEN_STEP:
            with self._whole_store.writing() as session:
                stored.change_share(session, opened.link.id, used_at=now)
        return opened
