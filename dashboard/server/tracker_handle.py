"""Process-wide `Tracker` that all pages use.

Streamlit runs the page script at each visit without arguments, so the script finds the tracker
here.
"""

from typing import cast

from dashboard.server.response_cache import ResponseCache
from tracker.app.tracker import Tracker

_shared: list[Tracker] = []


def share_tracker(tracker: Tracker) -> None:
    """Set the tracker of this process, behind the response cache."""
    _shared[:] = [cast(Tracker, ResponseCache(tracker))]


def get_tracker() -> Tracker:
    """Return the tracker of this process."""
    if not _shared:
        raise RuntimeError("no tracker was opened: start the dashboard with `python -m dashboard`")
    return _shared[0]
