"""Trades from Manifold as forecasts: whoever trades says the price after the trade.

A file has the answers of its API (docs/docs/api.md in the repository manifoldmarkets/manifold) as
`{"bets": [...], "markets": [...]}`. Each answer of a multiple choice is a yes/no question. Redeemed
shares, liquidity, and orders that nobody took say nothing.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from forecasts.errors import InvalidTime
from tracker.model.forecast_import import FileRow, RefusedRow
from tracker.questions.importing.row_values import (
    decode_json,
    make_row,
    read_answer,
    read_option_answer,
    read_time,
)

Json = Mapping[str, Any]


def is_export(document: Any) -> bool:
    """Return True for a document with trades and markets."""
    return isinstance(document, dict) and {"bets", "markets"} <= document.keys()


def read_export(name: str, content: bytes) -> Iterator[FileRow | RefusedRow]:
    """Yield an answer for each market that has one, and the trades; the line is their number."""
    document = decode_json(name, content)
    markets = {market["id"]: market for market in document["markets"]}
    answered: set[tuple[str, str]] = set()
    for number, bet in enumerate(document["bets"], start=1):
        try:
            if not _says_something(bet):
                continue
            market = markets.get(bet["contractId"])
            if market is None:
                yield RefusedRow(name, number, f"the market {bet['contractId']} is not in the file")
                continue
            yield from _read_bet(name, number, bet, market=market, answered=answered)
        except (InvalidTime, KeyError, TypeError, AttributeError) as error:
            yield RefusedRow(name, number, f"this trade cannot be read ({error})")


def _says_something(bet: Json) -> bool:
    return bool(bet["amount"]) and not (bet.get("isRedemption") or bet.get("isAnte"))


def _read_bet(
    name: str, number: int, bet: Json, *, market: Json, answered: set[tuple[str, str]]
) -> Iterator[FileRow | RefusedRow]:
    answers = {answer["id"]: answer for answer in market.get("answers") or ()}
    option = answers.get(bet.get("answerId"))
    if market["outcomeType"] != "BINARY" and option is None:
        kind = str(market["outcomeType"]).lower().replace("_", " ")
        reason = f"only yes/no and multiple-choice markets come in: this one is {kind}"
        yield RefusedRow(name, number, reason)
        return
    question = _read_market(market, option)
    key = (market["id"], "" if option is None else option["id"])
    if key not in answered:
        answered.add(key)
        answer, known_at = _read_resolution(market, option)
        if answer:
            link = question["link"]
            yield make_row(name, number, **question, outcome=answer, known_at=known_at, source=link)
    yield make_row(
        name,
        number,
        **question,
        person="",
        made_at=read_time(bet["createdTime"]),
        probability=bet["probAfter"],
    )


def _read_market(market: Json, option: Json | None) -> dict[str, Any]:
    return {
        "text": market["question"] if option is None else f"{market['question']}: {option['text']}",
        "criteria": market.get("textDescription"),
        "link": market["url"] if option is None else f"{market['url']}#{option['id']}",
        "opens_at": read_time(market["createdTime"]),
        "closes_at": read_time(market.get("closeTime")),
    }


def _read_resolution(market: Json, option: Json | None) -> tuple[str | None, Any]:
    if option is None:
        return read_answer(market.get("resolution")), read_time(market.get("resolutionTime"))
    resolution = option.get("resolution")
    answer = read_answer(resolution) if resolution else _choose(market.get("resolution"), option)
    return answer, read_time(option.get("resolutionTime") or market.get("resolutionTime"))


def _choose(resolution: Any, option: Json) -> str | None:
    """Read whether an answer was chosen; markets name it by its id."""
    return "yes" if resolution == option["id"] else read_option_answer(resolution, option["text"])
