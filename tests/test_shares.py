"""A share link shows what it promises to whoever has it, and nothing once it has ended."""

from datetime import date
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from forecasts.questions.question import ForecasterId
from tests.builders import DAY, NOW, FakeClock, a_set
from tests.lives import an_asked
from tests.reports.lived import HOSTILE, QUESTION, Lived, lived, lived_file
from tests.tables import check_rows
from tracker.app.questions import Wording
from tracker.app.tracker import Tracker
from tracker.errors import Forbidden, NotFound, Refused
from tracker.interfaces.share_views import (
    MAX_WIDTH,
    MIN_WIDTH,
    SharedFile,
    ViewRequest,
    open_view,
    read_width,
)
from tracker.model.principal import Principal, Role
from tracker.model.shares import SHARE_KINDS, VIEWS, NewShare, ShareKind

__all__ = ["lived", "lived_file"]

HOME = "https://tracker.example/"
PUBLIC, SECRET, TOKEN = "summit-2027", "pact-2027", "Zanzibar"
ATOM = "{http://www.w3.org/2005/Atom}"


def see(tracker: Tracker, share: NewShare, view: str = "", width: str = "") -> SharedFile:
    """Open a view of a link as the web server does, which is nobody's."""
    return open_view(tracker.through("page"), ViewRequest(HOME, share.secret, view, width))


def is_open(tracker: Tracker, share: NewShare) -> bool:
    """Whether the first view of a link still opens."""
    try:
        return bool(see(tracker, share, next(iter(VIEWS[share.link.kind]))).content)
    except NotFound as refusal:
        return not str(refusal).endswith(": it may have ended")


def enter(tracker: Tracker, name: str, role: Role) -> Tracker:
    """The tracker as somebody with a new account has it."""
    account = tracker.accounts.add(name, role)
    return tracker.serve(Principal(account.forecaster, role, "page", account=account.id))


@pytest.fixture
def world(tracker: Tracker) -> Tracker:
    """A public question; tests add a private one."""
    tracker.question_sets.load(a_set())
    return tracker


def ask_privately(tracker: Tracker, *members: str) -> None:
    """Ask a question that only the asker and these people see."""
    asked = an_asked(SECRET, text=f"Will {TOKEN} sign the pact before 31 December 2026?")
    tracker.questions.ask(asked, override="a test", private_to=[ForecasterId(m) for m in members])


@pytest.mark.parametrize("kind", SHARE_KINDS)
def test_each_kind_opens_its_own_views_alone(world: Tracker, kind: ShareKind) -> None:
    share = world.shares.make(kind, None if kind == "calendar" else PUBLIC)
    views: set[str] = {view for views in VIEWS.values() for view in views}
    for view in (*sorted(views), "chart.pdf", "../people"):
        if view in VIEWS[kind]:
            assert see(world, share, view).content, view
        else:
            with pytest.raises(NotFound):
                see(world, share, view)
    assert share.secret not in repr(world.shares.list())
    assert [link.id for link in world.shares.list()] == [share.link.id]


def test_a_link_ends_when_it_is_revoked_or_too_old(world: Tracker, clock: FakeClock) -> None:
    revoked, short, lasting = (world.shares.make("question", PUBLIC, days=d) for d in (9, 1, None))
    assert all(is_open(world, share) for share in (revoked, short, lasting))
    world.shares.revoke(revoked.link.id)
    assert not is_open(world, revoked)
    clock.time += DAY
    assert [is_open(world, share) for share in (revoked, short, lasting)] == [False, False, True]
    assert world.system.verify().bad_seq is None
    assert {link.id for link in world.shares.list()} == {short.link.id, lasting.link.id}


def test_forged_secrets_open_nothing(world: Tracker) -> None:
    share = world.shares.make("question", PUBLIC)
    for forged in ("", "x", share.link.id, share.secret[:-1], share.secret + "x", "\x00", "%"):
        with pytest.raises(NotFound, match="it may have ended"):
            open_view(world, ViewRequest(HOME, forged, ""))
    assert len(share.secret) >= 43


