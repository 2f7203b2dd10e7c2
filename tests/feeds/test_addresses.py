"""Which addresses may be asked."""

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tables import check_rows
from tracker.feeds.fetching.addresses import (
    AllowedAddresses,
    explain_refusal,
    parse_web_address,
    resolve_redirect,
)

V4 = st.integers(0, 2**32 - 1).map(IPv4Address)
V6 = st.integers(0, 2**128 - 1).map(IPv6Address)
PUBLIC = ("93.184.215.14", "8.8.8.8", "192.0.1.1", "2606:4700::1111", "2a00:1450:4001:80b::200e")


@check_rows([
    ("127.0.0.1", "loopback"), ("127.255.255.254", "loopback"), ("0.0.0.0", "unspecified"),
    ("0.1.2.3", "unspecified"), ("10.0.0.1", "private"), ("172.16.0.1", "private"),
    ("172.31.255.255", "private"), ("192.168.1.1", "private"),
    ("100.64.0.1", "inside a carrier's network"),
    ("100.127.255.255", "inside a carrier's network"), ("168.63.129.16", "a cloud's own"),
    ("169.254.169.254", "link-local"), ("192.0.0.8", "reserved"),
    ("192.0.2.7", "for documentation"), ("198.51.100.7", "for documentation"),
    ("203.0.113.7", "for documentation"), ("192.88.99.1", "reserved"),
    ("198.18.0.1", "for benchmarks"), ("224.0.0.1", "multicast"),
    ("239.255.255.250", "multicast"), ("240.0.0.1", "reserved"),
    ("255.255.255.255", "reserved"), ("::", "unspecified"), ("::1", "loopback"),
    ("::127.0.0.1", "reserved"), ("::ffff:0:127.0.0.1", "reserved"), ("fc00::1", "private"),
    ("fdff::1", "private"), ("fe80::1", "link-local"), ("fe80::1%eth0", "link-local"),
    ("2606:4700::1111%eth0", "link-local"), ("fec0::1", "private"), ("ff02::1", "multicast"),
    ("100::1", "reserved"), ("4000::1", "reserved"),
    ("2001:0:4136:e378:8000:63bf:3fff:fdd2", "reserved"),  # Teredo
    ("2001:db8::1", "for documentation"), ("3fff::1", "for documentation"),
    ("64:ff9b:1::808:808", "private"),
    # An IPv4 address in disguise is what it stands for.
    ("::ffff:127.0.0.1", "loopback"), ("::ffff:a9fe:a9fe", "link-local"),
    ("64:ff9b::7f00:1", "loopback"), ("64:ff9b::10.0.0.1", "private"),
    ("2002:7f00:1::", "loopback"), ("2002:a9fe:a9fe::1", "link-local"),
    ("feed.example", "no address"), ("", "no address"), ("127.1", "no address"),
])  # fmt: skip
def test_what_is_not_public_is_refused_with_the_reason(address: str, why: str) -> None:
    assert explain_refusal(address) == why


@check_rows(
    [*PUBLIC, "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1", "172.32.0.1", "100.128.0.1"]
)
def test_public_addresses_may_be_asked(address: str) -> None:
    assert explain_refusal(address) == ""
    assert AllowedAddresses().explain_refusal("feed.example", address) == ""


@given(V4 | V6)
def test_only_what_the_standard_library_calls_public_is_public(
    address: IPv4Address | IPv6Address,
) -> None:
    if explain_refusal(str(address)) == "":
        assert address.is_global
        assert not address.is_multicast


@given(V4)
def test_no_disguise_makes_an_address_public(address: IPv4Address) -> None:
    number = int(address)
    disguises = (0xFFFF << 32 | number, 0x64FF9B << 96 | number, 0x2002 << 112 | number << 80)
    assert {explain_refusal(str(IPv6Address(d))) for d in disguises} == {
        explain_refusal(str(address))
    }


# What is allowed all the same


def test_a_refusal_says_what_to_do_in_few_words() -> None:
    assert (
        AllowedAddresses().explain_refusal("localhost", "127.0.0.1")
        == "127.0.0.1 is not a public address (loopback); if that is meant, write its host into "
        "the setting private_feeds"
    )
    assert len(AllowedAddresses().explain_refusal("", "fe80::1%" + "e" * 5_000)) < 200


@check_rows(["nas.lan", "NAS.LAN", "nas.lan.", "bücher.lan", "xn--bcher-kva.lan"])
def test_an_allowed_name_may_lead_anywhere(host: str) -> None:
    allowed = AllowedAddresses.of(["Nas.lan", "Bücher.lan."])
    assert allowed.host(host)
    assert allowed.explain_refusal(host, "192.168.1.7") == ""
    assert allowed.explain_refusal("feed.example", "192.168.1.7") != ""
    assert not allowed.host("other.lan")
    assert not allowed.host("a.nas.lan")


@check_rows(["10.1.2.3", "::ffff:10.1.2.3", "64:ff9b::a01:203", "fd00::7", "192.168.1.7"])
def test_an_allowed_network_may_be_asked_by_any_name(address: str) -> None:
    allowed = AllowedAddresses.of(["10.0.0.0/8", "fd00::/64", "192.168.1.7", " "])
    assert allowed.explain_refusal("feed.example", address) == ""
    for other in ("192.168.1.8", "127.0.0.1", "fd01::7", "no address"):
        assert allowed.explain_refusal("feed.example", other) != ""


