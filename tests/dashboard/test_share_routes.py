"""Share links stand outside the log-in, tell no reason, and only frames may stand elsewhere."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from tests.dashboard.served import PUBLIC, Answer, Served, serving
from tests.lives import an_asked
from tracker.app.tracker import Tracker, clock, open_tracker
from tracker.model.shares import NewShare
from tracker.settings import Settings


@dataclass(frozen=True)
class Sharing:
    """A guarded dashboard with a question, and its database."""

    server: Served
    tracker: Tracker

    def ask(self, share: NewShare, view: str = "", **headers: str) -> Answer:
        """Ask for a view as somebody who has the link alone."""
        return self.server.ask(f"/share/{share.secret}{view}", **headers)


@pytest.fixture(scope="module")
def sharing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sharing]:
    """One dashboard for all tests, with a question of today."""
    place, now = tmp_path_factory.mktemp("sharing"), clock()
    with serving(place, guarded=True) as server, open_tracker(Settings(place / "data")) as tracker:
        closes = now + timedelta(days=90)
        asked = an_asked(opens_at=now, closes_at=closes, resolves_at=closes)
        tracker.questions.ask(asked, override="a test")
        tracker.forecasts.submit(asked.id, "40%")
        yield Sharing(server, tracker)


def test_a_link_opens_without_a_log_in_and_nothing_else_does(sharing: Sharing) -> None:
    share = sharing.tracker.shares.make("question", "rain")
    media = {
        "": "text/html; charset=utf-8",
        "/embed?width=300": "text/html; charset=utf-8",
        "/chart.svg": "image/svg+xml",
        "/chart.png": "image/png",
        "/changes.atom": "application/atom+xml",
    }
    for view, media_type in media.items():
        answer = sharing.ask(share, view)
        assert (answer.status, answer.headers["content-type"]) == (200, media_type), view
        assert "set-cookie" not in answer.headers
    for path in ("/shared", "/share", f"/question?share={share.secret}"):
        assert sharing.server.ask(path).status == 401, path
    assert f"{PUBLIC}/share/{share.secret}".encode() in sharing.ask(share, "/changes.atom").body


def test_only_the_frame_may_stand_in_other_pages(sharing: Sharing) -> None:
    share = sharing.tracker.shares.make("question", "rain")
    for view in ("", "/chart.svg", "/changes.atom", "/nothing"):
        headers = sharing.ask(share, view).headers
        assert "frame-ancestors 'none'" in headers["content-security-policy"], view
        assert headers["x-frame-options"] == "DENY"
    frame = sharing.ask(share, "/embed").headers
    assert "frame-ancestors *" in frame["content-security-policy"]
    assert "x-frame-options" not in frame
    elsewhere = sharing.server.ask("/login").headers
    assert elsewhere["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in elsewhere["content-security-policy"]


def test_shared_pages_load_nothing_and_tell_no_address(sharing: Sharing) -> None:
    share = sharing.tracker.shares.make("question", "rain")
    for view in ("", "/embed", "/chart.png", "/nothing"):
        headers = sharing.ask(share, view).headers
        assert headers["content-security-policy"].startswith("default-src 'none'"), view
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-robots-tag"] == "noindex, nofollow"
        assert headers["x-content-type-options"] == "nosniff"
        assert "public" not in headers["cache-control"]


def test_unknown_revoked_and_wrong_links_get_the_same_answer(sharing: Sharing) -> None:
    shares = sharing.tracker.shares
    revoked, calendar = shares.make("question", "rain"), shares.make("calendar")
    assert sharing.ask(revoked).status == sharing.ask(calendar, "/calendar.ics").status == 200
    shares.revoke(revoked.link.id)
    unknown = NewShare(revoked.link, "x" * 43)
    answers = [
        sharing.ask(share, view, Accept="text/html")
        for share, view in ((unknown, ""), (revoked, ""), (revoked, "/embed"), (calendar, ""))
    ]
    assert {(answer.status, answer.body) for answer in answers} == {
        (404, b"There is nothing at this address.")
    }
    first, *others = [{**answer.headers, "date": ""} for answer in answers]
    assert all(headers == first for headers in others)


def test_no_secret_gets_into_the_log(sharing: Sharing) -> None:
    share = sharing.tracker.shares.make("question", "rain")
    sharing.ask(share)
    sharing.ask(share, "/embed", Host="evil.example")
    text = (sharing.server.record.parent / "log").read_text("utf-8")
    assert share.secret not in text
    assert sharing.tracker.shares.list()[0].used_at is not None
