"""Small labelled files for tests, all of it invented."""

import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

QUESTIONS: tuple[dict[str, Any], ...] = (
    {
        "question_id": "summit",
        "group": "own question",
        "question": "Will Arland and Borland hold a summit by 30 June 2026?",
        "criteria": "YES when both governments confirm a meeting by 30 June 2026.",
        "kind": "binary",
        "options": [],
        "from": "2026-03-01",
        "to": "2026-03-31",
        "source": "a market",
    },
    {
        "question_id": "strike",
        "group": "own question",
        "question": "Will the harbour workers of Cadia strike?",
        "from": "2026-03-01",
        "to": "2026-03-31",
        "source": "a market",
    },
)


def a_pair(question: str, item: object, title: str, **changed: Any) -> dict[str, Any]:
    """A judged pair that is not about the question, unless it is said."""
    values = {
        "question_id": question,
        "item_id": item,
        "title": title,
        "summary": "",
        "date": "2026-03-02",
        "source": "wire.example",
        "relevance": 0,
        "direction": 0,
    }
    return {**values, **changed}


PAIRS: tuple[dict[str, Any], ...] = (
    a_pair("summit", "a", "Arland and Borland hold a summit", relevance=2, direction=1),
    a_pair("summit", "b", "Arland and Borland hold a summit - Wire", date="2026-03-03"),
    a_pair("summit", "c", "Zebra escapes from a zoo", date="2026-03-04"),
    a_pair("summit", "d", "Envoys of two neighbours fly home early", relevance=2, direction=-1),
    a_pair("strike", "e", "Harbour workers of Cadia strike", relevance=2, direction=1),
    a_pair("strike", "c", "Zebra escapes from a zoo", date="2026-03-04"),
)

REPORTS: tuple[dict[str, Any], ...] = (
    {
        "event": "quake",
        "title": "Quake in Cadia",
        "published": "2026-03-02T09:00:00Z",
        "lang": "en",
    },
    {"event": "quake", "title": "Beben in Cadia", "published": "2026-03-02", "lang": "de"},
    {
        "event": "quake",
        "title": "Quake in  CADIA",
        "first_seen": "2026-03-01T09:00:00Z",
        "lang": "en",
    },
    {
        "event": "vote",
        "title": "Quake relief is put to the vote",
        "published": "2026-03-03T09:00:00Z",
        "lang": "en",
    },
)


def written(path: Path, lines: Sequence[dict[str, Any]]) -> Path:
    """A file with these lines, gzipped when its name says so."""
    text = "".join(json.dumps(line) + "\n" for line in lines)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path
