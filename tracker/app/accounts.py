"""Accounts: invite people, log in and out, and let programs in."""

from datetime import timedelta

from forecasts.questions.question import Forecaster, ForecasterId
from tracker.app.service import Service
from tracker.app.system import make_identity
from tracker.errors import Forbidden, NotFound
from tracker.model.accounts import AccessLink, Account, ApiToken, Login, Visitor, slug_name
from tracker.model.principal import RIGHTS, Door, Principal, Role
from tracker.people import accounts as people
from tracker.people.accounts import LINK_LIFE, LoginRefusal, NewSecret
from tracker.people.secrets import hash_password, hash_secret, verify_password
from tracker.questions.submit_forecast import refuse_reserved
from tracker.storage import accounts


class AccountService(Service, noun="accounts"):
    """Use cases on accounts.

    Those of a door (`log_in`, `join`, `identify` …) are called by the web server in the name of the
    owner, before it knows who is there.
    """

    def list(self) -> tuple[Account, ...]:
        """Return all accounts by name."""
        with self._store.reading() as session:
            return accounts.list_accounts(session)

    def add(self, name: str, role: Role) -> Account:
        """Make an account without a password, for an agent or for a log-in elsewhere."""
        shown, identity = make_identity(name)
        refuse_reserved(identity)
        forecaster = (
            Forecaster(ForecasterId(f"agent:{identity}"), shown, "agent")
            if role == "agent"
            else Forecaster(identity, shown, "person")
        )
        with self._store.writing() as session:
            return people.add_account(session, forecaster, role, password_hash="", now=self._now())

    def invite(self, role: Role) -> NewSecret:
        """Make a link by which one person joins with a role."""
        return self._make_link(AccessLink("join", self._now() + LINK_LIFE["join"], role))

    def offer_reset(self, account: str) -> NewSecret:
        """Make a link by which the person of an account sets a new password."""
        with self._store.reading() as session:
            account_id = people.require_account(session, account).id
        link = AccessLink("reset", self._now() + LINK_LIFE["reset"], account=account_id)
        return self._make_link(link)

    def make_owner_link(self) -> NewSecret:
        """Make a link by which one browser gets the rights of the owner of this machine."""
        return self._make_link(AccessLink("owner", self._now() + LINK_LIFE["owner"], "admin"))

    def _make_link(self, link: AccessLink) -> NewSecret:
        with self._store.writing() as session:
            return people.make_link(session, link)

    def read_link(self, secret: str) -> AccessLink:
        """Return what a link is for; raises `Refused` if it no longer works."""
        with self._store.reading() as session:
            return people.read_link(session, secret, self._now())

    def join(self, secret: str, name: str, password: str, visitor: Visitor) -> NewSecret:
        """Make the account that a link promises, and log in; raises `Refused`."""
        shown, identity = make_identity(name)
        refuse_reserved(identity)
        self.read_link(secret)  # no password is hashed for a link that does not work
        password_hash = hash_password(password)
        forecaster = Forecaster(identity, shown, "person")
        with self._store.writing() as session:
            account = people.join(
                session, secret, forecaster, password_hash=password_hash, now=self._now()
            )
            return people.begin_login(session, account.id, visitor, self._now())

    def reset(self, secret: str, password: str, visitor: Visitor) -> NewSecret:
        """Set the password by a link, and log in; raises `Refused`."""
        self.read_link(secret)
        password_hash = hash_password(password)
        with self._store.writing() as session:
            link = people.spend_link(session, secret, "reset", self._now())
            account = people.require_account(session, link.account)
            people.set_password(session, account, password_hash, self._now())
            return people.begin_login(session, account.id, visitor, self._now())

    def enter_as_owner(self, secret: str, visitor: Visitor) -> NewSecret:
        """Log a browser in as the owner of this machine; raises `Refused`."""
        with self._store.writing() as session:
            people.spend_link(session, secret, "owner", self._now())
            return people.begin_login(session, "", visitor, self._now())

    def log_in(self, name: str, password: str, visitor: Visitor) -> NewSecret | LoginRefusal:
        """Log in by name and password; an unknown name takes as long, and says the same."""
        with self._store.reading() as session:
            pair = accounts.find_account_of(session, ForecasterId(slug_name(name)))
        account, password_hash = pair or (None, "")
        refusal = people.refuse_early(account, self._now())
        if refusal is not None:
            return refusal
        is_right = verify_password(password, password_hash)
        with self._store.writing() as session:
            return people.finish_log_in(
                session, account, is_right, visitor=visitor, now=self._now()
            )

    def log_out(self, secret: str) -> None:
        """End the log-in of a cookie."""
        with self._store.writing() as session:
            accounts.delete_login(session, hash_secret(secret))

    def identify(self, login_id: str) -> Principal | None:
        """Return whoever is logged in by the hash of a cookie; None for nobody."""
        now, owner = self._now(), self._context.principal
        with self._store.reading() as session:
            pair = people.identify_login(session, login_id, owner, now)
        if pair is None:
            return None
        login, principal = pair
        if now - login.seen_at >= people.SEEN_STEP:
            with self._store.writing() as session:
                accounts.note_login_seen(session, login_id, now, now + people.LOGIN_LIFE)
        return principal

    def identify_program(self, secret: str, door: Door) -> Principal | None:
        """Return whose token a program has; None for nobody's."""
        now = self._now()
        with self._store.reading() as session:
            pair = people.identify_token(session, secret, door, now)
        if pair is None:
            return None
        token, principal = pair
        if token.used_at is None or now - token.used_at >= people.SEEN_STEP:
            with self._store.writing() as session:
                accounts.change_token(session, token.id, used_at=now)
        return principal

    def change_role(self, account: str, role: Role) -> Account:
        """Give an account another role."""
        with self._store.writing() as session:
            return people.change_role(session, account, role, self._now())

    def disable(self, account: str) -> Account:
        """Let an account log in no longer; its forecasts stay."""
        with self._store.writing() as session:
            return people.disable_account(session, account, self._now())

    def enable(self, account: str) -> Account:
        """Let a disabled account log in again."""
        with self._store.writing() as session:
            return people.enable_account(session, account, self._now())

    def logins(self) -> tuple[Login, ...]:
        """Return where the acting account is logged in, the last seen first."""
        with self._store.reading() as session:
            return accounts.list_logins(session, self._context.principal.account)

    def end_login(self, login_id: str) -> None:
        """End a log-in of the acting account; raises `NotFound`."""
        if login_id not in {login.id for login in self.logins()}:
            raise NotFound("log-in", login_id[:8], "it has ended, or is another person's")
        with self._store.writing() as session:
            accounts.delete_login(session, login_id)

    def tokens(self) -> tuple[ApiToken, ...]:
        """Return the tokens of the acting account, the newest first; all for the owner."""
        principal = self._context.principal
        with self._store.reading() as session:
            everyone = tuple(account.id for account in accounts.list_accounts(session))
            mine = (principal.account,) if principal.account else everyone
            return accounts.list_tokens(session, mine)

    def make_token(
        self, name: str, role: Role | None, days: float, *, account: str | None = None
    ) -> NewSecret:
        """Make a token for a program, by default with the role of the account.

        Only an admin makes one for another `account`.
        """
        principal, now = self._context.principal, self._now()
        if account not in (None, principal.account) and not principal.has("administer"):
            raise Forbidden("only an admin makes tokens for others")
        with self._store.writing() as session:
            name_or_id = account or principal.account
            owner = (
                people.require_account(session, name_or_id)
                if name_or_id
                else people.ensure_owner(session, self._me, now)
            )
            granted = role or _choose_lesser(owner.role, principal.role)
            people.check_token_role(owner, principal, granted)
            return people.make_token(
                session, owner, name, role=granted, life=timedelta(days=days), now=now
            )

    def revoke_token(self, token_id: str) -> None:
        """End a token of the acting account; raises `NotFound`."""
        token = next((t for t in self.tokens() if t.id == token_id), None)
        if token is None:
            raise NotFound("token", token_id, "`tracker people tokens` has all of them")
        with self._store.writing() as session:
            people.revoke_token(session, token, self._now())


def _choose_lesser(role: Role, other: Role) -> Role:
    """Return the role with fewer rights."""
    return role if RIGHTS[role] <= RIGHTS[other] else other
