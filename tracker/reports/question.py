"""Report on a question."""

from datetime import datetime
from math import fsum
from typing import Final

from forecasts.distributions.cdf import day_number
from forecasts.distributions.distribution import Categorical, Distribution
from forecasts.distributions.probability import sigmoid
from forecasts.evidence.evidence import side_words
from forecasts.questions.answers import answer
from forecasts.questions.forecaster import CROWD, RESERVED, SUGGESTION
from forecasts.questions.format import answer_in_words, in_full, in_short, percent, signed
from forecasts.questions.question import ForecasterId, Question, Resolution, status, utc
from forecasts.scoring.rulebook import HEADLINE
from forecasts.scoring.skill_words import in_points
from forecasts.suggestion.binary import Suggestion
from forecasts.suggestion.categorical import Leaning, OptionSuggestion
from forecasts.suggestion.why import nats, share_in_words, told, why_in_words
from tracker.reports.content import (
    Block,
    Cell,
    EvidenceMark,
    Point,
    Report,
    Rule,
    Section,
    Table,
    cell,
    clean,
    counted,
    day,
    facts,
    minute,
    row,
    table,
    words,
)
from tracker.reports.histories import as_drawn, history
from tracker.reports.question_known import Known, gather
from tracker.storage.sessions import Session

_SAMPLE_NOTE: Final = "One question (n = 1) says little about anybody."

_ACT_WORDS: Final = {
    "forecast": "forecast",
    "reaffirm": "reaffirmed",
    "withdraw": "withdrew",
    "undo": "undid",
}


def report(session: Session, question_id: str, at: datetime, me: ForecasterId) -> Report:
    """Build the report on a question as known at an instant.

    Raises `NotFound`, also if it was asked later.
    """
    data = gather(session, question_id, at, me)
    sections = (
        _build_standings(data),
        _build_history(data),
        _build_explanation(data),
        _build_evidence(data),
        _build_reasons(data),
        _build_wording(data),
        _build_scores(data),
        _build_sources(data),
    )
    present = tuple(section for section in sections if section is not None)
    return Report(
        "question",
        data.question.id,
        clean(data.question.text),
        clean(_summarise(data)),
        at,
        present,
    )


# Summary and standings


def _summarise(data: Known) -> str:
    if data.resolution is not None:
        answered = answer_in_words(data.question, data.resolution)
        return f"Answered {answered}; known on {day(data.resolution.known_at)}."
    forecasts = [
        f"{data.name(forecaster_id)} {in_short(data.question, d)}"
        for forecaster_id, d in _list_standing(data).items()
        if forecaster_id in _SUMMARISED or forecaster_id == data.me
    ]
    return ("; ".join(forecasts) or "Nobody holds a forecast") + f". {_format_close(data)}"


_SUMMARISED: Final = (CROWD, SUGGESTION)


def _format_close(data: Known) -> str:
    closes_at = data.question.closes_at
    return f"{'Closes' if data.at < closes_at else 'Closed'} on {day(closes_at)}."


def _list_standing(data: Known) -> dict[ForecasterId, Distribution]:
    """Return each forecaster's current forecast, or the last before the close."""
    _, end = data.held.window
    standing = {}
    for forecaster_id in data.held.in_order():
        spans = data.held.timelines[forecaster_id].spans(data.question.opens_at, end)
        if spans and spans[-1].end == end:
            standing[forecaster_id] = spans[-1].distribution
    return standing


def _build_standings(data: Known) -> Section:
    """Build the table of current forecasts."""
    rows = []
    for forecaster_id, distribution in _list_standing(data).items():
        acts = [act for act in data.acts if act.forecaster_id == forecaster_id]
        since = max((act.made_at for act in acts), default=None)
        last = "–" if since is None else day(since)
        rows.append(
            row(
                data.name(forecaster_id),
                _format_forecast(data.question, distribution),
                last,
                len(acts) or "–",
            )
        )
    people = {act.forecaster_id for act in data.acts if act.forecaster_id not in RESERVED}
    note = (
        f"Forecasts of {counted(len(people), 'person', 'people')}; the crowd is made of "
        "those who hold one."
    )
    blocks: tuple[Block, ...] = (
        table(("who", "forecast", "last act", "acts"), rows, wide=(1,), numbers=(3,)),
    )
    state = facts(
        ("State", status(data.question, data.resolution, data.at)),
        ("Opens", minute(data.question.opens_at)),
        ("Closes", minute(data.question.closes_at)),
        ("Answer", "" if data.resolution is None else _format_resolution(data, data.resolution)),
    )
    heading = (
        "Where it stands"
        if data.at < data.held.window[1] or data.resolution is None
        else "Where it stood last"
    )
    return Section(heading, (state, *blocks, words(note, quiet=True)))


