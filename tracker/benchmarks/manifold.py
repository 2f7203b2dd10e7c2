"""Manifold: play-money markets, read by `/v0/slug/…` (https://docs.manifold.markets/api)."""

from typing import Final

from tracker.benchmarks.answers import (
    BadAnswer,
    Record,
    check_probability,
    describe_size,
    get_long_text,
    get_number,
    get_text,
    get_time,
    list_records,
    require_title,
    share_out,
)
from tracker.model.benchmarks import Quote

API: Final = "https://api.manifold.markets/v0/slug/"
HOSTS: Final = ("manifold.markets",)
EXAMPLE: Final = "https://manifold.markets/user/question"

_RESOLUTIONS: Final = {"CANCEL": "N/A", "MKT": "to a probability"}


def find_id(parts: tuple[str, ...], _fragment: str) -> str:
    """Return the slug of an address `/user/slug`; "" for another one."""
    return parts[1] if len(parts) >= 2 else ""


def make_address(external_id: str) -> str:
    """Return the address of the API for a slug."""
    return f"{API}{external_id}"


def read_quote(record: Record, external_id: str) -> Quote:
    """Read a market with two answers, or with several that exclude each other."""
    p, shares = None, tuple[tuple[str, float], ...]()
    match get_text(record, "outcomeType"):
        case "BINARY":
            p = check_probability(get_number(record, "probability"))
        case "MULTIPLE_CHOICE":
            shares = _read_shares(record)
        case kind:
            raise BadAnswer(f"it is a question of the kind {kind.lower() or 'unknown'}")
    closes_at = get_time(record, "closeTime")
    return Quote(
        external_id,
        url=f"https://manifold.markets/{get_text(record, 'creatorUsername')}/{external_id}",
        title=require_title(record, "question"),
        criteria=get_long_text(record, "textDescription"),
        p=p,
        shares=shares,
        is_open=record.get("isResolved") is False,
        closes_at=closes_at,
        answer=_read_answer(record),
        size=describe_size(get_number(record, "uniqueBettorCount"), "traders"),
    )


def _read_shares(record: Record) -> tuple[tuple[str, float], ...]:
    if record.get("shouldAnswersSumToOne") is not True:
        raise BadAnswer("its options do not exclude each other")
    answers = list_records(record.get("answers"))
    return share_out(
        [(get_text(a, "text"), check_probability(get_number(a, "probability"))) for a in answers]
    )


def _read_answer(record: Record) -> str:
    """Return the resolution; that of several options is the id of one of them."""
    if record.get("isResolved") is not True:
        return ""
    resolution = get_text(record, "resolution")
    answers = record.get("answers")
    names = {get_text(a, "id"): get_text(a, "text") for a in list_records(answers or [])}
    return names.get(resolution) or _RESOLUTIONS.get(resolution, resolution) or "without an answer"
