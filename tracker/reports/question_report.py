"""Report on a question."""

from datetime import datetime
from math import fsum
from typing import Final, assert_never

from forecasts.distributions.cdf import day_number
from forecasts.distributions.distribution import Categorical, Distribution
from forecasts.distributions.probability import sigmoid
from forecasts.evidence.evidence import Direction, describe_side
from forecasts.questions.answers import get_answer
from forecasts.questions.formatting import (
    capitalise,
    format_answer,
    format_full,
    format_percent,
    format_short,
    format_signed,
    format_utc_day,
    format_utc_minute,
)
from forecasts.questions.question import (
    CROWD,
    SUGGESTION,
    ForecasterId,
    Question,
    is_person,
    question_status,
    utc,
)
from forecasts.suggestion.binary import Suggestion
from forecasts.suggestion.categorical import OptionSuggestion
from forecasts.suggestion.curves import CurveSuggestion
from forecasts.suggestion.explanation import (
    compare_quantiles,
    explain_curve,
    explain_share,
    explain_suggestion,
    explanation_rows,
    format_contribution,
)
from tracker.reports.content import (
    Block,
    ChartEvent,
    EvidenceMark,
    Point,
    ReportDocument,
    ReportSection,
    ReportTable,
    format_count,
    make_cell,
    make_document,
    make_facts,
    make_paragraph,
    make_row,
    make_table,
)
from tracker.reports.known import (
    QuestionAsOf,
    build_history_chart,
    load_question_as_of,
    to_chart_value,
)
from tracker.reports.question_background import (
    build_scores,
    build_sources,
    build_wording,
    format_resolution,
)
from tracker.storage.sessions import Session

_ACT_WORDS: Final = {
    "forecast": "forecast",
    "reaffirm": "reaffirmed",
    "withdraw": "withdrew",
    "undo": "undid",
}


def build_question_report(
    session: Session, question_id: str, at: datetime, me: ForecasterId
) -> ReportDocument:
    """Build the report on a question as known at an instant.

    Raises `NotFound`, also if it was asked later.
    """
    data = load_question_as_of(session, question_id, at, me)
    sections = (
        build_standings(data),
        build_history(data),
        _build_explanation(data),
        _build_evidence(data),
        _build_reasons(data),
        build_wording(data),
        build_scores(data),
        build_sources(data),
    )
    return make_document(
        "question",
        data.question.id,
        at,
        title=data.question.text,
        answer=summarise(data),
        sections=sections,
    )


# Summary and standings


def summarise(data: QuestionAsOf) -> str:
    """Describe the answer, or where the main forecasts stand, in a sentence."""
    if data.resolution is not None:
        answered = format_answer(data.question, data.resolution)
        return f"Answered {answered}; known on {format_utc_day(data.resolution.known_at)}."
    forecasts = [
        f"{data.forecaster_name(forecaster_id)} {format_short(data.question, d)}"
        for forecaster_id, d in _list_standing(data).items()
        if forecaster_id in _SUMMARISED or forecaster_id == data.me
    ]
    return ("; ".join(forecasts) or "Nobody holds a forecast") + f". {_format_close(data)}"


_SUMMARISED: Final = (CROWD, SUGGESTION)


def _format_close(data: QuestionAsOf) -> str:
    closes_at = data.question.closes_at
    return f"{'Closes' if data.at < closes_at else 'Closed'} on {format_utc_day(closes_at)}."


def _list_standing(data: QuestionAsOf) -> dict[ForecasterId, Distribution]:
    """Return each forecaster's current forecast, or the last before the close."""
    _, end = data.history.window
    standing = {}
    for forecaster_id in data.history.list_forecasters():
        spans = data.history.timelines[forecaster_id].spans(data.question.opens_at, end)
        if spans and spans[-1].end == end:
            standing[forecaster_id] = spans[-1].distribution
    return standing


