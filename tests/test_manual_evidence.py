"""Evidence by hand: an address or a headline counts fully, joins its story, and is in the log."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from forecasts.distributions.distribution import Categorical
from forecasts.errors import InvalidForecast, InvalidQuestion
from forecasts.evidence.evidence import BEFORE_OPENING, Direction, Strength
from forecasts.questions.question import ForecasterId, Option
from tests.builders import DAY, NOW, FakeClock, Press, a_feed, a_question, a_set
from tests.feeds.feed_server import FeedServer
from tests.tables import check_rows
from tracker.app.tracker import Tracker, open_tracker
from tracker.errors import NotFound, Refused
from tracker.feeds.item import ItemId
from tracker.interfaces.cli.commands.manual_evidence import describe_result
from tracker.model.evidence import ManualEvidence, ManualResult
from tracker.model.principal import Principal
from tracker.settings import Settings

SUMMIT = "summit-2027"
INVITED = "Arland invites Borland to a summit"
UNMATCHED = "Envoys seen packing for the river lodge"
BEN = ForecasterId("ben")


@pytest.fixture
def desk(tracker_with_press: Tracker) -> Tracker:
    """A tracker with an open question, two indicators and a feed."""
    tracker_with_press.question_sets.load(a_set())
    return tracker_with_press


def add(tracker: Tracker, source: str | ItemId, **fields: object) -> ManualResult:
    by = fields.pop("by", None)
    values = {"direction": Direction.YES, "strength": Strength.MODERATE, **fields}
    return tracker.evidence.add(ManualEvidence(SUMMIT, source, **values), by=by)  # type: ignore[arg-type]


def suggested(tracker: Tracker) -> float:
    suggestion = tracker.questions.get(SUMMIT).suggestion
    assert suggestion is not None
    return suggestion.p


def test_a_headline_counts_fully_and_is_logged(desk: Tracker, clock: FakeClock) -> None:
    before = suggested(desk)
    clock.advance(hours=1)
    result = add(desk, f"  {UNMATCHED}\n", note="from the radio", published_at=NOW - DAY)
    assert (result.outcome, result.headline, result.reports) == ("added", UNMATCHED, 1)
    (card,) = desk.questions.get(SUMMIT).evidence
    piece = card.evidence
    assert (piece.status, piece.judged_by, piece.trust) == ("confirmed", "ada", 1.0)
    assert piece.indicator_id == f"{SUMMIT}/own-text"
    assert (piece.first_seen_at, card.items[0].item.published_at) == (clock.time, NOW - DAY)
    assert [(d.status, d.by, d.note) for d in card.decisions] == [
        ("confirmed", "ada", "from the radio")
    ]
    assert suggested(desk) > before
    assert desk.evidence.inbox() == ()
    assert desk.system.verify().bad_seq is None


def test_it_counts_from_the_moment_it_was_added(
    desk: Tracker, press: Press, clock: FakeClock
) -> None:
    press.publish("wire", UNMATCHED)
    desk.feeds.poll()
    clock.advance(days=5)
    (hit,) = desk.evidence.search("lodge")
    result = add(desk, hit.item.id)
    assert result.evidence.first_seen_at == clock.time
    before = desk.questions.get_as_of(SUMMIT, clock.time - timedelta(minutes=1))
    after = desk.questions.get_as_of(SUMMIT, clock.time)
    assert (len(before.evidence), len(after.evidence)) == (0, 1)
    assert before.suggestion is not None
    assert after.suggestion is not None
    assert before.suggestion.p < after.suggestion.p


@pytest.mark.parametrize("known", ["read", "logged", "in other words"])
def test_what_was_read_before_the_opening_moves_nothing(
    tracker_with_press: Tracker, press: Press, clock: FakeClock, known: str
) -> None:
    """By whatever strength, and it is said wherever it is shown; later news counts."""
    desk = tracker_with_press
    desk.question_sets.load(a_set(a_question(opens_at=NOW + DAY)))
    press.publish("wire", INVITED if known == "logged" else UNMATCHED)
    desk.feeds.poll()
    clock.advance(hours=26)
    desk.evidence.rematch()
    (hit,) = desk.evidence.search("invites" if known == "logged" else "lodge")
    before = suggested(desk)
    result = add(
        desk,
        f"{UNMATCHED}!" if known == "in other words" else hit.item.id,
        strength=Strength.STRONG,
    )
    assert (result.remark, suggested(desk)) == (BEFORE_OPENING, before)
    assert describe_result(a_question(), result, "").endswith(f"\nIt is {BEFORE_OPENING}.")
    (card,) = desk.questions.get(SUMMIT).evidence
    assert card.remark == BEFORE_OPENING
    assert card.state.endswith(", from before the opening")
    fresh = add(desk, "The chief of Borland will be a guest", strength=Strength.STRONG)
    assert fresh.remark == ""
    assert suggested(desk) > before + 0.05


def test_the_same_piece_twice_is_one(desk: Tracker) -> None:
    first = add(desk, UNMATCHED)
    entries = desk.system.verify().entries
    again = add(desk, UNMATCHED.upper())
    assert (again.outcome, again.evidence.id) == ("unchanged", first.evidence.id)
    assert desk.system.verify().entries == entries
    other = add(desk, UNMATCHED, direction=Direction.NO, by=BEN)
    assert (other.outcome, other.evidence.status) == ("reviewed", "edited")
    (card,) = desk.questions.get(SUMMIT).evidence
    assert [(d.status, d.by) for d in card.decisions] == [("confirmed", "ada"), ("edited", "ben")]
    assert desk.system.verify().bad_seq is None


def test_evidence_of_the_matcher_becomes_a_review(desk: Tracker, press: Press) -> None:
    press.publish("wire", INVITED, "https://wire.invalid/a?utm_source=x")
    desk.feeds.poll()
    (waiting,) = desk.evidence.inbox()
    result = add(desk, "http://www.wire.invalid/a/")
    assert (result.outcome, result.evidence.id) == ("reviewed", waiting.evidence.id)
    assert result.evidence.status == "confirmed"
    assert "logged by matcher" in result.miss
    assert press.asked[-1].feed_id == "wire"
    assert desk.evidence.inbox() == ()


def test_a_copy_that_a_feed_brings_later_joins_it(
    desk: Tracker, press: Press, clock: FakeClock
) -> None:
    long = f"{UNMATCHED}, as the weather clears above the valley and boats return to the shore"
    add(desk, "https://far.invalid/lodge", title=long)
    clock.advance(hours=3)
    press.publish("wire", long)
    press.publish("wire", "Another text altogether", "https://far.invalid/lodge")
    desk.feeds.poll()
    (card,) = desk.questions.get(SUMMIT).evidence
    assert [item.item.feed_id for item in card.items] == ["by hand", "wire", "wire"]
    assert card.items[0].source_group == "far.invalid"


def test_it_joins_the_story_that_it_repeats(desk: Tracker, press: Press, clock: FakeClock) -> None:
    press.publish("wire", INVITED)
    desk.feeds.poll()
    clock.advance(hours=2)
    result = add(desk, f"{INVITED} - Reuters", strength=Strength.STRONG)
    assert (result.outcome, result.reports) == ("reviewed", 2)
    assert result.evidence.strength is Strength.STRONG


def test_a_report_of_the_other_side_starts_its_own_story(desk: Tracker, press: Press) -> None:
    press.publish("wire", INVITED)
    desk.feeds.poll()
    result = add(desk, "Borland says Arland invited nobody to a summit", direction=Direction.NO)
    assert (result.outcome, result.reports) == ("added", 1)
    assert len(desk.questions.get(SUMMIT).evidence) == 2


def test_a_new_item_counts_on_other_questions_too(
    tracker_with_press: Tracker, clock: FakeClock
) -> None:
    tracker_with_press.question_sets.load(a_set(a_question(), a_question("other-2027")))
    add(tracker_with_press, INVITED)
    (card,) = tracker_with_press.questions.get("other-2027").evidence
    assert (card.evidence.status, card.evidence.judged_by) == ("logged", "matcher")
    (mine,) = tracker_with_press.questions.get(SUMMIT).evidence
    assert [d.by for d in mine.decisions] == ["ada"]


def test_a_rejected_piece_can_be_taken_up_again(desk: Tracker) -> None:
    number = add(desk, UNMATCHED).evidence.id
    with pytest.raises(Refused, match="reject it to take it back"):
        desk.evidence.reopen(number)
    desk.evidence.review(number, "rejected")
    assert desk.evidence.reopen(number).status == "confirmed"
    desk.evidence.review(number, "rejected")
    assert add(desk, UNMATCHED).outcome == "reviewed"
    assert desk.questions.get(SUMMIT).evidence[0].evidence.status == "confirmed"
    assert desk.system.verify().bad_seq is None


def test_it_says_why_the_matcher_missed_it(desk: Tracker, press: Press) -> None:
    press.publish("wire", "Football association opens a new stadium")
    press.publish("wire", "Borland envoy retires after years")
    desk.feeds.poll()
    veto, low = desk.evidence.search("football")[0], desk.evidence.search("envoy")[0]
    assert "relevance 0." in add(desk, low.item.id).miss
    assert add(desk, low.item.id).miss == "Its story was evidence already, confirmed by ada."
    assert add(desk, veto.item.id).miss == (
        "It was read 2026-12-01: vetoed by the word “football” of a rule."
    )
    fresh = add(desk, "Arland invites Borland to talks at a summit in spring")
    assert fresh.miss.startswith("It was not read in any feed: the matcher would have logged it")
    for text in ("寒い朝", "ฝนตกหนัก", "Дождь льёт", "Regen fällt", "U.S. acts"):
        assert add(desk, text).miss == "It was not read in any feed: no word or name in common."


def test_a_report_that_feeds_brought_in_other_words_is_not_denied(
    tracker_with_press: Tracker, press: Press
) -> None:
    desk = tracker_with_press
    desk.question_sets.load(a_set(a_question(), a_question("other-2027")))
    long = f"{UNMATCHED}, as the weather clears above the valley and boats return to the shore"
    press.publish("wire", long)
    desk.feeds.poll()
    known = "It was not read in these words, but 1 report of its story was: no word"
    assert add(desk, f"{long} - Reuters").miss.startswith(known)
    other = ManualEvidence("other-2027", f"{long} - AFP", Direction.YES)
    assert desk.evidence.add(other).miss.startswith(known)  # what was typed was not read
    typed = [replace(other, source="Quiet day", question_id=q) for q in (SUMMIT, "other-2027")]
    told = {desk.evidence.add(piece).miss for piece in typed}
    assert told == {"It was not read in any feed: no word or name in common."}


def test_an_address_needs_no_scheme(desk: Tracker, press: Press) -> None:
    press.publish("wire", UNMATCHED, "https://far.invalid/a/1")
    desk.feeds.poll()
    (hit,) = desk.evidence.search("lodge")
    assert add(desk, " far.invalid/a/1 ").item_id == hit.item.id
    assert add(desk, "Envoys/diplomats meet").headline == "Envoys/diplomats meet"


def test_both_databases_add_and_find(both: Tracker) -> None:
    both.question_sets.load(a_set())
    result = add(both, UNMATCHED, note="radio")
    (hit,) = both.evidence.search('"river lodge" pack*')
    assert hit.item.id == result.item_id
    assert [(use.question_id, use.status) for use in hit.uses] == [(SUMMIT, "confirmed")]
    assert add(both, hit.item.id).outcome == "unchanged"
    assert both.questions.get(SUMMIT).evidence[0].indicator_name == "the question itself"
    assert both.system.verify().bad_seq is None


def test_it_is_no_lesson_about_the_matcher(desk: Tracker) -> None:
    from tracker.storage.evidence_history import list_first_reviews

    number = add(desk, UNMATCHED).evidence.id
    desk.evidence.review(number, "rejected")
    with desk.context.store.reading() as session:
        assert list(list_first_reviews(session)) == []


def test_no_list_of_feeds_shows_who_adds_by_hand(desk: Tracker) -> None:
    add(desk, UNMATCHED)
    assert [health.state.id for health in desk.feeds.list()] == ["wire"]
    assert b"by hand" not in desk.feeds.export_opml()
    with pytest.raises(NotFound):
        desk.feeds.retry("by hand")
    desk.feeds.poll(every=True)
    assert desk.learning.fit() == ()


@check_rows(
    [
        ({"source": ""}, "give the address of an article, or its headline"),
        ({"source": "   \n\u200b"}, "give the address of an article, or its headline"),
        ({"source": "https://x.invalid/a"}, "no network in tests"),
        ({"source": ItemId(99)}, "there is no item 99"),
        ({"source": "https://"}, "no web page: give an address that begins with https"),
        ({"source": "https://..."}, "no web page"),
        ({"source": "https://?q=rain"}, "no web page"),
        ({"source": "file:///etc/passwd"}, "no web page"),
        ({"source": "javascript:alert(1)"}, "no web page"),
        ({"source": "FTP://files.invalid/rain in Arland"}, "no web page"),
        ({"source": "data:text/html,rain"}, "no web page"),
        ({"source": "!!!"}, "'!!!' is no headline: write one of at least 2 words"),
        ({"source": "-"}, "is no headline"),
        ({"source": "12 %, 14 %"}, "is no headline"),
        ({"source": "Rain 2026"}, "is no headline"),
        ({"source": "☃ ☂"}, "is no headline"),
        ({"source": "雪"}, "is no headline"),
        ({"source": "https://x.invalid/a", "title": "–"}, "is no headline"),
        ({"published_at": NOW + DAY}, "lies in the future"),
        ({"indicator": "nothing"}, "name one of own-text, cancelled, invitation"),
        ({"option": "Paris"}, "has no options"),
        ({"by": ForecasterId("matcher")}, "act under another name"),
    ],
    "fields",
    "reason",
)
def test_what_cannot_be_added_is_refused_in_a_line(
    tracker: Tracker, fields: dict[str, object], reason: str
) -> None:
    if not tracker.questions.list():
        tracker.question_sets.load(a_set())
    with pytest.raises((Refused, NotFound, InvalidQuestion, InvalidForecast), match=reason) as it:
        add(
            tracker,
            fields.get("source", UNMATCHED),
            **{k: v for k, v in fields.items() if k != "source"},
        )  # type: ignore[arg-type]
    assert "\n" not in str(it.value)
    assert tracker.questions.get(SUMMIT).evidence == ()


def test_a_closed_question_takes_no_evidence(desk: Tracker, clock: FakeClock) -> None:
    clock.time = NOW + 300 * DAY
    with pytest.raises(Refused, match="is closed: evidence counts while a question is open"):
        add(desk, UNMATCHED)


def test_an_indicator_and_an_option_can_be_named(tracker: Tracker) -> None:
    places = a_question(
        "place",
        kind="categorical",
        options=(Option("Paris"), Option("Rome")),
        prior=Categorical(("Paris", "Rome"), (0.5, 0.5)),
    )
    tracker.question_sets.load(a_set(a_question(), places, indicators=None))
    named = add(tracker, UNMATCHED, indicator="invitation")
    assert named.evidence.indicator_id == f"{SUMMIT}/invitation"
    piece = ManualEvidence("place", "Hotels in Rome are booked", Direction.YES, option="Rome")
    assert tracker.evidence.add(piece).evidence.option == "Rome"
    with pytest.raises(InvalidQuestion, match="say which option it is about: Paris, Rome"):
        tracker.evidence.add(replace(piece, option=""))


PAGE = (
    "<html><head><title>Summit | The far paper</title>"
    '<meta property="og:title" content="Leaders to meet &amp; talk at the lodge">'
    '<meta name="description" content="Both said so.">'
    '<meta property="article:published_time" content="2026-11-30T08:00:00+02:00">'
    "</head><body></body></html>"
)


@pytest.fixture
def online(settings: Settings, clock: FakeClock, feed_server: FeedServer) -> Iterator[Tracker]:
    """A tracker that may fetch pages from this machine."""
    with open_tracker(replace(settings, private_feeds="127.0.0.1"), now=clock) as tracker:
        tracker.question_sets.load(a_set(feeds=[a_feed("wire", url=feed_server.url("/rss"))]))
        yield tracker


def test_the_headline_of_a_page_is_fetched(online: Tracker, feed_server: FeedServer) -> None:
    feed_server.serve("/lodge", PAGE.encode(), content_type="text/html")
    result = add(online, feed_server.url("/lodge"))
    assert result.headline == "Leaders to meet & talk at the lodge"
    (card,) = online.questions.get(SUMMIT).evidence
    item = card.items[0].item
    assert (item.summary, item.published_at) == (
        "Both said so.",
        NOW.replace(day=30, month=11, hour=6, minute=0),
    )
    assert [seen.path for seen in feed_server.seen] == ["/robots.txt", "/lodge"]
    assert add(online, feed_server.url("/lodge#part")).outcome == "unchanged"
    assert len(feed_server.seen) == 2


@pytest.mark.parametrize(
    ("body", "kind", "status", "reason"),
    [
        (b"<p>no head", "text/html", 200, "has no headline that can be read"),
        (b"%PDF-1.7", "application/pdf", 200, "has no headline that can be read"),
        (b"", "text/html", 404, "404"),
        (b"<title>" + b"x" * 30_000_000, "text/html", 200, "larger|MB|bytes"),
    ],
)
def test_a_page_without_a_headline_says_what_to_do(
    online: Tracker, feed_server: FeedServer, body: bytes, kind: str, status: int, reason: str
) -> None:
    if status == 200:
        feed_server.serve("/x", body, content_type=kind)
    else:
        feed_server.answer("/x", status)
    with pytest.raises(Refused, match=reason) as refusal:
        add(online, feed_server.url("/x"))
    assert str(refusal.value).endswith("give its headline too (--title, or the field for it)")
    assert add(online, feed_server.url("/x"), title=UNMATCHED).headline == UNMATCHED


def test_robots_and_private_addresses_are_respected(
    online: Tracker, settings: Settings, clock: FakeClock, feed_server: FeedServer
) -> None:
    feed_server.serve("/robots.txt", b"User-agent: *\nDisallow: /\n", content_type="text/plain")
    with pytest.raises(Refused, match=r"asks robots to stay away \(robots.txt\)"):
        add(online, feed_server.url("/lodge"))
    feed_server.serve("/lodge", PAGE.encode(), content_type="text/html")
    requests = len(feed_server.seen)
    with open_tracker(settings, now=clock) as careful:
        careful.question_sets.load(a_set())
        with pytest.raises(Refused, match=r"the page cannot be read .*127\.0\.0\.1"):
            add(careful, feed_server.url("/lodge"))
    assert len(feed_server.seen) == requests


SCOUT = Principal(ForecasterId("agent:scout"), "agent", "mcp", account="a7")


@pytest.fixture
def scout(desk: Tracker) -> Tracker:
    """The desk as a program uses it, which may only propose."""
    desk.accounts.add("Scout", "agent")
    return desk.serve(SCOUT)


def test_a_proposal_waits_and_moves_nothing(
    desk: Tracker, scout: Tracker, press: Press, clock: FakeClock
) -> None:
    for headline in (UNMATCHED, INVITED):
        press.publish("wire", headline)
    desk.feeds.poll()
    (hit,) = desk.evidence.search("lodge")
    before = suggested(desk)
    result = add(scout, hit.item.id, strength=Strength.DECISIVE, note="they packed")
    assert (result.outcome, result.evidence.trust) == ("proposed", 0.0)
    card, other = desk.evidence.inbox()  # it comes first, though it moves nothing
    assert (card.state, card.may_answer, other.headline) == ("perhaps", False, INVITED)
    (proposal,) = card.proposals
    assert (proposal.by, proposal.note) == (
        SCOUT.me,
        "only proposed, for YES, decisive: they packed",
    )
    clock.advance(hours=1)
    desk.evidence.update_suggestions()
    assert suggested(desk) == pytest.approx(before, abs=1e-3)
    assert desk.resolutions.proposals() == ()
    desk.evidence.review(card.evidence.id, "confirmed", direction=Direction.YES)
    assert suggested(desk) > before + 0.01
    assert desk.evidence.cards((card.evidence.id,))[0].proposals == ()
    assert desk.system.verify().bad_seq is None


def test_a_proposal_changes_no_judgement_of_others(
    desk: Tracker, scout: Tracker, press: Press
) -> None:
    press.publish("wire", INVITED)
    desk.feeds.poll()
    (waiting,) = desk.evidence.inbox()
    against = {"direction": Direction.NO, "strength": Strength.STRONG}
    outcomes = [add(scout, waiting.items[0].item.id, **against).outcome for _ in range(2)]
    assert outcomes == ["proposed", "unchanged"]
    (card,) = desk.evidence.inbox()
    assert card.evidence == waiting.evidence
    desk.evidence.review(card.evidence.id, "rejected")
    assert add(scout, waiting.items[0].item.id).outcome == "unchanged"
    assert desk.questions.get(SUMMIT).evidence[0].evidence.status == "rejected"


def test_a_proposed_headline_counts_on_no_other_question(tracker_with_press: Tracker) -> None:
    tracker_with_press.question_sets.load(a_set(a_question(), a_question("other-2027")))
    add(tracker_with_press.serve(SCOUT), INVITED)
    assert tracker_with_press.questions.get("other-2027").evidence == ()


def test_a_later_report_counts_as_if_nothing_were_proposed(
    desk: Tracker, scout: Tracker, press: Press, clock: FakeClock
) -> None:
    add(scout, INVITED, direction=Direction.NO, strength=Strength.STRONG)
    clock.advance(hours=3)
    press.publish("wire", f"{INVITED} in spring")
    desk.feeds.poll()
    pieces = [c.evidence for c in desk.questions.get(SUMMIT).evidence]
    (moving,) = [e for e in pieces if e.trust]
    assert (moving.direction, moving.judged_by, moving.strength) == (
        Direction.YES, "matcher", Strength.MODERATE,
    )  # fmt: skip
    assert desk.system.verify().bad_seq is None