def test_a_network_may_be_written_in_several_ways() -> None:
    allowed = AllowedAddresses.of(["10.1.2.3/8", "[::1]"])
    assert (allowed.explain_refusal("", "10.9.9.9"), allowed.explain_refusal("", "::1")) == ("", "")
    assert AllowedAddresses.of(["ü..lan"]).host("Ü..lan")


@given(V4 | V6)
def test_a_star_allows_everything(address: IPv4Address | IPv6Address) -> None:
    assert AllowedAddresses.of(["*"]).explain_refusal("feed.example", str(address)) == ""


@check_rows(["10.0.0.0/99", "10.0.0.0/", "http://nas.lan/"])
def test_a_misspelt_network_is_an_error(slip: str) -> None:
    with pytest.raises(ValueError, match="private_feeds"):
        AllowedAddresses.of(["nas.lan", slip])


# Addresses as they are asked


@check_rows(
    [
        ("HTTP://Feeds.Example/A?b=C#top", "http://feeds.example/A?b=C"),
        ("  https://feeds.example/rss \n", "https://feeds.example/rss"),
        ("http://münchen.example/süd?q=ß", "http://xn--mnchen-3ya.example/s%C3%BCd?q=%C3%9F"),
        ("http://faß.example/", "http://xn--fa-hia.example/"),
        ("http://feeds.example:8080/a b", "http://feeds.example:8080/a%20b"),
        ("http://feeds.example:80", "http://feeds.example"),
        ("http://user:p%40ss@feeds.example/", "http://user:p%40ss@feeds.example/"),
        ("http://under_score.example/", "http://under_score.example/"),
        ("http://[2606:4700::1111]:8080/", "http://[2606:4700::1111]:8080/"),
        ("http://[fe80::1%25eth0]/", "http://[fe80::1%25eth0]/"),
        ("http://１２７.0.0.1/", "http://127.0.0.1/"),
    ]
)
def test_an_address_is_put_in_order(text: str, asked: str) -> None:
    assert str(parse_web_address(text)) == asked


@check_rows([
    "", "feed.xml", "//feeds.example/", "file:///etc/passwd", "ftp://feeds.example/",
    "feed://feeds.example/", "javascript:alert(1)", "http://", "http:///feed.xml",
    "http:feed.xml", "http://a:port/", "http://a:99999/", "http://a:0/", "http://a b/",
    "http://a%20b/", "http://a%00b/", "http://[::1", "http://a\\@b/", "http://\ud800/",
    "http://" + "a" * 300 + ".example/",
])  # fmt: skip
def test_what_is_no_http_address_is_told(text: str) -> None:
    assert parse_web_address(text) is None


@given(st.text())
def test_any_text_is_an_address_or_none(text: str) -> None:
    for found in (
        parse_web_address(text),
        parse_web_address(f"http://{text}"),
        resolve_redirect(BASE, text),
    ):
        assert found is None or (
            found.scheme in ("http", "https") and found.raw_host and not found.raw_fragment
        )


# Where a redirect leads

BASE = parse_web_address("http://feeds.example/a/b?c") or pytest.fail("no address")


@check_rows(
    [
        ("/new", "http://feeds.example/new"),
        ("new", "http://feeds.example/a/new"),
        ("?page=2", "http://feeds.example/a/b?page=2"),
        ("//other.example/x", "http://other.example/x"),
        (" https://other.example/x#y ", "https://other.example/x"),
        ("/caf\udce9", "http://feeds.example/caf%E9"),
        ("/a b", "http://feeds.example/a%20b"),
        ("http://made:up@other.example/", "http://other.example/"),
    ]
)
def test_a_redirect_is_resolved_against_its_page(location: str, target: str) -> None:
    assert str(resolve_redirect(BASE, location)) == target


@check_rows(
    ["file:///etc/passwd", "ftp://x/", "data:,", "http://[::1", "http://a b/", "mailto:a@b"]
)
def test_a_redirect_to_anything_but_http_leads_nowhere(location: str) -> None:
    assert resolve_redirect(BASE, location) is None


@check_rows(
    [
        ("/new", "http://me:secret@feeds.example/new"),
        ("http://feeds.example/new", "http://me:secret@feeds.example/new"),
        ("http://made:up@feeds.example/new", "http://me:secret@feeds.example/new"),
        ("https://feeds.example/new", "https://me:secret@feeds.example/new"),
        ("https://feeds.example:8443/new", "https://feeds.example:8443/new"),
        ("http://feeds.example:8080/new", "http://feeds.example:8080/new"),
        ("http://other.example/new", "http://other.example/new"),
        ("//evil.example/new", "http://evil.example/new"),
    ]
)
def test_a_password_stays_with_its_host(location: str, target: str) -> None:
    base = parse_web_address("http://me:secret@feeds.example/feed")
    assert base is not None
    assert str(resolve_redirect(base, location)) == target


def test_a_password_does_not_leave_the_secure_port() -> None:
    base = parse_web_address("https://me:secret@feeds.example/feed")
    assert base is not None
    assert str(resolve_redirect(base, "http://feeds.example/feed")) == "http://feeds.example/feed"