def build_standings(data: QuestionAsOf) -> ReportSection:
    """Build the section on the state and all current forecasts."""
    rows = []
    for forecaster_id, distribution in _list_standing(data).items():
        acts = [act for act in data.acts if act.forecaster_id == forecaster_id]
        since = max((act.made_at for act in acts), default=None)
        last = "–" if since is None else format_utc_day(since)
        rows.append(
            make_row(
                data.forecaster_name(forecaster_id),
                _format_forecast(data.question, distribution),
                last,
                len(acts) or "–",
            )
        )
    people = {act.forecaster_id for act in data.acts if is_person(act.forecaster_id)}
    note = (
        f"Forecasts of {format_count(len(people), 'person', 'people')}; the crowd is made of "
        "those who hold one."
    )
    blocks: tuple[Block, ...] = (
        make_table(("who", "forecast", "last act", "acts"), rows, wide=(1,), numbers=(3,)),
    )
    state = make_facts(
        ("State", question_status(data.question, data.resolution, data.at)),
        ("Opens", format_utc_minute(data.question.opens_at)),
        ("Closes", format_utc_minute(data.question.closes_at)),
        ("Answer", "" if data.resolution is None else format_resolution(data, data.resolution)),
    )
    heading = (
        "Where it stands"
        if data.at < data.history.window[1] or data.resolution is None
        else "Where it stood last"
    )
    return ReportSection(heading, (state, *blocks, make_paragraph(note, quiet=True)))


def _format_forecast(question: Question, distribution: Distribution) -> str:
    """Format a probability as a percentage, any other forecast with all its numbers."""
    return (
        format_short(question, distribution)
        if question.kind == "binary"
        else format_full(question, distribution)
    )


# History


def build_history(data: QuestionAsOf) -> ReportSection | None:
    """Build the section with the chart; None if there is no forecast yet."""
    rules = [
        ChartEvent(version.at, "reworded")
        for version in data.versions[1:]
        if data.question.opens_at < version.at <= data.at
    ]
    if data.question.closes_at <= data.at:
        rules.append(ChartEvent(data.question.closes_at, "closes"))
    if data.resolution is not None and data.resolution.known_at != data.question.closes_at:
        rules.append(ChartEvent(data.resolution.known_at, "answer known"))
    marks = [
        EvidenceMark(evidence.first_seen_at, int(evidence.direction), int(evidence.strength))
        for evidence in (card.evidence for card in data.cards)
        if evidence.status != "rejected"
        and data.question.opens_at <= evidence.first_seen_at <= data.history.window[1]
    ]
    chart = build_history_chart(
        data.history, marks=marks, rules=rules, answer=_build_answer_point(data)
    )
    return None if chart is None else ReportSection("How it was revised", (chart,))


def _build_answer_point(data: QuestionAsOf) -> Point | None:
    """Return the answer as a point of the chart, if it is a number, a date, or YES or NO."""
    outcome = get_answer(data.question, data.resolution)
    if data.resolution is None or outcome is None or data.question.options:
        return None
    if data.question.kind == "binary":
        return Point(data.resolution.known_at, 1.0 if data.resolution.outcome == "yes" else 0.0)
    value = _parse_answer(data.question, data.resolution.answer)
    return (
        None
        if value is None
        else Point(data.resolution.known_at, to_chart_value(data.question, value))
    )


def _parse_answer(question: Question, text: str) -> float | None:
    """Parse the value of an answer; None for one beyond the range."""
    try:
        return day_number(utc(text)) if question.kind == "date" else float(text)
    except ValueError:
        return None


# Explanation


def _build_explanation(data: QuestionAsOf) -> ReportSection | None:
    match data.suggestion:
        case Suggestion():
            blocks = (
                make_paragraph(
                    f"Why {format_percent(data.suggestion.p)}: "
                    f"{explain_suggestion(data.suggestion)}."
                ),
                _build_log_odds_table(data, data.suggestion, format_percent(data.suggestion.p)),
                _LOG_ODDS_NOTE,
            )
            return ReportSection(f"Why the estimate is {format_percent(data.suggestion.p)}", blocks)
        case OptionSuggestion():
            return _explain_options(data, data.suggestion)
        case CurveSuggestion():
            return _explain_curve(data, data.suggestion)
        case _:
            assert_never(data.suggestion)


