"""Notifications: one's own channels, rules and times; collecting and sending."""

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from typing import Any, Final, get_args

from forecasts.questions.question import QuestionId
from tracker.app.service import AppContext, Service
from tracker.errors import NotFound, Refused
from tracker.feeds.fetching.addresses import AllowedAddresses
from tracker.model.notifications import (
    DEFAULT_RULES,
    Attention,
    Channel,
    ChannelMemory,
    ChannelSecrets,
    Notification,
    NotificationKind,
    Pace,
    Rule,
    Scope,
    StopOffer,
    Times,
)
from tracker.notifications import dispatch
from tracker.notifications.channels import Postman, is_webhook
from tracker.notifications.compose import Message, compose
from tracker.notifications.decide import decide
from tracker.notifications.dispatch import Send, SendReport
from tracker.notifications.gather import gather_news
from tracker.notifications.schedule import check_times
from tracker.notifications.stop_links import read_stop_token
from tracker.notifications.webhooks import KEY_PREFIX
from tracker.people.secrets import make_id, make_secret
from tracker.questions.queries.question_page import require_question
from tracker.questions.submit_forecast import register_forecaster
from tracker.storage import accounts, event_log, notifications
from tracker.storage.sessions import Session

MAX_CHANNELS: Final = 10
MAX_NAME: Final = 80
MAX_THRESHOLD: Final = 1000.0
LOOK_AGAIN: Final = timedelta(minutes=15)
PREVIEW_DAYS: Final = 7
"""Days that a preview looks back for somebody without a channel."""


@dataclass(frozen=True, slots=True)
class NewChannel:
    """A new channel, with the key of its signatures if it is a webhook: it is shown once."""

    channel: Channel
    signing_key: str = ""


