"""Lint checks of the times: deadline, opening, time zone and retention."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from forecasts.essays.dates import DateMention, find_dates, format_long_date
from forecasts.essays.relative_dates import find_relative_times
from forecasts.linting.flaws import Flaw, FlawPlace, LintContext, LintTarget, Severity
from forecasts.linting.wording import split_rules

_MAX_ZONE_OFFSET: Final = timedelta(hours=14)
_TIME_ZONE: Final = re.compile(
    r"\b(?:UTC|GMT|CET|CEST|EET|EEST|WET|MSK|EST|EDT|ET|CST|CDT|MST|MDT|PST|PDT|PT|BST|IST|JST|KST"
    r"|HKT|SGT|AEST|AEDT|Zulu)\b|\b[A-Z][A-Za-z.]+ (?:Standard |Summer |Daylight )?[Tt]ime\b"
    r"|\blocal time\b|[0-9]Z\b|[+−-][01][0-9]:?[0-9]{2}\b|\btime ?zone\b"
)
_PUBLICATION_RULE: Final = re.compile(
    r"\bannul|\bvoid\b|\bcancel|\bnot (?:yet )?(?:been )?(?:published|released|available|out)\b"
    r"|\bbefore the opening\b"
    r"|\bif (?:no|none|neither)\b[^.;]{0,80}\b(?:publish|releas|available)",
    re.IGNORECASE,
)
_EVENT_SHAPES: Final = ("event_by", "holds_until")


def find_time_flaws(question: LintTarget, context: LintContext) -> Iterator[Flaw]:
    """Yield flaws of deadline, opening, zone and retention."""
    text_dates, criteria_dates = find_dates(question.text), _criteria_dates(question.criteria)
    yield from _check_deadline(question, text_dates, criteria_dates)
    yield from _check_relative_dates(question)
    yield from _check_time_zone(question, (*text_dates, *criteria_dates))
    yield from _check_not_over(question, (*text_dates, *criteria_dates), context.now)
    if _is_about_events(question) and not _names_start(question, criteria_dates):
        reason = "the criteria do not say from which day on an event counts"
        opens = format_long_date(question.opens_at.date())
        fix = f"Write “between {opens} and {format_long_date(last_day(question.closes_at))} (UTC)”."
        yield Flaw("no-start", "advice", "criteria", reason, fix)
    open_days = (question.closes_at - question.opens_at) / timedelta(days=1)
    if context.keeps_days is not None and open_days > context.keeps_days:
        reason = (
            f"it is open for {open_days:.0f} days, but reports are deleted after "
            f"{context.keeps_days:g}"
        )
        yield Flaw(
            "retention",
            "advice",
            "times",
            reason,
            "Keep reports for longer (setting keep_days), or ask for a nearer day.",
        )


def last_day(closes_at: datetime) -> date:
    """Return the last day that counts, in UTC: the close itself is excluded.

    >>> last_day(datetime(2023, 6, 1, tzinfo=UTC))
    datetime.date(2023, 5, 31)
    """
    at = closes_at.astimezone(UTC)
    return (
        (at - timedelta(microseconds=1)).date()
        if at > datetime.min.replace(tzinfo=UTC)
        else at.date()
    )


def _criteria_dates(criteria: str) -> tuple[DateMention, ...]:
    """Return the dates of the criteria, except those of publication and the like."""
    return tuple(
        mention
        for sentence in split_rules(criteria)
        if not _PUBLICATION_RULE.search(sentence)
        for mention in find_dates(sentence)
    )


def _check_deadline(
    question: LintTarget,
    text_dates: tuple[DateMention, ...],
    criteria_dates: tuple[DateMention, ...],
) -> Iterator[Flaw]:
    future_dates = [
        mention
        for mention in (*text_dates, *criteria_dates)
        if mention.last >= question.opens_at.date()
    ]
    if not future_dates:
        if find_relative_times(question.text):
            reason = "there is no date, only a time that moves with its reader"
        else:
            reason = "neither text nor criteria name the day on which it ends"
        closes = format_long_date(last_day(question.closes_at))
        yield Flaw(
            "no-deadline",
            "blocking",
            "text",
            reason,
            f"Write “by {closes}”: the last day that counts.",
        )
        return
    disagreements = [
        (where, mention)
        for where, dates in _pair_with_places(text_dates, criteria_dates)
        if (mention := _find_disagreement(dates, question)) is not None
    ]
    if disagreements:
        yield _other_deadline(question, *disagreements[0])
    elif not any(mention.is_deadline for mention in (*text_dates, *criteria_dates)) and not any(
        _matches_close(s, question) for s in future_dates
    ):
        in_text = [mention for mention in future_dates if mention in text_dates]
        yield _other_deadline(
            question,
            "text" if in_text else "criteria",
            max(in_text or future_dates, key=lambda s: s.last),
        )
    yield from _check_loose_deadline(question, text_dates, criteria_dates)


def _pair_with_places(
    text_dates: tuple[DateMention, ...], criteria_dates: tuple[DateMention, ...]
) -> tuple[tuple[FlawPlace, tuple[DateMention, ...]], tuple[FlawPlace, tuple[DateMention, ...]]]:
    return ("text", text_dates), ("criteria", criteria_dates)


def _find_disagreement(dates: Iterable[DateMention], question: LintTarget) -> DateMention | None:
    """Return the latest deadline of a part whose dates all differ from the close, else None."""
    deadlines = [
        mention
        for mention in dates
        if mention.is_deadline and mention.last >= question.opens_at.date()
    ]
    if not deadlines or any(_matches_close(mention, question) for mention in dates):
        return None
    return max(deadlines, key=lambda mention: mention.last)


def _matches_close(mention: DateMention, question: LintTarget) -> bool:
    return any(
        abs(question.closes_at - _end_of_day(day)) <= _MAX_ZONE_OFFSET for day in mention.last_days
    )


def _end_of_day(day: date) -> datetime:
    """Return the first instant after a day, in UTC."""
    return (
        datetime.combine(day, time(), UTC) + timedelta(days=1)
        if day < date.max
        else datetime.max.replace(tzinfo=UTC)
    )


def _other_deadline(question: LintTarget, where: FlawPlace, mention: DateMention) -> Flaw:
    closing_day, named_day = last_day(question.closes_at), mention.last_days[0]
    # A figure may be asked about until it is published; an event after the close cannot count.
    is_early_figure = not _is_about_events(question) and named_day < closing_day
    close_advice = (
        f"close at {_end_of_day(named_day):%Y-%m-%dT%H:%MZ}: the close itself is excluded."
    )
    if named_day == closing_day:
        reason = (
            f"{where} ends on {format_long_date(named_day)}, but it closes at "
            f"{question.closes_at:%H:%M} UTC of that day"
        )
        fix = f"C{close_advice[1:]}"
    else:
        reason = (
            f"{where} ends on {format_long_date(named_day)}, but the last day before the close is "
            f"{format_long_date(closing_day)}"
        )
        fix = f"Write {format_long_date(closing_day)}, or {close_advice}"
    return Flaw("other-deadline", "advice" if is_early_figure else "blocking", where, reason, fix)


def _check_loose_deadline(
    question: LintTarget,
    text_dates: tuple[DateMention, ...],
    criteria_dates: tuple[DateMention, ...],
) -> Iterator[Flaw]:
    if any(
        mention.is_day
        and mention.is_exact
        and mention.is_deadline
        and _matches_close(mention, question)
        for mention in (*text_dates, *criteria_dates)
    ):
        return
    loose_dates = [
        mention for mention in text_dates if len(mention.last_days) > 1 or not mention.is_exact
    ]
    if loose_dates:
        words = question.text[loose_dates[0].start : loose_dates[0].end]
        reason = f"“{loose_dates[0].cue} {words}” can be read as two days".replace("“ ", "“")
        fix = f"Write “by {format_long_date(last_day(question.closes_at))}”."
        yield Flaw("loose-deadline", "advice", "text", reason, fix)


def _check_relative_dates(question: LintTarget) -> Iterator[Flaw]:
    for where, text in (("text", question.text), ("criteria", question.criteria)):
        relative_phrases = [
            m.phrase
            for m in find_relative_times(text)
            if where == "text" or not re.search(r"[0-9]", m.phrase)
        ]
        # "within 30 days of the vote" in criteria has a reference, "next year" has none
        if relative_phrases:
            phrases = ", ".join(f"“{phrase}”" for phrase in dict.fromkeys(relative_phrases))
            reason = f"{phrases} means another day to each reader"
            yield Flaw(
                "moving-date",
                "advice",
                "text" if where == "text" else "criteria",
                reason,
                "Write the date that is meant.",
            )


def _check_time_zone(question: LintTarget, dates: tuple[DateMention, ...]) -> Iterator[Flaw]:
    if _TIME_ZONE.search(question.criteria) or _TIME_ZONE.search(question.text):
        return
    is_about_events = _is_about_events(question)
    if is_about_events or any(mention.is_day for mention in dates):
        reason = "the criteria name no time zone, so an event near midnight falls on two days"
        severity: Severity = "blocking" if is_about_events else "advice"
        yield Flaw(
            "no-time-zone",
            severity,
            "criteria",
            reason,
            "Write “(UTC)” behind the last day, or name another zone.",
        )


def _check_not_over(
    question: LintTarget, dates: tuple[DateMention, ...], now: datetime
) -> Iterator[Flaw]:
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
    last_days = [day for mention in dates if mention.is_deadline for day in mention.last_days]
    if last_days and _end_of_day(max(last_days)) + _MAX_ZONE_OFFSET <= now:
        yield Flaw(
            "already-settled",
            "blocking",
            "criteria",
            f"its deadline, {format_long_date(max(last_days))}, is past",
            fix,
        )


def _is_about_events(question: LintTarget) -> bool:
    if question.kind == "binary":
        return question.horizon_shape in _EVENT_SHAPES
    return question.kind == "date"


def _names_start(question: LintTarget, criteria_dates: tuple[DateMention, ...]) -> bool:
    opens = question.opens_at.date()
    has_start = any(
        mention.cue in ("between", "from", "since", "after", "on", "–") or mention.first == opens
        for mention in criteria_dates
    )
    return has_start or bool(
        re.search(
            r"\b(?:after|from|since|at) the opening\b|\bopens\b|\bfirst day\b", question.criteria
        )
    )
