"""People join by a link, log in by a password, and let programs in by a token."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.builders import FakeClock, a_set
from tests.conftest import SHIPPED_HASHER
from tests.test_permissions import read_actors
from tracker.app.tracker import Tracker
from tracker.errors import Forbidden, NotFound, Refused
from tracker.model.accounts import Account, Visitor
from tracker.model.identities import Identity
from tracker.model.principal import Principal
from tracker.people.accounts import LoginRefusal, NewSecret
from tracker.people.secrets import hash_secret

PASSWORD = "a house by the river"
HERE = Visitor("192.0.2.7", "Firefox")


def let_join(tracker: Tracker, name: str = "Ben", role: str = "forecaster") -> NewSecret:
    """Invite a person, who joins and is logged in."""
    link = tracker.accounts.invite(role)  # type: ignore[arg-type]
    return tracker.accounts.join(link.secret, name, PASSWORD, HERE)


def identify(tracker: Tracker, login: NewSecret) -> Principal | None:
    """Return whoever has the cookie of a log-in."""
    return tracker.accounts.identify(hash_secret(login.secret))


def the_account(tracker: Tracker) -> Account:
    """Return the only account."""
    (account,) = tracker.accounts.list()
    return account


def log_in(tracker: Tracker, password: str = PASSWORD, name: str = "ben") -> NewSecret:
    """Log in, which has to work."""
    result = tracker.accounts.log_in(name, password, HERE)
    assert isinstance(result, NewSecret)
    return result


def fail_log_in(tracker: Tracker, password: str = "wrong", name: str = "ben") -> str:
    """Log in, which has to be refused, and return the reason."""
    result = tracker.accounts.log_in(name, password, HERE)
    assert isinstance(result, LoginRefusal)
    return result.reason


def test_an_invited_person_joins_and_acts_with_their_role(tracker: Tracker) -> None:
    tracker.question_sets.load(a_set())
    principal = identify(tracker, let_join(tracker))
    assert principal is not None
    assert (principal.me, principal.role, principal.door) == ("ben", "forecaster", "page")
    ben = tracker.serve(principal)
    ben.forecasts.submit("summit-2027", "40%")
    with pytest.raises(Forbidden, match="needs analyst"):
        ben.questions.retract("summit-2027", "typo")
    assert f'"account":"{the_account(tracker).id}"' in read_actors(tracker)[-1]
    assert tracker.system.verify().bad_seq is None


def test_a_link_works_once_and_for_a_week(tracker: Tracker, clock: FakeClock) -> None:
    link = tracker.accounts.invite("viewer")
    tracker.accounts.join(link.secret, "Ben", PASSWORD, HERE)
    late = tracker.accounts.invite("viewer")
    clock.advance(days=7)
    for secret in (link.secret, late.secret, "guess"):
        with pytest.raises(Refused, match="ask for a new one"):
            tracker.accounts.join(secret, "Eve", PASSWORD, HERE)
    assert [account.name for account in tracker.accounts.list()] == ["Ben"]


@pytest.mark.parametrize(
    ("name", "password", "reason"),
    [
        ("Ben", PASSWORD, "somebody has the name 'Ben' already"),
        ("suggestion", PASSWORD, "computed by the tracker"),
        ("!", PASSWORD, "a name takes"),
        ("Eve", "short", "a password takes 10 to 1000 characters"),
    ],
)
def test_a_refused_join_leaves_the_link_good(
    tracker: Tracker, name: str, password: str, reason: str
) -> None:
    let_join(tracker)
    link = tracker.accounts.invite("viewer")
    with pytest.raises(Exception, match=reason):
        tracker.accounts.join(link.secret, name, password, HERE)
    tracker.accounts.join(link.secret, "Carla", PASSWORD, HERE)


def test_a_log_in_ends_thirty_days_after_its_last_use(tracker: Tracker, clock: FakeClock) -> None:
    login = let_join(tracker)
    clock.advance(days=29)
    assert identify(tracker, login) is not None
    clock.advance(days=29)
    assert identify(tracker, login) is not None
    clock.advance(days=30)
    assert identify(tracker, login) is None


def test_each_log_in_has_a_new_cookie_and_ends_alone(tracker: Tracker) -> None:
    first, second = let_join(tracker), log_in(tracker)
    assert first.secret != second.secret
    principal = identify(tracker, second)
    assert principal is not None
    ben = tracker.serve(principal)
    assert [login.browser for login in ben.accounts.logins()] == ["Firefox", "Firefox"]
    ben.accounts.end_login(hash_secret(first.secret))
    assert identify(tracker, first) is None
    ben.accounts.log_out(second.secret)
    assert identify(tracker, second) is None


def test_nobody_ends_the_log_in_of_another(tracker: Tracker) -> None:
    ben, eve = let_join(tracker), identify(tracker, let_join(tracker, "Eve"))
    assert eve is not None
    with pytest.raises(NotFound):
        tracker.serve(eve).accounts.end_login(hash_secret(ben.secret))
    assert identify(tracker, ben) is not None


def test_a_person_ends_all_other_log_ins(tracker: Tracker) -> None:
    kept, *others = let_join(tracker), log_in(tracker), log_in(tracker)
    eve = let_join(tracker, "Eve")
    ben = identify(tracker, kept)
    assert ben is not None
    counts = {account.id: 3 if account.name == "Ben" else 1 for account in tracker.accounts.list()}
    assert tracker.accounts.count_logins() == counts
    assert tracker.serve(ben).accounts.end_other_logins(hash_secret(kept.secret)) == 2
    assert [identify(tracker, login) for login in others] == [None, None]
    assert None not in (identify(tracker, kept), identify(tracker, eve))
    assert tracker.system.verify().bad_seq is None


def test_a_program_has_no_business_with_log_ins(tracker: Tracker) -> None:
    login = let_join(tracker)
    ben = identify(tracker, login)
    assert ben is not None
    made = tracker.serve(ben).accounts.make_token("x", "viewer", 30)
    for door in ("api", "mcp"):
        program = tracker.accounts.identify_program(made.secret, door)  # type: ignore[arg-type]
        assert program is not None
        accounts = tracker.serve(program).accounts
        for act in (
            accounts.logins,
            lambda accounts=accounts: accounts.end_login(hash_secret(login.secret)),
            lambda accounts=accounts: accounts.end_other_logins(""),
            lambda accounts=accounts: accounts.link_mine(Identity("https://id.example", "x", "x")),
        ):
            with pytest.raises(Forbidden, match="a program sees and changes no log-ins"):
                act()
    assert identify(tracker, login) is not None


def test_an_unknown_name_is_refused_in_the_same_words(tracker: Tracker) -> None:
    let_join(tracker)
    assert fail_log_in(tracker) == fail_log_in(tracker, name="nobody") == fail_log_in(tracker, "")
    assert fail_log_in(tracker, PASSWORD, name="") == fail_log_in(tracker)


def test_a_thousand_guesses_get_few_answers(tracker: Tracker, clock: FakeClock) -> None:
    let_join(tracker)
    answers = 0
    for _ in range(1000):
        answers += fail_log_in(tracker) == "Name and password do not fit together."
        clock.advance(seconds=1)
    assert answers <= 12
    assert "Try again in" in fail_log_in(tracker, PASSWORD)
    clock.advance(hours=1)
    log_in(tracker)
    assert fail_log_in(tracker) == "Name and password do not fit together."


def test_a_new_password_ends_all_log_ins_with_the_old(tracker: Tracker) -> None:
    login = let_join(tracker)
    link = tracker.accounts.offer_reset("ben")
    tracker.accounts.reset(link.secret, "another house by the sea", HERE)
    assert identify(tracker, login) is None
    fail_log_in(tracker, PASSWORD)
    log_in(tracker, "another house by the sea")
    with pytest.raises(Refused, match="was used"):
        tracker.accounts.reset(link.secret, PASSWORD, HERE)


def test_links_do_only_what_they_are_for(tracker: Tracker) -> None:
    let_join(tracker)
    reset, owner = tracker.accounts.offer_reset("ben"), tracker.accounts.make_owner_link()
    invitation = tracker.accounts.invite("viewer")
    with pytest.raises(Refused):
        tracker.accounts.join(reset.secret, "Eve", PASSWORD, HERE)
    with pytest.raises(Refused):
        tracker.accounts.reset(owner.secret, PASSWORD, HERE)
    with pytest.raises(Refused):
        tracker.accounts.enter_as_owner(invitation.secret, HERE)
    login = tracker.accounts.enter_as_owner(owner.secret, HERE)
    principal = identify(tracker, login)
    assert principal is not None
    assert (principal.me, principal.role, principal.account) == (tracker.me, "admin", "")


def test_a_disabled_account_is_out_at_once(tracker: Tracker) -> None:
    login = let_join(tracker)
    token = tracker.accounts.make_token("n", "viewer", 9, account=the_account(tracker).id)
    tracker.accounts.disable("ben")
    assert identify(tracker, login) is None
    assert tracker.accounts.identify_program(token.secret, "api") is None
    fail_log_in(tracker, PASSWORD)
    tracker.accounts.enable("ben")
    log_in(tracker)


def test_a_changed_role_counts_at_once(tracker: Tracker) -> None:
    login = let_join(tracker)
    tracker.accounts.change_role("ben", "viewer")
    principal = identify(tracker, login)
    assert principal is not None
    assert principal.role == "viewer"


def test_a_token_acts_for_its_account_with_its_role(tracker: Tracker, clock: FakeClock) -> None:
    ben = identify(tracker, let_join(tracker, role="analyst"))
    assert ben is not None
    made = tracker.serve(ben).accounts.make_token("nightly", "viewer", 30)
    program = tracker.accounts.identify_program(made.secret, "api")
    assert program is not None
    assert (program.me, program.role, program.door) == ("ben", "viewer", "api")
    (token,) = tracker.serve(ben).accounts.tokens()
    assert token.used_at == clock.time
    clock.advance(days=30)
    assert tracker.accounts.identify_program(made.secret, "api") is None


def test_a_token_is_never_more_than_its_account(tracker: Tracker) -> None:
    ben = identify(tracker, let_join(tracker, role="analyst"))
    assert ben is not None
    with pytest.raises(Refused, match="analyst or a lesser one"):
        tracker.serve(ben).accounts.make_token("x", "admin", 30)
    made = tracker.serve(ben).accounts.make_token("x", "analyst", 30)
    tracker.accounts.change_role("ben", "forecaster")
    program = tracker.accounts.identify_program(made.secret, "api")
    assert program is not None
    assert program.role == "forecaster"


def test_a_token_makes_none_above_itself(tracker: Tracker) -> None:
    ben = identify(tracker, let_join(tracker, role="analyst"))
    assert ben is not None
    made = tracker.serve(ben).accounts.make_token("x", "viewer", 30)
    program = tracker.accounts.identify_program(made.secret, "api")
    assert program is not None
    with pytest.raises(Forbidden, match="whoever acts as viewer makes no token for analyst"):
        tracker.serve(program).accounts.make_token("y", "analyst", 30)
    other = tracker.serve(program).accounts.make_token("y", None, 30)
    second = tracker.accounts.identify_program(other.secret, "api")
    assert second is not None
    assert second.role == "viewer"


def test_a_token_is_revoked_by_its_owner_alone(tracker: Tracker) -> None:
    ben = identify(tracker, let_join(tracker))
    eve = identify(tracker, let_join(tracker, "Eve"))
    assert ben is not None
    assert eve is not None
    made = tracker.serve(ben).accounts.make_token("x", "viewer", 30)
    (token,) = tracker.serve(ben).accounts.tokens()
    with pytest.raises(NotFound):
        tracker.serve(eve).accounts.revoke_token(token.id)
    with pytest.raises(Forbidden):
        tracker.serve(eve).accounts.make_token("x", "viewer", 30, account=ben.account)
    tracker.serve(ben).accounts.revoke_token(token.id)
    assert tracker.accounts.identify_program(made.secret, "api") is None


def test_an_agent_forecasts_beside_the_crowd(tracker: Tracker) -> None:
    tracker.question_sets.load(a_set())
    account = tracker.accounts.add("Scout", "agent")
    made = tracker.accounts.make_token("x", "agent", 30, account=account.id)
    scout = tracker.accounts.identify_program(made.secret, "mcp")
    assert scout is not None
    tracker.serve(scout).forecasts.submit("summit-2027", "90%")
    standings = tracker.questions.get("summit-2027").summary.standings
    assert standings[account.forecaster].forecaster.kind == "agent"
    assert "crowd" not in standings


def test_passwords_are_hashed_slowly_with_much_memory() -> None:
    assert SHIPPED_HASHER.hash(PASSWORD).startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_no_secret_is_stored(tracker: Tracker) -> None:
    secrets = [let_join(tracker).secret, tracker.accounts.invite("viewer").secret, PASSWORD]
    secrets.append(tracker.accounts.make_token("x", "viewer", 1).secret)
    with tracker.context.store.engine.connect() as connection:
        for table in ("account", "login", "access_link", "api_token", "log"):
            stored = str(connection.execute(text(f"SELECT * FROM {table}")).fetchall())
            assert not any(secret in stored for secret in secrets), table


def test_ended_log_ins_are_forgotten(tracker: Tracker, clock: FakeClock) -> None:
    let_join(tracker)
    clock.advance(days=31)
    log_in(tracker)
    with tracker.context.store.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM login")).scalar_one() == 1
    assert clock.time - timedelta(days=31) == the_account(tracker).created_at
