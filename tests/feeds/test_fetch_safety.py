"""What is not public is not asked: not by its number, not by its name, not by a redirect, not by a
trick.
"""

from collections.abc import Iterator

import pytest
from yarl import URL

from tests.feeds.feed_server import FeedServer
from tests.feeds.fetching import BODY, FakeNames, ask, fetch_all, fetching, requests_to, results
from tests.tables import check_rows
from tracker.feeds.fetch_results import Fetched, FetchRequest, NotModified
from tracker.feeds.fetching import addresses, client
from tracker.feeds.fetching.headers import build_request_headers
from tracker.feeds.item import FeedId

PRIVATE = [
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "0x7f.1", "0177.0.0.1", "2130706433", "127.1",
    "127.0.0.1.", "１２７.0.0.1", "localhost", "LOCALHOST.", "[::1]", "[::]", "[::ffff:127.0.0.1]",
    "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]",
    "[fe80::1%25lo]", "169.254.169.254", "10.0.0.1", "100.64.0.1", "192.168.0.1", "224.0.0.1",
    "255.255.255.255",
]  # fmt: skip
REFUSED = ("is not a public address", "not an http(s) address", "host not found")
"""The client itself takes short and long forms of an IPv4 address for none; a name server may not
know them.
"""


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with FeedServer(keep_alive=True) as running:
        yield running


