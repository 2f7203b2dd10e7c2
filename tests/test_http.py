"""What programs read: the JSON API and the feed of changes, with hostile text in both."""

import json
from xml.etree import ElementTree

import pytest

from tests.builders import FakeClock, a_set
from tests.reports.lived import ANSWERED, HOSTILE, QUESTION, SOURCE, Lived, lived, lived_file
from tracker.app.questions import Wording
from tracker.app.tracker import Tracker
from tracker.errors import NotFound
from tracker.interfaces import atom, http_api

__all__ = ["lived", "lived_file"]

HOME = "http://127.0.0.1:8501"
ATOM = "{http://www.w3.org/2005/Atom}"


def feed(tracker: Tracker) -> ElementTree.Element:
    """The feed of changes as a reader parses it."""
    return ElementTree.fromstring(atom.render_changes(tracker, HOME))


def entries(tracker: Tracker) -> list[dict[str, str]]:
    """Its entries by the names of their elements."""
    found = feed(tracker).findall(f"{ATOM}entry")
    return [{part.tag.removeprefix(ATOM): part.text or "" for part in entry} for entry in found]


def test_the_list_and_the_page_of_a_question_are_json(lived: Lived) -> None:
    told = json.loads(http_api.render_questions(lived.tracker))
    assert (told["version"], told["known_at"]) == (1, "2027-01-10T09:30:00+00:00")
    (one,) = told["questions"]
    assert (one["id"], one["status"], one["answer"], one["evidence"]) == (
        QUESTION, "resolved", "YES", 2,
    )  # fmt: skip
    assert one["closes_at"] == "2027-07-01T00:00:00+00:00"
    (mine,) = [f for f in one["forecasts"] if f["forecaster"] == "ada"]
    assert (mine["p"], mine["forecast"], mine["kind"]) == (0.55, "55%", "person")
    one = json.loads(http_api.render_question(lived.tracker, QUESTION))["question"]
    assert [(act["forecaster"], act["p"]) for act in one["acts"]] == [
        ("ada", 0.4),
        ("ben", 0.6),
        ("ada", 0.55),
    ]
    assert one["acts"][0]["rationale"] == f"They talk. {HOSTILE}"
    piece = next(p for p in one["evidence_pieces"] if p["direction"] == 1)
    assert piece["headline"].startswith("Arland invites Borland")
    assert piece["url"] == "https://wire.invalid/summit"
    assert [p["url"] for p in one["evidence_pieces"] if p["direction"] == -1] == [
        ""
    ]  # javascript: is no address
    assert [(r["outcome"], r["said"], r["source_url"]) for r in one["resolutions"]] == [
        ("yes", "YES", SOURCE)
    ]
    assert {score["rule"] for score in one["scores"]} >= {"brier", "log"}
    assert one["wordings"][0]["number"] == 1


def test_a_question_that_is_not_there_is_refused(tracker: Tracker) -> None:
    with pytest.raises(NotFound, match="there is no question"):
        http_api.render_question(tracker, "nope")
    assert json.loads(http_api.render_error("no")) == {"version": 1, "error": "no"}


def test_the_feed_is_atom_and_tells_the_newest_first(lived: Lived) -> None:
    found = entries(lived.tracker)
    assert [entry["title"].split(" – ")[0] for entry in found] == [
        "Answered YES", "ada: 55%", "Ben <b>&: 60%", "ada: 40%", "Asked",
    ]  # fmt: skip
    assert found[0]["content"] == f"They met. {SOURCE}"
    assert found[3]["content"] == f"They talk. {HOSTILE}"
    assert found[0]["updated"] == "2027-01-10T09:30:00+00:00"
    whole = feed(lived.tracker)
    assert whole.tag == f"{ATOM}feed"
    for element in (whole, *whole.findall(f"{ATOM}entry")):
        assert len(element.findall(f"{ATOM}id")) == len(element.findall(f"{ATOM}title")) == 1
        assert (
            len(element.findall(f"{ATOM}updated"))
            == len(element.findall(f"{ATOM}author/{ATOM}name"))
            == 1
        )
    ids = [element.text or "" for element in whole.iter(f"{ATOM}id")]
    assert len({*ids}) == len(ids) == 6
    assert all(each.startswith("urn:uuid:") for each in ids)
    links = {link.get("href") for link in whole.iter(f"{ATOM}link")}
    assert links == {f"{HOME}/changes.atom", f"{HOME}/", f"{HOME}/question?q={QUESTION}"}
    (own,) = [link for link in whole.findall(f"{ATOM}link") if link.get("rel") == "self"]
    assert own.get("type") == "application/atom+xml"


def test_an_unchanged_feed_is_identical_and_keeps_its_ids(lived: Lived, clock: FakeClock) -> None:
    before = atom.render_changes(lived.tracker, HOME)
    clock.advance(days=1)
    assert atom.render_changes(lived.tracker, HOME) == before
    lived.tracker.resolutions.resolve(QUESTION, "no", source_url=SOURCE, known_at=ANSWERED)
    old = [element.text for element in ElementTree.fromstring(before).iter(f"{ATOM}id")]
    assert [element.text for element in feed(lived.tracker).iter(f"{ATOM}id")][2:] == old[1:]


def test_hostile_text_stays_text_and_what_xml_cannot_hold_goes(
    tracker: Tracker, clock: FakeClock
) -> None:
    tracker.question_sets.load(a_set())
    clock.advance(days=1)
    said = Wording(criteria="<b>YES</b> & ]]> \x08 if they meet.")
    tracker.questions.edit(QUESTION, said, why="shorter", override="a test")
    tracker.forecasts.submit(QUESTION, "40%", rationale="\x0b]]> <script>")
    tracker.forecasts.withdraw(QUESTION)
    found = {entry["title"].split(" – ")[0]: entry["content"] for entry in entries(tracker)}
    assert found["Asked"] == "<b>YES</b> & ]]> if they meet."
    assert found["ada: 40%"] == "]]> <script>"
    assert "ada holds no forecast any more" in found
