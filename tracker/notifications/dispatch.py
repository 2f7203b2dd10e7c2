"""Collecting notices into the outbox, and sending what waits there, once for each channel.

A notice is sent at least once: it is marked after the channel has accepted it, and a repeat after a
crash in between has the same key. Its key makes a second one in the outbox impossible.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from forecasts.questions.question import ForecasterId, QuestionId
from tracker.model.notifications import (
    Channel,
    ChannelSecrets,
    Delivery,
    Notification,
    NotificationKind,
    Rule,
    Times,
)
from tracker.model.principal import Principal
from tracker.notifications.compose import Message, compose, find_only_question
from tracker.notifications.decide import decide
from tracker.notifications.gather import gather_news
from tracker.notifications.schedule import compute_pause, find_last_digest, is_quiet
from tracker.notifications.stop_links import make_stop_token
from tracker.storage import accounts, notifications, questions, resolution_record
from tracker.storage.sessions import Session, Store

Send = Callable[[ChannelSecrets, Message, datetime], str]
"""Sends a message; returns why the channel did not accept it, "" if it did."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """A person with channels that may be used now, as they act themselves."""

    principal: Principal
    channels: tuple[Channel, ...]
    rules: tuple[Rule, ...]
    times: Times


@dataclass(frozen=True, slots=True)
class SendReport:
    """Number of messages that were accepted, and of channels that failed."""

    sent: int = 0
    failed: int = 0


def list_recipients(session: Session, owner: Principal, now: datetime) -> tuple[Recipient, ...]:
    """Return who may get a message now: with a channel that works, outside their quiet hours."""
    usable: dict[ForecasterId, list[Channel]] = {}
    for channel in notifications.list_channels(session):
        if not channel.paused and (channel.next_try_at is None or channel.next_try_at <= now):
            usable.setdefault(channel.forecaster, []).append(channel)
    recipients = []
    for forecaster, channels in usable.items():
        principal = _find_principal(session, forecaster, owner)
        times = notifications.read_times(session, forecaster) or Times()
        if principal is not None and not is_quiet(times, now):
            rules = tuple(notifications.load_rules(session, forecaster).values())
            recipients.append(Recipient(principal, tuple(channels), rules, times))
    return tuple(recipients)


def _find_principal(
    session: Session, forecaster: ForecasterId, owner: Principal
) -> Principal | None:
    """Return a person with the rights of their account; None if it is disabled.

    A person without an account is the owner of the machine, or somebody whom the owner added.
    """
    pair = accounts.find_account_of(session, forecaster)
    if pair is None:
        role = owner.role if forecaster == owner.forecaster else "viewer"
        return Principal(forecaster, role, "page")
    account = pair[0]
    if account.disabled_at is not None:
        return None
    return Principal(forecaster, account.role, "page", account=account.id)


def collect_notices(
    store: Store, recipient: Recipient, now: datetime, *, only_digest: bool = False
) -> int:
    """Append what is new for a recipient to the outbox of their channels; return its number.

    `store` sees what the recipient may see.
    """
    due = {
        channel: _list_due_rules(recipient, channel, now)
        for channel in recipient.channels
        if not only_digest or _is_digest_due(recipient.times, channel, now)
    }
    kinds: set[NotificationKind] = {rule.kind for rules in due.values() for rule in rules}
    if not kinds:
        return 0
    with store.reading() as session:
        news = gather_news(session, recipient.principal, kinds, now)
        fresh = {
            channel: decide(news, rules, notifications.load_memory(session, channel))
            for channel, rules in due.items()
        }
    count = 0
    for channel, notices in fresh.items():
        is_digest = _is_digest_due(recipient.times, channel, now)
        if notices or is_digest:
            with store.writing() as session:
                count += notifications.add_notices(session, channel.id, notices, now)
                if is_digest:
                    notifications.change_channel(session, channel.id, digested_at=now)
    return count


def _list_due_rules(recipient: Recipient, channel: Channel, now: datetime) -> tuple[Rule, ...]:
    paces = {"at once", "digest"} if _is_digest_due(recipient.times, channel, now) else {"at once"}
    return tuple(rule for rule in recipient.rules if rule.pace in paces)


def _is_digest_due(times: Times, channel: Channel, now: datetime) -> bool:
    return find_last_digest(times, now) > (channel.digested_at or channel.since)


def send_waiting(
    store: Store, recipient: Recipient, send: Send, *, home: str, now: datetime
) -> SendReport:
    """Send what waits for a recipient, as one message a channel; `store` sees what they may see."""
    sent = failed = 0
    for channel in recipient.channels:
        with store.reading() as session:
            waiting = notifications.list_unsent(session, channel.id)
            obsolete = _list_obsolete(session, recipient.principal.me, waiting)
            pair = notifications.find_channel(session, channel.id)
        fresh = [delivery for delivery in waiting if delivery not in obsolete]
        if obsolete:
            with store.writing() as session:
                notifications.drop_deliveries(session, [delivery.id for delivery in obsolete])
        if not fresh or pair is None:
            continue
        if _send_batch(store, channel, pair[1], fresh, send=send, home=home, now=now):
            sent += 1
        else:
            failed += 1
    return SendReport(sent, failed)


def _list_obsolete(
    session: Session, me: ForecasterId, waiting: Sequence[Delivery]
) -> list[Delivery]:
    """Return what waits about questions that are answered, muted, or hidden from the person."""
    if not waiting:
        return []
    visible = {question.id for question in questions.list_questions(session)}
    answered = resolution_record.load_current_resolutions(session)
    attention = notifications.load_attention(session, me)

    def is_obsolete(question_id: QuestionId | None, kind: NotificationKind) -> bool:
        if question_id is None:
            return False
        is_over = (question_id in answered) != (kind == "answered")
        return is_over or question_id not in visible or attention.get(question_id) == "mute"

    return [d for d in waiting if is_obsolete(d.notice.question_id, d.notice.kind)]


def _send_batch(
    store: Store,
    channel: Channel,
    secrets: ChannelSecrets,
    batch: Sequence[Delivery],
    *,
    send: Send,
    home: str,
    now: datetime,
) -> bool:
    ids = [delivery.id for delivery in batch]
    with store.writing() as session:
        notifications.note_attempt(session, ids)
    message = compose_for(channel, secrets, (delivery.notice for delivery in batch), home)
    reason = send(secrets, message, now)
    with store.writing() as session:
        if not reason:
            notifications.note_sent(session, ids, now)
        note_result(session, channel, reason, now)
    return not reason


def compose_for(
    channel: Channel, secrets: ChannelSecrets, notices: Iterable[Notification], home: str
) -> Message:
    """Make the message of a channel, with its stop link."""
    batch = tuple(notices)
    token = make_stop_token(channel.id, secrets.stop_key, find_only_question(batch))
    return compose(batch, home, f"{home}stop/{token}")


def note_result(session: Session, channel: Channel, reason: str, now: datetime) -> None:
    """Store how sending went: a failing channel rests, longer each time."""
    if not reason:
        changed = {"failures": 0, "error": "", "next_try_at": None, "sent_at": now}
    else:
        failures = channel.failures + 1
        changed = {
            "failures": failures,
            "error": reason,
            "next_try_at": now + compute_pause(failures),
        }
    notifications.change_channel(session, channel.id, **changed)
