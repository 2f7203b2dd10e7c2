"""A postbox instead of the network: it keeps what is sent, and refuses as it is told."""

from dataclasses import dataclass, field
from datetime import datetime

import pytest

from forecasts.evidence.evidence import Direction, Strength
from forecasts.questions.question import ForecasterId
from tests.builders import FakeClock, a_set
from tracker.app.tracker import Tracker
from tracker.model.evidence import ManualEvidence
from tracker.model.notifications import Channel, ChannelSecrets
from tracker.notifications.channels import Postman
from tracker.notifications.compose import Message

SUMMIT = "summit-2027"
BEN, EVE = ForecasterId("ben"), ForecasterId("eve")


@dataclass
class Postbox:
    """Messages that were sent, by address, and why the next ones are not accepted."""

    sent: list[tuple[str, Message]] = field(default_factory=list)
    refusal: str = ""

    def send(self, secrets: ChannelSecrets, message: Message, at: datetime) -> str:
        """Take a message, or refuse it."""
        if not self.refusal:
            self.sent.append((secrets.address, message))
        return self.refusal

    def take(self) -> list[str]:
        """Return the titles of what was sent since the last time."""
        titles = [message.title for _, message in self.sent]
        self.sent.clear()
        return titles

    @property
    def text(self) -> str:
        """Text of the newest message."""
        return self.sent[-1][1].text


@pytest.fixture
def postbox(monkeypatch: pytest.MonkeyPatch) -> Postbox:
    """The postbox that gets all messages."""
    box = Postbox()
    monkeypatch.setattr(Postman, "send", lambda _postman, *letter: box.send(*letter))
    return box


def begin(tracker: Tracker, address: str = "ntfy://topic-of-ada") -> Channel:
    """Ask a question, forecast it, and add a channel."""
    tracker.question_sets.load(a_set())
    tracker.evidence.update_suggestions()
    tracker.forecasts.submit(SUMMIT, "40%")
    return tracker.notifications.add_channel(address).channel


def report(
    tracker: Tracker,
    headline: str = "Arland invites Borland to a summit",
    direction: Direction = Direction.YES,
    strength: Strength = Strength.DECISIVE,
) -> None:
    """Let Eve add a report as evidence by hand."""
    tracker.evidence.add(ManualEvidence(SUMMIT, headline, direction, strength), by=EVE)


def tick(tracker: Tracker) -> str:
    """Run the job that notifies people."""
    from tracker.interfaces.jobs import notify_people

    return notify_people(tracker.through("job")) or ""


def next_morning(clock: FakeClock) -> None:
    """Move on to the time of the next daily digest."""
    clock.advance(days=1)
    clock.time = clock.time.replace(hour=8, minute=0)
