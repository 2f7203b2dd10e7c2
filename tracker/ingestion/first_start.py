"""Store the result of a first start: begun with the first feeds, judged by their answers."""

import json
from dataclasses import asdict
from datetime import datetime
from typing import Final

from tracker.feeds.item import FeedId
from tracker.feeds.scheduling.first_start import FirstStart, assess_first_start, explain_pause
from tracker.ingestion.request_budget import invalidate_plan
from tracker.storage import database_info, feeds
from tracker.storage.sessions import Session

FIRST_START_KEY: Final = "first start of the feeds"
"""Database property with the result so far; absent in a database that had feeds before."""

PENDING: Final = "pending"


def begin_first_start(session: Session) -> None:
    """Note that the first feeds came in, and are to be judged."""
    database_info.write_property(session, FIRST_START_KEY, PENDING)


def read_first_start(session: Session) -> FirstStart | None:
    """Return the result so far; None before the first answers, and where there is none."""
    stored = database_info.read_property(session, FIRST_START_KEY)
    if stored is None or stored == PENDING:
        return None
    record = json.loads(stored)
    paused, waiting = (tuple(map(FeedId, record[name])) for name in ("paused", "waiting"))
    since = datetime.fromisoformat(record["since"])
    return FirstStart(since, record["answering"], paused, waiting)


def has_open_first_start(session: Session) -> bool:
    """Return True while feeds of the first start wait to be judged."""
    stored = database_info.read_property(session, FIRST_START_KEY)
    result = read_first_start(session)
    return stored is not None and (result is None or bool(result.waiting))


def judge_first_start(session: Session) -> FirstStart | None:
    """Pause the feeds that do not answer; return a new result, None where nothing changed."""
    if not has_open_first_start(session):
        return None
    before, states = read_first_start(session), feeds.list_feeds(session)
    result = assess_first_start(states, before)
    if result is None or result == before:
        return None
    newly_paused = {*result.paused} - {*(before.paused if before else ())}
    for state in states:
        if state.id in newly_paused:
            feeds.pause_feed(session, state.id, explain_pause(state))
    invalidate_plan(session)
    record = {**asdict(result), "since": result.since.isoformat()}
    database_info.write_property(session, FIRST_START_KEY, json.dumps(record))
    return result