def _explain_options(data: QuestionAsOf, suggestion: OptionSuggestion) -> ReportSection:
    prior = data.question.prior
    before = (
        dict(zip(prior.options, prior.p, strict=True)) if isinstance(prior, Categorical) else {}
    )
    shares = zip(suggestion.distribution.options, suggestion.distribution.p, strict=True)
    rows = [
        make_row(
            name,
            format_percent(before.get(name)),
            format_percent(p),
            explain_share(suggestion, name),
        )
        for name, p in shares
    ]
    headings = ("option", "base rate", "estimate", "why")
    return ReportSection(
        "What the estimate makes of the options",
        (make_table(headings, rows, wide=(0, 3), numbers=(1, 2)),),
    )


def _explain_curve(data: QuestionAsOf, suggestion: CurveSuggestion) -> ReportSection:
    question = data.question
    rows = [
        make_row(row.level, row.prior, row.suggested)
        for row in compare_quantiles(question, suggestion)
    ]
    side = describe_side(question.kind, Direction.YES)
    note = f"The lines add up in log-odds of “{side} than the median of the base rate”."
    return ReportSection(
        f"Why the estimate is {format_short(question, suggestion.distribution)}",
        (
            make_paragraph(f"{capitalise(explain_curve(question, suggestion))}."),
            make_table(("chance", "base rate", "estimate"), rows, numbers=(1, 2)),
            _build_log_odds_table(data, suggestion, format_percent(sigmoid(suggestion.log_odds))),
            make_paragraph(note, quiet=True),
        ),
    )


_LOG_ODDS_NOTE: Final = make_paragraph(
    "The lines add up in log-odds; the percentages depend on their order.", quiet=True
)


def _build_log_odds_table(
    data: QuestionAsOf, suggestion: Suggestion | CurveSuggestion, total_percent: str
) -> ReportTable:
    headlines = {card.evidence.id: card.headline for card in data.cards}
    rows, log_odds = [], 0.0
    for line in explanation_rows(suggestion.groups):
        log_odds += line.nats
        headline = line.find_headline(headlines)
        description = f"{line.text}. {headline}" if headline else line.text
        rows.append(
            make_row(
                line.title,
                description,
                format_contribution(line.nats),
                format_percent(sigmoid(log_odds)),
            )
        )
    total = fsum(line.log_odds for line in suggestion.lines)
    rows.append(make_row("Sum", "all lines together", format_signed(total, 3), total_percent))
    return make_table(("line", "what", "log-odds", "then"), rows, wide=(1,), numbers=(2, 3))


# Evidence


def _build_evidence(data: QuestionAsOf) -> ReportSection | None:
    if not data.cards:
        return ReportSection("Evidence", (make_paragraph("No evidence had been seen."),))
    rows = []
    for card in data.cards:
        e, first, carrier = card.evidence, card.items[0], card.carrier
        source = (
            first.feed_title
            if len(card.items) == 1
            else f"{first.feed_title} and {len(card.items) - 1} more"
        )
        rows.append(
            make_row(
                format_utc_day(e.first_seen_at),
                make_cell(card.headline, carrier.item.url),
                source,
                describe_side(data.question.kind, e.direction, e.option),
                e.strength.name.lower(),
                card.state,
            )
        )
    rejected = sum(card.evidence.status == "rejected" for card in data.cards)
    note = (
        f"{format_count(len(rows), 'piece', 'pieces')}, {rejected} of them rejected; newest "
        "first. Dates: first seen here."
    )
    note = f"{note} {data.headlines}".rstrip()
    headings = ("seen", "report", "source", "speaks", "strength", "state")
    return ReportSection(
        "Evidence", (make_table(headings, rows, wide=(1, 2)), make_paragraph(note, quiet=True))
    )


def _build_reasons(data: QuestionAsOf) -> ReportSection | None:
    acts = [a for a in data.acts if is_person(a.forecaster_id)]
    rows = [
        make_row(
            format_utc_minute(a.made_at).removesuffix(" UTC"),
            data.forecaster_name(a.forecaster_id),
            f"{_ACT_WORDS[a.act]} {format_short(data.question, a.distribution)}",
            a.rationale,
        )
        for a in reversed(acts)
    ]
    if not rows:
        return None
    note = f"{format_count(len(rows), 'act', 'acts')} of people, newest first."
    headings = ("made", "who", "said", "why")
    return ReportSection(
        "Forecasts and their reasons",
        (make_table(headings, rows, wide=(3,)), make_paragraph(note, quiet=True)),
    )
