"""Answers of Manifold, Polymarket, Kalshi and Metaculus, sound and hostile ones."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import benchmark_answers as answers
from tests.tables import check_rows
from tracker.benchmarks.platforms import PLATFORMS, build_request, parse_address, read_answer
from tracker.model.benchmarks import Quote, Unreadable

RECORDS = {
    "manifold": answers.manifold_market(),
    "polymarket": answers.polymarket_market(),
    "kalshi": answers.kalshi_event(answers.kalshi_market()),
    "metaculus": answers.metaculus_post(),
}


def read(name: str, record: Any, external_id: str = "") -> Quote | Unreadable:
    """Read an answer to a request for the address of the platform."""
    place = parse_address(answers.ADDRESSES[name])
    assert not isinstance(place, Unreadable)
    body = record if isinstance(record, bytes) else json.dumps(record).encode()
    return read_answer(place[0], body, external_id or place[1])


def problem(name: str, record: Any, external_id: str = "") -> str:
    result = read(name, record, external_id)
    assert isinstance(result, Unreadable), result
    assert "\n" not in result.reason
    return result.reason


@check_rows(RECORDS)
def test_each_platform_is_read(name: str) -> None:
    quote = read(name, RECORDS[name])
    assert isinstance(quote, Quote)
    assert quote.p == pytest.approx(0.42)
    assert answers.RULES in quote.criteria
    assert quote.is_open
    assert quote.closes_at is not None
    assert quote.size
    # The address that is shown leads to the same question.
    again = parse_address(quote.url)
    assert again == (PLATFORMS[name], quote.external_id)


def test_addresses_lead_to_the_documented_requests() -> None:
    urls = {}
    for name, address in answers.ADDRESSES.items():
        place = parse_address(address)
        assert not isinstance(place, Unreadable)
        urls[name] = build_request(*place, token="t0ken")
    assert {name: request.url for name, request in urls.items()} == {
        "manifold": "https://api.manifold.markets/v0/slug/arland-borland-summit",
        "polymarket": "https://gamma-api.polymarket.com/markets/slug/arland-borland-summit",
        "kalshi": "https://api.elections.kalshi.com/trade-api/v2/events/KXSUMMIT-27"
        "?with_nested_markets=true",
        "metaculus": "https://www.metaculus.com/api/posts/41234/?with_cp=true",
    }
    tokens = {name: request.authorization for name, request in urls.items()}
    assert tokens == dict.fromkeys(urls, "") | {"metaculus": "Token t0ken"}
    assert "t0ken" not in repr(urls)


@check_rows(
    [
        "",
        "summit",
        "https://example.org/questions/1/",
        "https://manifold.markets",
        "https://manifold.markets/ann/../../secret",
        "https://manifold.markets/ann/a%2Fb",
        "https://manifold.markets.example.org/ann/summit",
        "ftp://manifold.markets/ann/summit",
        "https://www.metaculus.com/questions/abc/",
        "https://polymarket.com/profile/ann",
        "https://kalshi.com/sign-up/x",
        "https://[::1/",
        "https://manifold.markets/ann/" + "a" * 5000,
    ]
)
def test_other_addresses_are_refused_in_a_line(address: str) -> None:
    place = parse_address(address)
    assert isinstance(place, Unreadable)
    assert "\n" not in place.reason


def test_options_are_read_with_a_sum_of_one() -> None:
    shares = (("Oslo", 0.5), ("Bern", 0.3), ("Other", 0.2))
    event = answers.polymarket_event(("Oslo", 0.52), ("Bern", 0.3), ("Other", 0.2))
    for name, record, external_id in (
        ("manifold", answers.manifold_options(*shares), ""),
        ("polymarket", event, "events/slug/summit"),
        ("metaculus", answers.metaculus_options(["Oslo", "Bern", "Other"], [0.5, 0.3, 0.2]), ""),
    ):
        quote = read(name, record, external_id)
        assert isinstance(quote, Quote), quote
        assert quote.p is None
        assert dict(quote.shares) == pytest.approx(dict(shares), abs=0.02)
        assert sum(p for _, p in quote.shares) == pytest.approx(1)


def test_a_resolution_elsewhere_is_read() -> None:
    settled = {"closed": True, "umaResolutionStatus": "resolved", "outcomePrices": '["1", "0"]'}
    paid = answers.kalshi_market(status="finalized", result="no")
    won = answers.manifold_options(("A", 0.5), ("B", 0.5), isResolved=True, resolution="o1")
    for name, record, external_id, answer in (
        ("manifold", answers.manifold_market(isResolved=True, resolution="YES"), "", "YES"),
        ("manifold", answers.manifold_market(isResolved=True, resolution="CANCEL"), "", "N/A"),
        ("manifold", won, "", "B"),
        ("polymarket", answers.polymarket_market(**settled), "", "YES"),
        ("kalshi", paid, "markets/KXSUMMIT-27", "NO"),
        ("metaculus", answers.metaculus_post(status="resolved", resolution="yes"), "", "YES"),
    ):
        quote = read(name, record, external_id)
        assert isinstance(quote, Quote), quote
        assert (quote.answer, quote.is_open) == (answer, False)


def test_a_wide_spread_gives_the_last_price() -> None:
    wide = answers.kalshi_market(yes_bid_dollars="0.1", yes_ask_dollars="0.9")
    cents = answers.kalshi_market(
        yes_bid_dollars=None, yes_ask_dollars=None, yes_bid=40, yes_ask=44
    )
    for record, p in ((wide, 0.4), (cents, 0.42)):
        quote = read("kalshi", record, "markets/KXSUMMIT-27")
        assert isinstance(quote, Quote)
        assert quote.p == pytest.approx(p)


def test_markup_and_invisible_characters_are_dropped() -> None:
    title = "<b>Will</b> it?<script>alert(1)</script>\u202e\x1b[31m"
    quote = read("manifold", answers.manifold_market(question=title, textDescription="a<br>\nb"))
    assert isinstance(quote, Quote)
    assert quote.title == "Will it? [31m"
    assert quote.criteria == "a\nb"


@check_rows(
    [
        b"",
        b"<html>Just a moment</html>",
        b"[" * 200_000,
        b'{"a":' * 200_000,
        b"[]",
        b"null",
        b'{"probability": NaN}',
        b" " * 2_000_001,
        b"\xff\xfe{}",
        b'{"probability": ' + b"9" * 6000 + b"}",
    ]
)
def test_what_is_no_answer_is_a_problem_in_a_line(body: bytes) -> None:
    for name in RECORDS:
        assert problem(name, body)


@check_rows([1.7, -0.1, "1e999", "often", None, True, [], {"p": 1}, 10**400])
def test_what_is_no_probability_is_a_problem(p: Any) -> None:
    assert "probability" in problem("manifold", answers.manifold_market(p))
    assert "probability" in problem("metaculus", answers.metaculus_post(p))
    prices = json.dumps([p, "0.5"])
    assert "probability" in problem("polymarket", answers.polymarket_market(outcomePrices=prices))
    record = answers.kalshi_market(yes_bid_dollars=None, yes_ask_dollars=None, last_price_dollars=p)
    assert problem("kalshi", record, "markets/KXSUMMIT-27")


def test_what_cannot_be_compared_is_refused() -> None:
    one, two = answers.kalshi_market(), answers.kalshi_market(ticker="KXSUMMIT-28")
    loose = answers.polymarket_event(("A", 0.4), ("B", 0.6), negRisk=False)
    far = answers.polymarket_event(("A", 0.9), ("B", 0.9))
    event = "events/slug/summit"
    hidden = answers.metaculus_post(aggregations={"recency_weighted": {"latest": None}})
    for name, record, external_id, words in (
        ("manifold", answers.manifold_market(outcomeType="NUMBER"), "", "kind number"),
        ("manifold", answers.manifold_options(("A", 0.5), ("A", 0.5)), "", "names of their own"),
        ("manifold", answers.manifold_market(question="<b></b>"), "", "no title"),
        ("polymarket", loose, event, "2 markets"),
        ("polymarket", far, event, "add up to 1.80"),
        ("polymarket", answers.polymarket_market(outcomes='["Up","Down"]'), "", "Yes and No"),
        ("polymarket", answers.polymarket_market(outcomePrices="[" * 99_999), "", "prices"),
        ("kalshi", answers.kalshi_event(one, two), "", "KXSUMMIT-28"),
        ("kalshi", answers.kalshi_event(answers.kalshi_market(ticker="../x")), "", "no name"),
        ("metaculus", answers.metaculus_post(type="numeric"), "", "kind numeric"),
        ("metaculus", {"title": "A", "group_of_questions": {}}, "", "group"),
        ("metaculus", hidden, "", "does not show"),
    ):
        assert words in problem(name, record, external_id), words


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=8,
)


@given(st.sampled_from(sorted(RECORDS)), st.data())
def test_no_field_of_any_shape_breaks_reading(name: str, data: st.DataObject) -> None:
    record = json.loads(json.dumps(RECORDS[name]))
    inner = record
    while True:
        key = data.draw(st.sampled_from(sorted(inner)))
        if not isinstance(inner[key], dict) or data.draw(st.booleans()):
            break
        inner = inner[key]
    inner[key] = data.draw(JSON)
    result = read(name, record)
    assert isinstance(result, Quote | Unreadable)
    if isinstance(result, Quote) and result.p is not None:
        assert 0 <= result.p <= 1
