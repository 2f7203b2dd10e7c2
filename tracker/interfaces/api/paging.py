"""Pages of a list, by a cursor that says after which entry the next begins."""

import base64
import json
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from tracker.errors import Refused
from tracker.model.json_values import to_plain


def cut_page(entries: Sequence[Any], limit: int, after: str) -> dict[str, Any]:
    """Return at most `limit` entries after a cursor, and the cursor of the next page.

    A cursor has the place of an entry and its name. Where the list has changed in between, the page
    begins after the entry of that name, so that none comes twice and none is left out.

    >>> page = cut_page(("a", "b", "c"), 2, "")
    >>> page["items"], cut_page(("new", "a", "b", "c"), 2, page["next"])["items"]
    (['a', 'b'], ['c'])
    """
    start = _find_start(entries, after) if after else 0
    items = [to_plain(entry) for entry in entries[start : start + limit]]
    end = start + len(items)
    more = items and end < len(entries)
    return {"items": items, "next": _write_cursor(end, items[-1]) if more else None}


def _find_start(entries: Sequence[Any], cursor: str) -> int:
    try:
        place, name = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        start = int(place)
    except (ValueError, TypeError):
        raise Refused("`after` is no cursor: send the `next` of the page before it") from None
    if 0 < start <= len(entries) and _name_entry(to_plain(entries[start - 1])) == name:
        return start
    names = (_name_entry(to_plain(entry)) for entry in entries)
    # Where the entry itself is gone, those after it have moved up.
    moved = max(start - 1, 0)
    return next((n for n, other in enumerate(names, 1) if other == name), moved)


def _write_cursor(place: int, entry: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps([place, _name_entry(entry)]).encode()).decode()


def _name_entry(entry: Any) -> str:
    """Return the id of an entry, or a hash of it if it has none."""
    name = entry.get("id") if isinstance(entry, dict) else None
    text = json.dumps(entry if name is None else name, sort_keys=True, ensure_ascii=False)
    return sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
