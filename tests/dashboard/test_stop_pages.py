"""Whoever has a message stops the next ones by its link, without a log-in, and nobody else."""

from urllib.parse import urlsplit

import pytest

from tests.dashboard.served import FORM, SUMMIT, Answer, Guarded, Served
from tracker.app.tracker import Tracker
from tracker.notifications.stop_links import make_stop_token
from tracker.storage import notifications


class Links:
    """A guarded dashboard, and the stop links of a new channel."""

    def __init__(self, server: Served, tracker: Tracker) -> None:
        self.server, self.tracker = server, tracker
        self.channel = tracker.notifications.add_channel("ntfy://topic", "Phone of Ada").channel
        with tracker.context.store.reading() as session:
            pair = notifications.find_channel(session, self.channel.id)
        assert pair is not None
        self.stop_key = pair[1].stop_key

    def link(self, question: str | None = None) -> str:
        """Return the path of a link, as it is in a message."""
        token = make_stop_token(self.channel.id, self.stop_key, question)  # type: ignore[arg-type]
        return f"/stop/{token}"

    def post(self, path: str, body: bytes = b"") -> Answer:
        """Press a button, as a mail program does: from no page."""
        return self.server.ask(path, "POST", body, Content_Type=FORM)

    @property
    def is_paused(self) -> bool:
        """Whether the channel gets nothing any more."""
        return {c.id: c for c in self.tracker.notifications.channels()}[self.channel.id].paused


@pytest.fixture
def links(guarded: Guarded) -> Links:
    """The links of a new channel."""
    return Links(guarded.server, guarded.tracker)


def test_a_link_offers_and_its_button_stops(links: Links) -> None:
    page = links.server.ask(links.link())
    assert page.status == 200
    assert b"Stop all messages to Phone of Ada" in page.body
    assert not links.is_paused
    done = links.post(links.link())
    assert (done.status, b"Phone of Ada gets no more messages." in done.body) == (200, True)
    assert links.is_paused
    again = links.server.ask(links.link())
    assert b"gets no more messages" in again.body
    assert b"<button" not in again.body


def test_a_question_can_be_stopped_alone(links: Links) -> None:
    page = links.server.ask(links.link(SUMMIT))
    assert b"Will the leaders of Arland and Borland meet" in page.body
    done = links.post(links.link(SUMMIT), b"scope=question")
    assert b"no more messages about this question" in done.body
    assert not links.is_paused
    assert links.tracker.notifications.attention() == {SUMMIT: "mute"}
    # The button of a mail program stops everything.
    links.post(links.link(SUMMIT), b"List-Unsubscribe=One-Click")
    assert links.is_paused


def test_a_forged_link_stops_nothing(links: Links) -> None:
    honest = links.link()
    with_question = links.link(SUMMIT)
    signature = urlsplit(honest).path.split(".")[1]
    for forged in (
        honest[:-1],
        honest + "0",
        f"{honest}.{SUMMIT}",
        with_question.replace(SUMMIT, "summit-2028"),
        f"/stop/{links.channel.id}.",
        f"/stop/{links.channel.id}",
        f"/stop/000000000000.{signature}",
        "/stop/%22%3E%3Cscript%3E",
    ):
        for answer in (links.server.ask(forged), links.post(forged)):
            assert answer.status == 404, forged
            assert b"This link stops nothing" in answer.body
            assert b'"><script>' not in answer.body
    assert not links.is_paused
    # Other addresses still need a page of this server, and a log-in.
    assert links.post("/stopped").status == 403
    assert links.server.ask("/notifications", Accept="text/html").status == 303
