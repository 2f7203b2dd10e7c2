"""Probabilities, odds, counts and times, and names and text from outside.

A no-break space joins a number to its unit, so that a phone never breaks "3 days" over two lines.
"""

import re
from datetime import datetime, timedelta
from fractions import Fraction
from functools import partial
from typing import Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from forecasts.questions import formatting
from forecasts.questions.question import COMPUTED, Forecaster, ForecasterId, name_recalibrated

NBSP: Final = "\u00a0"
MINUS: Final = formatting.MINUS
DASH: Final = "\u2013"
_MAX_RATIO: Final = 10_000


def percent_whole(p: float) -> str:
    """Format a probability for a headline: `46%`, but `<1%` and `>99%` near the ends.

    Only certainty is written 0% or 100%. The terminal shows tenths near the ends; sentences and
    headings of a page use whole numbers. Forecasts themselves are shown by `percent_exact`.
    """
    if 0.0 < p < 0.01:
        return "<1%"
    if 0.99 < p < 1.0:
        return ">99%"
    return f"{_round_half_up(p * 100)}%"


def percent_number(p: float) -> float:
    """Return the percentage for a table: whole in the middle, one decimal below 10 and above 90.

    Two decimals where one would round to certainty: 0.0004 is 0.04, and only 0 itself is 0.
    """
    value = p * 100
    distance = min(value, 100 - value)
    if distance >= 10:
        return float(_round_half_up(value))
    rounded = round(value, 1 if distance >= 0.1 else 2)
    return rounded if p in (0.0, 1.0) else min(max(rounded, 0.01), 99.99)


def percent_exact(p: float) -> str:
    """Format a probability as it was entered: `63%`, `4.5%`, `0.4%`."""
    distance = min(p, 1 - p)
    if 0.0 < distance < 0.0001:
        return "<0.01%" if p < 0.5 else ">99.99%"
    return f"{percent_number(p):g}%"


def _round_half_up(value: float) -> int:
    # Python rounds 0.5 to the even neighbour, which looks wrong on a page.
    return int(value + 0.5)


def format_points(change: float) -> str:
    """Format a change in probability: `up 6 points`, `down 1 point`, `unchanged`."""
    whole = _round_half_up(abs(change) * 100)
    if whole == 0:
        return "unchanged"
    return f"{'up' if change > 0 else 'down'} {plural(whole, 'point')}"


def format_signed_points(change: float) -> str:
    """Format a change in probability with its sign: `+3 points`, `−0.4 points`, `unchanged`."""
    size = 100 * abs(change)
    shown = f"{_round_half_up(size)}" if size >= 0.95 else f"{size:.1f}"
    if shown == "0.0":
        return "unchanged"
    return f"{'+' if change > 0 else MINUS}{shown}{NBSP}{'point' if shown == '1' else 'points'}"


def format_odds(p: float) -> str:
    """Format odds: `1.7 to 1 for`, `2.3 to 1 against`, `even`."""
    if p in (0.0, 1.0):
        return "certain"
    ratio = p / (1 - p) if p >= 0.5 else (1 - p) / p
    if ratio < 1.05:
        return "even"
    number = (
        f"{ratio:.1f}".removesuffix(".0")
        if ratio < 10
        else f"{ratio:,.0f}"
        if ratio < _MAX_RATIO
        else "over 10,000"
    )
    return f"{number} to 1 {'for' if p > 0.5 else 'against'}"


def format_fraction(p: float) -> str:
    """Return the nearest simple fraction: `about 5 in 8`, `about 1 in 250`."""
    if p in (0.0, 1.0):
        return "always" if p else "never"
    if min(p, 1 - p) < 1 / _MAX_RATIO:
        return "less than 1 in 10,000" if p < 0.5 else "more than 9,999 in 10,000"
    if p < 0.05:
        return f"about 1 in {_round_half_up(1 / p):,}"
    if p > 0.95:
        n = _round_half_up(1 / (1 - p))
        return f"about {n - 1:,} in {n:,}"
    fraction = Fraction(p).limit_denominator(10)
    return f"about {fraction.numerator} in {fraction.denominator}"


def describe_probability(p: float) -> str:
    """Explain a typed probability: `63%, odds 1.7 to 1 for, about 5 in 8`."""
    if p in (0.0, 1.0):
        meaning = "impossible: if it happens" if p == 0.0 else "certain: if it does not happen"
        return f"{percent_whole(p)} means {meaning}, your log score is the worst possible"
    chance = format_odds(p)
    return (
        f"{percent_exact(p)}, {'even odds' if chance == 'even' else f'odds {chance}'}, "
        f"{format_fraction(p)}"
    )


def format_log_odds(z: float) -> str:
    """Format log-odds with their sign: `+0.29`, `−0.85`."""
    return f"{'+' if z >= 0 else MINUS}{abs(z):.2f}"


