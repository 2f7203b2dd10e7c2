"""Links between questions, and the forecasts that contradict them, each with its repair."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, get_args

import streamlit as st

from dashboard.components.acting import notify
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
from dashboard.components.widgets import (
    find_unused,
    show_empty,
    show_refusals,
    show_section_title,
    show_skeleton,
    unwrap_prose,
)
from dashboard.wording.links import (
    LINK_KIND_NAMES,
    LINK_ROLES,
    LINK_RULES,
    OPTIONAL_ROLE,
    format_gain,
    summarise_repairs,
)
from dashboard.wording.numbers import clip, escape_markdown, name_forecasts, percent_exact
from forecasts.errors import InvalidQuestion
from forecasts.questions.links import LINK_ARITIES, Link, LinkId, LinkKind
from forecasts.questions.new_question import short_name
from forecasts.questions.question import CROWD, ForecasterId, QuestionId
from tracker.model.read_models import QuestionSummary
from tracker.model.scenarios import CoherenceReport, Contradiction, RepairWord

MAX_OTHERS: Final = 3
"""Contradictions of others that are shown by default."""

_DECISIONS: Final[tuple[RepairWord, ...]] = ("adopted", "declined")


def render(visit: Visit) -> None:
    """Show contradictions, then the links, then what became of earlier repairs."""
    st.subheader("Links and contradictions", anchor=False)
    with show_skeleton():
        coherence = visit.tracker.links.coherence()
    if coherence.links:
        show_contradictions(visit, coherence)
        _show_links(visit, coherence)
    else:
        show_empty(
            "No questions are linked yet.",
            "A link says how questions hang together, such as that one follows from the other. "
            "Forecasts that contradict it are then listed here, with the nearest that agree. Link "
            "questions below, or load a question set.",
        )
    _show_link_form(visit, coherence)
    if coherence.repairs:
        _show_repairs(visit, coherence)


@dataclass(frozen=True, slots=True)
class ContradictionGroups:
    """Contradictions by required action: mine, those of others, and those that may be noise."""

    mine: tuple[Contradiction, ...]
    by_others: tuple[Contradiction, ...]
    noise: tuple[Contradiction, ...]


def group_contradictions(coherence: CoherenceReport, me: ForecasterId) -> ContradictionGroups:
    """Group the contradictions beyond noise by owner, largest first, and the probable noise."""
    notable = sorted(
        (c for c in coherence.contradictions if not c.slight and not _is_twin(c, coherence)),
        key=lambda c: c.forecaster.id != me,
    )
    flagged = [c for c in notable if c.violation.flagged]
    return ContradictionGroups(
        mine=tuple(c for c in flagged if c.forecaster.id == me),
        by_others=tuple(c for c in flagged if c.forecaster.id != me),
        noise=tuple(c for c in notable if not c.violation.flagged),
    )


def _is_twin(contradiction: Contradiction, coherence: CoherenceReport) -> bool:
    """Return True for the crowd's contradiction if the crowd is one person, who has it, too."""
    return contradiction.forecaster.id == CROWD and any(
        other.forecaster.id != CROWD
        and other.violation.link.id == contradiction.violation.link.id
        and other.violation.before == contradiction.violation.before
        for other in coherence.contradictions
    )


def is_decided(contradiction: Contradiction) -> bool:
    """Return True if the latest decision applies to the current forecasts."""
    decision, violation = contradiction.decided, contradiction.violation
    return (
        decision is not None
        and decision.question_ids == violation.question_ids
        and decision.before == violation.before
    )


def show_contradictions(visit: Visit, coherence: CoherenceReport) -> None:
    """Show the contradictions with their repairs: mine, then some of others; the rest if asked."""
    groups = group_contradictions(coherence, visit.me)
    shown = (*groups.mine, *groups.by_others[:MAX_OTHERS])
    hidden = (*groups.by_others[MAX_OTHERS:], *groups.noise)
    if not shown:
        st.markdown(":material/check: No forecasts contradict each other beyond rounding.")
    for contradiction in shown:
        _show_contradiction(visit, contradiction)
    more = (
        f"Show {len(hidden)} within rounding"
        if hidden == groups.noise
        else f"Show {len(hidden)} more"
    )
    if hidden and st.toggle(more, key="all-contradictions"):
        for contradiction in hidden:
            _show_contradiction(visit, contradiction)


