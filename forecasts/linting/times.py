"""Checks of the times: is the day on which the question closes written down, in which zone, and
still ahead?
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from forecasts.linting.flaws import Examined, Flaw, Severity, Surroundings, Where
from forecasts.linting.wording import sentences
from forecasts.moving_dates import moving_times
from forecasts.said_dates import SaidTime, long_date, said_times

_FARTHEST_ZONE: Final = timedelta(hours=14)
_ZONE: Final = re.compile(
    r"\b(?:UTC|GMT|CET|CEST|EET|EEST|WET|MSK|EST|EDT|ET|CST|CDT|MST|MDT|PST|PDT|PT|BST|IST|JST|KST"
    r"|HKT|SGT|AEST|AEDT|Zulu)\b"
    r"|\b[A-Z][A-Za-z.]+ (?:Standard |Summer |Daylight )?[Tt]ime\b|\blocal time\b|[0-9]Z\b"
    r"|[+−-][01][0-9]:?[0-9]{2}\b"
    r"|\btime ?zone\b"
)
_ASIDE: Final = re.compile(
    r"\bannul|\bvoid\b|\bcancel|\bnot (?:yet )?(?:been )?(?:published|released|available|out)\b"
    r"|\bbefore the opening\b"
    r"|\bif (?:no|none|neither)\b[^.;]{0,80}\b(?:publish|releas|available)",
    re.IGNORECASE,
)
_SHAPES_WITH_EVENTS: Final = ("event_by", "holds_until")


def times_flaws(question: Examined, around: Surroundings) -> Iterator[Flaw]:
    """Flaws of deadline, opening, zone and retention."""
    text, criteria = said_times(question.text), _rules_times(question.criteria)
    yield from _deadline(question, text, criteria)
    yield from _moving(question)
    yield from _zone(question, (*text, *criteria))
    yield from _settled(question, (*text, *criteria), around.now)
    if _is_about_events(question) and not _names_start(question, criteria):
        reason = "the criteria do not say from which day on an event counts"
        opens = long_date(question.opens_at.date())
        fix = f"Write “between {opens} and {long_date(last_day(question.closes_at))} (UTC)”."
        yield Flaw("no-start", "advice", "criteria", reason, fix)
    length = (question.closes_at - question.opens_at) / timedelta(days=1)
    if around.keeps_days is not None and length > around.keeps_days:
        reason = (
            f"it is open for {length:.0f} days, but reports are deleted after {around.keeps_days:g}"
        )
        yield Flaw(
            "retention",
            "advice",
            "times",
            reason,
            "Keep reports for longer (setting keep_days), or ask for a nearer day.",
        )


def last_day(closes_at: datetime) -> date:
    """The last day that counts, in UTC: the close itself is excluded.

    >>> last_day(datetime(2023, 6, 1, tzinfo=UTC))
    datetime.date(2023, 5, 31)
    """
    at = closes_at.astimezone(UTC)
    return (
        (at - timedelta(microseconds=1)).date()
        if at > datetime.min.replace(tzinfo=UTC)
        else at.date()
    )


def _rules_times(criteria: str) -> tuple[SaidTime, ...]:
    """The dates of the criteria but for those by which figures have to be out, and the like."""
    return tuple(
        said
        for sentence in sentences(criteria)
        if not _ASIDE.search(sentence)
        for said in said_times(sentence)
    )


def _deadline(
    question: Examined, text: tuple[SaidTime, ...], criteria: tuple[SaidTime, ...]
) -> Iterator[Flaw]:
    ahead = [said for said in (*text, *criteria) if said.last >= question.opens_at.date()]
    if not ahead:
        if moving_times(question.text):
            reason = "there is no date, only a time that moves with its reader"
        else:
            reason = "neither text nor criteria name the day on which it ends"
        closes = long_date(last_day(question.closes_at))
        yield Flaw(
            "no-deadline",
            "blocking",
            "text",
            reason,
            f"Write “by {closes}”: the last day that counts.",
        )
        return
    disagreeing = [
        (where, said)
        for where, part in _parts(text, criteria)
        if (said := _disagreeing(part, question)) is not None
    ]
    if disagreeing:
        yield _other_deadline(question, *disagreeing[0])
    elif not any(said.is_deadline for said in (*text, *criteria)) and not any(
        _agrees(s, question) for s in ahead
    ):
        in_text = [said for said in ahead if said in text]
        yield _other_deadline(
            question, "text" if in_text else "criteria", max(in_text or ahead, key=lambda s: s.last)
        )
    yield from _loose(question, text, criteria)


def _parts(
    text: tuple[SaidTime, ...], criteria: tuple[SaidTime, ...]
) -> tuple[tuple[Where, tuple[SaidTime, ...]], tuple[Where, tuple[SaidTime, ...]]]:
    return ("text", text), ("criteria", criteria)


def _disagreeing(part: Iterable[SaidTime], question: Examined) -> SaidTime | None:
    """The latest deadline of a part of which no date is the close; None if one is, or it names no
    deadline.
    """
    said = [one for one in part if one.is_deadline and one.last >= question.opens_at.date()]
    if not said or any(_agrees(one, question) for one in part):
        return None
    return max(said, key=lambda one: one.last)


def _agrees(said: SaidTime, question: Examined) -> bool:
    return any(abs(question.closes_at - _after(day)) <= _FARTHEST_ZONE for day in said.last_days)


def _after(day: date) -> datetime:
    """The first instant after a day, in UTC."""
    return (
        datetime.combine(day, time(), UTC) + timedelta(days=1)
        if day < date.max
        else datetime.max.replace(tzinfo=UTC)
    )


def _other_deadline(question: Examined, where: Where, said: SaidTime) -> Flaw:
    last, day = last_day(question.closes_at), said.last_days[0]
    # A figure for a year may be asked about until it is out; an event that the text lets in after
    # the close may not.
    is_early_figure = not _is_about_events(question) and day < last
    close_there = f"close at {_after(day):%Y-%m-%dT%H:%MZ}: the close itself is excluded."
    if day == last:
        reason = (
            f"{where} ends on {long_date(day)}, but it closes at {question.closes_at:%H:%M} "
            "UTC of that day"
        )
        fix = f"C{close_there[1:]}"
    else:
        reason = (
            f"{where} ends on {long_date(day)}, but the last day before the close is "
            f"{long_date(last)}"
        )
        fix = f"Write {long_date(last)}, or {close_there}"
    return Flaw("other-deadline", "advice" if is_early_figure else "blocking", where, reason, fix)


def _loose(
    question: Examined, text: tuple[SaidTime, ...], criteria: tuple[SaidTime, ...]
) -> Iterator[Flaw]:
    if any(
        said.is_day and said.is_exact and said.is_deadline and _agrees(said, question)
        for said in (*text, *criteria)
    ):
        return
    loose = [said for said in text if len(said.last_days) > 1 or not said.is_exact]
    if loose:
        words = question.text[loose[0].start : loose[0].end]
        reason = f"“{loose[0].cue} {words}” can be read as two days".replace("“ ", "“")
        fix = f"Write “by {long_date(last_day(question.closes_at))}”."
        yield Flaw("loose-deadline", "advice", "text", reason, fix)


def _moving(question: Examined) -> Iterator[Flaw]:
    for where, said in (("text", question.text), ("criteria", question.criteria)):
        found = [
            m.phrase
            for m in moving_times(said)
            if where == "text" or not re.search(r"[0-9]", m.phrase)
        ]
        # "within 30 days of the vote" in criteria counts from something; "next year" counts from
        # whoever reads it
        if found:
            phrases = ", ".join(f"“{phrase}”" for phrase in dict.fromkeys(found))
            reason = f"{phrases} means another day to each reader"
            yield Flaw(
                "moving-date",
                "advice",
                "text" if where == "text" else "criteria",
                reason,
                "Write the date that is meant.",
            )


def _zone(question: Examined, said: tuple[SaidTime, ...]) -> Iterator[Flaw]:
    if _ZONE.search(question.criteria) or _ZONE.search(question.text):
        return
    about_events = _is_about_events(question)
    if about_events or any(one.is_day for one in said):
        reason = "the criteria name no time zone, so an event near midnight falls on two days"
        severity: Severity = "blocking" if about_events else "advice"
        yield Flaw(
            "no-time-zone",
            severity,
            "criteria",
            reason,
            "Write “(UTC)” behind the last day, or name another zone.",
        )


def _settled(question: Examined, said: tuple[SaidTime, ...], now: datetime) -> Iterator[Flaw]:
    if question.retrospective:
        return
    fix = (
        "Choose a later day, or mark the question as retrospective: its scores then count "
        "as practice."
    )
    if question.closes_at <= now:
        reason = f"it closes at {question.closes_at:%Y-%m-%d %H:%M}, which is past"
        yield Flaw("already-settled", "blocking", "times", reason, fix)
        return
    ends = [day for one in said if one.is_deadline for day in one.last_days]
    if ends and _after(max(ends)) + _FARTHEST_ZONE <= now:
        yield Flaw(
            "already-settled",
            "blocking",
            "criteria",
            f"its deadline, {long_date(max(ends))}, is past",
            fix,
        )


def _is_about_events(question: Examined) -> bool:
    if question.kind == "binary":
        return question.horizon_shape in _SHAPES_WITH_EVENTS
    return question.kind == "date"


def _names_start(question: Examined, criteria: tuple[SaidTime, ...]) -> bool:
    opens = question.opens_at.date()
    starts = any(
        said.cue in ("between", "from", "since", "after", "on", "–") or said.first == opens
        for said in criteria
    )
    return starts or bool(
        re.search(
            r"\b(?:after|from|since|at) the opening\b|\bopens\b|\bfirst day\b", question.criteria
        )
    )
