"""An OpenID provider's word counts only if it is signed, for us, for this log-in, and in time."""

import base64
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.dashboard.team import Provider, providing
from tests.tables import check_rows
from tracker.model.identities import Identity, OidcClient
from tracker.people.accounts import LoginRefusal
from tracker.people.oidc import AuthorizationRequest, OidcProvider, _check_metadata

BACK = "https://forecast.example.org/sso/callback"
URLS = {
    "authorization_endpoint": "https://id.example/a",
    "token_endpoint": "https://id.example/t",
    "jwks_uri": "https://id.example/j",
}


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    """A provider that knows Ben."""
    with providing() as running:
        running.add("s1", name="Ben", groups="staff")
        yield running


def make_client(provider: Provider, client_id: str = "tracker") -> OidcProvider:
    """Return a registration at the provider, which takes any."""
    return OidcProvider(OidcClient(provider.issuer, client_id, "secret"), BACK)


def begin(client: OidcProvider) -> AuthorizationRequest:
    """Begin a log-in."""
    request = client.begin()
    assert isinstance(request, AuthorizationRequest)
    return request


def confirm(provider: Provider, request: AuthorizationRequest) -> dict[str, str]:
    """Log Ben in at the provider, and return its answer."""
    return dict(parse_qsl(urlsplit(provider.confirm(request.url, "s1")).query))


def fetch_token(client: OidcProvider, provider: Provider) -> tuple[Any, str]:
    """Return the token of a log-in of Ben, and its nonce."""
    request = begin(client)
    answer = confirm(provider, request)
    fetch = client._open_app().fetch_access_token
    return fetch(BACK, code=answer["code"], code_verifier=request.verifier), request.nonce


def test_a_log_in_gives_the_identity_of_the_person(provider: Provider) -> None:
    client = make_client(provider)
    request = begin(client)
    answer = confirm(provider, request)
    expected = Identity(provider.issuer, "s1", "Ben", frozenset({"staff"}))
    assert client.finish(request, answer) == expected
    assert isinstance(client.finish(request, answer), LoginRefusal), "the code was used"


def test_every_log_in_has_secrets_of_its_own(provider: Provider) -> None:
    client = make_client(provider)
    first, second = begin(client), begin(client)
    assert len({first.state, first.nonce, first.verifier, second.state, second.nonce}) == 5
    assert first.verifier not in first.url
    mixed = confirm(provider, first) | {"state": second.state}
    assert isinstance(client.finish(second, mixed), LoginRefusal)


def test_a_token_for_others_lets_nobody_in(provider: Provider) -> None:
    client, other = make_client(provider), make_client(provider, "another-program")
    token, nonce = fetch_token(client, provider)
    assert client.read_identity(token, nonce).subject == "s1"
    with pytest.raises(Exception, match="nonce"):
        client.read_identity(token, "another")
    foreign, nonce = fetch_token(other, provider)
    with pytest.raises(Exception, match="aud"):
        client.read_identity(foreign, nonce)


def test_a_changed_or_unsigned_token_lets_nobody_in(provider: Provider) -> None:
    client = make_client(provider)
    token, nonce = fetch_token(client, provider)
    _, body, signature = token["id_token"].split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    changed = encode({**claims, "sub": "admin"})
    head = token["id_token"].split(".")[0]
    for forged in (
        f"{head}.{changed}.{signature}",
        f"{encode({'alg': 'none'})}.{body}.",
        f"{encode({'alg': 'HS256'})}.{body}.{signature}",
        "x.y.z",
        "",
    ):
        with pytest.raises(Exception, match=r".+"):
            client.read_identity({**token, "id_token": forged}, nonce)


def encode(value: object) -> str:
    """Return a part of a token."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def test_an_expired_token_lets_nobody_in() -> None:
    with providing("--token-max-age", "-600") as provider:
        client = make_client(provider)
        request = begin(client)
        refusal = client.finish(request, confirm(provider, request))
        assert isinstance(refusal, LoginRefusal)
        assert refusal.reason == "single sign-on did not confirm who you are. Log in again."


def test_a_provider_that_is_away_is_one_line() -> None:
    away = OidcProvider(OidcClient("http://127.0.0.1:9", "tracker"), BACK)
    assert away.begin() == LoginRefusal(
        "single sign-on does not answer as it should. Try again later."
    )


@check_rows([
    ({"issuer": "https://evil.example"}, "the issuer 'https://evil.example'"),
    ({}, "the issuer None"),
    ({"issuer": "https://id.example", **URLS, "token_endpoint": "http://id.example/t"},
     "token_endpoint is 'http://id.example/t'"),
    ({"issuer": "https://id.example"}, "authorization_endpoint is None"),
])  # fmt: skip
def test_a_document_that_is_not_the_issuers_is_refused(
    metadata: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        _check_metadata(metadata, "https://id.example/")


def test_signatures_by_shared_keys_count_for_nothing() -> None:
    names = ["none", "HS256", "RS256", "ES256", "EdDSA"]
    metadata = {
        "issuer": "https://id.example", **URLS, "id_token_signing_alg_values_supported": names,
    }  # fmt: skip
    _check_metadata(metadata, "https://id.example")
    assert metadata["id_token_signing_alg_values_supported"] == ["RS256", "ES256", "EdDSA"]
