"""People log in by an OpenID provider or through a proxy, and nobody else does so."""

from dataclasses import replace

import pytest

from tests.dashboard.served import PUBLIC, Answer, Served
from tests.dashboard.team import PROXY_ADDRESS, Team, get_cookie, read_query
from tracker.errors import Refused

BROWSER = {"Accept": "text/html"}


def read_roles(team: Team) -> dict[str, str]:
    """Return the roles of all accounts by their forecasters."""
    return {account.forecaster: account.role for account in team.tracker.accounts.list()}


def expect_refusal(team: Team, answer: Answer, words: bytes) -> None:
    """Check that an answer says why, in one line, and lets nobody in."""
    assert answer.status == 403, answer.body
    assert words in answer.body
    cookie = answer.headers.get("set-cookie", "")
    assert "tracker-login" not in cookie


def test_the_log_in_page_offers_the_provider(team: Team) -> None:
    for path in ("/login", "/join"):
        assert b"with Example ID" in team.server.ask(path).body
    address, way = team.begin(next="/inbox")
    query = read_query(address)
    assert address.startswith(team.provider.issuer)
    assert query["redirect_uri"] == f"{PUBLIC}/sso/callback"
    assert query["code_challenge_method"] == "S256"
    assert {"state", "nonce", "code_challenge"} <= query.keys()
    assert way.startswith(f"tracker-sso-{team.server.port}=")


def test_a_group_lets_its_people_in_with_its_role(team: Team) -> None:
    team.provider.add("s1", name="Carla Bo", groups=["staff", "else"])
    answer = team.enter("s1", next="/inbox")
    assert (answer.status, answer.headers["location"]) == (303, "/inbox")
    assert team.read(get_cookie(answer)) == 200
    assert read_roles(team)["carla-bo"] == "analyst"
    team.provider.add("s1", name="Carla Bo", groups=["board"])
    get_cookie(team.enter("s1"))
    assert read_roles(team)["carla-bo"] == "admin"
    team.provider.add("s1", name="Carla Bo", groups=[])
    expect_refusal(team, team.enter("s1"), b"None of your groups may enter any more")
    assert read_roles(team)["carla-bo"] == "viewer"
    assert team.read(get_cookie(answer)) == 401


def test_a_stranger_is_told_whom_to_ask(team: Team) -> None:
    team.provider.add("s2", name="Dora")
    expect_refusal(team, team.enter("s2"), b"Nobody has let you in yet")
    assert "dora" not in read_roles(team)


def test_an_invitation_is_taken_by_the_provider(team: Team) -> None:
    team.provider.add("s3", name="Emil")
    secret = team.tracker.accounts.invite("forecaster").secret
    cookie = get_cookie(team.enter("s3", secret=secret))
    assert team.read(cookie) == 200
    assert read_roles(team)["emil"] == "forecaster"
    expect_refusal(team, team.enter("s2", secret=secret), b"This link was used")
    get_cookie(team.enter("s3"))


def test_equal_names_and_mails_bind_nothing(team: Team) -> None:
    team.let_join("Finn", "admin")
    team.provider.add("s4", name="Finn", email="finn@example.org", groups=["staff"])
    get_cookie(team.enter("s4"))
    roles = read_roles(team)
    assert (roles["finn"], roles["finn-2"]) == ("admin", "analyst")
    team.provider.add("s5", name="ada", groups=["staff"])
    get_cookie(team.enter("s5"))
    assert "ada" not in read_roles(team)
    assert "ada-2" in read_roles(team)


def test_a_person_links_the_provider_while_logged_in(team: Team) -> None:
    cookie = team.let_join("Gita")
    assert team.server.ask("/link", **BROWSER).status == 303
    assert b"Link Example ID" in team.server.ask("/link", Cookie=cookie).body
    address, way = team.begin(cookie, "/link")
    back = team.provider.confirm(address, "s6")
    expect_refusal(team, team.server.ask(back, Cookie=way), b"began elsewhere")
    address, way = team.begin(cookie, "/link")
    back = team.provider.confirm(address, "s6")
    login = get_cookie(team.server.ask(back, Cookie=f"{way}; {cookie}"))
    assert team.read(login) == 200
    assert team.read(cookie) == 401
    other = team.let_join("Hugo")
    address, way = team.begin(other, "/link")
    back = team.provider.confirm(address, "s6")
    taken = team.server.ask(back, Cookie=f"{way}; {other}")
    expect_refusal(team, taken, b"belongs to another account")


