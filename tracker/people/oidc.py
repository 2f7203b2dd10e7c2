"""Log-in by an OpenID provider: the authorization code flow with PKCE, state and nonce.

Only Authlib talks to the provider. Whatever goes wrong there lets nobody in, and is one line for
the person and one in the log of the process.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from secrets import compare_digest
from typing import Any, Final

import structlog

from tracker.model.identities import Identity, OidcClient, is_safe_address
from tracker.people.accounts import LoginRefusal
from tracker.people.secrets import make_secret

logger = structlog.get_logger("tracker.people.oidc")

TIMEOUT_SECONDS: Final = 10.0
"""Longest time that one request to the provider may take."""

_DISCOVERY: Final = "/.well-known/openid-configuration"
_ENDPOINTS: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_SIGNED: Final = ("RS", "ES", "PS", "Ed")
"""Signatures by a key that the provider alone has; "none" and shared keys are refused."""


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """Log-in that a browser was sent to the provider for. `url` is where; the rest is secret."""

    url: str
    state: str
    nonce: str
    verifier: str


class OidcProvider:
    """Provider at which people log in; what it publishes is read at the first log-in."""

    def __init__(self, client: OidcClient, callback: str) -> None:
        self._client = client
        self._callback = callback
        self._app: Any = None

    def begin(self) -> AuthorizationRequest | LoginRefusal:
        """Return where a browser logs in; a refusal if the provider does not answer."""
        state, nonce, verifier = make_secret(), make_secret(), make_secret()
        try:
            made = self._open_app().create_authorization_url(
                self._callback, state=state, nonce=nonce, code_verifier=verifier
            )
            return AuthorizationRequest(made["url"], state, nonce, verifier)
        except Exception as error:  # a provider may answer anything
            return self._refuse("does not answer as it should. Try again later", error)

    def finish(
        self, request: AuthorizationRequest, answer: Mapping[str, str]
    ) -> Identity | LoginRefusal:
        """Return whom the provider vouches for in its `answer`, the query that it sends back."""
        if not compare_digest(answer.get("state", "").encode(), request.state.encode()):
            return STALE
        if "code" not in answer:
            reason = ValueError(answer.get("error", "no code"))
            return self._refuse("let nobody in", reason)
        try:
            token = self._open_app().fetch_access_token(
                self._callback, code=answer["code"], code_verifier=request.verifier
            )
            return self.read_identity(token, request.nonce)
        except Exception as error:  # a provider may answer anything
            return self._refuse("did not confirm who you are. Log in again", error)

    def read_identity(self, token: Mapping[str, Any], nonce: str) -> Identity:
        """Check the ID token: signature, issuer, audience, time and nonce; raises if one is wrong.

        Claims that it lacks are asked for at the provider.
        """
        app, client = self._open_app(), self._client
        claims = app.parse_id_token(
            token,
            nonce=nonce,
            claims_options={
                "iss": {"essential": True, "values": [app.server_metadata["issuer"]]},
                "aud": {"essential": True, "values": [client.client_id]},
            },
        )
        needed = {client.name_claim, client.groups_claim}
        if not needed <= claims.keys() and "userinfo_endpoint" in app.server_metadata:
            more = app.userinfo(token=token)
            if more.get("sub") != claims["sub"]:
                raise ValueError("the provider answered about somebody else")
            claims = {**more, **claims}
        name = claims.get(client.name_claim) or claims.get("preferred_username") or ""
        groups = claims.get(client.groups_claim) or ()
        return Identity(
            client.issuer,
            str(claims["sub"]),
            str(name),
            frozenset([groups] if isinstance(groups, str) else map(str, groups)),
        )

    def _open_app(self) -> Any:
        """Return Authlib's client, with what the provider publishes."""
        if self._app is None:
            app = _make_app(self._client)
            _check_metadata(app.load_server_metadata(), self._client.issuer)
            self._app = app
        return self._app

    def _refuse(self, reason: str, error: Exception) -> LoginRefusal:
        logger.warning("oidc.refused", issuer=self._client.issuer, error=f"{error!r:.300}")
        return LoginRefusal(f"{self._client.name} {reason}.")


STALE: Final = LoginRefusal("This log-in took too long, or began elsewhere. Log in again.")


def _make_app(client: OidcClient) -> Any:
    from authlib.integrations.base_client import BaseApp, OAuth2Mixin, OpenIDMixin
    from authlib.integrations.httpx_client import OAuth2Client

    class _App(OAuth2Mixin, OpenIDMixin, BaseApp):  # type: ignore[misc]
        client_cls = OAuth2Client

    return _App(
        None,
        client.name,
        client_id=client.client_id,
        client_secret=client.client_secret or None,
        client_kwargs={
            "scope": client.scopes,
            "code_challenge_method": "S256",
            "timeout": TIMEOUT_SECONDS,
        },
        server_metadata_url=client.issuer.rstrip("/") + _DISCOVERY,
    )


def _check_metadata(metadata: dict[str, Any], issuer: str) -> None:
    """Refuse the document of another issuer, and addresses to which no secret may be sent."""
    if str(metadata.get("issuer", "")).rstrip("/") != issuer.rstrip("/"):
        raise ValueError(f"the document is of the issuer {metadata.get('issuer')!r}")
    for name in _ENDPOINTS:
        if not is_safe_address(str(metadata.get(name, ""))):
            raise ValueError(f"{name} is {metadata.get(name)!r}")
    metadata["id_token_signing_alg_values_supported"] = [
        name
        for name in metadata.get("id_token_signing_alg_values_supported", ["RS256"])
        if name.startswith(_SIGNED)
    ]
