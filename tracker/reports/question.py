"""The report on one question."""

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

_ONE: Final = "One question (n = 1) says little about anybody."

_ACTS: Final = {
    "forecast": "forecast",
    "reaffirm": "reaffirmed",
    "withdraw": "withdrew",
    "undo": "undid",
}


def report(session: Session, question_id: str, at: datetime, me: ForecasterId) -> Report:
    """Everything about one question as it was known; raises `NotFound`, also for one asked
    later.
    """
    k = gather(session, question_id, at, me)
    sections = (
        _stands(k),
        _history(k),
        _why(k),
        _evidence(k),
        _reasons(k),
        _asked(k),
        _scored(k),
        _sources(k),
    )
    found = tuple(section for section in sections if section is not None)
    return Report("question", k.question.id, clean(k.question.text), clean(_answer(k)), at, found)


# The answer first


def _answer(k: Known) -> str:
    if k.resolution is not None:
        said = answer_in_words(k.question, k.resolution)
        return f"Answered {said}; known on {day(k.resolution.known_at)}."
    told = [
        f"{k.name(who)} {in_short(k.question, d)}"
        for who, d in _standing(k).items()
        if who in _TOLD or who == k.me
    ]
    return ("; ".join(told) or "Nobody holds a forecast") + f". {_closes(k)}"


_TOLD: Final = (CROWD, SUGGESTION)


def _closes(k: Known) -> str:
    return (
        f"{'Closes' if k.at < k.question.closes_at else 'Closed'} on {day(k.question.closes_at)}."
    )


def _standing(k: Known) -> dict[ForecasterId, Distribution]:
    """What each forecaster holds, or held last before the close."""
    _, end = k.held.window
    found = {}
    for who in k.held.in_order():
        spans = k.held.timelines[who].spans(k.question.opens_at, end)
        if spans and spans[-1].end == end:
            found[who] = spans[-1].distribution
    return found


def _stands(k: Known) -> Section:
    """Who holds what."""
    rows = []
    for who, held in _standing(k).items():
        mine = [a for a in k.acts if a.forecaster_id == who]
        since = max((a.made_at for a in mine), default=None)
        last = "–" if since is None else day(since)
        rows.append(row(k.name(who), _in_full(k.question, held), last, len(mine) or "–"))
    people = {a.forecaster_id for a in k.acts if a.forecaster_id not in RESERVED}
    n = (
        f"Forecasts of {counted(len(people), 'person', 'people')}; the crowd is made of "
        "those who hold one."
    )
    told: tuple[Block, ...] = (
        table(("who", "forecast", "last act", "acts"), rows, wide=(1,), numbers=(3,)),
    )
    state = facts(
        ("State", status(k.question, k.resolution, k.at)),
        ("Opens", minute(k.question.opens_at)),
        ("Closes", minute(k.question.closes_at)),
        ("Answer", "" if k.resolution is None else _said(k, k.resolution)),
    )
    heading = (
        "Where it stands"
        if k.at < k.held.window[1] or k.resolution is None
        else "Where it stood last"
    )
    return Section(heading, (state, *told, words(n, quiet=True)))


def _in_full(question: Question, held: Distribution) -> str:
    """A probability as people read it, and all the numbers of any other forecast."""
    return in_short(question, held) if question.kind == "binary" else in_full(question, held)


def _said(k: Known, r: Resolution) -> Cell:
    return cell(
        f"{answer_in_words(k.question, r)}, known on {minute(r.known_at)}, entered by "
        f"{k.name(r.entered_by)}"
    )


# History