def test_a_log_in_comes_back_once_to_its_own_browser(team: Team) -> None:
    team.provider.add("s7", name="Ida", groups=["staff"])
    address, way = team.begin()
    back = team.provider.confirm(address, "s7")
    expect_refusal(team, team.server.ask(back), b"began elsewhere")
    _, other = team.begin()
    expect_refusal(team, team.server.ask(back, Cookie=other), b"began elsewhere")
    get_cookie(team.server.ask(back, Cookie=way))
    expect_refusal(team, team.server.ask(back, Cookie=way), b"began elsewhere")


def test_a_forged_answer_of_the_provider_opens_nothing(team: Team) -> None:
    for forged, words in (
        ("code=x", b"began elsewhere"),
        ("state={state}&code=x", b"did not confirm who you are"),
        ("state={state}&error=access_denied", b"let nobody in"),
        ("state={state}", b"let nobody in"),
        ("state=%C3%A9&code=x", b"began elsewhere"),
    ):
        address, way = team.begin()
        query = forged.format(state=read_query(address)["state"])
        answer = team.server.ask(f"/sso/callback?{query}", Cookie=way)
        expect_refusal(team, answer, words)


def test_no_other_site_begins_a_log_in(team: Team) -> None:
    for origin in ("https://evil.example", "null", None):
        for path in ("/sso", "/link"):
            assert team.server.ask(path, "POST", b"", Origin=origin).status == 403


def test_a_proxy_names_whom_it_has_logged_in(team: Team) -> None:
    ask = team.proxy.ask
    headers = {"Remote_User": "iris", "Remote_Groups": "staff, else"}
    answer = ask("/api/v1/questions", **headers)
    assert (answer.status, answer.headers.get("set-cookie")) == (200, None)
    assert read_roles(team)["iris"] == "analyst"
    assert ask("/questions", **headers).is_page
    team.tracker.accounts.disable("iris")
    assert ask("/api/v1/questions", **headers).status == 401
    page = ask("/questions", **headers, **BROWSER)
    assert (page.status, b"This account is disabled" in page.body) == (403, True)
    assert ask("/api/v1/questions", Remote_User="jon").status == 401
    assert ask("/api/v1/questions", Remote_User="").status == 401


def test_the_word_of_a_proxy_stands_above_a_cookie(team: Team) -> None:
    cookie = team.let_join("Kira", "admin")
    assert team.proxy.ask("/api/v1/questions", Cookie=cookie).status == 200
    stranger = team.proxy.ask("/api/v1/questions", Cookie=cookie, Remote_User="lou")
    assert stranger.status == 401


@pytest.mark.parametrize("header", ["Remote-User", "remote_user", "REMOTE-USER"])
def test_nobody_else_is_believed_a_name(team: Team, header: str) -> None:
    team.proxy.ask("/api/v1/questions", Remote_User="mia", Remote_Groups="board")
    assert read_roles(team)["mia"] == "admin"
    for forwarded in (None, PROXY_ADDRESS, f"{PROXY_ADDRESS}, {PROXY_ADDRESS}"):
        elsewhere: Served = replace(team.server, source="127.0.0.3")
        for server in (team.server, elsewhere):
            answer = server.ask(
                "/api/v1/questions",
                **{header: "mia"},
                Remote_Groups="board",
                X_Forwarded_For=forwarded,
            )
            assert answer.status == 401


def test_an_admin_links_a_name_of_the_proxy(team: Team) -> None:
    team.let_join("Nele", "forecaster")
    assert team.proxy.ask("/api/v1/questions", Remote_User="nele").status == 401
    team.tracker.accounts.link("nele", "nele", by_proxy=True)
    assert team.proxy.ask("/api/v1/questions", Remote_User="nele").status == 200
    assert read_roles(team)["nele"] == "forecaster"
    team.tracker.accounts.unlink("nele")
    assert team.proxy.ask("/api/v1/questions", Remote_User="nele").status == 401
    with pytest.raises(Refused, match="Nele is linked to nothing"):
        team.tracker.accounts.unlink("nele")