plural = partial(formatting.format_count, space=NBSP)
"""Format a count: `1 question`, `3 questions`, `2 pieces of evidence`."""

UTC_ZONE: Final = ZoneInfo("UTC")


def parse_zone(name: str | None) -> ZoneInfo:
    """Return the viewer's time zone, or UTC if the browser named none that is known here."""
    try:
        return ZoneInfo(name or "UTC")
    except (KeyError, ValueError, OSError):  # unknown, malformed, or the name of a directory
        return UTC_ZONE


def format_day(instant: datetime, zone: ZoneInfo) -> str:
    """Format a day: `24 Nov 2026`."""
    local = instant.astimezone(zone)
    return f"{local.day} {local:%b %Y}"


def format_moment(instant: datetime, zone: ZoneInfo) -> str:
    """Format a time with its zone: `24 Nov 2026, 14:05 CET`."""
    return f"{format_day(instant, zone)}, {instant.astimezone(zone):%H:%M %Z}"


def format_duration(length: timedelta) -> str:
    """Format a duration in its largest unit: `3 hours`, `13 months`, `4 years`."""
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


def format_age(instant: datetime | None, now: datetime) -> str:
    """Format a relative time: `3 hours ago`, `in 13 months`, `just now`, `never`."""
    if instant is None:
        return "never"
    if abs(now - instant) < timedelta(minutes=1):
        return "just now"
    return (
        f"{format_duration(now - instant)} ago"
        if instant < now
        else f"in {format_duration(instant - now)}"
    )


def display_name(forecaster: Forecaster, me: ForecasterId) -> str:
    """Return the display name of a forecaster; the viewer is `You`."""
    if forecaster == name_recalibrated(me):
        return "You, recalibrated"
    return "You" if forecaster.id == me else forecaster.name


def name_in_sentence(forecaster: Forecaster, me: ForecasterId) -> str:
    """Return the name of a forecaster as a sentence goes on: `you`, `the estimate`, `Ada`."""
    if forecaster.id == me:
        return "you"
    if forecaster == name_recalibrated(me):
        return "your recalibrated forecasts"
    if forecaster in COMPUTED:
        return f"the {forecaster.name[0].lower()}{forecaster.name[1:]}"
    return forecaster.name


def name_forecasts(forecaster: Forecaster, me: ForecasterId) -> str:
    """Name someone's forecasts as a sentence begins: `Ada's forecasts`, `Your forecasts`."""
    if forecaster.id == me:
        return "Your forecasts"
    if forecaster == name_recalibrated(me):
        return "Your recalibrated forecasts"
    if forecaster in COMPUTED:
        return f"Forecasts by {name_in_sentence(forecaster, me)}"
    return f"{forecaster.name}'s forecasts"


def clip(text: str, limit: int) -> str:
    """Shorten a text to `limit` characters with an ellipsis, at a word boundary if one is near."""
    flat = " ".join(text.split())
    if len(flat) <= limit:
        return flat
    cut = flat[: limit - 1]
    at_word = cut.rpartition(" ")[0]
    return (at_word if len(at_word) > limit * 0.5 else cut).rstrip(" ,;:.") + "…"


_PUNCTUATION: Final = re.compile(r"([!-/:-@\[-`{-~])")
_AUTO_MARKUP: Final = re.compile(
    r"(?<=:)(?=//)|(?<=w)(?=ww\.)|(?<=@)|(?<=:)(?=streamlit:)|(?<=[-<>=.])(?=[-<>=.])",
    re.IGNORECASE,
)
_WHITESPACE: Final = re.compile(r"[^\S\u00a0]+")  # keeps no-break spaces
_WORD_JOINER: Final = "\u2060"
_DIRECTION_MARKS: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Bidirectional control characters, which would reorder the text after them."""


def escape_markdown(text: str) -> str:
    """Escape a text for Markdown.

    All punctuation is escaped; a word joiner breaks automatic links, images and arrows.
    Bidirectional control characters are removed.

    >>> escape_markdown("*a* \\u202eb")
    '\\\\*a\\\\* b'

    Feed text is shown by `st.text` and table cells, which render no Markdown. Only the clipped
    title of a feed comes here, as a heading or the label of a link.
    """
    flat = _DIRECTION_MARKS.sub("", _WHITESPACE.sub(" ", text)).strip()
    return _PUNCTUATION.sub(r"\\\1", _AUTO_MARKUP.sub(_WORD_JOINER, flat))


def safe_web_link(url: str) -> str | None:
    """Return the address if it is a safe link, http(s) with a host and no user name, else None."""
    if any(ord(mark) <= 32 or mark in '<>"\\`' for mark in url):
        return None
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and host and "@" not in parts.netloc else None
