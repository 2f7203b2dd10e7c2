"""Metaculus: a crowd without money, read by `/api/posts/…` with a token
(https://www.metaculus.com/api/).
"""

from typing import Any, Final

from tracker.benchmarks.answers import (
    BadAnswer,
    Record,
    check_probability,
    describe_size,
    get_long_text,
    get_number,
    get_text,
    get_time,
    require_record,
    require_title,
    share_out,
)
from tracker.model.benchmarks import Quote

API: Final = "https://www.metaculus.com/api/posts/"
HOSTS: Final = ("metaculus.com",)
EXAMPLE: Final = "https://www.metaculus.com/questions/578/"


def find_id(parts: tuple[str, ...], _fragment: str) -> str:
    """Return the number of an address `/questions/…`; "" for another one."""
    return parts[1] if len(parts) >= 2 and parts[0] == "questions" and parts[1].isdigit() else ""


def make_address(external_id: str) -> str:
    """Return the address of the API for a number."""
    return f"{API}{external_id}/?with_cp=true"


def read_quote(record: Record, external_id: str) -> Quote:
    """Read a question with two answers or several; a group of questions is refused."""
    if not record.get("question"):
        raise BadAnswer("it is a group of questions: take the address of one question")
    question = require_record(record["question"], "question")
    latest = _find_latest(question)
    kind = get_text(question, "type")
    p, shares = None, tuple[tuple[str, float], ...]()
    if kind not in ("binary", "multiple_choice"):
        raise BadAnswer(f"it is a question of the kind {kind or 'unknown'}")
    answer = get_text(question, "resolution")
    status = get_text(question, "status")
    if latest is not None and kind == "binary":
        p = check_probability(_get_first(latest.get("centers")))
    elif latest is not None:
        shares = _read_shares(question.get("options"), latest.get("forecast_values"))
    elif not answer and status == "open":
        raise BadAnswer("it does not show what its crowd says (yet, or to this token)")
    rules = [get_long_text(question, name) for name in ("resolution_criteria", "fine_print")]
    return Quote(
        external_id,
        url=f"https://www.metaculus.com/questions/{external_id}/",
        title=require_title(record, "title"),
        criteria="\n".join(filter(None, rules)),
        p=p,
        shares=shares,
        is_open=status == "open",
        closes_at=get_time(question, "scheduled_close_time"),
        answer=answer.upper() if kind == "binary" else answer,
        size=describe_size(get_number(record, "nr_forecasters"), "forecasters"),
    )


def _find_latest(question: Record) -> Record | None:
    """Return the newest aggregate of the crowd; None if it is not shown."""
    latest: Any = question
    for name in ("aggregations", "recency_weighted", "latest"):
        latest = latest.get(name) if isinstance(latest, dict) else None
    return latest if isinstance(latest, dict) else None


def _get_first(values: Any) -> float | None:
    return get_number({"p": values[0]}, "p") if isinstance(values, list) and values else None


def _read_shares(options: Any, values: Any) -> tuple[tuple[str, float], ...]:
    """Return the shares of the options, which stand in the order of their names."""
    if not (isinstance(options, list) and isinstance(values, list) and len(options) == len(values)):
        raise BadAnswer("its options and their shares do not match")
    return share_out(
        [
            (get_text({"name": name}, "name"), check_probability(get_number({"p": value}, "p")))
            for name, value in zip(options, values, strict=True)
        ]
    )
