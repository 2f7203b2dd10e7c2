"""Messages: notices grouped by subject, with a link back and a way to stop. Pure."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from forecasts.questions.question import QuestionId
from tracker.errors import escape_control_characters
from tracker.model.notifications import DEFAULT_RULES, Notification

MAX_NOTICES: Final = 25
"""Notices that a message writes out; it counts the others."""

MAX_LINE: Final = 300
MAX_TITLE: Final = 120
WEBHOOK_VERSION: Final = 1
_ORDER: Final = {kind: n for n, kind in enumerate(DEFAULT_RULES)}
_HARMLESS: Final = str.maketrans({"@": "@\u200b", "<": "‹", ">": "›"})
"""Texts of others call nobody in a chat room (`@everyone`, `<!channel>`), and are no markup."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message for one channel. `key` names it: a repeat has the same."""

    key: str
    title: str
    text: str
    notices: tuple[Notification, ...]
    home: str
    stop: str

    def to_json(self, at: datetime) -> bytes:
        """Return the body that webhooks get."""
        body = {
            "version": WEBHOOK_VERSION,
            "key": self.key,
            "sent_at": at.isoformat(timespec="seconds"),
            "title": self.title,
            "text": self.text,
            "notices": [_notice_record(notice, self.home) for notice in self.notices],
            "stop": self.stop,
        }
        return json.dumps(body, ensure_ascii=False).encode()


def _notice_record(notice: Notification, home: str) -> Mapping[str, Any]:
    return {
        "key": notice.key,
        "kind": notice.kind,
        "title": notice.title,
        "subject": notice.subject,
        "detail": notice.detail,
        "question": notice.question_id,
        "url": f"{home}{notice.page}",
        "before": notice.before,
        "now": notice.now,
    }


def compose(notices: Iterable[Notification], home: str, stop: str = "") -> Message:
    """Make one message of notices, the most urgent subject first.

    `home` is the address of the dashboard with a slash at its end, `stop` that of the stop link.
    The order in which notices come does not matter.
    """
    ordered = tuple(sorted(notices, key=lambda n: (_ORDER[n.kind], n.subject, n.key)))
    groups: dict[str, list[Notification]] = {}
    for notice in ordered[:MAX_NOTICES]:
        groups.setdefault(notice.page or notice.key, []).append(notice)
    blocks = [_write_group(group, home) for group in groups.values()]
    if len(ordered) > MAX_NOTICES:
        blocks.append(f"And {len(ordered) - MAX_NOTICES} more: {home}")
    links = [f"Choose what you get: {home}notifications"]
    if stop:
        links.append(f"Stop these messages: {stop}")
    text = "\n\n".join([*blocks, "-- \n" + "\n".join(links)])
    return Message(make_key(ordered), _write_title(ordered), text, ordered, home, stop)


def make_key(notices: Iterable[Notification]) -> str:
    """Return the key of a message: equal for the same notices.

    >>> make_key(()) == make_key([])
    True
    """
    keys = sorted(notice.key for notice in notices)
    return hashlib.sha256(json.dumps(keys).encode()).hexdigest()[:24]


def _write_group(group: Sequence[Notification], home: str) -> str:
    first = group[0]
    lines = [clean_line(first.subject)]
    for notice in group:
        lines.append(f"• {clean_line(notice.title)}")
        lines += [f"  {clean_line(line)}" for line in notice.detail.splitlines()]
    return "\n".join([*lines, *([f"{home}{first.page}"] if first.page else [])])


def _write_title(notices: Sequence[Notification]) -> str:
    if len(notices) == 1:
        (notice,) = notices
        return _clip(f"{clean_line(notice.title)} – {clean_line(notice.subject)}", MAX_TITLE)
    questions = {notice.question_id for notice in notices}
    if len(questions) == 1 and (subject := notices[0].subject):
        return _clip(f"{len(notices)} updates – {clean_line(subject)}", MAX_TITLE)
    about = len(questions - {None})
    return f"{len(notices)} updates on {about} questions" if about else f"{len(notices)} updates"


def find_only_question(notices: Iterable[Notification]) -> QuestionId | None:
    """Return the question that all these notices are about; None if there are several."""
    questions = {notice.question_id for notice in notices}
    return questions.pop() if len(questions) == 1 else None


def clean_line(text: str) -> str:
    """Return a text of others as one harmless line.

    >>> clean_line("Fire @everyone <b>now</b>").replace(chr(0x200B), "")
    'Fire @everyone ‹b›now‹/b›'
    """
    return _clip(escape_control_characters(" ".join(text.split())).translate(_HARMLESS), MAX_LINE)


def _clip(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}…"
