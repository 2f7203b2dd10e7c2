"""Section of related questions: contradictions first, then links, siblings and the parent."""

from collections.abc import Iterator
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
from dashboard.question.related_data import (
    LinkMember,
    list_contradictions,
    list_members,
    list_speakers,
    probabilities_of,
)
from dashboard.wording import (
    capitalise,
    clip,
    describe_contradiction,
    describe_total_probability,
    display_name,
    format_answer,
    format_forecast,
    format_link_numbers,
)
from dashboard.wording.links import LINK_ROLES
from forecasts.essays.siblings.foretelling import SiblingAnswer, describe_siblings
from tracker.model.read_models import QuestionPage
from tracker.model.scenarios import LinkGroup
from tracker.model.siblings import SiblingFamily

MAX_SIBLINGS: Final = 5
_MAX_CHARACTERS: Final = 140


def render(visit: Visit, page: QuestionPage) -> None:
    """Show what is linked to the question; nothing where nothing is, or in an as-of view."""
    if visit.looks_back:
        return
    question_id = page.summary.question.id
    groups = visit.tracker.links.groups(question_id)
    family = visit.tracker.questions.siblings(question_id)
    if not groups and family is None and not page.scenarios:
        return
    warnings = [warning for group in groups for warning in _list_warnings(visit, group)]
    show_markup(make_tag("h2", "Related questions"), *warnings)
    if warnings:
        st.page_link(visit.pages["coherence"], label="Fix it, or keep it", icon=":material/rule:")
    rows = [row for group in groups for row in _build_link_rows(visit, page, group)]
    rows += [] if family is None else _build_family_rows(visit, page, family)
    if rows:
        columns = (
            RowColumn(TITLE, "Question"),
            RowColumn("number", "Now", "end"),
            RowColumn("link", "Link"),
        )
        show_rows("related", "Related questions", columns, rows)
    numbers = [words for group in groups for words in _list_numbers(visit, group)]
    record = [] if family is None else _describe_record(page, family)
    show_markup(*(make_tag("p", words, kind="note") for words in (*numbers, *record)))
    if page.scenarios:
        st.page_link(
            visit.pages["scenarios"],
            label="View as scenarios",
            icon=":material/stacked_bar_chart:",
            query_params={"q": question_id},
        )


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
