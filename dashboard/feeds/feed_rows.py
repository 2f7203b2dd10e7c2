"""Rows of feeds, of their items, and of the questions on which they brought evidence."""

from collections.abc import Mapping, Sequence
from datetime import datetime
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
from dashboard.wording import (
    DATE_NOTES,
    GRADE_MEANINGS,
    HEALTH_LABELS,
    clip,
    describe_next_poll,
    format_age,
    plural,
    redirect_notice,
    safe_web_link,
)
from forecasts.evidence.matcher_record import NO_REVIEWS, Precision
from forecasts.questions.question import Question, QuestionId
from tracker.feeds.feed import FeedState
from tracker.feeds.item import Item
from tracker.feeds.scheduling.feed_health import Health, compute_usual_items
from tracker.model.evidence import MatcherRecord
from tracker.model.read_models import FeedHealth

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
    RowColumn("items", "Items", "end"),
    _ACCEPTED,
    RowColumn("answer", "Last item", "end"),
)
ITEM_COLUMNS: Final = (RowColumn("title", "Item"), RowColumn("seen", "First seen", "end"))
QUESTION_COLUMNS: Final = (RowColumn("title", "Question"), RowColumn("pieces", "Evidence", "end"))


def build_feed_row(
    feed: FeedHealth, record: MatcherRecord, now: datetime, *, with_problem: bool = True
) -> Row:
    """Build the row of a feed; a cell without content is left out."""
    state, items = feed.state, [float(day.new_items) for day in list_days(feed.days, now)]
    note = (describe_problem(feed) or redirect_notice(state, now)) if with_problem else ""
    usual = f"{compute_usual_items(feed.days, now).usual:g}" if feed.days else ""
    span = f"{min(items):g} to {max(items):g} new items a day"
    cells: dict[str, Cell | None] = {
        "title": _link_feed(state, note),
        "state": TextCell(HEALTH_LABELS[feed.health], tone=_TONES.get(feed.health, "chip")),
        "trend": SparkCell(tuple(items), span) if any(items) else None,
        "items": TextCell(usual) if usual and state.last_success_at else None,
        "accepted": _build_accepted(record.feeds.get(state.id, NO_REVIEWS)),
        "answer": TextCell(format_age(state.last_success_at, now)),
        "next": None
        if state.paused
        else TextCell(
            "due now" if state.next_due_at <= now else format_age(state.next_due_at, now),
            help=describe_next_poll(state, now),
        ),
    }
    return Row(state.id, {name: cell for name, cell in cells.items() if cell is not None})


def build_replay_row(visit: Visit, feed: FeedHealth, record: MatcherRecord) -> Row:
    """Build the row of a source that was replayed."""
    state = feed.state
    accepted = _build_accepted(record.feeds.get(state.id, NO_REVIEWS))
    cells: dict[str, Cell] = {
        "title": _link_feed(state),
        "grade": TextCell(GRADE_MEANINGS[state.feed.grade]),
        "items": TextCell(f"{state.items_seen:,}"),
        **({"accepted": accepted} if accepted else {}),
        **({"answer": TextCell(visit.day(state.last_new_at))} if state.last_new_at else {}),
    }
    return Row(state.id, cells)


def _link_feed(state: FeedState, note: str = "") -> LinkCell:
    title = clip(state.feed.title, _MAX_NOTE_CHARACTERS)
    return LinkCell(title, page_address("feeds", feed=state.id), clip(note, _MAX_NOTE_CHARACTERS))


def _build_accepted(precision: Precision) -> TextCell | None:
    if not precision.reviewed:
        return None
    return TextCell(f"{precision.accepted:,} of {precision.reviewed:,}")


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


def build_question_rows(
    pieces: Mapping[QuestionId, int], questions: Mapping[QuestionId, Question]
) -> Sequence[Row]:
    """Build a row for each question on which a feed brought evidence, most evidence first."""
    return [
        Row(
            question_id,
            {
                "title": LinkCell(
                    questions[question_id].text, page_address("question", q=question_id)
                ),
                "pieces": TextCell(plural(count, "piece")),
            },
        )
        for question_id, count in sorted(pieces.items(), key=lambda pair: -pair[1])
    ]
