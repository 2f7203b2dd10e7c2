"""The feed of changes, with hostile text in it."""

from xml.etree import ElementTree

from tests.builders import FakeClock, a_set
from tests.reports.lived import ANSWERED, HOSTILE, QUESTION, SOURCE, Lived, lived, lived_file
from tracker.app.questions import Wording
from tracker.app.tracker import Tracker
from tracker.interfaces import atom

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
