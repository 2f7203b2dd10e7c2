"""The platforms that can be read: addresses, requests and answers, one file each."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Final, Protocol, cast
from urllib.parse import quote as quote_url
from urllib.parse import urlsplit

from forecasts.questions.question import Forecaster, ForecasterId, OutsideKind
from tracker.benchmarks import kalshi, manifold, metaculus, polymarket
from tracker.benchmarks.answers import MAX_BYTES, BadAnswer, Record, parse_json, require_record
from tracker.feeds.fetch_results import FetchRequest
from tracker.feeds.item import FeedId
from tracker.model.benchmarks import PlatformName, Quote, Unreadable

_PART: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}", re.ASCII)
MAX_ADDRESS_LENGTH: Final = 1000


class Adapter(Protocol):
    """Content of the file of a platform."""

    HOSTS: tuple[str, ...]
    EXAMPLE: str
    find_id: Callable[[tuple[str, ...], str], str]
    make_address: Callable[[str], str]
    read_quote: Callable[[Record, str], Quote]


@dataclass(frozen=True, slots=True)
class Platform:
    """A platform: its name, as shown and as forecaster, and its adapter."""

    name: PlatformName
    label: str
    kind: OutsideKind
    adapter: Adapter
    needs_token: bool = False

    @property
    def forecaster(self) -> Forecaster:
        """The forecaster that its probabilities are kept under."""
        return Forecaster(ForecasterId(f"{self.kind}:{self.name}"), self.label, self.kind)


def _adapt(module: ModuleType) -> Adapter:
    return cast(Adapter, module)


PLATFORMS: Final[dict[PlatformName, Platform]] = {
    platform.name: platform
    for platform in (
        Platform("manifold", "Manifold", "market", _adapt(manifold)),
        Platform("polymarket", "Polymarket", "market", _adapt(polymarket)),
        Platform("kalshi", "Kalshi", "market", _adapt(kalshi)),
        Platform("metaculus", "Metaculus", "platform", _adapt(metaculus), needs_token=True),
    )
}


def parse_address(url: str) -> tuple[Platform, str] | Unreadable:
    """Return the platform of an address and the id of its question, or why there is none.

    >>> platform, external_id = parse_address("https://manifold.markets/ann/rain-in-oslo")
    >>> platform.label, external_id
    ('Manifold', 'rain-in-oslo')
    """
    try:
        parts = urlsplit(url.strip() if len(url) <= MAX_ADDRESS_LENGTH else "")
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return Unreadable("that is no address")
    platform = next((p for p in PLATFORMS.values() if host in p.adapter.HOSTS), None)
    if platform is None or parts.scheme not in ("http", "https"):
        labels = ", ".join(p.label for p in PLATFORMS.values())
        return Unreadable(f"give the address of a question on one of {labels}")
    names = tuple(part for part in parts.path.split("/") if part)
    is_plain = all(map(_PART.fullmatch, [*names, *filter(None, [parts.fragment])]))
    external_id = platform.adapter.find_id(names, parts.fragment) if is_plain else ""
    if not external_id:
        example = platform.adapter.EXAMPLE
        return Unreadable(f"that is no address of a question on {platform.label}: see {example}")
    return platform, external_id


def build_request(platform: Platform, external_id: str, token: str) -> FetchRequest:
    """Build the request for a question; `token` goes to a platform that needs it alone."""
    return FetchRequest(
        FeedId(""),
        platform.adapter.make_address(external_id),
        max_bytes=MAX_BYTES,
        authorization=f"Token {token}" if platform.needs_token else "",
    )


def read_answer(platform: Platform, body: bytes, external_id: str) -> Quote | Unreadable:
    """Read the answer of a platform, or say in one line why it cannot be used."""
    try:
        record = require_record(parse_json(body), "question")
        quote = platform.adapter.read_quote(record, external_id)
        if not all(map(_PART.fullmatch, quote.external_id.split("/"))):
            raise BadAnswer("its answer names it by something that is no name")
        return replace(quote, url=quote_url(quote.url, safe=":/#"))
    except BadAnswer as problem:
        return Unreadable(f"{platform.label} cannot be used: {problem}")
