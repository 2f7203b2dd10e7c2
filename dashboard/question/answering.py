"""Resolution of a question: the verdict, the post-mortem, scores with receipts, and the forms."""

from collections.abc import Sequence
from typing import Final
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard.components.markup import Markup, make_site_link, make_tag, show_markup
from dashboard.components.score_data import (
    forecaster_scores_frame,
    hindsight_frame,
    score_receipt_frame,
)
from dashboard.components.visit import Visit
from dashboard.components.widgets import (
    build_score_columns,
    describe_direction,
    format_sentence,
    get_selected_row,
    show_empty,
    show_table,
)
from dashboard.question import resolving
from dashboard.wording.numbers import NBSP, clip, format_day, name_in_sentence, plural
from dashboard.wording.questions import describe_resolution, format_answer, format_forecast
from forecasts.evidence.evidence import Indicator
from forecasts.questions.formatting import capitalise, format_signed
from forecasts.questions.links import is_past_close
from forecasts.questions.question import Question
from forecasts.scoring.rulebook import HEADLINE, RULES
from forecasts.scoring.scores import Score
from forecasts.suggestion.postmortem import MissedSignpost, PathComparison, PostMortem
from tracker.model.read_models import QuestionPage

_C = st.column_config

MAX_IMMEDIATE_EVIDENCE: Final = 100
"""Pieces of evidence up to which the post-mortem is computed without a click."""

MISSED_CAVEAT: Final = "A signal may be missing because its source isn’t read here. "
SINGLE_QUESTION_CAVEAT: Final = "One question proves little (n = 1): luck and skill look alike."


def show_postmortem(visit: Visit, page: QuestionPage) -> None:
    """Show what the answer teaches; with much evidence only on request, as that takes time."""
    title = make_tag("h2", "Post-mortem")
    if len(page.pieces) > MAX_IMMEDIATE_EVIDENCE:
        show_markup(title)
        if not st.toggle("Show the post-mortem", key=f"post-mortem-{page.summary.question.id}"):
            return
        title = make_tag("span")
    post_mortem = visit.tracker.resolutions.post_mortem(page.summary.question.id)
    if post_mortem is None:
        return
    pieces = {piece.evidence.id: piece for piece in page.pieces}
    helpful, harmful = (
        [
            (
                visit.day(piece.evidence.first_seen_at),
                f" “{clip(piece.headline, 150)}” ({piece.source})",
            )
            for push in pushes
            if (piece := pieces.get(push.evidence_id)) is not None
        ]
        for pushes in (post_mortem.helpful, post_mortem.harmful)
    )
    misses = [("", words) for words in list_misses(post_mortem, page, visit.zone)]
    show_markup(
        title,
        make_tag("p", _describe_path(visit, page, post_mortem.path)),
        *_list_under("Evidence that helped", helpful),
        *_list_under("Evidence that misled", harmful),
        *_list_under("Missed signals", misses),
        make_tag("p", f"{MISSED_CAVEAT if misses else ''}{SINGLE_QUESTION_CAVEAT}", kind="note"),
    )


def _list_under(title: str, rows: Sequence[tuple[str, str]]) -> tuple[Markup, ...]:
    """Return a titled list with a bold beginning of each row; nothing without rows."""
    if not rows:
        return ()
    items = (
        make_tag("li", *([make_tag("b", begin)] if begin else []), words) for begin, words in rows
    )
    return make_tag("h3", title), make_tag("ul", *items, kind="causes")


def _describe_path(visit: Visit, page: QuestionPage, path: PathComparison | None) -> str:
    if path is None:
        return "You had no scored forecast here."
    best, worst = name_in_sentence(page.forecasters[path.best], visit.me), path.worst
    dates = ("", "") if worst is None else (visit.day(worst.start), visit.day(worst.end))
    return path_sentences(page.summary.question, path, best, dates)


_SILENCE_MEANING: Final = {
    True: "not seeing it pointed to the outcome",
    False: "not seeing it pointed away from the outcome",
    None: "not seeing it said nothing",
}


