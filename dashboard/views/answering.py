"""The last tab of a question: its answer with everyone's scores, and the form that gives it."""

from dataclasses import dataclass
from datetime import date, datetime

import streamlit as st

from dashboard.frames.answers import hindsight_frame, intervals_frame, question_scores_frame, rules_of
from dashboard.views import unchecked
from dashboard.views.parts import calm, empty, link_out, say, selected_row, table
from dashboard.views.unchecked import OPTION, VALUE
from dashboard.views.visit import Visit
from dashboard.wording import answer_of, answered, bound, capital, inert, plural
from forecasts.answers import ABOVE, BELOW, NEVER
from forecasts.cdf import date_of
from forecasts.errors import InvalidResolution
from forecasts.question import Question
from forecasts.scoring.rulebook import HEADLINE, RULES, RuleName
from forecasts.scoring.scores import Score
from tracker.summaries import QuestionPage

_C = st.column_config

_SKILL = "100 × the gain of the headline rule over knowing nothing, over the scheduled time. Higher is better."

SCORE_COLUMNS = {
    "skill": _C.NumberColumn("Skill", format="%+.1f", help=_SKILL),
    "coverage": _C.NumberColumn("Coverage", format="%g %%", help="Share of the scheduled time with a forecast."),
}
"""The numbers that every score has, each with its unit and direction; those of its rules stand between them."""


def verdict(visit: Visit, page: QuestionPage) -> None:
    """Beside the chart once no forecast can be made any more: the answer, or that it is waited for."""
    resolution = page.summary.resolution
    with st.container(border=True):
        if resolution is None:
            st.subheader("Waiting for its answer", anchor=False)
            st.caption(f"Closed {visit.age(page.summary.question.closes_at)}. Give the answer in the tab Answer.")
            if page.unchecked:
                st.caption("An answer from memory is there; it counts once somebody has checked it.")
            return
        st.subheader(inert(answered(page.summary.question, resolution)), anchor=False)
        st.caption(f"Known {visit.moment(resolution.known_at)}")
        if resolution.note:
            st.text(resolution.note)
        link_out(resolution.source_url, "Source of the answer", key="answer-source")


def render(visit: Visit, page: QuestionPage) -> None:
    """Everyone's scores and receipts, and the way to give or correct the answer."""
    resolution = page.summary.resolution
    if visit.looks_back:
        _as_known(visit, page)
        return
    if resolution is None:
        unchecked.render(visit, page)
        if page.summary.status == "open":
            st.caption("Is the answer known already? Then give it here; forecasting ends at that instant.")
        _form(visit, page)
        return
    _scores(visit, page)
    _hindsight(visit, page)
    _earlier(visit, page)
    with st.expander("Correct this answer"):
        st.caption("A later answer supersedes this one; nothing is overwritten, and everyone is scored again.")
        _form(visit, page)


def _as_known(visit: Visit, page: QuestionPage) -> None:
    """What an earlier instant knew of the answer; nothing is given or corrected then."""
    if page.summary.resolution is None:
        empty("The answer was not entered yet.", "Go back to now to see it, or to give it.")
        return
    _scores(visit, page)
    _earlier(visit, page)


def _scores(visit: Visit, page: QuestionPage) -> None:
    question = page.summary.question
    if not page.scores:
        empty("Nobody was scored.", "Annulled and ambiguous questions have no scores.")
        return
    frame = question_scores_frame(question, page.scores, page.forecasters, visit.me)
    st.caption("One question says little about anybody. Pick a row for its receipt.")
    picked = selected_row(
        table(
            frame,
            _columns(question, everything=st.session_state.get("all-rules", False)),
            "Scores",
            key="scores-table",
            on_select="rerun",
            selection_mode="single-row",
            height="content",
        )
    )
    st.toggle(
        "By every rule",
        key="all-rules",
        help="All are kept for everyone: rankings can differ between rules, so nobody picks the flattering one.",
    )
    if picked is not None:
        headline = HEADLINE[question.kind]
        who = frame["who"][picked]
        receipt(visit, question, next(s for s in page.scores if s.forecaster_id == who and s.rule == headline))


