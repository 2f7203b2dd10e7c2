"""Links by which whoever has a message stops the next ones, without a log-in."""

import hashlib
import hmac
from typing import Final
from urllib.parse import quote

from forecasts.questions.question import QuestionId
from tracker.errors import Refused
from tracker.model.notifications import Channel, StopOffer
from tracker.storage import notifications, questions
from tracker.storage.sessions import Session

SIGNATURE_LENGTH: Final = 32


def make_stop_token(channel_id: str, stop_key: str, question_id: QuestionId | None) -> str:
    """Return the signed end of a stop link: channel, signature and perhaps a question.

    >>> make_stop_token("c1", "key", None).count(".")
    1
    """
    question = question_id or ""
    signed = f"{channel_id}.{question}".encode()
    signature = hmac.new(stop_key.encode(), signed, hashlib.sha256).hexdigest()[:SIGNATURE_LENGTH]
    return f"{channel_id}.{signature}" + (f".{quote(question, safe='')}" if question else "")


def read_stop_token(session: Session, token: str) -> tuple[Channel, StopOffer]:
    """Return what a link offers to stop; raises `Refused` for a forged one."""
    channel_id, _, signed_part = token.partition(".")
    signature, _, name = signed_part.partition(".")
    question_id = QuestionId(name) if name else None
    pair = notifications.find_channel(session, channel_id)
    stop_key = pair[1].stop_key if pair else ""
    expected = make_stop_token(channel_id, stop_key, question_id).split(".")[1]
    if pair is None or not hmac.compare_digest(signature.encode(), expected.encode()):
        raise Refused("this link stops nothing: it is damaged, or its channel was removed")
    channel = pair[0]
    known = None if question_id is None else questions.find_question(session, question_id)
    if known is None:
        return channel, StopOffer(channel.name, is_paused=channel.paused)
    return channel, StopOffer(channel.name, known.id, known.text, channel.paused)
