"""Answers of platforms as they were recorded in shape, about questions that nobody asked."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from tracker.feeds.fetch_results import (
    Fetched,
    FetchFailed,
    FetchRequest,
    FetchResult,
    RequestSource,
    answer_in_batches,
)

RULES: Final = "YES when both governments confirm a meeting by 30 June 2027."

ADDRESSES: Final[Mapping[str, str]] = {
    "manifold": "https://manifold.markets/ann/arland-borland-summit",
    "polymarket": "https://polymarket.com/event/summit/arland-borland-summit",
    "kalshi": "https://kalshi.com/markets/kxsummit/leaders/kxsummit-27",
    "metaculus": "https://www.metaculus.com/questions/41234/arland-summit/",
}


def manifold_market(p: Any = 0.42, **changed: Any) -> dict[str, Any]:
    """An open yes/no market of Manifold."""
    market = {
        "id": "a1B2c3",
        "creatorUsername": "ann",
        "question": "Will Arland and Borland hold a summit by mid-2027?",
        "slug": "arland-borland-summit",
        "url": "https://manifold.markets/ann/arland-borland-summit",
        "outcomeType": "BINARY",
        "mechanism": "cpmm-1",
        "probability": p,
        "closeTime": 1814313600000,
        "isResolved": False,
        "uniqueBettorCount": 1204,
        "volume": 48210.7,
        "textDescription": RULES,
    }
    return market | changed


def manifold_options(*shares: tuple[str, float], **changed: Any) -> dict[str, Any]:
    """An open market of Manifold with several answers."""
    answers = [
        {"id": f"o{n}", "index": n, "text": name, "probability": p}
        for n, (name, p) in enumerate(shares)
    ]
    several = {"outcomeType": "MULTIPLE_CHOICE", "shouldAnswersSumToOne": True, "answers": answers}
    market = manifold_market(**several)
    del market["probability"]
    return market | changed


def polymarket_market(p: Any = 0.42, **changed: Any) -> dict[str, Any]:
    """An open market of Polymarket: lists stand inside texts."""
    market = {
        "id": "512345",
        "question": "Arland and Borland summit by June 30?",
        "slug": "arland-borland-summit",
        "description": RULES,
        "outcomes": '["Yes", "No"]',
        "outcomePrices": json.dumps([str(p), str(1 - p)] if isinstance(p, float) else [p, "0"]),
        "volume": "193022.51",
        "endDate": "2027-06-30T12:00:00Z",
        "active": True,
        "closed": False,
    }
    return market | changed


def polymarket_event(*prices: tuple[str, float], **changed: Any) -> dict[str, Any]:
    """An open event of Polymarket whose markets exclude each other."""
    markets = [
        polymarket_market(p, groupItemTitle=name, slug=f"summit-in-{name.lower()}")
        for name, p in prices
    ]
    event = {
        "title": "Where will the summit be?",
        "description": RULES,
        "negRisk": True,
        "closed": False,
        "volume": 1000.0,
        "markets": markets,
    }
    return event | changed


def kalshi_market(p: Any = 0.42, **changed: Any) -> dict[str, Any]:
    """An active market of Kalshi, with bid and ask around a price."""
    prices = {"yes_bid_dollars": f"{p - 0.01:.4f}", "yes_ask_dollars": f"{p + 0.01:.4f}"}
    market = {
        "ticker": "KXSUMMIT-27",
        "event_ticker": "KXSUMMIT-27",
        "market_type": "binary",
        "title": "Will Arland and Borland meet?",
        "yes_sub_title": "Before July 2027",
        "status": "active",
        "result": "",
        "last_price_dollars": "0.4000",
        "volume_fp": "5120.00",
        "close_time": "2027-07-01T03:59:00Z",
        "rules_primary": RULES,
        "rules_secondary": "",
    }
    return {"market": market | prices | changed}


def kalshi_event(*markets: Mapping[str, Any]) -> dict[str, Any]:
    """An event of Kalshi with its markets."""
    return {"event": {"event_ticker": "KXSUMMIT-27", "markets": [m["market"] for m in markets]}}


def metaculus_post(p: Any = 0.42, **changed: Any) -> dict[str, Any]:
    """An open yes/no question of Metaculus with what its crowd says."""
    latest = {"start_time": 1796000000.0, "forecaster_count": 88, "centers": [p]}
    question = {
        "id": 40001,
        "type": "binary",
        "status": "open",
        "resolution": None,
        "resolution_criteria": RULES,
        "fine_print": "",
        "scheduled_close_time": "2027-06-30T00:00:00Z",
        "aggregations": {"recency_weighted": {"latest": latest}},
    }
    return {
        "id": 41234,
        "title": "Will Arland and Borland meet before July 2027?",
        "nr_forecasters": 93,
        "question": question | changed,
    }


def metaculus_options(names: Sequence[str], values: Sequence[float]) -> dict[str, Any]:
    """An open question of Metaculus with options."""
    latest = {"forecast_values": list(values), "centers": list(values)}
    aggregations = {"recency_weighted": {"latest": latest}}
    return metaculus_post(type="multiple_choice", options=list(names), aggregations=aggregations)


def as_bytes(record: Any) -> bytes:
    """Return a record as a platform sends it."""
    return record if isinstance(record, bytes) else json.dumps(record).encode()


class Platforms:
    """Platforms that answer what a test gives them, and note what they were asked."""

    def __init__(self) -> None:
        self.answer: Callable[[FetchRequest], FetchResult] = self._answer
        self.asked: list[FetchRequest] = []
        self._bodies: dict[str, bytes] = {}

    def give(self, part: str, record: Any) -> None:
        """Answer addresses that contain `part` with a record, or with these bytes."""
        self._bodies[part] = as_bytes(record)

    def fetch(self, more: RequestSource) -> Iterator[Sequence[FetchResult]]:
        """Answer requests as the network does."""
        return answer_in_batches(self._note, more)

    def _note(self, request: FetchRequest) -> FetchResult:
        self.asked.append(request)
        return self.answer(request)

    def _answer(self, request: FetchRequest) -> FetchResult:
        for part, body in self._bodies.items():
            if part in request.url:
                name, url = request.feed_id, request.url
                return Fetched(name, url, 200, body, "application/json", None, None, 0.0)
        return FetchFailed(request.feed_id, "HTTP 404 Not Found", 404)
