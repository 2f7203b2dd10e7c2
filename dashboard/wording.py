"""Numbers, dates and states in words. No streamlit, no clock.

A no-break space joins a number to its unit, so that a phone never breaks "46 %" over two lines.
"""

import re
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from forecasts.evidence import Direction, Strength
from forecasts.forecaster import Forecaster
from forecasts.question import ForecasterId, Outcome, Question, Resolution, Status

NBSP: Final = "\u00a0"
MINUS: Final = "\u2212"
DASH: Final = "\u2013"
UTC_ZONE: Final = ZoneInfo("UTC")
_RAREST: Final = 10_000


# Probabilities


def percent(p: float) -> str:
    """A probability for a headline: `46 %`, but `<1 %` and `>99 %` near the ends.

    Only certainty itself is written 0 % or 100 %.
    """
    if 0.0 < p < 0.01:
        return f"<1{NBSP}%"
    if 0.99 < p < 1.0:
        return f">99{NBSP}%"
    return f"{_half_up(p * 100)}{NBSP}%"


def percent_number(p: float) -> float:
    """The percentage for a table: whole in the middle, one decimal below 10 and above 90.

    Two decimals where one would round to certainty: 0.0004 is 0.04, and only 0 itself is 0.
    """
    value = p * 100
    near = min(value, 100 - value)
    if near >= 10:
        return float(_half_up(value))
    rounded = round(value, 1 if near >= 0.1 else 2)
    return rounded if p in (0.0, 1.0) else min(max(rounded, 0.01), 99.99)


def percent_exact(p: float) -> str:
    """A probability as it was given, for echoes and tooltips: `63 %`, `4.5 %`, `0.4 %`."""
    near = min(p, 1 - p)
    if 0.0 < near < 0.0001:
        return f"<0.01{NBSP}%" if p < 0.5 else f">99.99{NBSP}%"
    return f"{percent_number(p):g}{NBSP}%"


def _half_up(value: float) -> int:
    # Python rounds 0.5 to the even neighbour, which looks like a mistake on a page.
    return int(value + 0.5)


def points(change: float) -> str:
    """A move in probability in words: `up 6 points`, `down 1 point`, `unchanged`."""
    whole = _half_up(abs(change) * 100)
    if whole == 0:
        return "unchanged"
    return f"{'up' if change > 0 else 'down'} {plural(whole, 'point')}"


def odds(p: float) -> str:
    """Odds in words: `1.7 to 1 for`, `2.3 to 1 against`, `even`."""
    if p in (0.0, 1.0):
        return "certain"
    ratio = p / (1 - p) if p >= 0.5 else (1 - p) / p
    if ratio < 1.05:
        return "even"
    number = f"{ratio:.1f}".removesuffix(".0") if ratio < 10 else f"{ratio:,.0f}" if ratio < _RAREST else "over 10,000"
    return f"{number} to 1 {'for' if p > 0.5 else 'against'}"


def about(p: float) -> str:
    """The nearest everyday fraction: `about 5 in 8`, `about 1 in 250`."""
    if p in (0.0, 1.0):
        return "always" if p else "never"
    if min(p, 1 - p) < 1 / _RAREST:
        return "less than 1 in 10,000" if p < 0.5 else "more than 9,999 in 10,000"
    if p < 0.05:
        return f"about 1 in {_half_up(1 / p):,}"
    if p > 0.95:
        n = _half_up(1 / (1 - p))
        return f"about {n - 1:,} in {n:,}"
    near = Fraction(p).limit_denominator(10)
    return f"about {near.numerator} in {near.denominator}"


def echo(p: float) -> str:
    """What a typed probability means: `63 %, odds 1.7 to 1 for, about 5 in 8`."""
    if p in (0.0, 1.0):
        return f"{percent(p)}: certainty. If you are wrong, the log score is as bad as it gets"
    chance = odds(p)
    return f"{percent_exact(p)}, {'even odds' if chance == 'even' else f'odds {chance}'}, {about(p)}"


def log_odds(z: float) -> str:
    """A line of the suggestion: `+0.29`, `−0.85`."""
    return f"{'+' if z >= 0 else MINUS}{abs(z):.2f}"


# Time


def zone_of(name: str | None) -> ZoneInfo:
    """The viewer's time zone, UTC when the browser named none that is known here."""
    try:
        return ZoneInfo(name or "UTC")
    except (KeyError, ValueError, OSError):  # unknown, malformed, or the name of a directory
        return UTC_ZONE


def day(instant: datetime, zone: ZoneInfo) -> str:
    """`24 Nov 2026`."""
    local = instant.astimezone(zone)
    return f"{local.day} {local:%b %Y}"


def moment(instant: datetime, zone: ZoneInfo) -> str:
    """`24 Nov 2026, 14:05 CET`: the zone is always written."""
    return f"{day(instant, zone)}, {instant.astimezone(zone):%H:%M %Z}"


def span(length: timedelta) -> str:
    """A length of time in its largest unit: `3 hours`, `13 months`, `4 years`."""
    seconds = abs(length.total_seconds())
    for size, limit, unit in _UNITS:
        if seconds < limit:
            return plural(max(1, int(seconds / size)), unit)
    return plural(int(seconds / 31_557_600), "year")


