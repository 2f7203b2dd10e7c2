"""By which names, and from which pages, the dashboard may be used: what the settings mean."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tables import check_rows
from tracker.errors import BadSettings, Refused
from tracker.model.bind_address import LOOPBACK, AccessPolicy, check_address, is_loopback

DEFAULT = AccessPolicy.from_settings("", "")
NAMED = AccessPolicy.from_settings("forecast.example.org, intern:8501, 192.0.2.7, 2001:db8::1", "")
PROXIED = AccessPolicy.from_settings("", "https://Forecast.example.org:443/")
NAMES = st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=12)


@check_rows([
    ("127.0.0.1:8501", True), ("localhost", True), ("LOCALHOST:8501", True),
    ("[::1]:8501", True), ("[0:0:0:0:0:0:0:1]:8501", True), ("evil.example", False),
    ("127.0.0.1.evil.example", False), ("localhost.", False), ("evil.localhost", False),
    ("0.0.0.0:8501", False), ("localhost:99999", False), ("localhost:", False),
    ("localhost:8501/", False), ("evil@localhost", False), ("localhost, evil.example", False),
    ("[::1", False), ("[:::]", False), ("", False),
])  # fmt: skip
def test_by_default_only_loopback_names_are_answered(host: str, answered: bool) -> None:
    assert DEFAULT.accepts_host(host) is answered


@check_rows([
    ("forecast.example.org", True), ("Forecast.Example.org:8501", True), ("intern:8501", True),
    ("intern", False), ("intern:8502", False), ("192.0.2.7:8501", True),
    ("[2001:db8::1]:8501", True), ("[2001:db8::2]:8501", False),
    ("evil.forecast.example.org", False),
    ("127.0.0.1:8501", True),  # the health check of a container, whatever is set
])  # fmt: skip
def test_allowed_names_are_answered_beside_the_loopback_names(host: str, answered: bool) -> None:
    assert NAMED.accepts_host(host) is answered


@given(NAMES)
def test_a_star_answers_every_well_formed_name(name: str) -> None:
    assert AccessPolicy.from_settings("*", "").accepts_host(f"{name}.example:8501")
    assert not AccessPolicy.from_settings("*", "").accepts_host(f"{name} example")
    assert not DEFAULT.accepts_host(f"{name}.example:8501")


@given(NAMES, NAMES, st.sampled_from(["http", "https"]), st.integers(1, 65535))
def test_a_page_is_own_only_by_scheme_host_and_port(
    host: str, other: str, scheme: str, port: int
) -> None:
    other_scheme = {"http": "https", "https": "http"}[scheme]
    assert DEFAULT.is_own_origin(f"{scheme}://{host}:{port}", scheme, f"{host}:{port}")
    assert not DEFAULT.is_own_origin(f"{other_scheme}://{host}:{port}", scheme, f"{host}:{port}")
    assert not DEFAULT.is_own_origin(
        f"{scheme}://{host}:{port % 65535 + 1}", scheme, f"{host}:{port}"
    )
    assert not DEFAULT.is_own_origin(f"{scheme}://{host}", scheme, f"{host}:{port}")
    assert DEFAULT.is_own_origin(f"{scheme}://{other}:{port}", scheme, f"{host}:{port}") is (
        other == host
    )


def test_behind_a_proxy_pages_of_the_public_address_are_own() -> None:
    assert PROXIED.public_origin == "https://forecast.example.org"
    assert PROXIED.is_own_origin("https://forecast.example.org", "http", "127.0.0.1:8501")
    assert PROXIED.is_own_origin("https://forecast.example.org", "http", "forecast.example.org")
    assert not PROXIED.is_own_origin("https://forecast.example.org:8443", "http", "127.0.0.1:8501")
    assert PROXIED.accepts_host("forecast.example.org")
    assert not DEFAULT.is_own_origin("", "http", "127.0.0.1:8501")
    actual = AccessPolicy.from_settings("", "http://[2001:DB8::1]:80").public_origin
    assert actual == "http://[2001:db8::1]"


@check_rows(["http://example.org", "a b", "example.org/", "*.example.org", "host:port", "-"])
def test_a_name_that_is_no_host_is_refused(names: str) -> None:
    with pytest.raises(BadSettings, match="'allowed_hosts'"):
        AccessPolicy.from_settings(f"localhost, {names}", "")


@check_rows([
    "example.org", "ftp://example.org", "https://example.org/tracker", "https://",
    "https://a@b", "http://[x]",
])  # fmt: skip
def test_a_public_url_is_scheme_host_and_port(url: str) -> None:
    with pytest.raises(BadSettings, match="'public_url'"):
        AccessPolicy.from_settings("", url)


@check_rows([
    ("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False),
    ("192.0.2.1", False), ("me", False),
])  # fmt: skip
def test_a_wider_address_needs_names(address: str, is_ours: bool) -> None:
    assert is_loopback(address) is is_ours
    check_address(address, named=True)
    if is_ours:
        check_address(address, named=False)
        return
    with pytest.raises(Refused, match=r"^[^\n]*TRACKER_ALLOWED_HOSTS=[^\n]*$"):
        check_address(address, named=False)


def test_loopback_names_are_loopback_addresses() -> None:
    assert all(map(is_loopback, LOOPBACK))