def _show_contradiction(visit: Visit, contradiction: Contradiction) -> None:
    """Show a contradiction and its nearest repair; for mine also the decision."""
    violation = contradiction.violation
    link, owner = violation.link, contradiction.forecaster
    is_own = owner.id == visit.me
    names = name_forecasts(owner, visit.me)
    words = f"{names} contradict each other. {violation.words}."
    slight = "" if violation.flagged else " It is small enough to be rounding."
    st.markdown(
        f":material/warning: **{escape_markdown(link.title)}** · {escape_markdown(words + slight)}"
    )
    labels = dict(zip(link.question_ids, link.labels, strict=False))
    columns = [
        RowColumn(TITLE, "Question"),
        RowColumn("before", "Now", "end"),
        RowColumn("after", "Nearest that agree", "end"),
    ]
    numbers = zip(violation.question_ids, violation.before, violation.after, strict=True)
    rows = [
        Row(
            question_id,
            {
                TITLE: LinkCell(
                    contradiction.questions[question_id].question.text,
                    page_address("question", q=question_id),
                    note=labels.get(question_id, ""),
                ),
                "before": TextCell(percent_exact(before)),
                "after": TextCell(percent_exact(after), tone="strong"),
            },
        )
        for question_id, before, after in numbers
    ]
    show_rows(f"contradiction-{link.id}-{owner.id}", link.title, columns, rows)
    if is_own:
        _show_decision(visit, contradiction)


def _show_decision(visit: Visit, contradiction: Contradiction) -> None:
    """Show how to adopt the repair or to keep the forecasts; the log score of either is kept."""
    link, decision = contradiction.violation.link, contradiction.decided
    is_kept = is_decided(contradiction)
    if decision is not None and is_kept:
        reason = f", because: {decision.why}" if decision.why else ""
        st.caption(escape_markdown(f"You kept yours on {visit.day(decision.at)}{reason}"))
    with st.container(horizontal=True):
        if st.button("Adopt the nearest", type="primary", key=f"adopt-{link.id}"):
            _decide(visit, link, "adopted", "")
        if is_kept:
            return
        with (
            st.popover("Keep yours", key=f"keeping-{link.id}"),
            st.form(f"keep-{link.id}", border=False),
        ):
            why = st.text_input(
                "Why?", key=f"keep-why-{link.id}", max_chars=500, autocomplete="off"
            )
            if st.form_submit_button("Keep yours"):
                _decide(visit, link, "declined", (why or "").strip())
    st.caption("Whatever the answers, the nearest that agree score no worse. Both will be scored.")


def _decide(visit: Visit, link: Link, decision: RepairWord, why: str) -> None:
    notes = {"adopted": "Adopted: your forecasts agree now", "declined": "Kept"}
    with show_refusals():
        visit.tracker.links.decide_repair(link.id, decision, why=why)
        notify(f"{notes[decision]}. Both versions will be scored")
        st.rerun()


def _show_links(visit: Visit, coherence: CoherenceReport) -> None:
    """Show every link with its questions below it, those of one kind together."""
    texts = {s.question.id: s.question.text for s in visit.tracker.questions.list()}
    kinds = get_args(LinkKind)
    rows = []
    for link in sorted(coherence.links, key=lambda link: (kinds.index(link.kind), link.title)):
        title = TextCell(link.title, unwrap_prose(link.why), tone="strong")
        kind = TextCell(LINK_KIND_NAMES[link.kind], tone="quiet", help=LINK_RULES[link.kind])
        rows.append(Row(link.id, {TITLE: title, "kind": kind}))
        labels = dict(zip(link.question_ids, link.labels, strict=False))
        for question_id in link.question_ids:
            address = page_address("question", q=question_id)
            cells: dict[str, Cell] = {TITLE: LinkCell(texts[question_id], address, mark="↳")}
            if label := labels.get(question_id):
                cells["label"] = TextCell(label, tone="quiet")
            rows.append(Row(f"{link.id}-{question_id}", cells))
    columns = [
        RowColumn(TITLE, "Link"),
        RowColumn("label", "Short name"),
        RowColumn("kind", "Kind"),
    ]
    show_section_title("Links")
    show_rows("links", "Links", columns, rows)