def _columns(question: Question, *, everything: bool) -> dict[str, object]:
    """The columns of a table of scores: skill, the rules of the kind with the headline rule first, coverage."""
    rules = rules_of(question.kind)
    shown = rules if everything else [r for r in rules if r.name in _FIRST]
    numbers: dict[str, object] = {
        r.name: _C.NumberColumn(
            f"{r.title} {'↓' if r.better == 'lower' else '↑'}",
            format="%+.1f" if r.is_points else "%.3f",
            help=f"{_direction(r.name)}.",
        )
        for r in shown
    }
    return {
        "forecaster": _C.TextColumn("Forecaster", width="medium"),
        "skill": SCORE_COLUMNS["skill"],
        **numbers,
        "coverage": SCORE_COLUMNS["coverage"],
    }


_FIRST: tuple[RuleName, ...] = ("brier", "ranked", "crps", "log", "quantile", "baseline", "peer")
"""The rules that a table of scores shows before all are asked for."""


def _direction(rule: RuleName) -> str:
    found = RULES[rule]
    return f"{capital(found.range)}; {found.better} is better"


def receipt(visit: Visit, question: Question, score: Score) -> None:
    """What a score is made of, so that anyone can work it out again."""
    zone, rule = visit.zone.key, RULES[score.rule]
    columns = {
        "start": _C.DatetimeColumn("From", format="D MMM YYYY", timezone=zone),
        "end": _C.DatetimeColumn("To", format="D MMM YYYY", timezone=zone),
        "days": _C.NumberColumn("Days", format="%.1f"),
        "said": _C.TextColumn("Said"),
        "weight": _C.NumberColumn("Share of schedule", format="%.1f %%"),
        "score": _C.NumberColumn(rule.title, format="%.3f", help=f"{_direction(rule.name)}."),
        "contribution": _C.NumberColumn("Adds to mean", format="%.4f"),
    }
    table(
        intervals_frame(question, score), columns, "Receipt", key=f"receipt-{score.question_id}-{score.forecaster_id}"
    )
    mean = (
        ""
        if score.mean_while_active is None
        else f" The last column adds up to the mean, {score.mean_while_active:.4f}."
    )
    st.caption(f"Each row is a forecast that stood, with its {rule.title}: {_direction(rule.name)}.{mean}")


def _hindsight(visit: Visit, page: QuestionPage) -> None:
    question = page.summary.question
    late = visit.tracker.receipts(question.id).hindsight
    if not late:
        return
    st.markdown(f"**Made when the answer was known: {plural(len(late), 'forecast')} that do not count**")
    columns = {
        "forecaster": _C.TextColumn("Forecaster"),
        "made": _C.DatetimeColumn("Made", format="D MMM YYYY, HH:mm", timezone=visit.zone.key),
        "said": _C.TextColumn("Said"),
    }
    table(hindsight_frame(question, late, page.forecasters, visit.me), columns, "Forecasts that do not count")


def _earlier(visit: Visit, page: QuestionPage) -> None:
    if len(page.resolutions) > 1:
        st.markdown("**Earlier answers**")
        for old in page.resolutions[:-1]:
            words = answer_of(page.summary.question, old)
            st.text(f"{words}, entered {visit.moment(old.entered_at)} by {old.entered_by}. {old.note}")


# The form


@dataclass(frozen=True, slots=True)
class Given:
    """What stands in the form: the answer as it would be typed, None while there is none, and what goes with it."""

    answer: str | None
    source: str
    note: str
    known: datetime | None
    event: datetime | None
    sure: bool


