"""Share links stand outside the log-in, tell no reason, and only frames may stand elsewhere."""

from tests.dashboard.served import PUBLIC, SUMMIT, Answer, Guarded
from tracker.model.shares import NewShare


def ask(guarded: Guarded, share: NewShare, view: str = "", **headers: str) -> Answer:
    """Ask for a view as somebody who has the link alone."""
    return guarded.server.ask(f"/share/{share.secret}{view}", **headers)


def test_a_link_opens_without_a_log_in_and_nothing_else_does(guarded: Guarded) -> None:
    share = guarded.tracker.shares.make("question", SUMMIT)
    media = {
        "": "text/html; charset=utf-8",
        "/embed?width=300": "text/html; charset=utf-8",
        "/chart.svg": "image/svg+xml",
        "/chart.png": "image/png",
        "/changes.atom": "application/atom+xml",
    }
    for view, media_type in media.items():
        answer = ask(guarded, share, view)
        assert (answer.status, answer.headers["content-type"]) == (200, media_type), view
        assert "set-cookie" not in answer.headers
    for path in ("/shared", "/share", f"/question?share={share.secret}"):
        assert guarded.server.ask(path).status == 401, path
    assert f"{PUBLIC}/share/{share.secret}".encode() in ask(guarded, share, "/changes.atom").body


def test_only_the_frame_may_stand_in_other_pages(guarded: Guarded) -> None:
    share = guarded.tracker.shares.make("question", SUMMIT)
    for view in ("", "/chart.svg", "/changes.atom", "/nothing"):
        headers = ask(guarded, share, view).headers
        assert "frame-ancestors 'none'" in headers["content-security-policy"], view
        assert headers["x-frame-options"] == "DENY"
    frame = ask(guarded, share, "/embed").headers
    assert "frame-ancestors *" in frame["content-security-policy"]
    assert "x-frame-options" not in frame
    elsewhere = guarded.server.ask("/login").headers
    assert elsewhere["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in elsewhere["content-security-policy"]


def test_shared_pages_load_nothing_and_tell_no_address(guarded: Guarded) -> None:
    share = guarded.tracker.shares.make("question", SUMMIT)
    for view in ("", "/embed", "/chart.png", "/nothing"):
        headers = ask(guarded, share, view).headers
        assert headers["content-security-policy"].startswith("default-src 'none'"), view
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-robots-tag"] == "noindex, nofollow"
        assert headers["x-content-type-options"] == "nosniff"
        assert "public" not in headers["cache-control"]


def test_unknown_revoked_and_wrong_links_get_the_same_answer(guarded: Guarded) -> None:
    shares = guarded.tracker.shares
    revoked, calendar = shares.make("question", SUMMIT), shares.make("calendar")
    assert ask(guarded, revoked).status == ask(guarded, calendar, "/calendar.ics").status == 200
    shares.revoke(revoked.link.id)
    unknown = NewShare(revoked.link, "x" * 43)
    answers = [
        ask(guarded, share, view, Accept="text/html")
        for share, view in ((unknown, ""), (revoked, ""), (revoked, "/embed"), (calendar, ""))
    ]
    assert {(answer.status, answer.body) for answer in answers} == {
        (404, b"There is nothing at this address.")
    }
    first, *others = [{**answer.headers, "date": ""} for answer in answers]
    assert all(headers == first for headers in others)


def test_no_secret_gets_into_the_log(guarded: Guarded) -> None:
    share = guarded.tracker.shares.make("question", SUMMIT)
    ask(guarded, share)
    ask(guarded, share, "/embed", Host="evil.example")
    text = (guarded.server.record.parent / "log").read_text("utf-8")
    assert share.secret not in text
    assert guarded.tracker.shares.list()[0].used_at is not None