def _show_repairs(visit: Visit, coherence: CoherenceReport) -> None:
    """Show what became of repairs that were adopted or declined, the newest first."""
    show_section_title("Did fixes help?")
    sentences = []
    for word in _DECISIONS:
        scored = [r for r in coherence.repairs if r.decision.decision == word]
        sentences.append(summarise_repairs(word, [r.gain for r in scored if r.gain is not None]))
    summary = " ".join(filter(None, sentences))
    st.markdown(escape_markdown(summary or "None of their questions is answered yet."))
    names = {c.forecaster.id: c.forecaster.name for c in coherence.contradictions}
    names[visit.me] = "You"
    rows = []
    for number, repair in enumerate(coherence.repairs):
        decision = repair.decision
        pairs = zip(decision.before, decision.after, strict=True)
        owner = names.get(decision.forecaster_id, decision.forecaster_id)
        cells: dict[str, Cell] = {
            TITLE: TextCell(repair.link.title, decision.why),
            "decision": TextCell(f"{owner}: {decision.decision}", visit.day(decision.at)),
            "moved": TextCell(
                ", ".join(f"{percent_exact(p)} → {percent_exact(q)}" for p, q in pairs)
            ),
            "gain": TextCell(format_gain(repair.gain)),
        }
        rows.append(Row(f"repair-{number}", cells))
    columns = [
        RowColumn(TITLE, "Link"),
        RowColumn("decision", "Decision"),
        RowColumn("moved", "Forecasts"),
        RowColumn("gain", "Gain", "end", help="In log score, by the repair; above 0 is better"),
    ]
    show_rows("repairs", "Decisions on repairs", columns, rows)


def _show_link_form(visit: Visit, coherence: CoherenceReport) -> None:
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
    chosen = _choose_questions(kind, visit.tracker.questions.list())
    labels = _input_labels(kind)
    title = st.text_input("Title", key="link-title", max_chars=120, autocomplete="off") or ""
    why = st.text_area(
        "Why", key="link-why", height=80, max_chars=1_000, placeholder="What makes it so?"
    )
    if st.button("Link them", type="primary", key="link-them"):
        entered = Link(LinkId(""), kind, chosen, title.strip(), labels, (why or "").strip())
        with show_refusals():
            _add_link(visit, coherence, entered)


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


def _input_labels(kind: LinkKind) -> tuple[str, ...]:
    """Show the short names of the questions, all or none."""
    if kind not in ("dates", "members", "condition"):
        return ()
    entered = st.text_input(
        "Short names in the same order, with | between them (optional)", key="link-labels",
        autocomplete="off", placeholder="June 2027 | end of 2027",
    )  # fmt: skip
    return tuple(map(str.strip, entered.split("|"))) if (entered or "").strip() else ()


def _add_link(visit: Visit, coherence: CoherenceReport, entered: Link) -> None:
    """Add the link; raises `InvalidQuestion` for what is missing."""
    if not entered.title:
        raise InvalidQuestion("a link needs a title: what do the questions have in common?")
    if not entered.why:
        raise InvalidQuestion("a link needs its reason: write a sentence under Why")
    if entered.kind in LINK_ROLES and len(entered.question_ids) < len(LINK_ROLES[entered.kind]):
        raise InvalidQuestion("choose a question for every place of the link")
    if entered.labels and (
        len(entered.labels) != len(entered.question_ids) or not all(entered.labels)
    ):
        raise InvalidQuestion("give every question a short name, or none")
    used = {link.id for link in coherence.links}
    link_id = LinkId(find_unused(short_name(entered.title) or "link", used))
    visit.tracker.links.add(replace(entered, id=link_id))
    notify("Linked")
    for key in [key for key in st.session_state if str(key).startswith("link-")]:
        del st.session_state[key]
    st.rerun()


def list_linkable_questions(
    kind: LinkKind, rows: Iterable[QuestionSummary], place: int = 0
) -> dict[QuestionId, str]:
    """Map the open questions that may stand at a place of a link of this kind to their texts."""
    binary_places = LINK_ARITIES[kind].binary
    must_be_binary = binary_places is None or place < binary_places
    return {
        row.question.id: clip(row.question.text, 120)
        for row in rows
        if row.status in ("open", "upcoming")
        and (row.question.kind == "binary" or not must_be_binary)
    }
