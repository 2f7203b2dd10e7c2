"""Coherence page: contradictions with repairs, the record of earlier repairs, all links."""

from collections.abc import Mapping, Sequence
from typing import get_args

import streamlit as st

from dashboard.components.acting import notify
from dashboard.components.visit import Visit
from dashboard.components.widgets import (
    WRAPPED_ROW_HEIGHT,
    link_to_question,
    show_empty,
    show_refusals,
    show_skeleton,
    show_table,
    unwrap_prose,
)
from dashboard.scenarios import text
from dashboard.scenarios.text import RepairedForecast, list_linkable_questions
from dashboard.wording import LINK_RULES, clip, escape_markdown, name_forecasts, plural
from dashboard.wording.links import (
    LINK_KIND_NAMES,
    LINK_ROLES,
    OPTIONAL_ROLE,
    describe_repair_gain,
    format_nats,
    summarise_repairs,
)
from forecasts.errors import InvalidQuestion
from forecasts.questions.links import Link, LinkId, LinkKind
from forecasts.questions.new_question import short_name
from forecasts.questions.question import Question, QuestionId
from tracker.model.read_models import QuestionSummary
from tracker.model.scenarios import CoherenceReport, Contradiction


def show_link_form(visit: Visit, coherence: CoherenceReport) -> None:
    """Show the form, collapsed."""
    with st.expander("Link questions", key="add-link", on_change="rerun") as drawer:
        if drawer.open:
            _show_form(visit, coherence)


@st.fragment
def _show_form(visit: Visit, coherence: CoherenceReport) -> None:
    kinds: tuple[LinkKind, ...] = get_args(LinkKind)
    kind = st.selectbox(
        "How they are linked", kinds, format_func=LINK_KIND_NAMES.__getitem__, key="link-kind"
    )
    st.caption(escape_markdown(LINK_RULES[kind]))
    rows = visit.tracker.questions.list()
    chosen = _choose_questions(kind, rows)
    labels = _show_label_inputs(kind, chosen, {row.question.id: row.question.text for row in rows})
    title = st.text_input("Title", key="link-title", max_chars=120, autocomplete="off") or ""
    reason = (
        st.text_area(
            "Why", key="link-why", height=80, max_chars=1_000, placeholder="What makes it so?"
        )
        or ""
    )
    if st.button("Link them", type="primary", key="link-them"):
        with show_refusals():
            _add_link(
                visit,
                coherence,
                Link(LinkId(""), kind, chosen, title.strip(), labels, reason.strip()),
            )


def _choose_questions(kind: LinkKind, rows: Sequence[QuestionSummary]) -> tuple[QuestionId, ...]:
    """Show a field for each role of the link, or one for all where the number is open."""
    if kind not in LINK_ROLES:
        texts = list_linkable_questions(kind, rows)
        chosen = st.multiselect(
            "Questions, in order", list(texts), format_func=texts.__getitem__,
            key=f"link-all-{kind}", placeholder="Type to search",
            help="The nearest date first." if kind == "dates" else None,
        )  # fmt: skip
        return tuple(chosen)
    roles = (*LINK_ROLES[kind], OPTIONAL_ROLE) if kind == "condition" else LINK_ROLES[kind]
    selected = []
    for position, role in enumerate(roles):
        texts = list_linkable_questions(kind, rows, position)
        question_choice = st.selectbox(
            role, list(texts), index=None, format_func=texts.__getitem__,
            placeholder="Type to search", key=f"link-{kind}-{position}",
        )  # fmt: skip
        selected.append(question_choice)
    return tuple(question_id for question_id in selected if question_id is not None)


def _show_label_inputs(
    kind: LinkKind, chosen: Sequence[QuestionId], texts: dict[QuestionId, str]
) -> tuple[str, ...]:
    """Show the short names for a chart, all or none."""
    if kind not in ("dates", "members", "condition") or not chosen:
        return ()
    st.caption("Short names for a chart, such as “end of 2027”; leave all of them empty for none.")
    labels = [
        (
            st.text_input(
                escape_markdown(clip(texts[question_id], 90)),
                key=f"link-label-{question_id}",
                max_chars=40,
                autocomplete="off",
            )
            or ""
        ).strip()
        for question_id in chosen
    ]
    return tuple(labels) if any(labels) else ()


