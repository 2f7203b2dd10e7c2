"""Section of related questions: contradictions first, then links, siblings and the parent."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import streamlit as st

from dashboard.components.markup import Markup, make_tag, show_markup
from dashboard.components.rows import (
    TITLE,
    Cell,
    LinkCell,
    Row,
    RowColumn,
    TextCell,
    page_address,
    show_rows,
)
from dashboard.components.visit import Visit
from dashboard.wording.links import (
    LINK_ROLES,
    describe_contradiction,
    describe_total_probability,
    format_link_numbers,
)
from dashboard.wording.numbers import clip, display_name
from dashboard.wording.questions import format_answer, format_forecast
from forecasts.distributions.distribution import Distribution, p_yes
from forecasts.essays.siblings.foretelling import SiblingAnswer, describe_siblings
from forecasts.questions.formatting import capitalise
from forecasts.questions.question import (
    CROWD,
    PRIOR,
    SUGGESTION,
    Forecaster,
    ForecasterId,
    Question,
    is_person,
)
from forecasts.scenarios.link_rules import Violation, find_violation
from tracker.model.read_models import QuestionPage, QuestionSummary
from tracker.model.scenarios import LinkGroup
from tracker.model.siblings import SiblingFamily

MAX_SIBLINGS: Final = 5
_MAX_CHARACTERS: Final = 140


@dataclass(frozen=True, slots=True)
class LinkMember:
    """A question of a link: its label and everyone's forecast, empty once it is answered."""

    summary: QuestionSummary
    label: str
    forecasts: Mapping[ForecasterId, Distribution]

    @property
    def question(self) -> Question:
        """The question itself."""
        return self.summary.question

    @property
    def answer(self) -> str:
        """Its answer in words, empty while unanswered."""
        resolution = self.summary.resolution
        return "" if resolution is None else format_answer(self.question, resolution)

    def p(self, forecaster_id: ForecasterId) -> float | None:
        """Return P(YES) of a forecaster, or of the answer; None without, and for other kinds."""
        resolution = self.summary.resolution
        if resolution is None:
            return p_yes(self.forecasts.get(forecaster_id))
        return {"yes": 1.0, "no": 0.0}.get(resolution.outcome)


def render(visit: Visit, page: QuestionPage) -> None:
    """Show what is linked to the question; nothing where nothing is, or in an as-of view."""
    if visit.looks_back:
        return
    question_id = page.summary.question.id
    groups = visit.tracker.links.groups(question_id)
    family = visit.tracker.questions.siblings(question_id)
    if not groups and family is None:
        return
    warnings = [warning for group in groups for warning in _list_warnings(visit, group)]
    show_markup(make_tag("h2", "Related questions"), *warnings)
    if warnings:
        st.page_link(visit.pages["coherence"], label="Fix or keep", icon=":material/rule:")
    rows = [row for group in groups for row in _build_link_rows(visit, page, group)]
    rows += [] if family is None else _build_family_rows(visit, page, family)
    if rows:
        columns = (
            RowColumn(TITLE, "Question"),
            RowColumn("number", "Forecast", "end"),
            RowColumn("link", "Relation"),
        )
        show_rows("related", "Related questions", columns, rows)
    numbers = [words for group in groups for words in _list_numbers(visit, group)]
    record = [] if family is None else _describe_record(page, family)
    show_markup(*(make_tag("p", words, kind="note") for words in (*numbers, *record)))


def _list_warnings(visit: Visit, group: LinkGroup) -> Iterator[Markup]:
    """Yield a warning for each forecaster whose forecasts violate a link."""
    for forecaster, violation in list_contradictions(group, visit.me):
        name = display_name(forecaster, visit.me)
        verb = "contradict yourself" if name == "You" else "contradicts itself"
        words = f"{capitalise(name)} {verb}: {describe_contradiction(violation)}"
        yield make_tag("p", f"⚠ {words}", kind="warning")


def _build_link_rows(visit: Visit, page: QuestionPage, group: LinkGroup) -> Iterator[Row]:
    """Yield a row for each other question of a link, with its label or its role."""
    link = group.link
    roles = dict(enumerate(LINK_ROLES.get(link.kind, ())))
    for place, member in enumerate(list_members(group)):
        if member.question.id == page.summary.question.id:
            continue
        label = member.label if link.labels else roles.get(place, "")
        yield Row(
            f"{link.id}-{member.question.id}",
            {
                TITLE: LinkCell(
                    clip(member.question.text, _MAX_CHARACTERS),
                    page_address("question", q=member.question.id),
                    note=label,
                ),
                "number": TextCell(_format_member(visit, group, member)),
                "link": TextCell(link.title, tone="quiet"),
            },
        )


