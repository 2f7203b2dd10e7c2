"""Messages reach mail servers, chat services and webhooks, and no address that may not be asked."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.builders import NOW, FakeClock, no_network
from tests.notifications.receivers import (
    MailReceiver,
    WebReceiver,
    receive_mails,
    receive_posts,
)
from tests.tables import check_rows
from tracker.app.tracker import Tracker, open_tracker
from tracker.errors import Refused
from tracker.feeds.fetching.addresses import AllowedAddresses
from tracker.model.notifications import ChannelSecrets, Notification
from tracker.notifications.channels import Postman
from tracker.notifications.compose import compose
from tracker.settings import Settings

DOCS = Path(__file__).parents[2] / "docs" / "notifications.md"
LOOPBACK = Postman(AllowedAddresses.of(["127.0.0.1"]))
PUBLIC_ONLY = Postman(AllowedAddresses.of([]))
MESSAGE = compose(
    [
        Notification(
            "moved:rain:1", "moved", "Up 12 points to 63%", "Will it rain? @everyone", now=0.63
        )
    ],
    "https://forecast.example/",
    "https://forecast.example/stop/x.y",
)


@pytest.fixture
def web() -> Iterator[WebReceiver]:
    """A web server on loopback."""
    with receive_posts() as receiver:
        yield receiver


@pytest.fixture
def mail() -> Iterator[MailReceiver]:
    """A mail server on loopback."""
    with receive_mails() as receiver:
        yield receiver


@pytest.fixture
def allowed(on_sqlite: Settings, clock: FakeClock) -> Iterator[Tracker]:
    """A tracker that may ask this machine."""
    settings = replace(on_sqlite, private_feeds="127.0.0.1")
    with open_tracker(settings, now=clock, fetch=no_network) as tracker:
        yield tracker


def send(address: str, signing_key: str = "", postman: Postman = LOOPBACK) -> str:
    """Send the message to an address; return why it was refused."""
    return postman.send(ChannelSecrets(address, signing_key, "stop"), MESSAGE, NOW)


def test_a_webhook_is_signed_as_the_docs_say(web: WebReceiver) -> None:
    assert send(f"webhook+http://127.0.0.1:{web.port}/hook?id=7", "whk_key") == ""
    ((path, headers, body),) = web.posts
    assert path == "/hook?id=7"
    assert headers["host"] == f"127.0.0.1:{web.port}"
    assert headers["x-tracker-timestamp"] == str(int(NOW.timestamp()))
    (receiver,) = re.findall(r"```python\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL)
    docs: dict[str, Any] = {}
    exec(receiver, docs)
    genuine = ("whk_key", headers["x-tracker-timestamp"], body, headers["x-tracker-signature"])
    assert docs["is_genuine"](*genuine, NOW.timestamp())
    assert not docs["is_genuine"](*genuine, NOW.timestamp() + 600)
    assert not docs["is_genuine"]("other", *genuine[1:], NOW.timestamp())
    sent = json.loads(body)
    assert sent["key"] == MESSAGE.key
    (notice,) = sent["notices"]
    assert (notice["key"], notice["now"]) == ("moved:rain:1", 0.63)
    assert sent["stop"] == "https://forecast.example/stop/x.y"


def test_a_mail_has_a_header_to_unsubscribe(mail: MailReceiver) -> None:
    address = f"mailto://127.0.0.1:{mail.port}?from=tracker@ours.example&to=ada@ours.example"
    assert LOOPBACK.check(address) == "E-mail ada@ours.example"
    assert send(address) == ""
    (letter,) = mail.mails
    assert letter["To"] == "ada@ours.example"
    assert letter["Subject"] == MESSAGE.title
    assert letter["List-Unsubscribe"] == "<https://forecast.example/stop/x.y>"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert letter["X-Tracker-Key"] == MESSAGE.key
    assert letter.get_content_type() == "text/plain"
    text = letter.get_content()
    assert "• Up 12 points to 63%" in text
    assert "Stop these messages: https://forecast.example/stop/x.y" in text


def test_a_service_of_apprise_gets_the_text(web: WebReceiver) -> None:
    assert send(f"ntfy://127.0.0.1:{web.port}/topic") == ""
    ((_, _, body),) = web.posts
    assert "Up 12 points to 63%" in json.loads(body)["message"]
    assert "@everyone" not in body.decode()


def test_refusals_say_why_without_the_secrets(web: WebReceiver, mail: MailReceiver) -> None:
    web.status = 403
    assert send(f"webhook+http://127.0.0.1:{web.port}/secret-path") == "it answered with status 403"
    reason = send(f"ntfy://ada:secret-password@127.0.0.1:{web.port}/secret-topic")
    assert "403" in reason
    mail.answer = "554 no"
    reasons = [reason, send(f"mailto://ada:secret@127.0.0.1:{mail.port}?to=ada@ours.example")]
    assert all(reasons)
    assert not any("secret" in reason for reason in reasons)
    port = web.port
    web.status, web.location = 307, f"http://127.0.0.1:{port}/elsewhere"
    assert send(f"webhook+http://127.0.0.1:{port}/hook") == "it answered with status 307"
    assert send(f"ntfy://127.0.0.1:{port}/topic")
    assert "/elsewhere" not in {path for path, _, _ in web.posts}


def test_a_closed_port_is_a_reason() -> None:
    with receive_posts() as web:
        port = web.port
    assert send(f"webhook+http://127.0.0.1:{port}/") == "it cannot be reached (ConnectError)"


@check_rows(
    [
        ("webhook+http://127.0.0.1/hook", "not a public address"),
        ("webhook+https://10.0.0.7/hook", "not a public address"),
        ("webhook+http://[::1]/hook", "not a public address"),
        ("webhook+http://169.254.169.254/latest", "not a public address"),
        ("webhook+file:///etc/passwd", "no address of a channel"),
        ("webhook+https://", "no address of a channel"),
        ("mailto://ada:x@localhost", "not a public address"),
        ("mailto://ada:x@gmail.com?smtp=127.0.0.1", "not a public address"),
        ("ntfy://127.0.0.1/topic", "not a public address"),
        ("gotify://10.1.2.3/AbCdEfGhIjKlMnO", "not a public address"),
        # Services that post anywhere, or act on this machine.
        ("json://example.org", "no address of a channel"),
        ("syslog://", "no address of a channel"),
        ("dbus://", "no address of a channel"),
        ("https://example.org/hook", "no address of a channel"),
        # Options that read files of this machine, or ask other addresses.
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#g?template=/etc/passwd",
         "the option 'template' is not taken"),
        ("mailto://ada:x@gmail.com?pgpprv=/root/key", "the option 'pgpprv' is not taken"),
        ("ntfy://topic?attach=/etc/passwd", "the option 'attach' is not taken"),
        ("ntfy://topic?+X-Header=1", "is not taken in the address"),
        ("slack://", "no address of a channel"),
        ("ntfy://a\x00b", "no address of a channel"),
        ("", "no address of a channel"),
    ]
)  # fmt: skip
def test_no_forbidden_address_becomes_a_channel(address: str, reason: str) -> None:
    with pytest.raises(Refused, match=reason) as refusal:
        PUBLIC_ONLY.check(address)
    assert len(str(refusal.value).splitlines()) == 1


@check_rows(
    [
        ("ntfy://topic", "ntfy"),
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#news", "Slack"),
        ("https://discord.com/api/webhooks/4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js", "Discord"),
        ("tgram://123456789:ABCdefghijklmnopqrstuvwxyzABCDEFGHIJ/12315544", "Telegram"),
        ("pover://" + "u" * 30 + "@" + "t" * 30 + "?priority=low", "Pushover"),
    ]
)
def test_known_services_are_channels(address: str, name: str) -> None:
    assert PUBLIC_ONLY.check(address) == name


def test_a_forbidden_address_gets_no_message(web: WebReceiver) -> None:
    for address in ("webhook+http://{}/", "ntfy://{}/topic"):
        reason = send(address.format(f"127.0.0.1:{web.port}"), postman=PUBLIC_ONLY)
        assert "not a public address" in reason
    assert web.posts == []


def test_the_key_of_a_webhook_is_shown_once(allowed: Tracker, web: WebReceiver) -> None:
    address = f"webhook+http://127.0.0.1:{web.port}/secret"
    made = allowed.notifications.add_channel(address)
    assert made.signing_key.startswith("whk_")
    assert allowed.notifications.test_channel(made.channel.id) == ""
    assert json.loads(web.posts[0][2])["title"].startswith("This is a test")
    shown = repr(allowed.notifications.channels())
    assert "secret" not in shown
    assert made.signing_key not in shown
    assert "notification_channel" not in allowed.reports.table_names()
    entries = allowed.context.store
    with entries.reading() as session:
        from tracker.storage import event_log

        bodies = [entry.body for entry in event_log.iterate_entries(session)]
    assert any('"act":"channel added"' in body for body in bodies)
    assert not any("secret" in body for body in bodies)
    assert allowed.system.verify().bad_seq is None


def test_a_test_that_fails_is_shown_on_the_channel(allowed: Tracker, web: WebReceiver) -> None:
    made = allowed.notifications.add_channel(f"webhook+http://127.0.0.1:{web.port}/hook")
    web.status = 500
    assert allowed.notifications.test_channel(made.channel.id) == "it answered with status 500"
    (channel,) = allowed.notifications.channels()
    assert (channel.state, channel.error) == ("failing", "it answered with status 500")
    assert allowed.notifications.resume_channel(channel.id).state == "working"