def _add_link(visit: Visit, coherence: CoherenceReport, entered: Link) -> None:
    if not entered.title:
        raise InvalidQuestion("a link needs a title: what do the questions have in common?")
    if not entered.why:
        raise InvalidQuestion("a link needs its reason: write a sentence under Why")
    if entered.kind in LINK_ROLES and len(entered.question_ids) < len(LINK_ROLES[entered.kind]):
        raise InvalidQuestion("choose a question for every place of the link")
    if entered.labels and not all(entered.labels):
        raise InvalidQuestion("give every question a short name, or none")
    link_id = LinkId(
        _make_unused_id(short_name(entered.title) or "link", {link.id for link in coherence.links})
    )
    visit.tracker.links.add(
        Link(
            link_id, entered.kind, entered.question_ids, entered.title, entered.labels, entered.why
        )
    )
    notify("Linked")
    for key in [key for key in st.session_state if str(key).startswith("link-")]:
        del st.session_state[key]
    st.rerun()


def _make_unused_id(name: str, used_ids: set[LinkId]) -> str:
    """Return the name, with a number if it is used."""
    names = (name, *(f"{name}-{n}" for n in range(2, len(used_ids) + 3)))
    return next(candidate for candidate in names if candidate not in used_ids)


_C = st.column_config
MAX_QUESTION_CHARACTERS = 130
MAX_OTHERS = 3
"""Contradictions of others that are shown by default."""


def render(visit: Visit) -> None:
    """Show contradictions, then the record of repairs, then the links."""
    st.subheader("Links and contradictions", anchor=False)
    with show_skeleton():
        coherence = visit.tracker.links.coherence()
    if not coherence.links:
        show_empty(
            "No questions are linked yet.",
            "A link says what questions have to do with each other, such as that one follows "
            "from the other. Forecasts that contradict it are then found here, with the nearest "
            "ones that do not. Links come with question sets, or from `tracker scenario add-link`.",
        )
    else:
        show_contradictions(visit, coherence)
        _show_repair_record(visit, coherence)
    _show_links(visit, coherence)


def show_contradictions(visit: Visit, coherence: CoherenceReport) -> None:
    """Show the contradictions with their repairs: mine, those of others, and probable noise."""
    sorted_contradictions = text.group_contradictions(coherence, visit.me)
    if not sorted_contradictions.mine and not sorted_contradictions.by_others:
        st.success("No forecasts contradict each other beyond rounding.", icon=":material/check:")
    for contradiction in sorted_contradictions.mine:
        _show_contradiction(visit, contradiction)
    many = len(sorted_contradictions.by_others) > MAX_OTHERS
    show_all = many and st.toggle(
        f"All {len(sorted_contradictions.by_others)} of others", key="all-others"
    )
    for contradiction in (
        sorted_contradictions.by_others
        if show_all
        else sorted_contradictions.by_others[:MAX_OTHERS]
    ):
        _show_contradiction(visit, contradiction)
    if sorted_contradictions.noise:
        count = plural(len(sorted_contradictions.noise), "slight contradiction")
        with st.expander(f"{count}, within rounding", key="noise", on_change="rerun") as drawer:
            if drawer.open:
                for contradiction in sorted_contradictions.noise:
                    _show_contradiction(visit, contradiction)


def _show_contradiction(visit: Visit, contradiction: Contradiction) -> None:
    """Show a contradiction and its nearest repair; for mine also the decision."""
    violation = contradiction.violation
    is_own = contradiction.forecaster.id == visit.me
    with st.container(border=True, gap="xsmall"):
        owner = name_forecasts(contradiction.forecaster, visit.me)
        st.markdown(
            f":material/warning: **{escape_markdown(violation.link.title)}** · "
            f"{escape_markdown(owner)} contradict each other"
        )
        st.markdown(escape_markdown(f"{violation.words}."))
        for step in text.list_repaired_forecasts(contradiction):
            _show_repair_step(visit, step)
        slight = "" if violation.flagged else " Small enough to be rounding."
        st.caption(
            escape_markdown(
                f"{format_nats(violation.nats).capitalize()}. "
                f"{describe_repair_gain(violation)}{slight}"
            )
        )
        if is_own:
            _show_decision(visit, contradiction)


def _show_repair_step(visit: Visit, step: RepairedForecast) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        link_to_question(visit, step.question, "Open", ":material/show_chart:")
        is_unchanged = step.before == step.after
        numbers = f"{step.before}, stays" if is_unchanged else f"{step.before} → {step.after}"
        label = step.label or clip(step.question.text, MAX_QUESTION_CHARACTERS)
        st.markdown(f"**{escape_markdown(numbers)}** {escape_markdown(label)}", width="content")


