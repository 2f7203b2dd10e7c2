"""Kalshi: markets, read by `/trade-api/v2` (https://docs.kalshi.com/api-reference).

An address of the site names an event; an event with several markets needs the ticker of one, as
`#ticker` at the end of the address.
"""

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
    require_record,
    require_title,
)
from tracker.model.benchmarks import Quote

API: Final = "https://api.elections.kalshi.com/trade-api/v2/"
HOSTS: Final = ("kalshi.com",)
EXAMPLE: Final = "https://kalshi.com/markets/series/name/event"

MAX_SPREAD: Final = 0.1
"""Gap of bid and ask above which their middle says less than the last price."""

_MARKET: Final = "markets/"
_EVENT: Final = "events/"


def find_id(parts: tuple[str, ...], fragment: str) -> str:
    """Return the id of an address `/markets/…/event` or `…#market`; "" for another one."""
    if len(parts) < 2 or parts[0] != "markets":
        return ""
    return f"{_MARKET}{fragment.upper()}" if fragment else f"{_EVENT}{parts[-1].upper()}"


def make_address(external_id: str) -> str:
    """Return the address of the API for a market or an event."""
    nested = "?with_nested_markets=true" if external_id.startswith(_EVENT) else ""
    return f"{API}{external_id}{nested}"


def read_quote(record: Record, external_id: str) -> Quote:
    """Read a market, or an event with one market."""
    if external_id.startswith(_EVENT):
        event = require_record(record.get("event"), "event")
        markets = list_records(event.get("markets"))
        if len(markets) != 1:
            tickers = ", ".join(get_text(m, "ticker") for m in markets[:8])
            raise BadAnswer(
                f"it has {len(markets)} markets: add #TICKER of one of them ({tickers})"
            )
        market = markets[0]
        external_id = f"{_MARKET}{get_text(market, 'ticker')}"
    else:
        market = require_record(record.get("market"), "market")
    answer = get_text(market, "result")
    status = get_text(market, "status")
    rules = [get_long_text(market, f"rules_{name}") for name in ("primary", "secondary")]
    return Quote(
        external_id,
        url=_make_url(market),
        title=require_title(market, "title"),
        criteria="\n".join(filter(None, [get_text(market, "yes_sub_title"), *rules])),
        p=None if answer else _read_price(market),
        is_open=status in ("active", "open") and not answer,
        closes_at=get_time(market, "close_time"),
        answer=answer.upper(),
        size=describe_size(_get_amount(market, "volume"), "contracts traded"),
    )


def _make_url(market: Record) -> str:
    event, ticker = get_text(market, "event_ticker"), get_text(market, "ticker")
    series = event.split("-")[0].lower()
    return f"https://kalshi.com/markets/{series}/{event.lower()}#{ticker.lower()}"


def _read_price(market: Record) -> float:
    """Return the middle of bid and ask, or the last price where they lie far apart."""
    bid, ask = _get_dollars(market, "yes_bid"), _get_dollars(market, "yes_ask")
    if bid and ask and 0.0 <= ask - bid <= MAX_SPREAD:
        return check_probability((bid + ask) / 2)
    last = _get_dollars(market, "last_price")
    if not last:
        raise BadAnswer("nobody has traded it yet")
    return check_probability(last)


def _get_dollars(market: Record, name: str) -> float | None:
    """Return a price in dollars; older answers have cents."""
    dollars, cents = get_number(market, f"{name}_dollars"), get_number(market, name)
    return dollars if dollars is not None or cents is None else cents / 100


def _get_amount(market: Record, name: str) -> float | None:
    whole = get_number(market, f"{name}_fp")
    return get_number(market, name) if whole is None else whole
