"""A header that names a person is taken from every request, and believed of trusted peers alone."""

from typing import Any

import anyio
from hypothesis import given
from hypothesis import strategies as st

from dashboard.server.proxy import VOUCHED, ProxyIdentities
from tracker.model.identities import PROXY, Identity, ProxyTrust

TRUST = ProxyTrust.from_settings("10.0.0.0/8", "Remote-User", "Remote-Groups")
NAMES = st.sampled_from([
    b"remote-user", b"Remote-User", b"remote_user", b"REMOTE_USER", b"remote-groups",
    b"remote_groups", b"x-remote-user", b"cookie", b"host",
])  # fmt: skip
HEADERS = st.lists(st.tuples(NAMES, st.binary(max_size=12)), max_size=8)


def pass_through(kind: str, peer: str | None, headers: list[tuple[bytes, bytes]]) -> dict[str, Any]:
    """Send a request through the layer, and return what the application behind sees."""
    seen: list[dict[str, Any]] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope)

    async def ask() -> None:
        client = None if peer is None else (peer, 1)
        scope = {"type": kind, "client": client, "headers": headers}
        await ProxyIdentities(app, TRUST)(scope, None, None)  # type: ignore[arg-type]

    anyio.run(ask)
    return seen[0]


@given(
    st.sampled_from(["http", "websocket"]),
    st.sampled_from(["10.0.0.7", "11.0.0.7", "127.0.0.1", "::1", "", None]),
    HEADERS,
)
def test_nothing_behind_sees_the_header(
    kind: str, peer: str | None, headers: list[tuple[bytes, bytes]]
) -> None:
    scope = pass_through(kind, peer, headers)
    others = [
        (name, value) for name, value in headers if name in (b"x-remote-user", b"cookie", b"host")
    ]
    assert scope["headers"] == others
    names = [
        value
        for name, value in headers
        if name.lower() == b"remote-user" and value.decode("utf-8", "replace").strip()
    ]
    is_vouched = peer == "10.0.0.7" and bool(names)
    assert (VOUCHED in scope.get("state", {})) == is_vouched


def test_a_trusted_peer_gives_name_and_groups() -> None:
    headers = [
        (b"remote-user", " Zoë ".encode()), (b"remote-groups", b"a, b ,,"), (b"remote-groups", b"c"),
    ]  # fmt: skip
    scope = pass_through("websocket", "10.0.0.7", headers)
    assert scope["state"][VOUCHED] == Identity(PROXY, "Zoë", "Zoë", frozenset("abc"))
    twice = pass_through("http", "10.0.0.7", [(b"remote-user", b"a"), (b"remote-user", b"b")])
    assert not twice["state"][VOUCHED].is_usable
