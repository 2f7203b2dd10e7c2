"""Small labelled files for tests, all of it invented."""

import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

SUMMIT = "Will Arland and Borland hold a summit?"
STRIKE = "Will the harbour workers of Cadia strike?"
LINES: tuple[dict[str, Any], ...] = (
    {
        "question": SUMMIT,
        "title": "Arland and Borland agree to hold a summit",
        "relevance": 2,
        "stance": 1,
    },
    {
        "question": SUMMIT,
        "title": "Borland denies a summit with Arland",
        "relevance": 1,
        "stance": -1,
    },
    {
        "question": SUMMIT,
        "title": "Leaders of the two neighbours to meet in June",
        "relevance": 1,
        "stance": 1,
    },
    {"question": SUMMIT, "title": "Borland hosts a summit of bakers", "relevance": 0},
    {
        "qid": "strike",
        "question": STRIKE,
        "title": "Harbour of Cadia stands still",
        "relevance": 1,
        "id": 7,
    },
    {"qid": "strike", "question": STRIKE, "title": "Cadia votes for a new mayor", "relevance": 0},
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
