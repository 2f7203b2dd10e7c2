"""The tabs of a question: why the suggestion is what it is, evidence, history, what the question says."""

import streamlit as st

from dashboard.frames.details import evidence_frame, history_frame, signposts_frame, stages, why_frame
from dashboard.views import cards
from dashboard.views.parts import WRAPPED, empty, selected_row, table
from dashboard.views.visit import Visit
from dashboard.wording import inert, log_odds, percent, plural
from forecasts.forecaster import SUGGESTION
from tracker.summaries import QuestionPage

_C = st.column_config


def why(visit: Visit, page: QuestionPage) -> None:
    """The lines of the suggestion; their log-odds add up to it."""
    suggestion = page.suggestion
    if suggestion is None:
        empty("There is no suggestion yet.", "It is worked out when the question opens.")
        return
    way = ", ".join(f"{inert(words)} {percent(p)}" for words, p in stages(suggestion))
    st.markdown(f"**Why {percent(suggestion.p)}**: {way}.")
    columns = {
        "line": _C.TextColumn("Line", width=110),
        "log_odds": _C.NumberColumn("Log-odds", format="%+.2f", width=80, help="What it adds, whatever the order."),
        "after": _C.NumberColumn("So far", format="%g %%", width=70, help="With the lines above it, in this order."),
        "what": _C.TextColumn("What", width=370),
        "weighed": _C.TextColumn("How it was weighed", width=410),
    }
    table(why_frame(suggestion, page.evidence), columns, "The lines of the suggestion", row_height=WRAPPED)
    total = log_odds(sum(line.log_odds for line in suggestion.lines))
    st.caption(
        f"The lines add up to {total} in log-odds, which is {percent(suggestion.p)}."
        " “So far” depends on the order of the lines; the log-odds do not."
    )


def evidence(visit: Visit, page: QuestionPage) -> None:
    """Everything that was logged for or against, rejected pieces included."""
    if not page.evidence:
        empty("No evidence yet.", "News that matches a signpost of this question will be listed here.")
        return
    st.caption(
        f"{plural(len(page.evidence), 'piece', 'pieces')} of evidence, the newest first. Pick a row to judge it."
    )
    columns = {
        "seen": _C.DatetimeColumn("First seen", format="D MMM YYYY", timezone=visit.zone.key),
        "headline": _C.TextColumn("Headline", width=420),
        "direction": _C.TextColumn("Speaks"),
        "strength": _C.TextColumn("Strength"),
        "status": _C.TextColumn("Status"),
        "matched": _C.TextColumn("Matched words"),
        "sources": _C.TextColumn("Sources"),
        "copies": _C.NumberColumn("Copies"),
        "sure": _C.NumberColumn("Match", format="%g %%", help="How sure the match is."),
    }
    picked = selected_row(
        table(
            evidence_frame(page.evidence),
            columns,
            "Evidence",
            key="evidence-table",
            on_select="rerun",
            selection_mode="single-row",
        )
    )
    if picked is not None:
        cards.card(visit, page.evidence[picked], place="table")


def history(visit: Visit, page: QuestionPage) -> None:
    """What everyone said, and why."""
    computed = st.toggle("With the suggestion's own revisions", key="computed", bind="query-params")
    acts = [a for a in page.acts if computed or a.forecaster_id != SUGGESTION]
    if not acts:
        empty("Nobody has forecast yet.", "Be the first: write a probability beside the chart.")
        return
    columns = {
        "made": _C.DatetimeColumn("When", format="D MMM YYYY, HH:mm", timezone=visit.zone.key),
        "who": _C.TextColumn("Who"),
        "act": _C.TextColumn("Did"),
        "p": _C.NumberColumn("Probability", format="%g %%"),
        "cites": _C.NumberColumn("Cites", help="How many pieces of evidence it rests on."),
        "why": _C.TextColumn("Why", width=460),
    }
    table(history_frame(acts, page.forecasters, visit.me), columns, "History of forecasts", row_height=WRAPPED)
    st.caption(f"Nothing is ever removed: an undo is an act of its own. Times in {visit.zone.key}.")


def about(visit: Visit, page: QuestionPage) -> None:
    """What is asked, by which criteria, where it came from, and what to watch for."""
    question = page.summary.question
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**How it is resolved**")
        st.text(_flat(question.criteria))
        st.markdown("**Sources**")
        st.text("\n".join(f"• {source}" for source in question.sources))
        st.markdown(f"**Base rate: {percent(question.prior.p)}**")
        st.text(_flat(question.prior_reason))
        st.caption(
            f"Opens {visit.day(question.opens_at)} · closes {visit.day(question.closes_at)}"
            f" · answer due {visit.day(question.resolves_at)}"
        )
    with right:
        st.markdown("**Where it comes from**")
        st.caption(inert(f"{page.essay.title} ({page.essay.published})"))
        for claim in page.claims:
            with st.container(border=True):
                st.text(f"“{claim.quote}”")
                st.text(_flat(claim.restatement))
                st.caption(f"{inert(claim.id)} · {inert(claim.modality)} · at character {claim.offset:,} of the essay")
    _signposts(visit, page)


def _signposts(visit: Visit, page: QuestionPage) -> None:
    if not page.indicators:
        return
    st.markdown("**Signposts**: what would bear on it, written down in advance")
    columns = {
        "name": _C.TextColumn("Signpost", width=300),
        "direction": _C.TextColumn("Speaks"),
        "strength": _C.TextColumn("Strength"),
        "seen": _C.NumberColumn("Seen", help="Pieces of evidence that were not rejected; 0 is silence."),
        "last": _C.DatetimeColumn("Last seen", format="D MMM YYYY", timezone=visit.zone.key),
        "examples": _C.TextColumn("Example", width=420),
    }
    table(signposts_frame(page), columns, "Signposts", row_height=WRAPPED)


def _flat(text: str) -> str:
    """Prose without the line breaks of the file it was written in; paragraphs stay."""
    return "\n\n".join(" ".join(block.split()) for block in text.strip().split("\n\n"))