def _format_forecast(question: Question, distribution: Distribution) -> str:
    """Format a probability as a percentage, any other forecast with all its numbers."""
    return (
        in_short(question, distribution)
        if question.kind == "binary"
        else in_full(question, distribution)
    )


def _format_resolution(data: Known, resolution: Resolution) -> Cell:
    return cell(
        f"{answer_in_words(data.question, resolution)}, known on {minute(resolution.known_at)}, "
        f"entered by {data.name(resolution.entered_by)}"
    )


# History


def _build_history(data: Known) -> Section | None:
    rules = [
        Rule(version.at, "worded anew")
        for version in data.versions[1:]
        if data.question.opens_at < version.at <= data.at
    ]
    if data.question.closes_at <= data.at:
        rules.append(Rule(data.question.closes_at, "closes"))
    if data.resolution is not None and data.resolution.known_at != data.question.closes_at:
        rules.append(Rule(data.resolution.known_at, "answer known"))
    marks = [
        EvidenceMark(evidence.first_seen_at, int(evidence.direction), int(evidence.strength))
        for evidence in (card.evidence for card in data.cards)
        if evidence.status != "rejected"
        and data.question.opens_at <= evidence.first_seen_at <= data.held.window[1]
    ]
    chart = history(data.held, marks=marks, rules=rules, answer=_build_answer_point(data))
    return None if chart is None else Section("How it was revised", (chart,))


def _build_answer_point(data: Known) -> Point | None:
    """Return the answer as a point of the chart, if it is a number, a date, or YES or NO."""
    outcome = answer(data.question, data.resolution)
    if data.resolution is None or outcome is None or data.question.options:
        return None
    if data.question.kind == "binary":
        return Point(data.resolution.known_at, 1.0 if data.resolution.outcome == "yes" else 0.0)
    value = _parse_answer(data.question, data.resolution.answer)
    return (
        None if value is None else Point(data.resolution.known_at, as_drawn(data.question, value))
    )


def _parse_answer(question: Question, text: str) -> float | None:
    """Parse the value of an answer; None for one beyond the range."""
    try:
        return day_number(utc(text)) if question.kind == "date" else float(text)
    except ValueError:
        return None


# Explanation


def _build_explanation(data: Known) -> Section | None:
    match data.suggestion:
        case Suggestion():
            blocks = (
                words(f"Why {percent(data.suggestion.p)}: {why_in_words(data.suggestion)}."),
                _build_log_odds_table(data, data.suggestion),
                _LOG_ODDS_NOTE,
            )
            return Section(f"Why the suggestion is {percent(data.suggestion.p)}", blocks)
        case OptionSuggestion():
            prior = data.question.prior
            before = (
                dict(zip(prior.options, prior.p, strict=True))
                if isinstance(prior, Categorical)
                else {}
            )
            shares = zip(
                data.suggestion.distribution.options, data.suggestion.distribution.p, strict=True
            )
            rows = [
                row(
                    name,
                    percent(before.get(name)),
                    percent(p),
                    share_in_words(data.suggestion, name),
                )
                for name, p in shares
            ]
            headings = ("option", "base rate", "suggested", "why")
            return Section(
                "What the suggestion makes of the options",
                (table(headings, rows, wide=(0, 3), numbers=(1, 2)),),
            )
        case Leaning():
            first, second = (
                ("earlier", "later") if data.question.kind == "date" else ("higher", "lower")
            )
            counts = (
                f"{counted(data.suggestion.yes, 'story', 'stories')} for {first}, "
                f"{data.suggestion.no} for {second}."
            )
            return Section(
                "Where the evidence leans",
                (words(f"{counts} There is no suggested number of this kind."),),
            )
        case _:
            return None


_LOG_ODDS_NOTE: Final = words(
    "The lines add up in log-odds; the percentages depend on their order.", quiet=True
)


def _build_log_odds_table(data: Known, suggestion: Suggestion) -> Table:
    headlines: dict[int, str] = {card.evidence.id: card.headline for card in data.cards}
    rows, log_odds = [], 0.0
    for line in told(suggestion.groups):
        log_odds += line.adds
        description = (
            line.what if line.evidence_id is None else headlines.get(line.evidence_id, line.what)
        )
        rows.append(row(line.title, description, nats(line.adds), percent(sigmoid(log_odds))))
    total = fsum(line.log_odds for line in suggestion.lines)
    rows.append(row("Sum", "all lines together", signed(total, 3), percent(suggestion.p)))
    return table(("line", "what", "log-odds", "then"), rows, wide=(1,), numbers=(2, 3))


# Evidence


