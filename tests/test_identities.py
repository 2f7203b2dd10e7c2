"""Whom others vouch for: roles by group, newcomers, and accounts that nobody else can take."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import FakeClock, a_set
from tests.tables import check_rows
from tracker.app.tracker import Tracker, open_tracker
from tracker.errors import BadSettings, Refused
from tracker.model.accounts import Visitor
from tracker.model.identities import PROXY, EntryRules, Identity, ProxyTrust, is_safe_address
from tracker.model.principal import RIGHTS
from tracker.people.accounts import LoginRefusal, NewSecret
from tracker.people.names import name_newcomer
from tracker.settings import Settings, check_settings

HERE = Visitor("192.0.2.7", "Firefox")
BEN = Identity("https://id.example", "s1", "Ben")


@pytest.fixture
def welcoming(on_each: Settings, clock: FakeClock) -> Tracker:
    """A tracker on each dialect in which newcomers forecast and the staff curates."""
    rules = {"newcomer_role": "forecaster", "group_roles": "staff=analyst"}
    return open_tracker(replace(on_each, me="ada", **rules), now=clock)


def enter(tracker: Tracker, identity: Identity) -> NewSecret:
    """Log in by an identity, which has to work."""
    result = tracker.accounts.enter_by_identity(identity, HERE)
    assert isinstance(result, NewSecret), result
    return result


def test_a_newcomer_gets_the_default_role_once(welcoming: Tracker) -> None:
    with welcoming as tracker:
        enter(tracker, BEN)
        (account,) = tracker.accounts.list()
        assert (account.forecaster, account.role) == ("ben", "forecaster")
        tracker.accounts.change_role("ben", "analyst")
        enter(tracker, BEN)
        assert [a.role for a in tracker.accounts.list()] == ["analyst"]
        staff = Identity(PROXY, "ben", "ben", frozenset({"staff"}))
        admitted = tracker.accounts.identify_vouched(staff)
        assert not isinstance(admitted, LoginRefusal)
        principal, login_id = admitted
        assert (principal.me, principal.role, principal.door) == ("ben-2", "analyst", "page")
        assert tracker.accounts.identify(login_id) == principal
        lapsed = tracker.accounts.identify_vouched(Identity(PROXY, "ben", "ben"))
        assert not isinstance(lapsed, LoginRefusal)
        assert lapsed[0].role == "forecaster"
        assert tracker.system.verify().bad_seq is None


def test_two_first_requests_make_one_account(welcoming: Tracker) -> None:
    with welcoming as tracker, ThreadPoolExecutor(6) as threads:
        admitted = [*threads.map(tracker.accounts.identify_vouched, [BEN] * 6)]
        assert len({*admitted}) == len(tracker.accounts.list()) == 1


def test_who_is_vouched_for_is_read_without_writing(welcoming: Tracker) -> None:
    with welcoming as tracker:
        first = tracker.accounts.identify_vouched(BEN)
        version = tracker.system.version()
        assert tracker.accounts.identify_vouched(BEN) == first
        assert tracker.system.version() == version


def test_nobody_takes_an_existing_forecaster(welcoming: Tracker) -> None:
    with welcoming as tracker:
        tracker.question_sets.load(a_set())
        tracker.people.add("Ben")
        for number, name in enumerate(("Ben", "ada", "crowd", "suggestion", "…", "")):
            enter(tracker, Identity("https://id.example", f"x{number}", name))
        names = {account.forecaster for account in tracker.accounts.list()}
        assert not names & {"ben", "ada", "crowd", "suggestion", ""}
        assert len(names) == 6


def test_only_a_link_for_admins_makes_the_owners_account(tracker: Tracker) -> None:
    lesser, admin = (tracker.accounts.invite(role).secret for role in ("viewer", "admin"))
    with pytest.raises(Refused, match="already"):
        tracker.accounts.join(lesser, tracker.me, "a house by the river", HERE)
    tracker.accounts.join(admin, tracker.me, "a house by the river", HERE)


def test_the_owner_links_a_provider_and_stays_the_owner(welcoming: Tracker) -> None:
    with welcoming as tracker:
        tracker.through("page").accounts.link_mine(BEN)
        enter(tracker, BEN)
        tracker.accounts.link("ada", "ada", by_proxy=True)
        assert [(a.forecaster, a.role) for a in tracker.accounts.list()] == [("ada", "admin")]


def test_an_account_without_a_name_is_made_for_nobody(welcoming: Tracker) -> None:
    with welcoming as tracker:
        for subject in ("", "x" * 256, "a\nb", "\x00"):
            bad = Identity("https://id.example", subject, "Eve")
            assert isinstance(tracker.accounts.enter_by_identity(bad, HERE), LoginRefusal)
        assert tracker.accounts.list() == ()


def test_no_identity_stands_readable_in_the_log(welcoming: Tracker) -> None:
    with welcoming as tracker:
        enter(tracker, Identity("https://id.example", "ben@example.org", "Ben"))
        with tracker.context.store.engine.connect() as connection:
            log = str(connection.exec_driver_sql("SELECT * FROM log").fetchall())
    assert "ben@example.org" not in log
    assert '"act":"linked"' in log


def test_an_agent_is_made_in_one_way_alone(tracker: Tracker) -> None:
    with pytest.raises(Refused, match="tracker people add NAME --role agent"):
        tracker.accounts.invite("agent")
    scout, ben = tracker.accounts.add("Scout", "agent"), tracker.accounts.add("Ben", "viewer")
    for account, role in ((scout, "viewer"), (ben, "agent")):
        with pytest.raises(Refused, match="make another account"):
            tracker.accounts.change_role(account.id, role)  # type: ignore[arg-type]


@check_rows([
    ({"newcomer_role": "admin"}, "'newcomer_role' must be one of viewer, forecaster, analyst"),
    ({"newcomer_role": "agent"}, "'newcomer_role' must be one of"),
    ({"group_roles": "staff"}, "'group_roles': write GROUP=ROLE"),
    ({"group_roles": "=admin"}, "'group_roles': write GROUP=ROLE"),
    ({"group_roles": "bots=agent"}, "'group_roles': write GROUP=ROLE"),
    ({"trusted_proxies": "*"}, "'trusted_proxies': '\\*' is no address or network"),
    ({"trusted_proxies": "0.0.0.0/0"}, "'trusted_proxies': '0.0.0.0/0' is no address"),
    ({"trusted_proxies": "10.0.0.1/8"}, "'trusted_proxies'"),
    ({"trusted_proxies": "proxy.example"}, "'trusted_proxies'"),
    ({"trusted_header": ""}, "'trusted_header' is ''"),
    ({"trusted_header": "Remote User"}, "'trusted_header' is 'Remote User'"),
    ({"trusted_groups_header": "a:b"}, "'trusted_groups_header' is 'a:b'"),
    ({"oidc_issuer": "http://id.example", "oidc_client_id": "x"}, "write the https address"),
    ({"oidc_issuer": "https://u:p@id.example", "oidc_client_id": "x"}, "write the https address"),
    ({"oidc_issuer": "https://id.example"}, "'oidc_client_id' is missing"),
    ({"oidc_issuer": "https://id.example", "oidc_client_id": "x", "oidc_scopes": "email"},
     "'oidc_scopes' must hold openid"),
])  # fmt: skip
def test_a_bad_setting_is_refused(values: dict[str, str], message: str) -> None:
    with pytest.raises(BadSettings, match=message):
        check_settings(Settings(**values))  # type: ignore[arg-type]


def test_the_client_secret_is_never_shown() -> None:
    settings = Settings(
        oidc_issuer="https://id.example", oidc_client_id="t", oidc_client_secret="s3"
    )
    assert "s3" not in repr(settings)
    assert "s3" not in repr(settings.oidc_client)


@check_rows([
    ("10.0.0.7", True), ("::ffff:10.0.0.7", True), ("127.0.0.2", True), ("fd00::1", True),
    ("127.0.0.1", False), ("11.0.0.7", False), ("::1", False), ("", False), ("10.0.0.7x", False),
])  # fmt: skip
def test_a_proxy_is_trusted_by_its_address(address: str, trusted: bool) -> None:
    trust = ProxyTrust.from_settings("10.0.0.0/8, 127.0.0.2,fd00::/8,", "Remote-User", "")
    assert trust.trusts(address) is trusted
    assert not ProxyTrust().trusts(address)


@check_rows([
    ("https://id.example/realms/a", True), ("http://127.0.0.1:9", True), ("http://[::1]/", True),
    ("http://id.example", False), ("javascript:x", False), ("https://", False), ("", False),
    ("https://id.example/?a=b", False), ("https://[x", False), ("file:///etc/passwd", False),
])  # fmt: skip
def test_secrets_go_to_safe_addresses_alone(address: str, safe: bool) -> None:
    assert is_safe_address(address) is safe


@given(
    st.sets(st.sampled_from(["a", "b", "c", "d"])), st.permutations(["viewer", "analyst", "admin"])
)
def test_more_groups_never_mean_fewer_rights(groups: set[str], roles: list[str]) -> None:
    pairs = ",".join(f"{group}={role}" for group, role in zip("abc", roles, strict=True))
    rules = EntryRules.from_settings("", pairs)
    given_role = rules.find_group_role(groups)
    for group in groups & {"a", "b", "c"}:
        assert given_role is not None
        assert RIGHTS[rules.group_roles[group]] <= RIGHTS[given_role]
    assert (given_role is None) == (not groups & {"a", "b", "c"})


@given(st.text(max_size=120), st.sets(st.from_regex(r"[a-z]{0,3}(-2)?", fullmatch=True)))
def test_a_newcomer_has_a_free_and_printable_name(name: str, taken: set[str]) -> None:
    made = name_newcomer(name, taken)  # type: ignore[arg-type]
    assert made.id not in taken
    assert made.id
    assert made.name.isprintable()
    assert 0 < len(made.name) <= 80
