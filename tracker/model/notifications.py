"""Notifications: channels, rules, times, and the notices that are sent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Final, Literal

from forecasts.questions.question import ForecasterId, QuestionId

NotificationKind = Literal[
    "mention",
    "proposed",
    "due",
    "answered",
    "moved",
    "evidence",
    "closes",
    "stale",
    "feed",
    "week",
    "head",
]
Pace = Literal["at once", "digest", "off"]
Scope = Literal["mine", "all"]
Digest = Literal["hourly", "daily", "weekly"]
Attention = Literal["follow", "mute"]
ChannelState = Literal["working", "failing", "paused"]


@dataclass(frozen=True, slots=True)
class Rule:
    """Rule for one kind of notice: when it is sent, and about which questions.

    `scope` "mine" is the questions on which a person holds a forecast, or which they follow.
    `threshold` is in points, days or usual gaps, depending on the kind.
    """

    kind: NotificationKind
    pace: Pace
    scope: Scope = "mine"
    threshold: float = 0.0


DEFAULT_RULES: Final[Mapping[NotificationKind, Rule]] = MappingProxyType(
    {
        rule.kind: rule
        for rule in (
            Rule("mention", "at once", "all"),
            Rule("proposed", "at once"),
            Rule("due", "digest"),
            Rule("answered", "digest"),
            Rule("moved", "digest", threshold=10.0),
            Rule("evidence", "digest"),
            Rule("closes", "digest", threshold=3.0),
            Rule("stale", "digest", threshold=30.0),
            Rule("feed", "off", "all", 3.0),
            Rule("week", "off"),
            Rule("head", "off", "all"),
        )
    }
)
"""Rules of a person who changed none, in the order in which notices stand in a message."""

KIND_NAMES: Final[Mapping[NotificationKind, str]] = MappingProxyType(
    {
        "mention": "A comment mentions you",
        "proposed": "An answer is proposed",
        "due": "An answer is due",
        "answered": "A question is answered",
        "moved": "The estimate moved",
        "evidence": "Strong or decisive evidence is accepted",
        "closes": "A question closes soon",
        "stale": "Your forecast is old and the estimate has moved",
        "feed": "A feed is silent",
        "week": "A summary of your week",
        "head": "A head of the log was signed",
    }
)
THRESHOLD_UNITS: Final[Mapping[NotificationKind, str]] = MappingProxyType(
    {"moved": "points", "closes": "days", "stale": "days", "feed": "usual gaps"}
)
"""Units of the thresholds; other rules have none."""

_THRESHOLDS: Final[Mapping[NotificationKind, str]] = MappingProxyType(
    {
        "moved": "by {:g} points or more",
        "closes": "within {:g} days",
        "stale": "older than {:g} days",
        "feed": "for {:g} times its usual gap",
    }
)


def describe_threshold(rule: Rule) -> str:
    """Describe the threshold of a rule in words; "" if it has none.

    >>> describe_threshold(Rule("moved", "digest", threshold=10.0))
    'by 10 points or more'
    """
    return _THRESHOLDS.get(rule.kind, "").format(rule.threshold)


@dataclass(frozen=True, slots=True)
class Times:
    """Times at which a person gets messages: time zone, quiet hours, and the digest.

    Quiet hours are "HH:MM" on the clocks of the zone and may pass midnight; equal ends are none.
    A daily digest comes at `hour`, a weekly one on `weekday` (0 is Monday) at that hour.
    """

    zone: str = "UTC"
    quiet_from: str = "22:00"
    quiet_until: str = "07:00"
    digest: Digest = "daily"
    hour: int = 8
    weekday: int = 0


@dataclass(frozen=True, slots=True)
class Channel:
    """A way to reach a person, without its secrets.

    `name` is the service with as much of the address as may be shown. Nothing from before `since`
    is reported. `failures` counts those since the last success; `error` is the last one's reason.
    """

    id: str
    forecaster: ForecasterId
    name: str
    created_at: datetime
    since: datetime
    paused: bool = False
    failures: int = 0
    error: str = ""
    next_try_at: datetime | None = None
    digested_at: datetime | None = None
    sent_at: datetime | None = None

    @property
    def state(self) -> ChannelState:
        """State for people: paused, failing, or working."""
        if self.paused:
            return "paused"
        return "failing" if self.failures else "working"


@dataclass(frozen=True, slots=True)
class ChannelSecrets:
    """Secrets of a channel: its whole address, the key of signatures, and that of stop links."""

    address: str = field(repr=False)
    signing_key: str = field(repr=False)
    stop_key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Notification:
    """One thing to tell a person. Equal keys are the same thing, which is told once a channel.

    `title` says what happened, in a few words; `subject` is the question's text, or another name.
    `before` and `now` are probabilities of YES. Texts of others are plain text.
    """

    key: str
    kind: NotificationKind
    title: str
    subject: str
    detail: str = ""
    question_id: QuestionId | None = None
    page: str = ""
    before: float | None = None
    now: float | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A notice in the outbox that its channel has not accepted yet, with the tries so far."""

    id: int
    notice: Notification
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class ChannelMemory:
    """Memory of a channel: keys of all notices, and when it last got each question's estimate.

    Nothing from before `since` is told to it.
    """

    since: datetime
    keys: frozenset[str] = frozenset()
    last: Mapping[QuestionId, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StrongEvidence:
    """Strong or decisive evidence that a person accepted, by the decision that first did so."""

    id: int
    question_id: QuestionId
    direction: int
    strength: int
    option: str
    headline: str
    source: str
    accepted_at: datetime
    accepted_by: ForecasterId


@dataclass(frozen=True, slots=True)
class StopOffer:
    """Content of a stop link: the channel, and the question that the message was about."""

    channel: str
    question_id: QuestionId | None = None
    question: str = ""
    is_paused: bool = False
