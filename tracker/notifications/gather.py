"""News for one person, read in a session that sees what this person may see."""

from collections.abc import Collection
from datetime import datetime

from tracker.model.notifications import NotificationKind, StrongEvidence
from tracker.model.principal import Principal
from tracker.notifications.decide import MAX_AGE, News
from tracker.questions import propose_answer
from tracker.questions.queries import feed_status, question_list
from tracker.storage import comments, log_tree, notifications, record
from tracker.storage.sessions import Session


def gather_news(
    session: Session, principal: Principal, kinds: Collection[NotificationKind], now: datetime
) -> News:
    """Read what these kinds of notices need."""
    return News(
        now=now,
        me=principal.me,
        may_answer=principal.has("curate"),
        questions=question_list.summarise_questions(session, now),
        attention=notifications.load_attention(session, principal.me),
        evidence=_list_evidence(session, now) if "evidence" in kinds else (),
        proposals=propose_answer.list_proposals(session, now) if "proposed" in kinds else (),
        missing=propose_answer.list_missing(session, now) if "due" in kinds else (),
        feeds=feed_status.list_feed_health(session, now) if "feed" in kinds else (),
        mentions=comments.list_mentions(session, now - MAX_AGE) if "mention" in kinds else (),
        people=record.list_forecasters(session),
        head=log_tree.read_signed_head(session) if "head" in kinds else None,
    )


def _list_evidence(session: Session, now: datetime) -> tuple[StrongEvidence, ...]:
    return notifications.list_strong_evidence(session, now - MAX_AGE)
