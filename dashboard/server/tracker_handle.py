"""The tracker that this process looks at: opened once by whoever serves, read by every page.

Streamlit runs the page script anew at each visit and hands it nothing, so the script has to find
the tracker somewhere; this is the place.
"""

from typing import cast

from dashboard.server.response_cache import Remembering
from tracker.app.tracker import Tracker

_shared: list[Tracker] = []


def share(tracker: Tracker) -> None:
    """Let the pages of this process look at this tracker from now on, each at the same answers."""
    _shared[:] = [cast(Tracker, Remembering(tracker))]


def shared_tracker() -> Tracker:
    """The tracker to look at."""
    if not _shared:
        raise RuntimeError("no tracker was opened: start the dashboard with `python -m dashboard`")
    return _shared[0]