def test_links_end_with_the_account_and_rights_of_their_maker(world: Tracker) -> None:
    ben = enter(world, "Ben", "analyst")
    mine, page = ben.shares.make("changes"), ben.shares.make("question", PUBLIC)
    world.accounts.change_role("ben", "viewer")
    assert (is_open(world, mine), is_open(world, page)) == (True, False)
    world.accounts.change_role("ben", "analyst")
    assert is_open(world, page)
    world.accounts.disable("ben")
    assert not is_open(world, mine)
    assert not is_open(world, page)


def test_only_analysts_show_a_question_to_the_public(world: Tracker) -> None:
    for role in ("viewer", "forecaster", "agent"):
        person = enter(world, f"A {role}", role)
        for kind in ("question", "chart"):
            with pytest.raises(Forbidden, match="made by an analyst"):
                person.shares.make(kind, PUBLIC)
        assert is_open(world, person.shares.make("changes", PUBLIC))


BAD_LINKS = {
    "a page of nothing": ("question", None, None, "needs a question"),
    "a calendar of one question": ("calendar", PUBLIC, None, "leave the question out"),
    "no such question": ("chart", "nope", None, "there is no question"),
    "no time": ("changes", None, 0.0, "a link lasts"),
    "not a number": ("changes", None, float("nan"), "a link lasts"),
    "too long": ("changes", None, 1e9, "a link lasts"),
}


def test_bad_links_are_refused_and_nothing_is_stored(world: Tracker) -> None:
    def check(kind: ShareKind, question: str | None, days: float | None, why: str) -> None:
        with pytest.raises((Refused, NotFound), match=why):
            world.shares.make(kind, question, days=days)

    check_rows(BAD_LINKS, check)
    assert world.shares.list() == ()


def test_a_private_question_is_shown_by_its_owner_alone(world: Tracker, clock: FakeClock) -> None:
    ben, cem, eve = (enter(world, name, "analyst") for name in ("Ben", "Cem", "Eve"))
    ask_privately(ben, "cem")
    with pytest.raises(Forbidden, match="by its owner"):
        cem.shares.make("question", SECRET)
    with pytest.raises(NotFound):
        eve.shares.make("question", SECRET)
    share = ben.shares.make("question", SECRET)
    assert TOKEN.encode() in see(world, share).content
    assert world.serve(eve.principal).shares.list() == ()
    clock.time += DAY
    ben.questions.share(SECRET, [])
    assert not is_open(world, share)


def test_subscriptions_of_a_stranger_hold_no_private_question(world: Tracker) -> None:
    ben, eve = (enter(world, name, "analyst") for name in ("Ben", "Eve"))
    ask_privately(ben)
    for kind, view in (("calendar", "calendar.ics"), ("changes", "changes.atom")):
        shown = [see(world, person.shares.make(kind), view).content for person in (ben, eve)]
        assert [TOKEN.encode() in content for content in shown] == [True, False]


def test_a_question_that_becomes_private_is_shown_no_longer(
    world: Tracker, clock: FakeClock
) -> None:
    ben, eve = (enter(world, name, "analyst") for name in ("Ben", "Eve"))
    shares = [person.shares.make("question", PUBLIC) for person in (ben, eve)]
    shares.append(eve.shares.make("changes", PUBLIC))
    clock.time += DAY
    ben.questions.share(PUBLIC, [])
    assert [is_open(world, share) for share in shares] == [False, False, False]
    ben.questions.share(PUBLIC, None)
    assert [is_open(world, share) for share in shares] == [True, True, True]


def test_people_revoke_their_own_links_and_admins_all(world: Tracker) -> None:
    ben, eve = (enter(world, name, "analyst") for name in ("Ben", "Eve"))
    first, second = ben.shares.make("changes"), ben.shares.make("chart", PUBLIC)
    assert eve.shares.list() == ()
    with pytest.raises(NotFound, match="tracker people shares"):
        eve.shares.revoke(first.link.id)
    assert [link.id for link in ben.shares.list(PUBLIC)] == [second.link.id]
    ben.shares.revoke(first.link.id)
    world.shares.revoke(second.link.id)
    assert ben.shares.list() == ()