def _build_evidence(data: Known) -> Section | None:
    if not data.cards:
        return Section("Evidence", (words("No evidence had been seen."),))
    rows = []
    for card in data.cards:
        e, first = card.evidence, card.items[0]
        source = (
            first.feed_title
            if len(card.items) == 1
            else f"{first.feed_title} and {len(card.items) - 1} more"
        )
        rows.append(
            row(
                day(e.first_seen_at),
                cell(card.headline, first.item.url),
                source,
                side_words(data.question.kind, e.direction, e.option),
                e.strength.name.lower(),
                card.state,
            )
        )
    rejected = sum(card.evidence.status == "rejected" for card in data.cards)
    note = (
        f"{counted(len(rows), 'piece', 'pieces')}, {rejected} of them rejected; newest "
        "first. Dates: first seen here."
    )
    note = f"{note} {data.headlines}".rstrip()
    headings = ("seen", "report", "source", "speaks", "strength", "state")
    return Section("Evidence", (table(headings, rows, wide=(1, 2)), words(note, quiet=True)))


def _build_reasons(data: Known) -> Section | None:
    acts = [a for a in data.acts if a.forecaster_id not in RESERVED]
    rows = [
        row(
            minute(a.made_at).removesuffix(" UTC"),
            data.name(a.forecaster_id),
            f"{_ACT_WORDS[a.act]} {in_short(data.question, a.distribution)}",
            a.rationale,
        )
        for a in reversed(acts)
    ]
    if not rows:
        return None
    note = f"{counted(len(rows), 'act', 'acts')} of people, newest first."
    headings = ("made", "who", "said", "why")
    return Section(
        "Forecasts and their reasons", (table(headings, rows, wide=(3,)), words(note, quiet=True))
    )


# Wording, scores, sources


def _build_wording(data: Known) -> Section:
    newest, essay = data.versions[-1], data.essay
    blocks: list[Block] = [
        facts(
            ("Question", data.question.text),
            ("Criteria", data.question.criteria),
            (
                "Base rate",
                f"{in_short(data.question, data.question.prior)}: {data.question.prior_reason}",
            ),
            ("Essay", f"{essay.title}{f' ({essay.published})' if essay.published else ''}"),
            *((f"Claim {c.id}", f"“{c.quote}”: {c.restatement}") for c in data.claims),
        )
    ]
    if newest.number > 1:
        rows = [
            row(v.number, day(v.at), data.name(v.by or "–"), v.why, v.text, v.criteria)
            for v in data.versions
        ]
        headings = ("wording", "from", "by", "why", "question", "criteria")
        blocks.append(table(headings, rows, wide=(3, 4, 5)))
    if data.question.retrospective:
        blocks.append(
            words("Written after its own window: practice, and no proof of foresight.", quiet=True)
        )
    return Section("The question", tuple(blocks))


def _build_scores(data: Known) -> Section | None:
    if data.resolution is None:
        return None
    rule = HEADLINE[data.question.kind]
    rows = [
        row(
            data.name(s.forecaster_id),
            "–" if s.mean_while_active is None else f"{s.mean_while_active:.3f}",
            in_points(s.rule, s.skill_over_schedule),
            percent(s.coverage),
        )
        for s in data.scores
        if s.rule == rule
    ]
    blocks: list[Block] = [
        facts(
            ("Answer", _format_resolution(data, data.resolution)),
            ("Source", cell(data.resolution.source_url, data.resolution.source_url)),
            ("Note", data.resolution.note),
        )
    ]
    if rows:
        note = (
            f"By the {rule} rule, lower is better; skill is the gain over knowing nothing in "
            "points, higher is better."
        )
        headings = ("who", f"mean {rule}", "skill", "time covered")
        blocks += [
            table(headings, rows, numbers=(1, 2, 3)),
            words(f"{note} {_SAMPLE_NOTE}", quiet=True),
        ]
    else:
        blocks.append(words("Nobody is scored on it.", quiet=True))
    return Section("Answer and scores", tuple(blocks))


def _build_sources(data: Known) -> Section:
    rows = [row(source, "tells the answer") for source in data.question.sources]
    if data.resolution is not None:
        rows.append(
            row(cell(data.resolution.source_url, data.resolution.source_url), "told the answer")
        )
    pieces: dict[str, int] = {}
    for card in data.cards:
        for name in {item.feed_title for item in card.items}:
            pieces[name] = pieces.get(name, 0) + 1
    ranked = sorted(pieces.items(), key=lambda pair: (-pair[1], pair[0]))
    rows += [
        row(name, f"carried {counted(n, 'piece', 'pieces')} of evidence") for name, n in ranked
    ]
    return Section("Sources", (table(("source", "what for"), rows, wide=(0,)),))
