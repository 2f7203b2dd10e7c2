"""The command line makes links to share, lists and revokes them."""

import pytest

from tests.builders import a_set
from tests.test_cli import Shell
from tracker.app.tracker import Tracker
from tracker.errors import NotFound
from tracker.interfaces.share_views import ViewRequest, open_view


def test_a_link_is_printed_once_listed_and_revoked(tracker: Tracker, shell: Shell) -> None:
    tracker.question_sets.load(a_set())
    assert "Nothing is shared" in shell("people", "shares")
    made = shell.json("people", "share", "question", "summit-2027", "--days", "30")
    assert "not shown again. Only this machine reaches it" in shell.error
    page = made["addresses"]["Page"]
    home, _, secret = page.partition("share/")
    assert home == "http://127.0.0.1:8501/"
    assert f'src="{page}/embed?width=660" title="Will the leaders of' in made["frame"]
    request = ViewRequest(home, secret, "chart.svg")
    assert open_view(tracker, request).content.startswith(b"<svg")
    (link,) = shell.json("people", "shares")
    assert (link["id"], link["kind"], link["ended"]) == (made["id"], "question", False)
    assert secret not in shell("people", "shares")
    assert "shows nothing any more" in shell("people", "unshare", made["id"])
    with pytest.raises(NotFound):
        open_view(tracker, request)
    assert shell.json("people", "shares") == []


def test_a_bad_link_is_refused_in_a_line(shell: Shell) -> None:
    assert "needs a question" in shell.refused("people", "share", "chart")
    assert "there is no question" in shell.refused("people", "share", "changes", "nope")
    assert "`tracker people shares`" in shell.refused("people", "unshare", "x")
    assert "is not one of" in shell.refused("people", "share", "everything")
