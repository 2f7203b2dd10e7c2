"""Signposts of a question: what was seen of them, those expected by a date, and their silence."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final

import pandas as pd
import streamlit as st

from dashboard.components.acting import notify
from dashboard.components.frames import build_frame
from dashboard.components.markup import make_tag, show_markup
from dashboard.components.visit import Visit
from dashboard.components.widgets import WRAPPED_ROW_HEIGHT, ask_line, show_refusals, show_table
from dashboard.wording.evidence import (
    describe_signpost_ratio,
    describe_signpost_state,
    describe_silence,
    side_label,
    strength_name,
)
from dashboard.wording.numbers import clip, escape_markdown
from forecasts.evidence.evidence import Direction, Expectation, Indicator, IndicatorId, Strength
from forecasts.evidence.likelihood_ratios import ICD_203
from forecasts.evidence.matcher_record import NO_REVIEWS
from forecasts.evidence.signposts import Signpost, list_signposts
from forecasts.questions.question import Question
from tracker.model.evidence import MatcherRecord
from tracker.model.read_models import QuestionPage
from tracker.questions.add_indicator import make_indicator_id, parse_terms


def render(visit: Visit, page: QuestionPage) -> None:
    """Show the signposts, those expected by a date, and the form that adds one."""
    _show_signposts(visit, page)
    _show_expected(visit, page)
    if not visit.looks_back:
        _show_add_indicator(visit, page)


def _show_expected(visit: Visit, page: QuestionPage) -> None:
    """Show the expected signposts of a question, the next date first."""
    expected = _list_signposts(visit, page)
    if not expected:
        return
    st.markdown(
        "**Expected by a date**: what should be reported by then, and what it means if it isn’t"
    )
    for signpost in expected:
        with st.container(border=True, gap="xxsmall"):
            st.markdown(escape_markdown(signpost.indicator.name))
            st.caption(
                f"**{escape_markdown(describe_signpost_state(signpost, (visit.now, visit.zone)))}**"
            )
            ratio = describe_signpost_ratio(page.summary.question, signpost, visit.zone)
            st.caption(escape_markdown(ratio))


def _show_signposts(visit: Visit, page: QuestionPage) -> None:
    """Show all signposts of a question with what was seen of them."""
    record = visit.tracker.learning.matcher_record()
    st.caption(
        "Signposts say in advance what would bear on the question. "
        f"{record.describe_question(page.summary.question.id)}"
    )
    if not page.indicators:
        return
    is_scale = page.summary.question.scale is not None
    columns = {
        "name": _C.TextColumn("Signpost", width=300),
        "direction": _C.TextColumn("Points" if is_scale else "Speaks"),
        "strength": _C.TextColumn("Strength"),
        "seen": _C.NumberColumn("Seen", help="Pieces of evidence not rejected; 0 means none seen."),
        "kept": _C.TextColumn(
            "Kept", width=150, help="Of its pieces that a person judged. Shown from three on."
        ),
        "last": _C.DatetimeColumn("Last seen", format="D MMM YYYY", timezone=visit.zone.key),
        "expected": _C.DatetimeColumn(
            "Expected by",
            format="D MMM YYYY",
            timezone=visit.zone.key,
            help="After this date, no report counts as evidence too.",
        ),
        "examples": _C.TextColumn("For example", width=380),
        "opposites": _C.TextColumn("The opposite", width=380),
    }
    if all(i.expected is None for i in page.indicators.values()):
        del columns["expected"]
    frame = signposts_frame(page, record)
    if not any(frame["kept"]):
        del columns["kept"]
    show_table(frame, columns, "Signposts", row_height=WRAPPED_ROW_HEIGHT)


def show_silences(visit: Visit, page: QuestionPage) -> None:
    """Show the dates that passed unseen, as evidence, the newest first."""
    silent = [signpost for signpost in _list_signposts(visit, page) if signpost.state == "silent"]
    if not silent:
        return
    question = page.summary.question
    logged = {mark.indicator_id: mark.at for mark in page.marks if mark.state == "silent"}
    for signpost in sorted(silent, key=lambda post: post.expected.by, reverse=True):
        noted = logged.get(signpost.indicator.id)
        words = describe_silence(question, signpost, noted, visit.zone)
        show_markup(make_tag("p", f"⌀ {words}"))


def _list_signposts(visit: Visit, page: QuestionPage) -> tuple[Signpost, ...]:
    indicators = [i for i in page.indicators.values() if i.expected is not None]
    if not indicators:
        return ()
    until = visit.now
    if page.summary.resolution is not None:
        until = min(until, page.summary.resolution.known_at)
    return list_signposts(
        page.summary.question, indicators, [piece.evidence for piece in page.pieces], until
    )


_C = st.column_config

_STRENGTHS: Final = tuple(s for s in Strength if s is not Strength.NONE)
_NAME_LENGTH: Final = 160
_OPTION_DIRECTIONS: Final = {
    Direction.YES: "▲ for the option",
    Direction.NO: "▼ against the option",
}


def _show_add_indicator(visit: Visit, page: QuestionPage) -> None:
    """Show the form, collapsed, while news can move the question."""
    question = page.summary.question
    if page.summary.status not in ("open", "upcoming"):
        return
    drawer = st.expander(
        "Add a signpost", icon=":material/add:", key="add-signpost", on_change="rerun"
    )
    if not drawer.open:
        return
    with drawer, st.container(width=760), st.form(f"signpost-{question.id}", border=False):
        indicator = _show_fields(visit, question)
        if st.form_submit_button("Add signpost"):
            with show_refusals(page.summary.question):
                visit.tracker.questions.add_indicator(indicator)
                notify("Signpost added")
                st.rerun()


def _show_fields(visit: Visit, question: Question) -> Indicator:
    """Show the fields and return the indicator, complete or not."""
    key = f"signpost-{{}}-{question.id}".format
    name = ask_line(
        "Signpost", key("name"), max_chars=_NAME_LENGTH, placeholder="What would be reported"
    )
    direction, option = _choose_side(visit, question)
    strength_value = st.selectbox(
        "Strength", _STRENGTHS, index=2, format_func=strength_name, key=key("strength")
    )
    terms = _show_lines(
        question, "terms",
        "Words to look for (optional): each line needs one in a report, separated by |",
        placeholder="Arland* | Arlburg\ninvit* | summit",
    )  # fmt: skip
    examples = _show_lines(question, "examples", "Headlines that would say so, one per line")
    opposites = _show_lines(
        question, "opposites", "Headlines that would contradict it, one per line"
    )
    indicator_name = " ".join(name.split())
    return Indicator(
        id=make_indicator_id(question.id, indicator_name),
        question_id=question.id,
        name=indicator_name,
        direction=direction,
        strength=strength_value,
        terms=parse_terms(terms),
        examples=examples,
        opposites=opposites,
        expected=_show_expectation(question),
        option=option,
    )


def _choose_side(visit: Visit, question: Question) -> tuple[Direction, str]:
    """Show the choice of direction, and of the option for a question with options."""
    direction = st.selectbox(
        "Direction",
        (Direction.YES, Direction.NO),
        format_func=lambda value: (
            _OPTION_DIRECTIONS[value] if question.options else side_label(question.kind, value)
        ),
        key=f"signpost-side-{question.id}",
    )
    if not question.options:
        return direction, ""
    return direction, st.selectbox(
        "Which option", question.offered_options(visit.now), key=f"signpost-option-{question.id}"
    )


def _show_expectation(question: Question) -> Expectation | None:
    """Show the inputs of the expected date; None while no day is chosen."""
    st.caption("Expected by a date? Then no report by that date counts as evidence too.")
    words, key = list(ICD_203), f"signpost-{{}}-{question.id}".format
    by, if_yes, if_no = st.columns(3)
    day = by.date_input("By the end of (UTC)", None, format="YYYY-MM-DD", key=key("by"))
    yes, no = (
        column.selectbox(label, words, index=words.index(usual), key=key(name))
        for column, label, usual, name in (
            (if_yes, "If YES", "likely", "yes"),
            (if_no, "If NO", "unlikely", "no"),
        )
    )
    if not isinstance(day, date):
        return None
    return Expectation(datetime.combine(day + timedelta(days=1), time(), UTC), yes, no)


def _show_lines(
    question: Question, name: str, label: str, *, placeholder: str = ""
) -> tuple[str, ...]:
    entered = (
        st.text_area(
            label, height=80, key=f"signpost-{name}-{question.id}", placeholder=placeholder
        )
        or ""
    )
    return tuple(line.strip() for line in entered.splitlines() if line.strip())


MAX_PHRASING_CHARS: Final = 130
"""Maximum number of characters of phrasings in a cell, which is two or three lines."""


def signposts_frame(page: QuestionPage, record: MatcherRecord) -> pd.DataFrame:
    """The indicators of a question and their sightings. Columns:

    name, direction, strength, seen (pieces of evidence not rejected), kept (of those judged, and if
    it is demoted; empty below three), last (empty while silent),
    expected (date after which silence counts; empty if there is none), examples and opposites (the
    first phrasings for its direction, and against it).
    """
    seen_at: dict[str, list[datetime]] = {}
    for piece in page.pieces:
        e = piece.evidence
        if e.status != "rejected":
            seen_at.setdefault(e.indicator_id, []).append(e.first_seen_at)
    kind = page.summary.question.kind
    rows = [
        (
            i.name,
            side_label(kind, i.direction, i.option),
            strength_name(i.strength),
            len(seen_at.get(i.id, [])),
            _describe_kept(record, i.id),
            max(seen_at[i.id]) if i.id in seen_at else None,
            i.expected.by if i.expected else None,
            clip(" · ".join(i.examples), MAX_PHRASING_CHARS),
            clip(" · ".join(i.opposites), MAX_PHRASING_CHARS),
        )
        for i in page.indicators.values()
    ]
    return build_frame(
        "name direction strength seen:int kept last:time expected:time examples opposites",
        sorted(rows, key=lambda row: -row[3]),
    )


def _describe_kept(record: MatcherRecord, indicator_id: IndicatorId) -> str:
    words = str(record.indicators.get(indicator_id, NO_REVIEWS))
    return f"{words}: usually rejected" if indicator_id in record.demoted else words