def outcomes(question: Question) -> dict[str, str]:
    """What can be chosen as the outcome of a question, in words."""
    scale = question.scale
    found: dict[str, str] = {}
    if question.kind == "binary":
        found = {"yes": "YES", "no": "NO"}
    elif scale is None:
        found = {OPTION: "One of the options"}
    else:
        found = {VALUE: "A date" if question.kind == "date" else "A number"}
        if scale.open_lower:
            found[BELOW] = capital(bound(question, "lower"))
        if scale.open_upper:
            found[NEVER if question.kind == "date" else ABOVE] = capital(bound(question, "upper"))
    return {**found, "annulled": "Annulled", "ambiguous": "Ambiguous"}


def _form(visit: Visit, page: QuestionPage) -> None:
    question = page.summary.question
    words = outcomes(question)
    local = visit.now.astimezone(visit.zone).replace(tzinfo=None, second=0, microsecond=0)
    zone = visit.zone.key
    # Outside the form, because what the form asks for depends on it.
    outcome = st.segmented_control(
        "Answer",
        list(words),
        format_func=lambda word: inert(words[word]),
        key=f"answer-outcome-{question.id}",
        default=next(iter(words)) if question.kind != "binary" else None,
    )
    with st.form(f"answer-{question.id}"):
        answer = _answer(question, outcome)
        source = st.text_input(
            "Source",
            placeholder="https://…",
            key=f"answer-url-{question.id}",
            help="The link where anyone can check it.",
        )
        left, right = st.columns(2)
        known = left.datetime_input(
            f"Known at ({zone})",
            local,
            key=f"answer-known-{question.id}",
            help="When anyone could know. Forecasts made later do not count.",
        )
        event = right.datetime_input(
            f"Happened at ({zone})", None, key=f"answer-event-{question.id}", help="Leave it empty if it is the same."
        )
        note = st.text_input("Note", key=f"answer-note-{question.id}", max_chars=1_000)
        sure = st.checkbox(
            "I have checked the source. Forecasting on this question ends, and everyone is scored.",
            key=f"answer-sure-{question.id}",
        )
        if st.form_submit_button("Give this answer", type="primary"):
            with calm():
                _give(visit, question, Given(answer, source or "", note or "", known, event, sure))


def _answer(question: Question, outcome: str | None) -> str | None:
    """The answer as it would be typed; None while it is not given."""
    if outcome == OPTION:
        names = [option.name for option in question.options]
        return st.selectbox(
            "Option", names, index=None, key=f"answer-option-{question.id}", placeholder="Which one was it?"
        )
    if outcome != VALUE:
        return outcome
    scale = question.scale
    assert scale is not None
    if question.kind == "date":
        first, last = date_of(scale.lower).date(), date_of(scale.upper).date()
        came = st.date_input("Date", None, first, last, key=f"answer-date-{question.id}", format="YYYY-MM-DD")
        return came.isoformat() if isinstance(came, date) else None
    unit = f"Number, {inert(scale.unit)}" if scale.unit else "Number"
    text = st.text_input(unit, key=f"answer-number-{question.id}", placeholder="41.5", autocomplete="off")
    return (text or "").strip() or None


def _give(visit: Visit, question: Question, given: Given) -> None:
    if given.answer is None:
        raise InvalidResolution(f"no answer chosen yet: {' or '.join(outcomes(question).values())}")
    if given.known is None:
        raise InvalidResolution("when was it known? give a date and time")
    if not given.sure:
        raise InvalidResolution("tick that you have checked the source, then give the answer again")
    visit.tracker.resolve(
        question.id,
        given.answer,
        source_url=given.source.strip(),
        known_at=given.known.replace(tzinfo=visit.zone),
        event_at=None if given.event is None else given.event.replace(tzinfo=visit.zone),
        note=given.note,
    )
    resolution = visit.tracker.question(question.id).summary.resolution
    say("Answered" if resolution is None else answered(question, resolution))
    st.rerun()
