"""Download somebody's forecasts from the API of a site, in the form that an import reads.

One request at a time through the client of the feeds, with its limits and manners. A key goes to
the site alone, and is neither stored nor shown.
"""

import json
from collections.abc import Iterator
from typing import Any, Final, Literal, assert_never, get_args
from urllib.parse import quote, urlencode

from tracker.errors import Refused
from tracker.feeds.fetch_results import Deferred, Fetched, FetchFailed, FetchRequest, fetch_one
from tracker.feeds.item import FeedId
from tracker.ingestion.network import Network

AccountSite = Literal["fatebook", "manifold", "metaculus"]
ACCOUNT_SITES: Final[tuple[AccountSite, ...]] = get_args(AccountSite)

MAX_BYTES: Final = 200_000_000
MAX_PAGES: Final = 500
"""Requests for one list; a site that never ends it is left then."""

FATEBOOK_PAGE: Final = 100
MANIFOLD_PAGE: Final = 1000


def fetch_account(network: Network, site: AccountSite, name: str, key: str) -> bytes:
    """Return a file with the forecasts of an account.

    `name` is a user of Manifold, or the number of a question of Metaculus; Fatebook knows whose the
    key is. Raises `Refused` without network, for a wrong key, and for an answer of another form.
    """
    needs_name, needs_key = site != "fatebook", site != "manifold"
    if needs_name and not name.strip():
        raise Refused(f"{site} has to know whose: give the {_NAMES[site]}")
    if needs_key and not key.strip():
        raise Refused(f"{site} wants a key: {_KEYS[site]}")
    match site:
        case "fatebook":
            return _fetch_fatebook(network, key.strip())
        case "manifold":
            return _fetch_manifold(network, name.strip())
        case "metaculus":
            return _fetch_metaculus(network, name.strip(), key.strip())
        case _:
            assert_never(site)


_NAMES: Final = {"manifold": "user name", "metaculus": "number of the question"}
_KEYS: Final = {
    "fatebook": "make one at fatebook.io/api-setup",
    "metaculus": "make one at metaculus.com/aib, or in the settings of your account",
}


def _fetch_fatebook(network: Network, key: str) -> bytes:
    items: list[Any] = []
    for _ in range(MAX_PAGES):
        query = urlencode({"apiKey": key, "limit": FATEBOOK_PAGE, "cursor": len(items)})
        page = _fetch_json(network, f"https://fatebook.io/api/v0/getQuestions?{query}")
        if not isinstance(page, dict) or not isinstance(page.get("items"), list):
            raise Refused("fatebook.io answered in another form: import its CSV export instead")
        items += page["items"]
        if len(page["items"]) < FATEBOOK_PAGE:
            break
    return json.dumps({"items": items}, ensure_ascii=False).encode()


def _fetch_manifold(network: Network, name: str) -> bytes:
    bets = list(_iterate_bets(network, name))
    ids = dict.fromkeys(str(bet.get("contractId", "")) for bet in bets)
    markets = [
        _fetch_json(network, f"https://api.manifold.markets/v0/market/{quote(number, safe='')}")
        for number in ids
    ]
    return json.dumps({"bets": bets, "markets": markets}, ensure_ascii=False).encode()


def _iterate_bets(network: Network, name: str) -> Iterator[dict[str, Any]]:
    before: dict[str, str] = {}
    for _ in range(MAX_PAGES):
        query = urlencode({"username": name, "limit": MANIFOLD_PAGE, **before})
        page = _fetch_json(network, f"https://api.manifold.markets/v0/bets?{query}")
        if not isinstance(page, list) or not all(isinstance(bet, dict) for bet in page):
            raise Refused("manifold.markets answered in another form: try again later")
        yield from page
        if len(page) < MANIFOLD_PAGE:
            return
        before = {"before": str(page[-1].get("id", ""))}


def _fetch_metaculus(network: Network, number: str, key: str) -> bytes:
    if not (number.isascii() and number.isdecimal()):
        raise Refused(f"{number!r} is no number of a question: it stands in its address")
    query = urlencode({"include_user_data": "true", "aggregation_methods": "recency_weighted"})
    url = f"https://www.metaculus.com/api/posts/{number}/download-data/?{query}"
    return _fetch(network, url, authorization=f"Token {key}")


def _fetch_json(network: Network, url: str) -> Any:
    try:
        return json.loads(_fetch(network, url))
    except (ValueError, RecursionError):
        raise Refused(f"{_name_host(url)} did not answer in JSON: try again later") from None


def _fetch(network: Network, url: str, *, authorization: str = "") -> bytes:
    request = FetchRequest(FeedId("account"), url, max_bytes=MAX_BYTES, authorization=authorization)
    host = _name_host(url)
    match fetch_one(network.fetch, request):
        case Fetched(body=body):
            return body
        case FetchFailed(status=401 | 403):
            raise Refused(f"{host} does not take the key: make a new one there")
        case FetchFailed(status=404):
            raise Refused(f"{host} knows no such account or question: check the name")
        case FetchFailed(reason=reason):
            raise Refused(f"{host} does not answer ({reason}): try again later, or import a file")
        case Deferred(wait_seconds=seconds):
            raise Refused(f"{host} wants a pause: try again in {seconds / 60:.0f} minutes")
        case _:
            raise Refused(f"{host} answered without a document: try again later")


def _name_host(url: str) -> str:
    return url.split("/")[2]
