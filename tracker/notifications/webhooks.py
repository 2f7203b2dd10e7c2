"""Signed webhooks: a JSON body with a time stamp and an HMAC, posted to an allowed address.

The address is looked up, checked and connected to once, so that a name cannot lead elsewhere
between the check and the request. No redirect is followed.
"""

import hashlib
import hmac
import socket
from datetime import datetime
from typing import Final

from tracker.feeds.fetching.addresses import AllowedAddresses, parse_web_address

PREFIX: Final = "webhook+"
KEY_PREFIX: Final = "whk_"
TIMESTAMP_HEADER: Final = "x-tracker-timestamp"
SIGNATURE_HEADER: Final = "x-tracker-signature"
SECONDS: Final = 10.0


def sign(signing_key: str, timestamp: str, body: bytes) -> str:
    """Return the value of the signature's header, over the time stamp, a full stop and the body.

    >>> sign("whk_key", "1767225600", b"{}")[:16]
    'v1=08631493f20d0'
    """
    signed = timestamp.encode() + b"." + body
    return f"v1={hmac.new(signing_key.encode(), signed, hashlib.sha256).hexdigest()}"


def find_host(address: str) -> str | None:
    """Return the host of a webhook's address; None if it is not a web address."""
    url = parse_web_address(address.removeprefix(PREFIX))
    return None if url is None or url.raw_host is None else url.raw_host


def post_signed(
    address: str, signing_key: str, body: bytes, *, at: datetime, allowed: AllowedAddresses
) -> str:
    """Post a body to a webhook; return why it was not accepted, "" if it was."""
    import httpx  # takes a tenth of a second to import, and few processes send

    url = httpx.URL(address.removeprefix(PREFIX))
    places, refusal = look_up(url.host, allowed)
    if not places:
        return refusal
    timestamp = str(int(at.timestamp()))
    headers = {
        "host": url.netloc.decode(),
        "content-type": "application/json",
        TIMESTAMP_HEADER: timestamp,
        SIGNATURE_HEADER: sign(signing_key, timestamp, body),
    }
    try:
        with httpx.Client(timeout=SECONDS, trust_env=False) as client:
            request = client.build_request(
                "POST",
                url.copy_with(host=places[0]),
                content=body,
                headers=headers,
                extensions={"sni_hostname": url.host},
            )
            response = client.send(request, stream=True)
            response.close()
    except httpx.TimeoutException:
        return f"it did not answer within {SECONDS:.0f} seconds"
    except httpx.HTTPError as error:
        return f"it cannot be reached ({type(error).__name__})"
    return "" if response.is_success else f"it answered with status {response.status_code}"


def look_up(host: str, allowed: AllowedAddresses) -> tuple[list[str], str]:
    """Return the addresses of a host that may be asked, or else why there is none."""
    try:
        infos = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return [], f"the host {host} is not known: check its name"
    addresses = list(dict.fromkeys(str(info[4][0]) for info in infos))
    refusals = {place: allowed.explain_refusal(host, place) for place in addresses}
    places = [place for place, refusal in refusals.items() if not refusal]
    return places, "" if places else next(iter(refusals.values()))