class NotificationService(Service, noun="notifications"):
    """Use cases on notifications. Everybody has their own channels and rules, and no others."""

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self._last_look = (-1, self._now())

    def channels(self) -> tuple[Channel, ...]:
        """Return the channels of the acting person, without their secrets."""
        with self._store.reading() as session:
            return notifications.list_channels(session, self._me)

    def add_channel(self, address: str, name: str = "", *, zone: str = "") -> NewChannel:
        """Add a channel by its address; raises `Refused` for one that may not be used.

        `zone` becomes the time zone of a person who has not set their times.
        """
        address, now = address.strip(), self._now()
        usual = self._postman.check(address)
        shown = " ".join(name.split()) or usual
        signing_key = make_secret(KEY_PREFIX) if is_webhook(address) else ""
        channel = Channel(make_id(), self._me, shown[:MAX_NAME], now, now)
        with self._store.writing() as session:
            register_forecaster(session, self._me, self._now())
            if len(notifications.list_channels(session, self._me)) >= MAX_CHANNELS:
                raise Refused(f"a person has {MAX_CHANNELS} channels at most: remove one first")
            secrets = ChannelSecrets(address, signing_key, make_secret())
            notifications.add_channel(session, channel, secrets)
            if zone and notifications.read_times(session, self._me) is None:
                notifications.save_times(session, self._me, check_times(Times(zone)))
            self._log(session, "channel added", channel)
        return NewChannel(channel, signing_key)

    def remove_channel(self, channel_id: str) -> Channel:
        """Remove a channel with all that waits for it; raises `NotFound`."""
        with self._store.writing() as session:
            channel, _ = self._require(session, channel_id)
            notifications.delete_channel(session, channel.id)
            self._log(session, "channel removed", channel)
        return channel

    def pause_channel(self, channel_id: str) -> Channel:
        """Send nothing to a channel until it is resumed."""
        with self._store.writing() as session:
            channel, _ = self._require(session, channel_id)
            notifications.pause_channel(session, channel.id)
        return replace(channel, paused=True)

    def resume_channel(self, channel_id: str) -> Channel:
        """Send to a channel again what happens from now on; a failing one is tried at once."""
        now = self._now()
        changed: dict[str, Any] = {"failures": 0, "error": "", "next_try_at": None}
        with self._store.writing() as session:
            channel, _ = self._require(session, channel_id)
            if channel.paused:
                changed |= {"paused": False, "since": now, "digested_at": now}
            notifications.change_channel(session, channel.id, **changed)
            return self._require(session, channel_id)[0]

    def test_channel(self, channel_id: str) -> str:
        """Send a test message now; return why it was not accepted, "" if it was."""
        now = self._now()
        with self._store.reading() as session:
            channel, secrets = self._require(session, channel_id)
        notice = Notification(
            f"test:{now.isoformat()}", "week", "This is a test", "Your channel works", page="home"
        )
        message = dispatch.compose_for(channel, secrets, [notice], self._settings.base_url)
        reason = self._send(secrets, message, now)
        with self._store.writing() as session:
            dispatch.note_result(session, channel, reason, now)
        return reason

    def rules(self) -> tuple[Rule, ...]:
        """Return the rules of the acting person, in the order of a message."""
        with self._store.reading() as session:
            return tuple(notifications.load_rules(session, self._me).values())

    def set_rule(
        self,
        kind: NotificationKind,
        pace: Pace | None = None,
        *,
        scope: Scope | None = None,
        threshold: float | None = None,
    ) -> Rule:
        """Change a rule of the acting person; None leaves a part as it is. Raises `Refused`."""
        with self._store.writing() as session:
            rule = notifications.load_rules(session, self._me).get(kind)
            if rule is None:
                raise Refused(f"there is no notice {kind!r}: write {', '.join(DEFAULT_RULES)}")
            changed = check_rule(
                Rule(
                    kind,
                    pace or rule.pace,
                    scope or rule.scope,
                    rule.threshold if threshold is None else threshold,
                )
            )
            register_forecaster(session, self._me, self._now())
            notifications.save_rule(session, self._me, changed)
        return changed

    def times(self) -> Times:
        """Return the quiet hours and digest times of the acting person."""
        with self._store.reading() as session:
            return notifications.read_times(session, self._me) or Times()

    def set_times(self, times: Times) -> Times:
        """Set the quiet hours and digest times of the acting person; raises `Refused`."""
        check_times(times)
        with self._store.writing() as session:
            register_forecaster(session, self._me, self._now())
            notifications.save_times(session, self._me, times)
        return times

    def attend(self, question_id: str, attention: Attention | None) -> None:
        """Follow a question without a forecast, mute it, or neither; raises `NotFound`."""
        with self._store.writing() as session:
            question = require_question(session, question_id)
            register_forecaster(session, self._me, self._now())
            notifications.save_attention(session, self._me, question.id, attention)

    def attention(self) -> dict[QuestionId, Attention]:
        """Return the questions that the acting person follows or has muted."""
        with self._store.reading() as session:
            return notifications.load_attention(session, self._me)

    def preview(self) -> Message | None:
        """Return what a message would say now by all rules; None if there is nothing to tell."""
        now = self._now()
        with self._store.reading() as session:
            channels = notifications.list_channels(session, self._me)
            every = notifications.load_rules(session, self._me).values()
            rules = [rule for rule in every if rule.pace != "off"]
            kinds = {rule.kind for rule in rules}
            news = gather_news(session, self._context.principal, kinds, now)
            memory = (
                notifications.load_memory(session, channels[0])
                if channels
                else ChannelMemory(now - timedelta(days=PREVIEW_DAYS))
            )
        notices = decide(news, rules, memory)
        return compose(notices, self._settings.base_url) if notices else None

    def read_stop(self, token: str) -> StopOffer:
        """Return what a stop link offers, to whoever has it; raises `Refused`."""
        with self._store.reading() as session:
            return read_stop_token(session, token)[1]

    def stop(self, token: str, *, only_question: bool = False) -> StopOffer:
        """Pause the channel of a stop link, or mute its question alone; raises `Refused`."""
        with self._store.writing() as session:
            channel, offer = read_stop_token(session, token)
            if only_question and offer.question_id is not None:
                notifications.save_attention(session, channel.forecaster, offer.question_id, "mute")
                return offer
            notifications.pause_channel(session, channel.id)
            return replace(offer, is_paused=True)

    def collect(self) -> int:
        """Put what is new into the outbox of everybody; return the number of notifications.

        Each person's is read by their own rights. While nothing is entered in the log, only digests
        are looked for, and every `LOOK_AGAIN` what time alone brings.
        """
        now = self._now()
        with self._store.reading() as session:
            newest = event_log.find_newest_seq(session)
        seen, at = self._last_look
        is_unchanged = newest == seen and timedelta(0) <= now - at < LOOK_AGAIN
        if not is_unchanged:
            self._last_look = newest, now
        return sum(
            dispatch.collect_notices(
                self._context.acting_as(r.principal).store, r, now, only_digest=is_unchanged
            )
            for r in self._list_recipients()
        )

    def send(self) -> SendReport:
        """Send what waits in the outbox; what fails is tried again later."""
        now, home = self._now(), self._settings.base_url
        reports = [
            dispatch.send_waiting(
                self._context.acting_as(r.principal).store, r, self._send, home=home, now=now
            )
            for r in self._list_recipients()
        ]
        return SendReport(sum(r.sent for r in reports), sum(r.failed for r in reports))

    def _list_recipients(self) -> tuple[dispatch.Recipient, ...]:
        with self._store.reading() as session:
            return dispatch.list_recipients(session, self._context.principal, self._now())

    @cached_property
    def _postman(self) -> Postman:
        return Postman(AllowedAddresses.of(self._settings.private_hosts))

    @property
    def _send(self) -> Send:
        return self._postman.send

    def _require(self, session: Session, channel_id: str) -> tuple[Channel, ChannelSecrets]:
        pair = notifications.find_channel(session, channel_id)
        if pair is None or pair[0].forecaster != self._me:
            raise NotFound("channel", channel_id, "`tracker notify list` has yours")
        return pair

    def _log(self, session: Session, act: str, channel: Channel) -> None:
        account = self._context.principal.account or self._me
        accounts.log_account_act(session, account, act, self._now(), channel=channel.id)


def check_rule(rule: Rule) -> Rule:
    """Return a rule if it can be kept; raises `Refused`."""
    if rule.pace not in get_args(Pace):
        raise Refused(f"a notice comes at once, with the digest, or is off, not {rule.pace!r}")
    if rule.scope not in get_args(Scope):
        raise Refused(f"a rule is about mine or all questions, not {rule.scope!r}")
    if not 0 <= rule.threshold <= MAX_THRESHOLD:
        raise Refused(f"a threshold lies between 0 and {MAX_THRESHOLD:.0f}")
    return rule