def list_misses(postmortem: PostMortem, page: QuestionPage, zone: ZoneInfo) -> tuple[str, ...]:
    """List the signposts not seen before the answer, a sentence each."""
    return tuple(
        _describe_miss(miss, indicator, zone)
        for miss in postmortem.missed
        if (indicator := page.indicators.get(miss.indicator_id)) is not None
    )


def _describe_miss(miss: MissedSignpost, indicator: Indicator, zone: ZoneInfo) -> str:
    if miss.state != "silent":
        return f"{indicator.name}: would have pointed to the outcome, but was never seen"
    due = "" if indicator.expected is None else f" by {format_day(indicator.expected.by, zone)}"
    return f"{indicator.name}: expected{due}, not seen; {_SILENCE_MEANING[miss.right]}"


def path_sentences(
    question: Question, path: PathComparison, best: str, dates: tuple[str, str]
) -> str:
    """Compare my path with the best one.

    `The estimate would have scored best, 3.1 points of skill ahead of you. You lost most from 1 May
    to 9 June, …` `best` names it, `dates` are the ends of the worst period, all in words.
    """
    if path.worst is None:
        return "No other forecaster scored better."
    lead, lost = 100 * path.lead, 100 * path.worst.lost
    mine, other = (
        "nothing" if distribution is None else format_forecast(question, distribution)
        for distribution in (path.worst.mine, path.worst.other)
    )
    return (
        f"{capitalise(best)} would have scored best, {_format_skill_points(lead)} of skill ahead "
        f"of you. You lost most from {dates[0]} to {dates[1]}, when you held {mine} and, half-way "
        f"through, {best} {other}: {_format_skill_points(lost)}."
    )


def _format_skill_points(value: float) -> str:
    return f"less than 0.1{NBSP}points" if value < 0.05 else f"{value:.1f}{NBSP}points"


def show_verdict(visit: Visit, page: QuestionPage) -> None:
    """Show how the question was resolved, and your score, in place of the form."""
    question, resolution = page.summary.question, page.summary.resolution
    if resolution is None:
        return
    provisional = page.scores and _describe_provisional(visit, question)
    parts = [
        make_tag("h2", describe_resolution(question, resolution)),
        make_tag("p", f"Known {visit.ago(resolution.known_at)}", kind="note"),
        *(
            make_tag("p", text)
            for text in (describe_own_score(visit, page), resolution.note)
            if text
        ),
        *([make_tag("p", provisional, kind="note")] if provisional else []),
    ]
    if resolution.source_url:
        parts.append(make_site_link("Source of the answer", resolution.source_url))
    show_markup(make_tag("div", *parts, kind="verdict"))


def describe_own_score(visit: Visit, page: QuestionPage) -> str:
    """Describe the viewer's score by the headline rule: `Your Brier score: 0.04 · skill +12.3`."""
    rule = RULES[HEADLINE[page.summary.question.kind]]
    score = next(
        (s for s in page.scores if s.forecaster_id == visit.me and s.rule == rule.name), None
    )
    if score is None or score.mean_while_active is None:
        return ""
    skill = format_signed(100 * score.skill_over_schedule, 1)
    return f"Your {rule.title}: {score.mean_while_active:.3f} · skill {skill}"


def show_due(visit: Visit, page: QuestionPage) -> None:
    """Show the form of the answer of a closed question, in place of that of the forecast."""
    with st.container(border=True):
        st.markdown("**How did it turn out?**")
        if page.desk.missing:
            st.caption(format_sentence(f"Still needed: {page.desk.missing}"))
        resolving.show_unverified_answers(visit, page)
        resolving.show_answer_form(visit, page)


def show_early(visit: Visit, page: QuestionPage) -> None:
    """Show the form that resolves an open question, and the series that settles it."""
    st.caption("If the outcome is already known. Forecasting ends at that moment.")
    resolving.show_unverified_answers(visit, page)
    resolving.show_answer_form(visit, page)
    resolving.show_rule_form(visit, page.summary.question, page.desk)
    _show_earlier_answers(visit, page)


def show_correction(visit: Visit, page: QuestionPage) -> None:
    """Show the forms that correct an answer, or take it back."""
    st.caption(
        "A new resolution replaces this one and everyone is rescored. "
        "The old one stays in the history."
    )
    resolving.show_answer_form(visit, page)
    resolving.show_reopening(visit, page.summary.question)