def _history(k: Known) -> Section | None:
    rules = [
        Rule(v.at, "worded anew") for v in k.versions[1:] if k.question.opens_at < v.at <= k.at
    ]
    if k.question.closes_at <= k.at:
        rules.append(Rule(k.question.closes_at, "closes"))
    if k.resolution is not None and k.resolution.known_at != k.question.closes_at:
        rules.append(Rule(k.resolution.known_at, "answer known"))
    marks = [
        EvidenceMark(e.first_seen_at, int(e.direction), int(e.strength))
        for e in (card.evidence for card in k.cards)
        if e.status != "rejected" and k.question.opens_at <= e.first_seen_at <= k.held.window[1]
    ]
    chart = history(k.held, marks=marks, rules=rules, answer=_diamond(k))
    return None if chart is None else Section("How it was revised", (chart,))


def _diamond(k: Known) -> Point | None:
    """The answer as a mark in the chart, where it is a number, a date, or YES or NO."""
    happened = answer(k.question, k.resolution)
    if k.resolution is None or happened is None or k.question.options:
        return None
    if k.question.kind == "binary":
        return Point(k.resolution.known_at, 1.0 if k.resolution.outcome == "yes" else 0.0)
    value = _number(k.question, k.resolution.answer)
    return None if value is None else Point(k.resolution.known_at, as_drawn(k.question, value))


def _number(question: Question, said: str) -> float | None:
    """The value of an answer; None for one beyond the range."""
    try:
        return day_number(utc(said)) if question.kind == "date" else float(said)
    except ValueError:
        return None


# Why


def _why(k: Known) -> Section | None:
    match k.suggestion:
        case Suggestion():
            blocks = (
                words(f"Why {percent(k.suggestion.p)}: {why_in_words(k.suggestion)}."),
                _lines(k, k.suggestion),
                _ADDS,
            )
            return Section(f"Why the suggestion is {percent(k.suggestion.p)}", blocks)
        case OptionSuggestion():
            prior = k.question.prior
            before = (
                dict(zip(prior.options, prior.p, strict=True))
                if isinstance(prior, Categorical)
                else {}
            )
            shares = zip(
                k.suggestion.distribution.options, k.suggestion.distribution.p, strict=True
            )
            rows = [
                row(name, percent(before.get(name)), percent(p), share_in_words(k.suggestion, name))
                for name, p in shares
            ]
            headings = ("option", "base rate", "suggested", "why")
            return Section(
                "What the suggestion makes of the options",
                (table(headings, rows, wide=(0, 3), numbers=(1, 2)),),
            )
        case Leaning():
            first, second = (
                ("earlier", "later") if k.question.kind == "date" else ("higher", "lower")
            )
            said = (
                f"{counted(k.suggestion.yes, 'story', 'stories')} for {first}, "
                f"{k.suggestion.no} for {second}."
            )
            return Section(
                "Where the evidence leans",
                (words(f"{said} There is no suggested number of this kind."),),
            )
        case _:
            return None


_ADDS: Final = words(
    "The lines add up in log-odds; the percentages depend on their order.", quiet=True
)


def _lines(k: Known, found: Suggestion) -> Table:
    headlines: dict[int, str] = {card.evidence.id: card.headline for card in k.cards}
    rows, z = [], 0.0
    for each in told(found.groups):
        z += each.adds
        what = each.what if each.evidence_id is None else headlines.get(each.evidence_id, each.what)
        rows.append(row(each.title, what, nats(each.adds), percent(sigmoid(z))))
    total = fsum(line.log_odds for line in found.lines)
    rows.append(row("Sum", "all lines together", signed(total, 3), percent(found.p)))
    return table(("line", "what", "log-odds", "then"), rows, wide=(1,), numbers=(2, 3))


# Evidence


def _evidence(k: Known) -> Section | None:
    if not k.cards:
        return Section("Evidence", (words("No evidence had been seen."),))
    rows = []
    for card in k.cards:
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
                side_words(k.question.kind, e.direction, e.option),
                e.strength.name.lower(),
                card.state,
            )
        )
    rejected = sum(card.evidence.status == "rejected" for card in k.cards)
    n = (
        f"{counted(len(rows), 'piece', 'pieces')}, {rejected} of them rejected; newest "
        "first. Dates: first seen here."
    )
    n = f"{n} {k.headlines}".rstrip()
    headings = ("seen", "report", "source", "speaks", "strength", "state")
    return Section("Evidence", (table(headings, rows, wide=(1, 2)), words(n, quiet=True)))


