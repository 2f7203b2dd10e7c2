"""What the list behind Ctrl+K offers: every question and page, with its address."""

import json
from urllib.parse import urlencode

from tracker.app.tracker import Tracker


def destinations(tracker: Tracker) -> bytes:
    """A JSON array of `path`, `words` and `note`: open questions, the next to close first, then
    pages, then the others.

    `path` is relative to the address of the dashboard; `note` is a question's status, or "page".
    """
    from dashboard.app import ENTRIES

    questions = [
        {
            "path": f"question?{urlencode({'q': s.question.id})}",
            "words": s.question.text,
            "note": s.status,
        }
        for s in tracker.questions()
    ]
    pages = [
        {"path": name, "words": entry.title, "note": "page"}
        for name, entry in ENTRIES.items()
        if not entry.hidden
    ]
    still_open = [each for each in questions if each["note"] == "open"]
    others = [each for each in questions if each["note"] != "open"]
    return json.dumps([*still_open, *pages, *others], ensure_ascii=False).encode()
