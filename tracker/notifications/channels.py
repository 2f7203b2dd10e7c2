"""Addresses of channels, and sending by them. This is the only file that uses apprise.

Apprise knows services that act on this machine, and options that read its files. People who may
only read the tracker choose addresses, so only listed services and options are taken.
"""

import logging
import re
import threading
import warnings
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final
from urllib.parse import unquote

from tracker.errors import Refused, escape_control_characters
from tracker.feeds.fetching.addresses import AllowedAddresses
from tracker.model.notifications import ChannelSecrets
from tracker.notifications import webhooks
from tracker.notifications.compose import Message

SERVICES: Final = frozenset(
    "mailto mailtos ntfy ntfys slack discord matrix matrixs tgram gotify gotifys mmost mmosts "
    "rocket rockets zulip pover".split()
)
OPTIONS: Final = frozenset(
    "to from name smtp mode user pass cc bcc reply priority tags token auth thread topic silent "
    "version channel channels botname team sound footer image".split()
)
_HOSTED: Final = frozenset(("E-Mail", "ntfy", "Matrix", "Gotify", "Mattermost", "Rocket.Chat"))
"""Services whose server a person names; it has to be one that may be asked."""

MAX_ADDRESS: Final = 1000
MAX_REASON: Final = 200
MIN_SECRET: Final = 5
"""Characters from which a part of an address is kept out of reasons."""

_UNKNOWN: Final = (
    "that is no address of a channel: write one such as mailto://…, ntfy://…, slack://…, "
    "discord://…, matrix://… or webhook+https://… (see docs/notifications.md)"
)
_LOGGER: Final = logging.getLogger("apprise")
_LOGGER.propagate = False  # it would write addresses into our log


@dataclass(frozen=True, slots=True)
class Postman:
    """Sends messages to channels. `allowed` are the private hosts that may be asked."""

    allowed: AllowedAddresses

    def check(self, address: str) -> str:
        """Return the name of a channel that may be shown; raises `Refused`."""
        if len(address) > MAX_ADDRESS or not address.isprintable():
            raise Refused(_UNKNOWN)
        if is_webhook(address):
            host = webhooks.find_host(address)
            if host is None:
                raise Refused(_UNKNOWN)
            name = f"Webhook {host}"
        else:
            plugin = _load(address)
            host = _find_host(plugin)
            name = _name(plugin, host)
        if host and (refusal := self._explain_refusal(host)):
            raise Refused(refusal)
        return name

    def send(self, secrets: ChannelSecrets, message: Message, at: datetime) -> str:
        """Send a message; return why the channel did not accept it, "" if it did."""
        if is_webhook(secrets.address):
            body = message.to_json(at)
            return webhooks.post_signed(
                secrets.address, secrets.signing_key, body, at=at, allowed=self.allowed
            )
        try:
            plugin = _load(secrets.address)
        except Refused as refusal:
            return str(refusal)
        host = _find_host(plugin)
        if host and (reason := self._explain_refusal(host)):
            return reason
        if plugin.service_name == "E-Mail":
            plugin.headers |= _mail_headers(message)
        return _notify(plugin, secrets.address, message)

    def _explain_refusal(self, host: str) -> str:
        return webhooks.look_up(host, self.allowed)[1]


def is_webhook(address: str) -> bool:
    """Return whether an address is a webhook of our own."""
    return address.startswith(webhooks.PREFIX)


def _load(address: str) -> Any:
    """Return the apprise plugin of an address; raises `Refused`."""
    apprise = _import_apprise()
    # As apprise parses it, which differs from a web address: "#room?template=…" has an option.
    parsed = apprise.plugins.url_to_dict(address) or {}
    if parsed.get("schema") not in SERVICES:
        raise Refused(_UNKNOWN)
    options = [f"{sign}{name}" for sign in ("", "+", "-", ":") for name in parsed[f"qsd{sign}"]]
    for option in options:
        if option not in OPTIONS:
            raise Refused(
                f"the option {option[:30]!r} is not taken in the address of a channel: leave it out"
            )
    asset = apprise.AppriseAsset(
        app_id="Scenario tracker",
        app_desc="Scenario tracker",
        app_url="",
        http_redirects=False,
        storage_mode=apprise.PersistentStoreMode.MEMORY,
        async_mode=False,
    )
    plugin = apprise.Apprise.instantiate(address, asset=asset, suppress_exceptions=True)
    if plugin is None:
        raise Refused(_UNKNOWN)
    # A Matrix server could name another one, which nobody has checked.
    vars(plugin)["discovery"] = False
    return plugin


@cache
def _import_apprise() -> Any:
    """Import apprise with all its plugins: it takes half a second, and few processes send."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of the plugins' own imports
        import apprise

        apprise.Apprise.instantiate("ntfy://any", suppress_exceptions=True)
    return apprise


def _find_host(plugin: Any) -> str:
    """Return the server that a person named; "" for that of a known service."""
    if plugin.service_name not in _HOSTED or getattr(plugin, "mode", "") == "cloud":
        return ""
    return str(getattr(plugin, "smtp_host", "") or plugin.host or "")


def _name(plugin: Any, host: str) -> str:
    if plugin.service_name == "E-Mail":
        return f"E-mail {', '.join(address for _, address in plugin.targets)}"
    return f"{plugin.service_name} {host}".strip()


def _mail_headers(message: Message) -> dict[str, str]:
    headers = {"X-Tracker-Key": message.key}
    if message.stop:  # RFC 8058: mail programs show a button that posts to this address
        headers["List-Unsubscribe"] = f"<{message.stop}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def _notify(plugin: Any, address: str, message: Message) -> str:
    lines = _LastLine()
    _LOGGER.addHandler(lines)
    try:
        accepted = plugin.notify(body=message.text, title=message.title, body_format="text")
    except Exception as error:  # plugins of others raise anything; the reason is shown
        return f"it failed ({type(error).__name__})"
    finally:
        _LOGGER.removeHandler(lines)
    return "" if accepted else hide_secrets(lines.text, address) or "it was not accepted"


class _LastLine(logging.Handler):
    """The last warning of this thread, which says why a plugin failed."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.text = ""
        self._thread = threading.get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the line."""
        if record.thread == self._thread:
            self.text = record.getMessage()


def hide_secrets(reason: str, address: str) -> str:
    """Return a reason as one line without the parts of an address.

    >>> hide_secrets("no answer from T1JJ3T3L2\\nat all", "slack://T1JJ3T3L2/x")
    'no answer from … at all'
    """
    for part in sorted(re.split(r"[/:@?&=,]+", unquote(address)), key=len, reverse=True):
        if len(part) > MIN_SECRET:
            reason = reason.replace(part, "…")
    return escape_control_characters(" ".join(reason.split()))[:MAX_REASON]