def _format_member(visit: Visit, group: LinkGroup, member: LinkMember) -> str:
    """Format the answer of a linked question, or the first forecast on it with its name."""
    if member.answer:
        return member.answer
    for forecaster in list_speakers(group, visit.me):
        if forecaster.id in member.forecasts:
            number = format_forecast(member.question, member.forecasts[forecaster.id])
            return f"{number} ({display_name(forecaster, visit.me)})"
    return "no forecast yet"


def _list_numbers(visit: Visit, group: LinkGroup) -> Iterator[str]:
    """Yield how each forecaster's numbers on a link fit together, where a rule ties them."""
    for forecaster in list_speakers(group, visit.me):
        numbers = probabilities_of(group, forecaster.id)
        if numbers is None:
            continue
        words = (
            f"either way: {describe_total_probability(numbers)}"
            if group.link.kind == "condition"
            else format_link_numbers(group.link.kind, numbers)
        )
        if words:
            yield f"{group.link.title}. {display_name(forecaster, visit.me)}: {words}"


def _build_family_rows(visit: Visit, page: QuestionPage, family: SiblingFamily) -> Iterator[Row]:
    """Yield the parent of a sibling, or the newest siblings of a parent."""
    parent = family.parent
    if parent.id != page.summary.question.id:
        address = page_address("question", q=parent.id)
        title = LinkCell(clip(parent.text, _MAX_CHARACTERS), address)
        yield Row("parent", {TITLE: title, "link": TextCell("Long question", tone="quiet")})
        return
    for sibling in family.siblings[:MAX_SIBLINGS]:
        address = page_address("question", q=sibling.question.id)
        cells: dict[str, Cell] = {
            TITLE: LinkCell(sibling.window, address, mark="↳"),
            "number": TextCell(_describe_sibling(visit, sibling)),
            "link": TextCell("Shorter window", tone="quiet"),
        }
        yield Row(f"sibling-{sibling.question.id}", cells)


def _describe_sibling(visit: Visit, sibling: SiblingAnswer) -> str:
    question, resolution = sibling.question, sibling.resolution
    if resolution is None:
        return "open" if visit.now < question.closes_at else "awaiting resolution"
    score = "" if sibling.score is None else f" · your score {sibling.score:.2g}"
    return f"{format_answer(question, resolution)}{score}"


def _describe_record(page: QuestionPage, family: SiblingFamily) -> list[str]:
    if family.parent.id != page.summary.question.id or not family.siblings:
        return []
    older = len(family.siblings) - MAX_SIBLINGS
    return [describe_siblings(family.record), *([f"{older} older ones."] if older > 0 else [])]


def list_members(group: LinkGroup) -> tuple[LinkMember, ...]:
    """List the questions of a link in its order; texts are labels where it has none."""
    labels = group.link.labels or tuple(row.question.text for row in group.questions)
    return tuple(
        LinkMember(
            row,
            label,
            {} if row.resolution else {name: s.distribution for name, s in row.standings.items()},
        )
        for row, label in zip(group.questions, labels, strict=True)
    )


def list_speakers(group: LinkGroup, me: ForecasterId) -> tuple[Forecaster, ...]:
    """List whose forecasts are shown: mine, the crowd if others forecast, the suggestion; else the
    base rate.
    """
    forecasters = {
        name: standing.forecaster
        for row in group.questions
        for name, standing in row.standings.items()
    }
    has_company = any(is_person(name) and name != me for name in forecasters)
    unanswered = [member for member in list_members(group) if not member.answer]
    speakers = tuple(
        forecasters[name]
        for name in (me, *([CROWD] if has_company else []), SUGGESTION)
        if any(name in member.forecasts for member in unanswered)
    )
    return speakers or tuple(forecasters[name] for name in (PRIOR,) if name in forecasters)


def list_contradictions(
    group: LinkGroup, me: ForecasterId
) -> tuple[tuple[Forecaster, Violation], ...]:
    """List whose forecasts on open questions violate the link, with the nearest coherent ones."""
    questions = {row.question.id: row.question for row in group.questions}
    contradictions = []
    for forecaster in list_speakers(group, me):
        distributions = {
            member.question.id: member.forecasts[forecaster.id]
            for member in list_members(group)
            if forecaster.id in member.forecasts and member.summary.status == "open"
        }
        violation = find_violation(group.link, distributions, questions)
        if violation is not None:
            contradictions.append((forecaster, violation))
    return tuple(contradictions)


def probabilities_of(group: LinkGroup, forecaster_id: ForecasterId) -> tuple[float, ...] | None:
    """Return P(YES) of every question of the link by one forecaster; None if any is missing."""
    known = [p for member in list_members(group) if (p := member.p(forecaster_id)) is not None]
    return tuple(known) if len(known) == len(group.questions) else None