def _show_decision(visit: Visit, contradiction: Contradiction) -> None:
    link, decision = contradiction.violation.link, contradiction.decided
    if decision is not None and text.is_decided(contradiction):
        reason = f", because: {decision.why}" if decision.why else ""
        st.caption(escape_markdown(f"You kept yours on {visit.day(decision.at)}{reason}"))
    with st.container(horizontal=True):
        if st.button("Adopt the nearest", type="primary", key=f"adopt-{link.id}"):
            with show_refusals():
                visit.tracker.links.decide_repair(link.id, "adopted")
                notify("Adopted: your forecasts agree now. Both versions will be scored")
                st.rerun()
        if not text.is_decided(contradiction):
            with st.popover("Keep yours", key=f"keeping-{link.id}"):
                _show_keep_form(visit, link)


def _show_keep_form(visit: Visit, link: Link) -> None:
    with st.form(f"keep-{link.id}", border=False):
        reason = st.text_input("Why", key=f"keep-why-{link.id}", max_chars=500, autocomplete="off")
        st.caption("Both versions will be scored once the questions are answered.")
        if st.form_submit_button("Keep yours"):
            with show_refusals():
                visit.tracker.links.decide_repair(link.id, "declined", why=(reason or "").strip())
                notify("Kept. Both versions will be scored")
                st.rerun()


def _show_repair_record(visit: Visit, coherence: CoherenceReport) -> None:
    st.markdown("#### Did repairs help?")
    if not coherence.repairs:
        st.caption(
            "No repair was adopted or declined yet. Each is scored once all its questions are "
            "answered."
        )
        return
    sentences = [
        words
        for decision in ("adopted", "declined")
        if (words := summarise_repairs(decision, text.list_gains(coherence.repairs, decision)))
    ]
    st.markdown(
        escape_markdown(" ".join(sentences))
        or "None of their questions is answered yet, so none is scored."
    )
    columns = {
        "at": _C.DatetimeColumn("When", format="D MMM YYYY", timezone=visit.zone.key),
        "link": _C.TextColumn("Link", width=260),
        "who": _C.TextColumn("Who", width=80),
        "decision": _C.TextColumn("Decision", width=80),
        "moved": _C.TextColumn("Repair", width=190),
        "nats": _C.NumberColumn(
            "Apart", format="%.3f", help="How far the forecasts were from agreeing, in nats."
        ),
        "gain": _C.TextColumn(
            "Gain", help="Of the repair in log score, in nats, once answered. Above 0 is better."
        ),
        "why": _C.TextColumn("Why", width=260),
    }
    names = {
        contradiction.forecaster.id: contradiction.forecaster.name
        for contradiction in coherence.contradictions
    }
    frame = text.repairs_frame(coherence, {**names, visit.me: "You"})
    show_table(frame, columns, "All decisions on repairs", row_height=WRAPPED_ROW_HEIGHT)


def _show_links(visit: Visit, coherence: CoherenceReport) -> None:
    if coherence.links:
        st.markdown("#### All links")
        texts = {row.question.id: row.question for row in visit.tracker.questions.list()}
        for kind, links in text.group_links_by_kind(coherence.links):
            label = f"{LINK_KIND_NAMES[kind]} ({len(links)})"
            with st.expander(
                label, key=f"kind-{kind.replace(' ', '-')}", on_change="rerun"
            ) as drawer:
                if drawer.open:
                    st.caption(escape_markdown(LINK_RULES[kind]))
                    for link in links:
                        _show_link(visit, link, texts)
    show_link_form(visit, coherence)


def _show_link(visit: Visit, link: Link, texts: Mapping[QuestionId, Question]) -> None:
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{escape_markdown(link.title)}**")
        if link.why:
            st.caption(escape_markdown(unwrap_prose(link.why)))
        labels = dict(zip(link.question_ids, link.labels, strict=False))
        for question_id in link.question_ids:
            question = texts[question_id]
            label = (
                f"**{escape_markdown(labels[question_id])}** · " if question_id in labels else ""
            )
            with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
                link_to_question(visit, question, "Open", ":material/show_chart:")
                st.markdown(
                    f"{label}{escape_markdown(clip(question.text, MAX_QUESTION_CHARACTERS))}",
                    width="content",
                )
