"""Targets of the Ctrl+K list: all questions and pages with their addresses."""

import json
from urllib.parse import urlencode

from tracker.app.tracker import Tracker


def list_destinations(tracker: Tracker) -> bytes:
    """Return a JSON array of `path`, `words` and `note`.

    Open questions come first, the next to close at the top, then pages, then other questions.
    `path` is relative to the address of the dashboard; `note` is a question's status, or "page".
    """
    from dashboard.app import ENTRIES

    questions = [
        {
            "path": f"question?{urlencode({'q': s.question.id})}",
            "words": s.question.text,
            "note": s.status,
        }
        for s in tracker.questions.list()
    ]
    pages = [
        {"path": name, "words": entry.title, "note": "page"}
        for name, entry in ENTRIES.items()
        if not entry.hidden
    ]
    open_questions = [row for row in questions if row["note"] == "open"]
    closed_questions = [row for row in questions if row["note"] != "open"]
    return json.dumps([*open_questions, *pages, *closed_questions], ensure_ascii=False).encode()