def show_scores(visit: Visit, page: QuestionPage) -> None:
    """Show everyone's scores with receipts, late forecasts and earlier answers."""
    _show_scores(visit, page)
    if not visit.looks_back:
        _show_hindsight(visit, page)
    _show_earlier_answers(visit, page)


def _show_scores(visit: Visit, page: QuestionPage) -> None:
    question = page.summary.question
    if not page.scores:
        show_empty("Nobody was scored.", "Annulled and ambiguous questions have no scores.")
        return
    frame = forecaster_scores_frame(question, page.scores, page.forecasters, visit.me)
    st.caption(
        f"{_describe_provisional(visit, question)}One question proves little. Click a row for its "
        "score breakdown."
    )
    columns = build_score_columns(question, everything=st.session_state.get("all-rules", False))
    how = {"on_select": "rerun", "selection_mode": "single-row", "height": "content"}
    picked = get_selected_row(show_table(frame, columns, "Scores", key="scores-table", **how))
    st.toggle(
        "Show all scoring rules",
        key="all-rules",
        help="All rules are kept: rankings can differ between them.",
    )
    if picked is not None:
        key = frame["who"][picked], HEADLINE[question.kind]
        score = next(s for s in page.scores if (s.forecaster_id, s.rule) == key)
        show_receipt(visit, question, score)


def _describe_provisional(visit: Visit, question: Question) -> str:
    """State until when the scores are provisional; empty once they count."""
    if is_past_close(question, visit.now):
        return ""
    close = format_day(question.closes_at, visit.zone)
    return f"Scores are provisional until the scheduled close on {close}; then they count. "


def show_receipt(visit: Visit, question: Question, score: Score) -> None:
    """Show the components of a score, so that anyone can recompute it."""
    zone, rule = visit.zone.key, RULES[score.rule]
    columns = {
        "start": _C.DatetimeColumn("From", format="D MMM YYYY", timezone=zone),
        "end": _C.DatetimeColumn("To", format="D MMM YYYY", timezone=zone),
        "days": _C.NumberColumn("Days", format="%.1f"),
        "said": _C.TextColumn("Said"),
        "weight": _C.NumberColumn("Share of schedule", format="%.1f%%"),
        "score": _C.NumberColumn(
            rule.title, format="%.3f", help=f"{describe_direction(rule.name)}."
        ),
        "contribution": _C.NumberColumn("Adds to mean", format="%.4f"),
    }
    key = f"receipt-{score.question_id}-{score.forecaster_id}"
    show_table(score_receipt_frame(question, score), columns, "Receipt", key=key)
    total = score.mean_while_active
    mean = "" if total is None else f" The last column adds up to the mean, {total:.4f}."
    st.caption(
        f"Each row is one forecast and how long it stood, with its {rule.title}: "
        f"{describe_direction(rule.name)}.{mean}"
    )


def _show_hindsight(visit: Visit, page: QuestionPage) -> None:
    question = page.summary.question
    late = visit.tracker.resolutions.receipts(question.id).hindsight
    if not late:
        return
    st.markdown(
        f"**Made after the outcome was known: {plural(len(late), 'forecast')}, not scored**"
    )
    columns = {
        "forecaster": _C.TextColumn("Forecaster"),
        "made": _C.DatetimeColumn("Made", format="D MMM YYYY, HH:mm", timezone=visit.zone.key),
        "said": _C.TextColumn("Said"),
    }
    frame = hindsight_frame(question, late, page.forecasters, visit.me)
    show_table(frame, columns, "Forecasts not scored")


def _show_earlier_answers(visit: Visit, page: QuestionPage) -> None:
    earlier = page.resolutions if page.summary.resolution is None else page.resolutions[:-1]
    if earlier:
        st.markdown("**Earlier resolutions**")
        for answer in earlier:
            words = format_answer(page.summary.question, answer)
            st.text(
                f"{words}, entered {visit.ago(answer.entered_at)}, by {answer.entered_by}. "
                f"{answer.note}",
                help=visit.utc(answer.entered_at),
            )