@pytest.fixture
def loopback_is_public(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test's server stands for the public internet; other private networks are as private as
    ever.
    """
    others = tuple(
        (network, why)
        for network, why in addresses.NON_PUBLIC_NETWORKS
        if str(network) != "127.0.0.0/8"
    )
    monkeypatch.setattr(addresses, "NON_PUBLIC_NETWORKS", others)


@check_rows(PRIVATE, "host")
def test_what_is_not_public_is_not_asked(server: FeedServer, host: str) -> None:
    server.serve("/feed.xml", BODY)
    result = ask(server.url("/feed.xml", host=host), private=())
    assert any(words in result.reason for words in REFUSED)
    assert not server.seen
    assert server.connections == 0


@pytest.mark.usefixtures("loopback_is_public")
@pytest.mark.parametrize(
    "host",
    [
        "169.254.169.254", "10.0.0.1", "100.64.0.1", "192.168.0.1", "metadata.test", "[::1]",
        "[::ffff:10.0.0.1]", "[64:ff9b::a00:1]", "[2002:a00:1::]", "[fe80::1%25lo]",
    ],
)  # fmt: skip
def test_a_redirect_to_a_private_address_is_not_followed(
    server: FeedServer, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    FakeNames(monkeypatch).leads["metadata.test"] = ["169.254.169.254"]
    server.redirect("/feed.xml", 302, server.url("/latest/meta-data/", host=host))
    assert "is not a public address" in ask(server.url("/feed.xml"), private=()).reason
    assert server.connections == 1


@pytest.mark.parametrize("host", PRIVATE[::5])
def test_a_redirect_from_an_allowed_host_does_not_allow_another(
    server: FeedServer, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = FakeNames(monkeypatch)
    names.leads |= {"nas.test": ["127.0.0.1"], "localhost": ["127.0.0.1"], "0x7f.1": ["127.0.0.1"]}
    server.redirect("/feed.xml", 302, server.url("/other.xml", host=host))
    result = ask(server.url("/feed.xml", host="nas.test"), private=["nas.test"])
    assert any(words in result.reason for words in REFUSED)
    assert [s.path for s in server.seen] == ["/feed.xml"]


@pytest.mark.usefixtures("loopback_is_public")
def test_a_name_that_changes_its_address_is_found_out(
    server: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter((["127.0.0.1"], ["10.0.0.1"]))
    FakeNames(monkeypatch).leads["rebinding.test"] = lambda: next(answers)
    with FeedServer() as other:
        server.redirect("/feed.xml", 302, other.url("/feed.xml", host="rebinding.test"))
        result = ask(server.url("/feed.xml", host="rebinding.test"), private=())
    assert "10.0.0.1 is not a public address (private)" in result.reason
    assert (len(server.seen), other.connections) == (1, 0)
    assert next(answers, None) is None


@pytest.mark.usefixtures("loopback_is_public")
def test_of_mixed_addresses_only_public_ones_are_asked(
    server: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    FakeNames(monkeypatch).leads["both.test"] = ["10.0.0.1", "127.0.0.1", "::ffff:10.0.0.2"]
    server.serve("/feed.xml", BODY)
    assert ask(server.url("/feed.xml", host="both.test"), private=(), total_seconds=2).body == BODY


def test_an_open_connection_of_an_allowed_name_serves_no_other(
    server: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = FakeNames(monkeypatch)
    names.leads = {"nas.test": ["127.0.0.1"], "evil.test": ["127.0.0.1"]}
    server.serve("/feed.xml", BODY)
    urls = [
        server.url("/feed.xml", host=host)
        for host in ("nas.test", "evil.test", "127.0.0.1", "nas.test")
    ]
    with fetching(private=["nas.test"]) as fetch:
        found = [results(fetch, requests_to(url))[0] for url in urls]
    assert [isinstance(r, Fetched) for r in found] == [True, False, False, True]
    assert server.connections == 1


@pytest.mark.parametrize(
    ("private", "host", "allowed"),
    [
        (["nas.test"], "nas.test", True), (["nas.test"], "NAS.test.", True),
        (["nas.test"], "www.nas.test", False), (["127.0.0.1"], "nas.test", True),
        (["127.0.0.0/8"], "127.0.0.1", True), (["10.0.0.0/8"], "127.0.0.1", False),
        (["::1"], "127.0.0.1", False), (["*"], "127.0.0.1", True),
    ],
)  # fmt: skip
def test_what_is_allowed_may_be_asked(
    server: FeedServer,
    monkeypatch: pytest.MonkeyPatch,
    private: list[str],
    host: str,
    allowed: bool,
) -> None:
    names = FakeNames(monkeypatch)
    names.leads = {name: ["127.0.0.1"] for name in ("nas.test", "nas.test.", "www.nas.test")}
    server.serve("/feed.xml", BODY, etag='"1"')
    result = ask(server.url("/feed.xml", host=host), '"1"', private=private)
    assert isinstance(result, NotModified) == allowed
    assert bool(server.seen) == allowed


def test_a_misspelt_network_in_the_allow_list_is_told() -> None:
    with pytest.raises(ValueError, match="private_feeds"), fetching(private=["10.0.0.0/99"]):
        pass


def test_no_proxy_is_taken_from_the_environment(
    server: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, server.url("/"))
    assert fetch_all(["http://nosuchhost.invalid/"])[0].reason == "host not found"
    assert server.connections == 0


@check_rows(
    [
        ("https://a.example/api", "https://a.example/other", True),
        ("https://a.example/api", "https://b.example/api", False),
        ("https://a.example/api", "http://a.example/api", False),
        ("https://a.example/api", "https://a.example:8443/api", False),
        ("http://a.example/api", "http://a.example/api", False),
    ]
)
def test_a_token_goes_to_its_own_server_over_tls(first: str, hop: str, sent: bool) -> None:
    request = FetchRequest(FeedId("x"), first, authorization="Token t0ken")
    headers = build_request_headers(client.withhold_secret(request, URL(hop)))
    assert (headers == {"Authorization": "Token t0ken"}) == sent
    assert sent or headers is None


@pytest.mark.usefixtures("loopback_is_public")
def test_a_token_is_not_sent_without_tls(server: FeedServer) -> None:
    server.serve("/feed.xml", BODY)
    request = FetchRequest(FeedId("x"), server.url("/feed.xml"), authorization="Token t0ken")
    with fetching() as fetch:
        results(fetch, [request])
    (seen,) = server.seen
    assert "t0ken" not in str(seen)
