"""Polymarket: markets, read by the Gamma API (https://docs.polymarket.com, "Gamma").

An event has one market, or several yes/no markets; of those of an event with `negRisk` one at most
resolves YES, so that they are the options of one question.
"""

import json
from typing import Final

from tracker.benchmarks.answers import (
    BadAnswer,
    Record,
    check_probability,
    describe_size,
    get_long_text,
    get_number,
    get_text,
    get_time,
    list_records,
    require_title,
    share_out,
)
from tracker.model.benchmarks import Quote

API: Final = "https://gamma-api.polymarket.com/"
HOSTS: Final = ("polymarket.com",)
EXAMPLE: Final = "https://polymarket.com/event/question"

_MARKET: Final = "markets/slug/"
_EVENT: Final = "events/slug/"


def find_id(parts: tuple[str, ...], _fragment: str) -> str:
    """Return the id of an address `/event/…`, `/event/…/…` or `/market/…`; "" for another one."""
    match parts:
        case ("event", event):
            return f"{_EVENT}{event}"
        case ("event", _, market) | ("market", market):
            return f"{_MARKET}{market}"
        case _:
            return ""


def make_address(external_id: str) -> str:
    """Return the address of the API for a market or an event."""
    return f"{API}{external_id}"


def read_quote(record: Record, external_id: str) -> Quote:
    """Read a market, or an event with one market or with options that exclude each other."""
    if not external_id.startswith(_EVENT):
        return _read_market(record, external_id, f"market/{external_id.removeprefix(_MARKET)}")
    event = external_id.removeprefix(_EVENT)
    markets = list_records(record.get("markets"))
    if len(markets) == 1:
        slug = get_text(markets[0], "slug")
        return _read_market(markets[0], f"{_MARKET}{slug}", f"event/{event}/{slug}")
    if record.get("negRisk") is not True:
        raise BadAnswer(f"it has {len(markets)} markets: open one of them, and take its address")
    return _read_event(record, markets, external_id)


def _read_market(market: Record, external_id: str, path: str) -> Quote:
    p = _read_price(market)
    is_closed = market.get("closed") is True
    return Quote(
        external_id,
        url=f"https://polymarket.com/{path}",
        title=require_title(market, "question"),
        criteria=get_long_text(market, "description"),
        p=p,
        is_open=not is_closed,
        closes_at=get_time(market, "endDate"),
        answer={1.0: "YES", 0.0: "NO"}.get(p, "") if is_closed and _is_settled(market) else "",
        size=describe_size(get_number(market, "volume"), "USD traded"),
    )


def _read_event(event: Record, markets: list[Record], external_id: str) -> Quote:
    prices = [(get_text(m, "groupItemTitle"), _read_price(m)) for m in markets]
    is_closed = event.get("closed") is True
    settled = [name for name, p in prices if p == 1.0]
    return Quote(
        external_id,
        url=f"https://polymarket.com/event/{external_id.removeprefix(_EVENT)}",
        title=require_title(event, "title"),
        criteria=get_long_text(event, "description"),
        shares=share_out(prices),
        is_open=not is_closed,
        closes_at=get_time(event, "endDate"),
        answer=settled[0] if is_closed and settled else "",
        size=describe_size(get_number(event, "volume"), "USD traded"),
    )


def _read_price(market: Record) -> float:
    """Return the price of Yes; names and prices are JSON lists inside texts."""
    try:
        names = json.loads(market.get("outcomes") or "[]")
        prices = json.loads(market.get("outcomePrices") or "[]")
    except (TypeError, ValueError, RecursionError):
        raise BadAnswer("its prices cannot be read") from None
    if not isinstance(prices, list) or names != ["Yes", "No"] or len(prices) != len(names):
        raise BadAnswer("its answers are not Yes and No")
    return check_probability(get_number({"p": prices[0]}, "p"))


def _is_settled(market: Record) -> bool:
    return get_text(market, "umaResolutionStatus") == "resolved"
