"""Share links: addresses that show one thing to whoever has them, without a log-in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from html import escape
from types import MappingProxyType
from typing import Final, Literal, get_args

from forecasts.questions.question import ForecasterId, QuestionId
from tracker.model.principal import Principal

ShareKind = Literal["question", "chart", "calendar", "changes"]
SHARE_KINDS: Final[tuple[ShareKind, ...]] = get_args(ShareKind)
ShareView = Literal["", "chart.svg", "chart.png", "embed", "changes.atom", "calendar.ics"]

VIEWS: Final[Mapping[ShareKind, Mapping[ShareView, str]]] = MappingProxyType(
    {
        "question": {
            "": "Page",
            "chart.svg": "Chart (SVG)",
            "chart.png": "Chart (PNG)",
            "embed": "Chart in a frame",
            "changes.atom": "Changes (Atom)",
        },
        "chart": {
            "chart.svg": "Chart (SVG)",
            "chart.png": "Chart (PNG)",
            "embed": "Chart in a frame",
        },
        "calendar": {"calendar.ics": "Calendar (ICS)"},
        "changes": {"changes.atom": "Changes (Atom)"},
    }
)
"""Views that a link of each kind opens, with their names; "" is the address of the link itself."""

NEEDS_QUESTION: Final[frozenset[ShareKind]] = frozenset(("question", "chart"))
"""Kinds that show a question to the public. Others are their maker's own subscriptions."""

EMBED_WIDTH: Final = 660
EMBED_HEIGHT: Final = 420


@dataclass(frozen=True, slots=True)
class ShareLink:
    """A link to share; its secret is shown once, and stored as a hash.

    It shows what `maker` sees now: `account` is theirs, "" for the owner of the machine. Without
    `question_id` it is about all questions, without `expires_at` it lasts until it is revoked.
    """

    id: str
    kind: ShareKind
    question_id: QuestionId | None
    maker: ForecasterId
    account: str
    made_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    used_at: datetime | None = None

    def is_valid(self, now: datetime) -> bool:
        """Return whether a link is neither revoked nor too old."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


@dataclass(frozen=True, slots=True)
class NewShare:
    """A new link with its secret, which is shown once."""

    link: ShareLink
    secret: str

    def list_addresses(self, home: str) -> dict[str, str]:
        """Map the names of its views to addresses; `home` ends in a slash.

        >>> from forecasts.questions.question import utc
        >>> link = ShareLink("1", "calendar", None, "ada", "", utc("2027-01-01"))
        >>> NewShare(link, "abc").list_addresses("https://example.org/")
        {'Calendar (ICS)': 'https://example.org/share/abc/calendar.ics'}
        """
        return {
            name: f"{home}share/{self.secret}{view and '/'}{view}"
            for view, name in VIEWS[self.link.kind].items()
        }

    def write_frame(self, home: str, title: str) -> str:
        """Write the element by which another page shows the chart; "" for a link without one."""
        if "embed" not in VIEWS[self.link.kind]:
            return ""
        address = f"{home}share/{self.secret}/embed?width={EMBED_WIDTH}"
        return (
            f'<iframe src="{escape(address)}" title="{escape(title)}" width="{EMBED_WIDTH}" '
            f'height="{EMBED_HEIGHT}" style="border:0;max-width:100%" loading="lazy" '
            'sandbox="allow-popups allow-popups-to-escape-sandbox" referrerpolicy="no-referrer">'
            "</iframe>"
        )


@dataclass(frozen=True, slots=True)
class OpenedShare:
    """A valid link, and the identity as which it reads: its maker as a viewer."""

    link: ShareLink
    reader: Principal
