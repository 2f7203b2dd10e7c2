"""Accounts: invite people, log in and out, and let programs in."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from forecasts.questions.question import Forecaster, ForecasterId
from tracker.app.service import Service, log_refusal
from tracker.errors import Forbidden, NotFound, Refused
from tracker.model.accounts import (
    AccessLink,
    Account,
    ApiToken,
    DailyActs,
    Login,
    Refusal,
    Visitor,
    slug_name,
)
from tracker.model.identities import PROXY, Identity
from tracker.model.principal import RIGHTS, Door, Principal, Role, describe_stranger
from tracker.people import accounts as people
from tracker.people import identities, refusals
from tracker.people.accounts import LINK_LIFE, WRONG_LOGIN, LoginRefusal, NewSecret
from tracker.people.lockout import Failures
from tracker.people.names import make_identity
from tracker.people.secrets import hash_password, hash_secret, verify_password
from tracker.questions.submit_forecast import refuse_reserved
from tracker.storage import accounts
from tracker.storage.identities import list_issuers

VOUCHED: Final = "account:"
"""Beginning of the log-in id of somebody whom a proxy vouches for, and who has no cookie."""

_AGENT: Final = "a link is for a person; `tracker people add NAME --role agent` makes an agent"


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
        """Make a link by which one person joins with a role; raises `Refused` for an agent."""
        if role == "agent":
            raise Refused(_AGENT)
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
        link = self.read_link(secret)  # no password is hashed for a link that does not work
        if identity == self._settings.me and link.role != "admin":
            raise Refused(f"somebody has the name {shown!r} already: choose another one")
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
        """Log in by name and password; an unknown name takes as long, waits, and says the same."""
        slug, now = slug_name(name), self._now()
        with self._store.reading() as session:
            pair = accounts.find_account_of(session, ForecasterId(slug))
        account, password_hash = pair or (None, "")
        failures = (
            Failures(account.failures, account.failed_at)
            if account
            else self._context.unknown_names.find(slug)
        )
        refusal = people.refuse_early(failures, now)
        if refusal is not None:
            return self._note_refusal(refusal, account.id if account else refusals.NOBODY)
        is_right = verify_password(password, password_hash)
        if account is None:
            self._context.unknown_names.count(slug, now)
            return WRONG_LOGIN
        with self._store.writing() as session:
            return people.finish_log_in(session, account.id, is_right, visitor=visitor, now=now)

    def _note_refusal(self, refusal: LoginRefusal, subject: str, **facts: Any) -> LoginRefusal:
        """Log a log-in that was refused for another reason than a wrong password."""
        log_refusal(self._context, subject, describe_stranger("page"), act="log-in", **facts)
        return refusal

    def enter_by_identity(self, identity: Identity, visitor: Visitor) -> NewSecret | LoginRefusal:
        """Log in whom a provider vouches for."""
        admitted = self._admit(identity)
        if isinstance(admitted, LoginRefusal):
            return admitted
        with self._store.writing() as session:
            return people.begin_login(session, admitted.id, visitor, self._now())

    def join_by_identity(self, secret: str, identity: Identity, visitor: Visitor) -> NewSecret:
        """Make the account that a link promises for an identity, and log in; raises `Refused`."""
        now, owner = self._now(), ForecasterId(self._settings.me)
        with self._store.writing() as session:
            account = identities.join(session, secret, identity, owner=owner, now=now)
            return people.begin_login(session, account.id, visitor, now)

    def identify_vouched(self, identity: Identity) -> tuple[Principal, str] | LoginRefusal:
        """Return whom a proxy vouches for, and the id by which pages identify them again."""
        with self._store.reading() as session:
            admitted: Account | LoginRefusal | None = identities.find_settled(
                session, identity, self._settings.entry_rules
            )
        admitted = admitted or self._admit(identity)
        if isinstance(admitted, LoginRefusal):
            return admitted
        principal = Principal(admitted.forecaster, admitted.role, "page", account=admitted.id)
        return principal, VOUCHED + admitted.id

    def _admit(self, identity: Identity) -> Account | LoginRefusal:
        with self._store.acting(describe_stranger("page")).writing() as session:
            admitted = identities.admit(
                session,
                identity,
                self._settings.entry_rules,
                owner=ForecasterId(self._settings.me),
                now=self._now(),
            )
        if isinstance(admitted, LoginRefusal):
            self._note_refusal(admitted, refusals.NOBODY, identity=identity.issuer)
        return admitted

    def link(self, account: str, subject: str, *, by_proxy: bool = False) -> Account:
        """Let whom the provider or the proxy knows by a name log in as an account."""
        client = self._settings.oidc_client
        if not by_proxy and client is None:
            raise Refused("no OpenID provider is set: docs/settings.md says how to set one")
        issuer = PROXY if by_proxy or client is None else client.issuer
        with self._store.writing() as session:
            if account == self._settings.me:
                people.ensure_owner(session, ForecasterId(account), self._now())
            identity = Identity(issuer, subject, subject)
            return identities.link_identity(session, account, identity, self._now())

    def link_mine(self, identity: Identity) -> Account:
        """Let an identity log in as the acting account; the owner gets one by that."""
        self._refuse_programs()
        now, owner = self._now(), ForecasterId(self._settings.me)
        with self._store.writing() as session:
            account = self._context.principal.account or people.ensure_owner(session, owner, now).id
            return identities.link_identity(session, account, identity, now)

    def issuers(self) -> tuple[str, ...]:
        """Return the issuers by whose word the acting account logs in."""
        with self._store.reading() as session:
            return list_issuers(session, self._context.principal.account)

    def unlink(self, account: str) -> Account:
        """Forget by which identities an account logs in, and end its log-ins."""
        with self._store.writing() as session:
            return identities.unlink(session, account, self._now())

    def log_out(self, secret: str) -> None:
        """End the log-in of a cookie."""
        with self._store.writing() as session:
            accounts.delete_login(session, hash_secret(secret))

    def identify(self, login_id: str) -> Principal | None:
        """Return whoever is logged in by the hash of a cookie, or vouched for; None for nobody."""
        now, owner = self._now(), self._context.principal
        with self._store.reading() as session:
            if login_id.startswith(VOUCHED):
                return people.identify_account(session, login_id.removeprefix(VOUCHED), "page")
            pair = people.identify_login(session, login_id, owner, now)
        if pair is None:
            return None
        login, principal = pair
        if people.is_due(login.seen_at, now):
            with self._store.writing() as session:
                accounts.note_login_seen(session, login_id, now, now + people.LOGIN_LIFE)
        return principal

    def identify_program(self, secret: str, door: Door) -> Principal | None:
        """Return whose token a program has; None for nobody's, which is logged."""
        now = self._now()
        with self._store.reading() as session:
            token, principal = people.identify_token(session, secret, door, now)
        if principal is None:
            subject = refusals.NOBODY if token is None else token.id
            log_refusal(self._context, subject, describe_stranger(door), act="token")
        elif token is not None and people.is_due(token.used_at, now):
            with self._store.writing() as session:
                accounts.change_token(session, token.id, used_at=now)
        return principal

    def explain_token(self, secret: str) -> str:
        """Return why a token opens nothing, and what to do, in one line."""
        with self._store.reading() as session:
            return people.explain_token(session, secret, self._now())

    def act_as(self, name: str, door: Door) -> Principal:
        """Return whoever an account belongs to; raises `NotFound`, or `Refused` if disabled."""
        with self._store.reading() as session:
            return people.act_as_account(session, name, door)

    def acts_today(self) -> DailyActs:
        """Count what the acting person did through this door since midnight UTC."""
        midnight = self._now().replace(hour=0, minute=0, second=0, microsecond=0)
        door = self._context.principal.door
        with self._store.reading() as session:
            counts = accounts.count_acts(session, self._me, door, midnight)
        return DailyActs(*counts, midnight + timedelta(days=1))

    def change_role(self, account: str, role: Role) -> Account:
        """Give an account another role; raises `Refused` to or from that of an agent."""
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
        self._refuse_programs()
        with self._store.reading() as session:
            return accounts.list_logins(session, self._context.principal.account, self._now())

    def count_logins(self) -> Mapping[str, int]:
        """Return in how many browsers each account is logged in; the owner's is ""."""
        with self._store.reading() as session:
            return accounts.count_logins(session, self._now())

    def end_login(self, login_id: str) -> None:
        """End a log-in of the acting account; raises `NotFound`."""
        if login_id not in {login.id for login in self.logins()}:
            raise NotFound("log-in", login_id[:8], "it has ended, or is another person's")
        self._end_logins(login_id)

    def end_other_logins(self, login_id: str) -> int:
        """End all log-ins of the acting account but one, and return how many there were."""
        login_ids = [login.id for login in self.logins() if login.id != login_id]
        self._end_logins(*login_ids)
        return len(login_ids)

    def _end_logins(self, *login_ids: str) -> None:
        now, account = self._now(), self._context.principal.account
        with self._store.writing() as session:
            for login_id in login_ids:
                accounts.delete_login(session, login_id)
            if login_ids:
                subject = account or people.OWNER
                accounts.log_account_act(
                    session, subject, "log-ins ended", now, count=len(login_ids)
                )

    def _refuse_programs(self) -> None:
        """Refuse programs: where a person is logged in is no business of theirs."""
        if self._context.principal.token or self._context.principal.door in ("api", "mcp"):
            raise Forbidden("a program sees and changes no log-ins: log in yourself")

    def refusals(self) -> tuple[Refusal, ...]:
        """Return what was refused lately, the newest first; see `refusals.MAX_ENTRIES`."""
        with self._store.reading() as session:
            return refusals.list_refusals(session)

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
