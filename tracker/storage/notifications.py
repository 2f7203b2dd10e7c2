"""Channels, rules and the outbox of notifications. Addresses and keys leave only as secrets."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import delete, func, update
from sqlmodel import Session, col, select

from forecasts.evidence.evidence import Strength
from forecasts.questions.question import ForecasterId, QuestionId
from tracker.model.notifications import (
    DEFAULT_RULES,
    Attention,
    Channel,
    ChannelMemory,
    ChannelSecrets,
    Delivery,
    Digest,
    Notification,
    NotificationKind,
    Pace,
    Rule,
    Scope,
    StrongEvidence,
    Times,
)
from tracker.storage.database_info import build_insert
from tracker.storage.evidence_cards import summarise_evidence
from tracker.storage.evidence_rows import add_reports
from tracker.storage.tables import (
    AttentionRow,
    ChannelRow,
    DecisionRow,
    EvidenceRow,
    NotificationRuleRow,
    NotificationTimesRow,
    OutboxRow,
)

WITH_ESTIMATE: Final = ("moved", "evidence", "closes", "stale")
"""Kinds whose notice gives the estimate: the next move counts from there."""

ACCEPTED: Final = ("confirmed", "edited")


def add_channel(session: Session, channel: Channel, secrets: ChannelSecrets) -> None:
    """Store a new channel; its forecaster exists."""
    row = ChannelRow(
        id=channel.id,
        forecaster_id=channel.forecaster,
        name=channel.name,
        created_at=channel.created_at,
        since=channel.since,
        **asdict(secrets),
    )
    session.add(row)
    session.flush()


def list_channels(session: Session, forecaster: ForecasterId | None = None) -> tuple[Channel, ...]:
    """Return the channels of a person, or of everybody, in the order in which they were added."""
    query = select(ChannelRow).order_by(col(ChannelRow.created_at), col(ChannelRow.id))
    if forecaster is not None:
        query = query.where(ChannelRow.forecaster_id == forecaster)
    return tuple(map(_parse_channel, session.exec(query)))


def find_channel(session: Session, channel_id: str) -> tuple[Channel, ChannelSecrets] | None:
    """Return a channel with its secrets."""
    row = session.get(ChannelRow, channel_id)
    if row is None:
        return None
    return _parse_channel(row), ChannelSecrets(row.address, row.signing_key, row.stop_key)


def change_channel(session: Session, channel_id: str, **columns: Any) -> None:
    """Change columns of a channel."""
    session.execute(update(ChannelRow).where(col(ChannelRow.id) == channel_id).values(**columns))


def pause_channel(session: Session, channel_id: str) -> None:
    """Let a channel get nothing, and forget what waits for it."""
    change_channel(session, channel_id, paused=True)
    waits = (col(OutboxRow.channel_id) == channel_id, col(OutboxRow.sent_at).is_(None))
    session.execute(delete(OutboxRow).where(*waits))


def delete_channel(session: Session, channel_id: str) -> None:
    """Delete a channel with its outbox."""
    session.execute(delete(OutboxRow).where(col(OutboxRow.channel_id) == channel_id))
    session.execute(delete(ChannelRow).where(col(ChannelRow.id) == channel_id))


def _parse_channel(row: ChannelRow) -> Channel:
    values = {name: getattr(row, name) for name in Channel.__slots__ if name != "forecaster"}
    return Channel(forecaster=ForecasterId(row.forecaster_id), **values)


def load_rules(session: Session, forecaster: ForecasterId) -> dict[NotificationKind, Rule]:
    """Return the rules of a person: those that they changed, and the defaults."""
    query = select(NotificationRuleRow).where(NotificationRuleRow.forecaster_id == forecaster)
    changed = {row.kind: row for row in session.exec(query)}
    return {
        kind: rule if kind not in changed else _parse_rule(changed[kind])
        for kind, rule in DEFAULT_RULES.items()
    }


def _parse_rule(row: NotificationRuleRow) -> Rule:
    pace, scope = cast(Pace, row.pace), cast(Scope, row.scope)
    return Rule(cast(NotificationKind, row.kind), pace, scope, row.threshold)


def save_rule(session: Session, forecaster: ForecasterId, rule: Rule) -> None:
    """Store a rule of a person."""
    session.merge(NotificationRuleRow(forecaster_id=forecaster, **asdict(rule)))


def read_times(session: Session, forecaster: ForecasterId) -> Times | None:
    """Return the times of a person; None if they set none."""
    row = session.get(NotificationTimesRow, forecaster)
    if row is None:
        return None
    digest = cast(Digest, row.digest)
    return Times(row.zone, row.quiet_from, row.quiet_until, digest, row.hour, row.weekday)


def save_times(session: Session, forecaster: ForecasterId, times: Times) -> None:
    """Store the times of a person."""
    session.merge(NotificationTimesRow(forecaster_id=forecaster, **asdict(times)))


def load_attention(session: Session, forecaster: ForecasterId) -> dict[QuestionId, Attention]:
    """Return the questions that a person follows or has muted."""
    rows = session.exec(select(AttentionRow).where(AttentionRow.forecaster_id == forecaster))
    return {QuestionId(row.question_id): cast(Attention, row.attention) for row in rows}


def save_attention(
    session: Session, forecaster: ForecasterId, question_id: QuestionId, attention: Attention | None
) -> None:
    """Follow or mute a question; None does neither any more."""
    key = {"forecaster_id": forecaster, "question_id": question_id}
    if attention is not None:
        session.merge(AttentionRow(**key, attention=attention))
    elif (row := session.get(AttentionRow, key)) is not None:
        session.delete(row)


def add_notices(
    session: Session, channel_id: str, notices: Iterable[Notification], at: datetime
) -> int:
    """Append notices to the outbox of a channel, but none twice; return the number added."""
    count = 0
    for notice in notices:
        row = {
            "channel_id": channel_id,
            "key": notice.key,
            "kind": notice.kind,
            "question_id": notice.question_id,
            "notice": asdict(notice),
            "created_at": at,
            "attempts": 0,
        }
        insert = build_insert(session, OutboxRow).values(**row).on_conflict_do_nothing()
        count += session.execute(insert.returning(col(OutboxRow.id))).first() is not None
    return count


def load_memory(session: Session, channel: Channel) -> ChannelMemory:
    """Return what a channel was told, or is about to be."""
    mine = col(OutboxRow.channel_id) == channel.id
    last = (
        select(OutboxRow.question_id, func.max(OutboxRow.created_at))
        .where(mine, col(OutboxRow.kind).in_(WITH_ESTIMATE))
        .group_by(col(OutboxRow.question_id))
    )
    return ChannelMemory(
        channel.since,
        frozenset(session.exec(select(OutboxRow.key).where(mine))),
        {QuestionId(name): at for name, at in session.exec(last) if name is not None},
    )


def list_unsent(session: Session, channel_id: str) -> tuple[Delivery, ...]:
    """Return what waits in the outbox of a channel, the oldest first."""
    query = select(OutboxRow).where(
        OutboxRow.channel_id == channel_id, col(OutboxRow.sent_at).is_(None)
    )
    return tuple(
        Delivery(cast(int, row.id), Notification(**row.notice), row.attempts)
        for row in session.exec(query.order_by(col(OutboxRow.id)))
    )


def note_attempt(session: Session, ids: Sequence[int]) -> None:
    """Count a try to send, before it is made."""
    _change_outbox(session, ids, attempts=col(OutboxRow.attempts) + 1)


def note_sent(session: Session, ids: Sequence[int], at: datetime) -> None:
    """Mark deliveries as accepted by their channel."""
    _change_outbox(session, ids, sent_at=at)


def drop_deliveries(session: Session, ids: Sequence[int]) -> None:
    """Delete deliveries that shall not be sent any more."""
    session.execute(delete(OutboxRow).where(col(OutboxRow.id).in_(ids)))


def _change_outbox(session: Session, ids: Sequence[int], **values: Any) -> None:
    session.execute(update(OutboxRow).where(col(OutboxRow.id).in_(ids)).values(**values))


def list_strong_evidence(session: Session, since: datetime) -> tuple[StrongEvidence, ...]:
    """Return strong and decisive evidence that people accepted since then, and still do."""
    query = (
        select(EvidenceRow, DecisionRow)
        .join(DecisionRow, col(DecisionRow.evidence_id) == col(EvidenceRow.id))
        .where(
            col(EvidenceRow.status).in_(ACCEPTED),
            col(EvidenceRow.strength) >= int(Strength.STRONG),
            EvidenceRow.direction != 0,
            col(DecisionRow.status).in_(ACCEPTED),
            DecisionRow.at >= since,
        )
        .order_by(col(DecisionRow.id))
    )
    first: dict[int | None, tuple[EvidenceRow, DecisionRow]] = {}
    for row, decision in session.exec(query):
        first.setdefault(row.id, (row, decision))
    pieces = summarise_evidence(session, add_reports(session, [row for row, _ in first.values()]))
    return tuple(
        StrongEvidence(
            cast(int, row.id),
            QuestionId(row.question_id),
            row.direction,
            row.strength,
            row.option,
            piece.headline,
            piece.source,
            decision.at,
            ForecasterId(decision.by),
        )
        for (row, decision), piece in zip(first.values(), pieces, strict=True)
    )