_UNITS: Final = (
    (60, 3_600, "minute"),
    (3_600, 48 * 3_600, "hour"),
    (86_400, 90 * 86_400, "day"),
    (2_629_800, 24 * 2_629_800, "month"),
)


def age(instant: datetime | None, now: datetime) -> str:
    """Relative time: `3 hours ago`, `in 13 months`, `just now`, `never`."""
    if instant is None:
        return "never"
    if abs(now - instant) < timedelta(minutes=1):
        return "just now"
    return f"{span(now - instant)} ago" if instant < now else f"in {span(instant - now)}"


# Counts and names


def plural(count: int, noun: str, many: str = "") -> str:
    """`1 question`, `3 questions`, `2 pieces of evidence`."""
    return f"{count:,}{NBSP}{noun if count == 1 else many or noun + 's'}"


def named(forecaster: Forecaster, me: ForecasterId) -> str:
    """How a forecaster is called on a page: the person who looks is `Me`."""
    return "Me" if forecaster.id == me else forecaster.name


def clipped(text: str, limit: int) -> str:
    """The text with an ellipsis where it was cut, at a word where that is near."""
    flat = " ".join(text.split())
    if len(flat) <= limit:
        return flat
    cut = flat[: limit - 1]
    head = cut.rpartition(" ")[0]
    return (head if len(head) > limit * 0.5 else cut).rstrip(" ,;:.") + "…"


# States


STATUS: Final = {
    "upcoming": "Not open yet",
    "open": "Open",
    "closed": "Closed, waiting for its answer",
    "resolved": "Resolved",
    "annulled": "Annulled",
    "ambiguous": "Ambiguous",
}
"""The states of a question."""

OUTCOME: Final = {"yes": "YES", "no": "NO", "annulled": "annulled", "ambiguous": "ambiguous"}
"""The outcomes of a question."""

HEALTH: Final = {
    "ok": "✓ answers",
    "late": "◷ late",
    "failing": "✗ failing",
    "new": "○ not polled yet",
    "paused": "Ⅱ paused",
}
"""A feed's state: a shape and a word, never colour alone."""

EVIDENCE: Final = {
    "logged": "to review",
    "confirmed": "confirmed",
    "edited": "edited",
    "rejected": "rejected",
}
"""The states of a piece of evidence."""

_STRENGTHS: Final = ("not at all", "slightly", "somewhat", "moderately", "strongly", "decisively")


def status_line(
    question: Question, state: Status, resolution: Resolution | None, clock: tuple[datetime, ZoneInfo]
) -> str:
    """Where a question stands, in one line; `clock` is now and the viewer's zone."""
    now, zone = clock
    if resolution is not None:
        return f"{answered(resolution.outcome)}, known {day(resolution.known_at, zone)}"
    closes = f"{day(question.closes_at, zone)} ({age(question.closes_at, now)})"
    match state:
        case "upcoming":
            opens = f"{day(question.opens_at, zone)} ({age(question.opens_at, now)})"
            return f"Opens {opens}, closes {day(question.closes_at, zone)}"
        case "open":
            return f"Open since {day(question.opens_at, zone)}, closes {closes}"
        case _:
            return f"Closed {closes}, waiting for its answer"


def answered(outcome: Outcome) -> str:
    """`Resolved YES`, `Annulled: not scored`."""
    if outcome in ("yes", "no"):
        return f"Resolved {OUTCOME[outcome]}"
    return f"{STATUS[outcome]}: not scored"


def direction(value: Direction) -> str:
    """`▲ for YES`, `▼ for NO`, `◆ neutral`: a shape and a word."""
    return {Direction.YES: "▲ for YES", Direction.NO: "▼ for NO", Direction.NEUTRAL: "◆ neutral"}[value]


def strength(value: Strength) -> str:
    """The word of a strength: `moderate`."""
    return value.name.lower()


def bearing(towards: Direction, weight: Strength) -> str:
    """How evidence bears on a question: `▲ speaks moderately for YES`."""
    if towards is Direction.NEUTRAL or weight is Strength.NONE:
        return "◆ does not speak either way"
    shape, answer = ("▲", "YES") if towards is Direction.YES else ("▼", "NO")
    return f"{shape} speaks {_STRENGTHS[weight]} for {answer}"


# Text from outside


_PUNCTUATION: Final = re.compile(r"([!-/:-@\[-`{-~])")
_AUTOMATIC: Final = re.compile(
    r"(?<=:)(?=//)|(?<=w)(?=ww\.)|(?<=@)|(?<=:)(?=streamlit:)|(?<=[-<>=.])(?=[-<>=.])", re.IGNORECASE
)
_WORD_JOINER: Final = "\u2060"


def inert(text: str) -> str:
    """Text for a place that reads Markdown, made to show as it is.

    Every mark is escaped; a word joiner breaks what turns into links, pictures and arrows by itself.
    Feed text does not come here: it goes through `st.text` and table cells, which read no Markdown.
    """
    flat = " ".join(text.split())
    return _PUNCTUATION.sub(r"\\\1", _AUTOMATIC.sub(_WORD_JOINER, flat))


def web_link(url: str) -> str | None:
    """The address if it may be offered as a link: http(s) with a host and no tricks, else None."""
    if any(ord(mark) <= 32 or mark in '<>"\\`' for mark in url):
        return None
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and host and "@" not in parts.netloc else None
