"""Lint checks of the times: deadline, opening, time zone and retention."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from forecasts.essays.dates import MONTHS, DateMention, find_dates, format_long_date
from forecasts.essays.relative_dates import find_relative_times
from forecasts.linting.flaws import (
    RULES,
    Flaw,
    FlawPlace,
    LintContext,
    LintTarget,
    Severity,
    compile_regex,
    split_rules,
)

_MAX_ZONE_OFFSET: Final = timedelta(hours=14)
_TIME_ZONE: Final = compile_regex("time_zone", re.NOFLAG)
_PUBLICATION_RULE: Final = compile_regex("publication_rule")
_MOVING_DATE: Final = compile_regex("moving_date")
_OCCASION: Final = compile_regex("occasion")
"""Events that end by themselves, so that the scheduled close is the deadline."""

_DAY_OF_YEAR: Final = re.compile(
    rf"\b(?:by|before|on|until|through|in|of|end of) (?:(?:early|late|mid|the end of|end of) )?"
    rf"(?:[0-9]{{1,2}}(?:st|nd|rd|th)? )?(?:{'|'.join(MONTHS)})\b(?!,? [12][0-9]{{3}})",
    re.IGNORECASE,
)
_RELATIVE_CLAUSE: Final = re.compile(
    r"\b(?:that|which|who) (?:was|were|had|[a-z]+ed)\b[^,;.]*\Z", re.IGNORECASE
)
_MAX_DELAY: Final = timedelta(days=31)
_EVENT_SHAPES: Final = ("event_by", "holds_until")


def find_time_flaws(question: LintTarget, context: LintContext) -> Iterator[Flaw]:
    """Yield flaws of deadline, opening, zone and retention."""
    text_dates, criteria_dates = find_dates(question.text), _criteria_dates(question.criteria)
    yield from _check_deadline(question, text_dates, criteria_dates)
    yield from _check_relative_dates(question)
    yield from _check_time_zone(question, (*text_dates, *criteria_dates))
    yield from _check_membership(question)
    yield from _check_not_over(question, context.now)
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
        yield Flaw("retention", "advice", "times", reason)


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
        mention for sentence in _list_counting_rules(criteria) for mention in find_dates(sentence)
    )


def _list_counting_rules(criteria: str) -> list[str]:
    return [rule for rule in split_rules(criteria) if not _PUBLICATION_RULE.search(rule)]


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
    if not future_dates and (match := _DAY_OF_YEAR.search(question.text)):
        reason = f"“{match[0]}” names no year"
        yield Flaw("loose-deadline", "advice", "text", reason)
        return
    if not future_dates:
        if find_relative_times(question.text):
            reason = "there is no date, only a time that moves with its reader"
        else:
            reason = "neither text nor criteria name the day on which it ends"
        severity: Severity = "advice" if _OCCASION.search(question.text) else "blocking"
        closes = format_long_date(last_day(question.closes_at))
        fix = f"Write “by {closes}”: the last day that counts."
        yield Flaw("no-deadline", severity, "text", reason, fix)
        return
    parts: tuple[tuple[FlawPlace, tuple[DateMention, ...]], ...] = (
        ("text", text_dates),
        ("criteria", criteria_dates),
    )
    disagreements = [
        (where, mention)
        for where, dates in parts
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
        abs(question.closes_at - _end_of_day(day)) <= _MAX_ZONE_OFFSET
        for day in _list_last_days(mention)
    )


def _list_last_days(mention: DateMention) -> tuple[date, ...]:
    """List the days that a deadline may mean: "until 2028" is until it begins, or ends."""
    if mention.cue in ("until", "till") and not mention.is_day:
        return (mention.first - timedelta(days=1), mention.last)
    return mention.last_days


def _end_of_day(day: date) -> datetime:
    """Return the first instant after a day, in UTC."""
    return datetime.combine(day, time(), UTC) + timedelta(days=1)


def _other_deadline(question: LintTarget, where: FlawPlace, mention: DateMention) -> Flaw:
    closing_day, named_day = last_day(question.closes_at), _list_last_days(mention)[0]
    # After the close nobody looks any more, so an event in the months to the deadline is missed.
    is_missed = (
        where == "text"
        and mention.is_deadline
        and min(_list_last_days(mention)) - closing_day > _MAX_DELAY
    )
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
    return Flaw("other-deadline", "blocking" if is_missed else "advice", where, reason, fix)


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
        mention
        for mention in text_dates
        if len(_list_last_days(mention)) > 1 or not mention.is_exact
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
        ] or [match[0] for match in _MOVING_DATE.finditer(text)]
        # "within 30 days of the vote" in criteria has a reference, "next year" has none
        if relative_phrases:
            phrases = ", ".join(f"“{phrase}”" for phrase in dict.fromkeys(relative_phrases))
            reason = f"readers may take {phrases} for different days"
            place: FlawPlace = "text" if where == "text" else "criteria"
            yield Flaw("loose-deadline", "advice", place, reason)


def _check_time_zone(question: LintTarget, dates: tuple[DateMention, ...]) -> Iterator[Flaw]:
    if _TIME_ZONE.search(question.criteria) or _TIME_ZONE.search(question.text):
        return
    if _is_about_events(question) or any(mention.is_day for mention in dates):
        reason = "the criteria name no time zone, so an event near midnight falls on two days"
        yield Flaw("no-time-zone", "advice", "criteria", reason)


def _check_not_over(question: LintTarget, now: datetime) -> Iterator[Flaw]:
    """Yield a close that is past, and each part that ends before anything can count."""
    if not question.retrospective and question.closes_at <= now:
        reason = f"it closes at {question.closes_at:%Y-%m-%d %H:%M}, which is past"
        yield Flaw("already-settled", "blocking", "times", reason)
        return
    begins = question.opens_at if question.retrospective else max(now, question.opens_at)
    parts: tuple[tuple[FlawPlace, list[str]], ...] = (
        ("text", [question.text]),
        ("criteria", _list_counting_rules(question.criteria)),
    )
    for where, sentences in parts:
        mentions = [(sentence, m) for sentence in sentences for m in find_dates(sentence)]
        deadlines = [day for s, m in mentions if _limits_event(s, m) for day in _list_last_days(m)]
        latest = max((mention.last for _, mention in mentions), default=date.min)
        if deadlines and _end_of_day(max(*deadlines, latest)) + _MAX_ZONE_OFFSET <= begins:
            place = "its text ends" if where == "text" else "its criteria end"
            over = "before it opens" if now < begins else "which is past"
            reason = f"{place} on {format_long_date(max(deadlines))}, {over}"
            yield Flaw("already-settled", "blocking", where, reason)


def _limits_event(sentence: str, mention: DateMention) -> bool:
    """Return True for a deadline of what is asked; "born before 2000" describes somebody."""
    if not mention.is_deadline or _RELATIVE_CLAUSE.search(sentence, 0, mention.start):
        return False
    return mention.is_day or mention.cue not in ("before", "prior to")


def _check_membership(question: LintTarget) -> Iterator[Flaw]:
    """Yield an accession that took place before the question opens."""
    for match in _MEMBERSHIP.finditer(question.text):
        table = "leavers" if match["leave"] else "members"
        for year, names in RULES[table].get(_BODIES.get(match["body"], match["body"]), {}).items():
            if match["name"] in names.split("|") and int(year) < question.opens_at.year:
                did = "left" if match["leave"] else "joined"
                reason = f"{match['name']} {did} {match['body']} by {year}"
                yield Flaw("already-settled", "blocking", "text", reason)


_BODIES: Final = {"European Union": "EU", "euro area": "euro", "World Trade Organization": "WTO"}
_MEMBERSHIP: Final = compile_regex("membership", re.NOFLAG)


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
