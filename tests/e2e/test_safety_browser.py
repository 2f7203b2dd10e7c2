"""What the server itself sees to, whatever the pages show: headers on every answer, and no answer
to strangers.
"""

import http.client
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from dashboard.server.serve import content_policy
from tests.e2e.conftest import Visitor
from tests.e2e.places import OPEN

ROUTES = (
    "/", "/question?q=x", "/healthz", "/metrics", "/api/v1/questions", f"/api/v1/questions/{OPEN}", "/changes.atom",
    "/api/v1/questions/%3Cscript%3E", "/_stcore/health", "/_stcore/host-config", "/static/nothing.js", "/media/nothing",
    "/favicon.png",
)  # fmt: skip
SHAKE = {
    "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}  # fmt: skip


@pytest.fixture
def wire(address: str) -> Iterator[http.client.HTTPConnection]:
    """A bare connection to the dashboard."""
    with closing(http.client.HTTPConnection(urlsplit(address).netloc, timeout=20)) as connection:
        yield connection


def asked(wire: http.client.HTTPConnection, path: str, **headers: str) -> http.client.HTTPResponse:
    """The answer at a path, read to its end."""
    wire.request(
        "GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )
    answer = wire.getresponse()
    if answer.status != 101:
        answer.read()
    return answer


def sealed(headers: dict[str, str]) -> bool:
    """Whether an answer carries every header that keeps a page safe."""
    return (
        headers["content-security-policy"] == content_policy()
        and headers["x-content-type-options"] == "nosniff"
        and headers["x-frame-options"] == "DENY"
        and headers["referrer-policy"] == "same-origin"
    )


def test_every_route_answers_with_the_headers(wire: http.client.HTTPConnection) -> None:
    for path in ROUTES:
        answer = asked(wire, path)
        assert sealed({name.lower(): value for name, value in answer.getheaders()}), path
        assert "access-control-allow-origin" not in {
            name.lower() for name, _ in answer.getheaders()
        }, path


def test_a_download_carries_the_headers_too(visitor: Visitor) -> None:
    page = visitor.go("/reports")
    expect(page.get_by_role("button", name="CSV", exact=True)).to_be_visible()
    with (
        page.expect_response(lambda response: "/media/" in response.url) as waiting,
        page.expect_download(),
    ):
        page.get_by_role("button", name="CSV", exact=True).click()
    assert sealed(waiting.value.headers)


def test_foreign_names_and_pages_get_nothing(
    wire: http.client.HTTPConnection, address: str
) -> None:
    answer = asked(wire, "/_stcore/health", Host="evil.example")
    assert answer.status == 400
    assert sealed({name.lower(): value for name, value in answer.getheaders()})
    assert asked(wire, "/_stcore/stream", **SHAKE, Origin="http://evil.example").status == 403
    assert asked(wire, "/_stcore/stream", **SHAKE, Origin=address).status == 101
