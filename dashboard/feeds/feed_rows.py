"""Rows of feeds, of their items, and of the questions on which they brought evidence."""

from datetime import timedelta
from typing import Final

from dashboard.components.rows import (
    Cell,
    LinkCell,
    Row,
    RowColumn,
    SparkCell,
    TextCell,
    Tone,
    page_address,
)
from dashboard.components.visit import Visit
from dashboard.feeds.data import describe_problem, list_days
from dashboard.wording.feeds import (
    DATE_NOTES,
    GRADE_MEANINGS,
    HEALTH_LABELS,
    describe_next_poll,
    redirect_notice,
)
from dashboard.wording.numbers import clip, format_age, plural, safe_web_link
from forecasts.evidence.matcher_record import NO_REVIEWS
from forecasts.questions.question import Question
from tracker.feeds.item import Item
from tracker.feeds.scheduling.feed_health import Health, compute_usual_items
from tracker.model.evidence import MatcherRecord
from tracker.model.feed_read_models import FeedHealth

_MAX_NOTE_CHARACTERS: Final = 160
_ACCEPTED: Final = RowColumn(
    "accepted", "Accepted", "end", help="Evidence that you accepted, of all that you reviewed"
)

_TONES: Final[dict[Health, Tone]] = {"ok": "quiet", "failing": "warn", "late": "warn"}
FEED_COLUMNS: Final = (
    RowColumn("title", "Feed"),
    RowColumn("state", "State"),
    RowColumn("trend", "28 days", help="New items a day"),
    RowColumn("items", "Items a day", "end", help="On the median day of four weeks"),
    _ACCEPTED,
    RowColumn("answer", "Last answer", "end"),
    RowColumn("next", "Next check", "end"),
)
REPLAY_COLUMNS: Final = (
    RowColumn("title", "Source"),
    RowColumn("grade", "Reliability"),
    RowColumn("total", "Items", "end"),
    _ACCEPTED,
    RowColumn("last", "Last item", "end"),
)
ITEM_COLUMNS: Final = (RowColumn("title", "Item"), RowColumn("seen", "First seen", "end"))
QUESTION_COLUMNS: Final = (RowColumn("title", "Question"), RowColumn("pieces", "Evidence", "end"))


def build_feed_row(
    visit: Visit, feed: FeedHealth, record: MatcherRecord, *, with_problem: bool = True
) -> Row:
    """Build the row of a feed with the cells of both lists; one without content is left out."""
    state, now = feed.state, visit.now
    precision = record.feeds.get(state.id, NO_REVIEWS)
    items = tuple(float(day.new_items) for day in list_days(feed.days, now))
    note = (describe_problem(feed) or redirect_notice(state, now)) if with_problem else ""
    is_due = state.next_due_at < now + timedelta(minutes=1)
    due = "due now" if is_due else format_age(state.next_due_at, now)
    cells: dict[str, Cell] = {
        "title": LinkCell(
            clip(state.feed.title, _MAX_NOTE_CHARACTERS),
            page_address("feeds", feed=state.id),
            clip(note, _MAX_NOTE_CHARACTERS),
        ),
        "state": TextCell(HEALTH_LABELS[feed.health], tone=_TONES.get(feed.health, "chip")),
        "grade": TextCell(GRADE_MEANINGS[state.feed.grade]),
        "total": TextCell(f"{state.items_seen:,}"),
        "answer": TextCell(format_age(state.last_success_at, now)),
    }
    if any(items):
        cells["trend"] = SparkCell(items, f"{min(items):g} to {max(items):g} new items a day")
    if state.last_success_at and feed.days:
        cells["items"] = TextCell(f"{compute_usual_items(feed.days, now).usual:g}")
    if precision.reviewed:
        cells["accepted"] = TextCell(f"{precision.accepted:,} of {precision.reviewed:,}")
    if not state.paused:
        cells["next"] = TextCell(due, help=describe_next_poll(state, now))
    if state.last_new_at:
        cells["last"] = TextCell(visit.day(state.last_new_at))
    return Row(state.id, cells)


def build_item_row(visit: Visit, item: Item) -> Row:
    """Build the row of an item; its title links to the article, if the address is safe."""
    # Many feeds give no dates at all: only one that is wrong is worth a line.
    date = item.date_note if item.date_note != "missing" else ""
    notes = (DATE_NOTES[date], "" if item.same_as is None else "repeats an earlier item")
    note, link = ", ".join(filter(None, notes)), safe_web_link(item.url)
    published = f"Published {visit.moment(item.published_at)}" if item.published_at else ""
    title = item.title or "Without a headline"
    cells: dict[str, Cell] = {
        "title": LinkCell(title, link, note) if link else TextCell(title, note),
        "seen": TextCell(visit.moment(item.first_seen_at), help=published),
    }
    return Row(str(item.id), cells)


def build_question_row(question: Question, pieces: int) -> Row:
    """Build the row of a question on which a feed brought evidence."""
    title = LinkCell(question.text, page_address("question", q=question.id))
    return Row(question.id, {"title": title, "pieces": TextCell(plural(pieces, "piece"))})