def _reasons(k: Known) -> Section | None:
    acts = [a for a in k.acts if a.forecaster_id not in RESERVED]
    rows = [
        row(
            minute(a.made_at).removesuffix(" UTC"),
            k.name(a.forecaster_id),
            f"{_ACTS[a.act]} {in_short(k.question, a.distribution)}",
            a.rationale,
        )
        for a in reversed(acts)
    ]
    if not rows:
        return None
    n = f"{counted(len(rows), 'act', 'acts')} of people, newest first."
    headings = ("made", "who", "said", "why")
    return Section(
        "Forecasts and their reasons", (table(headings, rows, wide=(3,)), words(n, quiet=True))
    )


# The question itself, its scores, its sources


def _asked(k: Known) -> Section:
    newest = k.versions[-1]
    blocks: list[Block] = [
        facts(
            ("Question", k.question.text),
            ("Criteria", k.question.criteria),
            ("Base rate", f"{in_short(k.question, k.question.prior)}: {k.question.prior_reason}"),
            ("Essay", f"{k.essay.title}{f' ({k.essay.published})' if k.essay.published else ''}"),
            *((f"Claim {c.id}", f"“{c.quote}”: {c.restatement}") for c in k.claims),
        )
    ]
    if newest.number > 1:
        rows = [
            row(v.number, day(v.at), k.name(v.by or "–"), v.why, v.text, v.criteria)
            for v in k.versions
        ]
        headings = ("wording", "from", "by", "why", "question", "criteria")
        blocks.append(table(headings, rows, wide=(3, 4, 5)))
    if k.question.retrospective:
        blocks.append(
            words("Written after its own window: practice, and no proof of foresight.", quiet=True)
        )
    return Section("The question", tuple(blocks))


def _scored(k: Known) -> Section | None:
    if k.resolution is None:
        return None
    rule = HEADLINE[k.question.kind]
    rows = [
        row(
            k.name(s.forecaster_id),
            "–" if s.mean_while_active is None else f"{s.mean_while_active:.3f}",
            in_points(s.rule, s.skill_over_schedule),
            percent(s.coverage),
        )
        for s in k.scores
        if s.rule == rule
    ]
    told: list[Block] = [
        facts(
            ("Answer", _said(k, k.resolution)),
            ("Source", cell(k.resolution.source_url, k.resolution.source_url)),
            ("Note", k.resolution.note),
        )
    ]
    if rows:
        n = (
            f"By the {rule} rule, lower is better; skill is the gain over knowing nothing in "
            "points, higher is better."
        )
        headings = ("who", f"mean {rule}", "skill", "time covered")
        told += [table(headings, rows, numbers=(1, 2, 3)), words(f"{n} {_ONE}", quiet=True)]
    else:
        told.append(words("Nobody is scored on it.", quiet=True))
    return Section("Answer and scores", tuple(told))


def _sources(k: Known) -> Section:
    rows = [row(source, "tells the answer") for source in k.question.sources]
    if k.resolution is not None:
        rows.append(row(cell(k.resolution.source_url, k.resolution.source_url), "told the answer"))
    carried: dict[str, int] = {}
    for card in k.cards:
        for name in {item.feed_title for item in card.items}:
            carried[name] = carried.get(name, 0) + 1
    ranked = sorted(carried.items(), key=lambda pair: (-pair[1], pair[0]))
    rows += [
        row(name, f"carried {counted(n, 'piece', 'pieces')} of evidence") for name, n in ranked
    ]
    return Section("Sources", (table(("source", "what for"), rows, wide=(0,)),))