def test_hostile_texts_run_nothing_on_shared_pages(lived: Lived) -> None:
    share = lived.tracker.shares.make("question", QUESTION)
    for view in ("", "embed", "chart.svg"):
        text = see(lived.tracker, share, view).content.decode()
        assert "<script" not in text, view
        assert "javascript:" not in text
        assert "Ben <b>" not in text
        ElementTree.fromstring(text[text.index("<svg") : text.index("</svg>") + 6])
    page = see(lived.tracker, share).content.decode()
    assert 'href="https://wire.invalid/summit" rel="noopener noreferrer nofollow"' in page
    assert "They go on talking" not in page  # reasons stay inside
    frame = share.write_frame(HOME, f'"><script>{HOSTILE}')
    assert "<script" not in frame
    assert ElementTree.fromstring(frame.replace(" sandbox", " a='' sandbox")).tag == "iframe"


def test_hostile_questions_are_shown_as_text(world: Tracker) -> None:
    asked = an_asked("hostile", text=f"Will {HOSTILE}?", criteria=HOSTILE)
    world.questions.ask(asked, override="a test")
    share = world.shares.make("question", "hostile")
    for view in ("", "embed"):
        text = see(world, share, view).content.decode()
        assert "&lt;/script&gt;&lt;script&gt;alert(1)" in text
        assert "<script" not in text
    ElementTree.fromstring(see(world, share, "changes.atom").content)


def test_a_page_has_numbers_causes_criteria_and_evidence(lived: Lived) -> None:
    page = see(lived.tracker, lived.tracker.shares.make("question", QUESTION)).content.decode()
    for part in ("How it was revised", "What moved the estimate", "How it is resolved"):
        assert part in page
    for part in ("Latest evidence", "As known on 2027-01-10", "Answered YES", "Criteria", "<svg"):
        assert part in page


def test_a_chart_is_drawn_at_the_width_that_is_asked(world: Tracker) -> None:
    share = world.shares.make("chart", PUBLIC)
    sizes = []
    for width in ("300", "900"):
        svg = ElementTree.fromstring(see(world, share, "chart.svg", width).content)
        sizes.append(float(svg.attrib["width"]))
        assert see(world, share, "chart.png", width).content.startswith(b"\x89PNG")
    assert sizes == [pytest.approx(300, abs=10), pytest.approx(900, abs=10)]
    frame = see(world, share, "embed").content.decode()
    assert '<figure role="img" aria-label="Will the leaders' in frame
    assert "href" not in frame  # a link to the chart opens no page


@given(st.text())
def test_any_width_is_kept_within_bounds(text: str) -> None:
    assert MIN_WIDTH <= read_width(text) <= MAX_WIDTH


def read_events(tracker: Tracker, share: NewShare) -> dict[str, Any]:
    """The events of a calendar as another program reads them, by their UIDs."""
    calendar = Calendar.from_ical(see(tracker, share, "calendar.ics").content)
    return {str(event["uid"]): event for event in calendar.walk("VEVENT")}


def test_the_calendar_is_read_back_and_keeps_its_names(world: Tracker, clock: FakeClock) -> None:
    share = world.shares.make("calendar")
    before = read_events(world, share)
    closes = next(e for e in before.values() if str(e["summary"]).startswith("Closes: Will the"))
    assert closes.decoded("dtstart") == date(2027, 7, 1)
    assert (closes["sequence"], closes.decoded("last-modified")) == (0, NOW)
    assert str(closes["url"]) == f"{HOME}question?q={PUBLIC}"
    clock.time = NOW + DAY
    text = "Will Arland; Borland, and\\Corland meet before 1 July 2027?"
    world.questions.edit(PUBLIC, Wording(text=text), why="The third was missing", override="x")
    after = read_events(world, share)
    assert after.keys() == before.keys()
    edited = after[str(closes["uid"])]
    assert str(edited["summary"]) == f"Closes: {text}"
    assert (edited["sequence"], edited.decoded("last-modified")) == (1, clock.time)


def test_changes_of_one_question_are_atom(lived: Lived) -> None:
    tracker = lived.tracker
    share = tracker.shares.make("question", QUESTION)
    feed = ElementTree.fromstring(see(tracker, share, "changes.atom").content)
    links = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
    page = f"{HOME}share/{share.secret}"
    assert links == {"self": f"{page}/changes.atom", "alternate": page}
    entries = feed.findall(f"{ATOM}entry")
    assert len(entries) == 5
    assert {entry.find(f"{ATOM}link").get("href") for entry in entries} == {page}  # type: ignore[union-attr]
    assert share.secret not in {entry.findtext(f"{ATOM}id") for entry in (feed, *entries)}
