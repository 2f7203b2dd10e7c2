"""Evidence cards: a report, what it says about which question, and the judgement on it."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

import streamlit as st

from dashboard.components import rows
from dashboard.components.markup import Markup, make_tag, show_markup
from dashboard.components.scripts import load_component
from dashboard.components.visit import Visit
from dashboard.components.widgets import link_to_question, link_to_site
from dashboard.inbox import judging
from dashboard.inbox.data import Questions, Story, count_reports, flag_copies, list_item_versions
from dashboard.wording.evidence import (
    describe_bearing,
    describe_certainty,
    describe_match,
    effect_line,
    evidence_side,
    explain_direction,
    format_report_counts,
)
from dashboard.wording.feeds import DATE_NOTES
from dashboard.wording.judgements import judgement_line, lift_line, model_name
from dashboard.wording.numbers import clip, percent_whole, plural
from forecasts.evidence.evidence import PERHAPS
from forecasts.questions.formatting import capitalise
from forecasts.questions.question import MATCHER, Question
from tracker.model.evidence import EvidenceCard, StoryItem

PIECE_PARAM: Final = "at"
"""Address parameter of a piece of evidence that is judged by itself."""

MAX_SUMMARY_CHARACTERS: Final = 280
MAX_ARTICLE_CHARACTERS: Final = 30_000
MAX_SOURCES: Final = 3
"""Sources that are named below the headline; the reports name all."""


def split_marked(text: str, words: Sequence[str]) -> list[tuple[str, bool]]:
    """Split a text into pieces with a flag for the given words, as whole words in any case.

    >>> split_marked("Envoy: envoys meet the envoy", ["envoy"])
    [('Envoy', True), (': envoys meet the ', False), ('envoy', True)]
    """
    patterns = sorted(filter(None, words), key=len, reverse=True)
    if not patterns:
        return [(text, False)]
    parts = re.split(
        rf"(?<!\w)({'|'.join(map(re.escape, patterns))})(?!\w)", text, flags=re.IGNORECASE
    )
    return [(piece, bool(n % 2)) for n, piece in enumerate(parts) if piece]


def show_card(visit: Visit, story: Story, questions: Questions, place: str) -> None:
    """Show a story that is evidence on one question, or on several that are judged as one.

    `place` makes keys unique on a page; in the inbox keys of the keyboard judge it.
    """
    first, question = story[0], questions[story[0].evidence.question_id]
    can_judge = not visit.looks_back and visit.may_curate
    in_inbox = place == judging.INBOX
    lines = [_summarise(story, questions, place)]
    if any(piece.may_answer for piece in story):
        words = "This may be the answer itself. If it is, resolve the question."
        lines.append(make_tag("p", words, kind="warning"))
    lines += [make_tag("p", words) for words in _list_proposals(visit, story, questions)]
    with st.container(border=True, gap="small", key=f"card-{place}"):
        _show_report(visit, first, place, lines)
        effect = st.empty()
        if can_judge and len(story) == 1:
            judging.show_choices(first.evidence, question, place)
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            if can_judge and len(story) > 1:
                judging.show_joint_verdicts(visit, [piece.evidence for piece in story], keys=True)
            elif can_judge:
                judging.show_verdicts(visit, first.evidence, place)
            link_to_site(first.carrier.item.url, "Read", key=f"{place}-read-{first.evidence.id}")
            if in_inbox and len(story) == 1:
                link_to_question(visit, question, "Question", ":material/show_chart:")
        if len(story) > 1:
            _show_questions(story, questions)
        show_markup(_explain(visit, story, questions))
    if can_judge and visit.stands_at < question.closes_at:
        with effect:  # last, as it takes longest
            show_markup(make_tag("p", _describe_effect(visit, story, questions), kind="note"))


def _summarise(story: Story, questions: Questions, place: str) -> Markup:
    """Return the sentence that says what a story is evidence for, and on which question."""
    if len(story) == 1:
        piece, question = story[0], questions[story[0].evidence.question_id]
        bearing = make_tag("b", describe_bearing(piece.evidence, question.kind))
        state = piece.state.replace("confirmed", "accepted").replace("edited", "accepted")
        remark = f", {piece.remark}" if piece.remark else ""
        about = f" on “{question.text}”{remark}" if place == judging.INBOX else f" · {state}"
        return make_tag("p", bearing, about)
    sides = [evidence_side(p.evidence, questions[p.evidence.question_id].kind) for p in story]
    counts = ", ".join(f"{side} on {sides.count(side)}" for side in dict.fromkeys(sides))
    return make_tag("p", make_tag("b", f"Evidence on {len(story)} questions"), f": {counts}")


def _list_proposals(visit: Visit, story: Story, questions: Questions) -> Iterator[str]:
    """List what is proposed of the pieces of a story, and by whom."""
    for piece in story:
        kind, option = questions[piece.evidence.question_id].kind, piece.evidence.option
        for proposal in piece.proposals:
            yield judgement_line(proposal, kind, option, visit.me)


def _describe_effect(visit: Visit, story: Story, questions: Questions) -> str:
    """Describe the effect of a judgement; of several, that on the question that it moves most."""
    for evidence in (piece.evidence for piece in story):
        call, question = judging.get_call(evidence), questions[evidence.question_id]
        if call["direction"] is not None:
            effect = visit.tracker.evidence.preview_review(evidence.id, **call)
            about = f"Most is at stake on “{question.text}”. " if len(story) > 1 else ""
            return about + effect_line(question, effect, evidence.option)
    return "Choose a direction to accept it."


def _show_questions(story: Story, questions: Questions) -> None:
    """Show on demand the questions of a story as rows, each a link to judge it by itself."""
    drawer = st.expander(
        f"Judge the {len(story)} questions one by one", type="compact", key="one-by-one",
        on_change="rerun",
    )  # fmt: skip
    if not drawer.open:
        return
    shown = []
    for piece in story:
        evidence, question = piece.evidence, questions[piece.evidence.question_id]
        address = rows.page_address("inbox", **{PIECE_PARAM: str(evidence.id)})
        bearing = describe_bearing(evidence, question.kind)
        cells: dict[str, rows.Cell] = {
            rows.TITLE: rows.LinkCell(question.text, address),
            "bearing": rows.TextCell(bearing, describe_doubt(piece)),
        }
        shown.append(rows.Row(str(evidence.id), cells))
    columns = (rows.RowColumn(rows.TITLE, "Question"), rows.RowColumn("bearing", "Says"))
    with drawer:
        rows.show_rows("story-questions", "Questions of this story", columns, shown)


def describe_doubt(piece: EvidenceCard) -> str:
    """Describe why a piece of evidence moves nothing now: `perhaps, 48% relevant`; "" if it does.

    The relevance is that by the judgements so far.
    """
    if piece.context_only:
        return "context only"
    if piece.before_opening:
        return "before the opening"
    relevance = piece.evidence.relevance if piece.corrected is None else piece.corrected
    return f"{PERHAPS}, {percent_whole(relevance)} relevant" if piece.perhaps else ""


def _show_report(visit: Visit, piece: EvidenceCard, place: str, lines: list[Markup]) -> None:
    """Show headline and summary with the matched words marked, source and age, and more lines."""
    carrier, matched = piece.carrier.item, piece.evidence.matched
    summary = clip(carrier.summary, MAX_SUMMARY_CHARACTERS)
    texts = {piece.headline: "headline"}
    if summary and summary.lower() != piece.headline.lower():
        texts[summary] = "prose"
    report = [{"look": look, "pieces": split_marked(text, matched)} for text, look in texts.items()]
    component = load_component("reader", plain="\n\n".join(texts))
    component(key=f"report-{place}-{piece.evidence.id}", data={"report": report})
    show_markup(make_tag("div", _describe_source(visit, piece), kind="note"), *lines)


def _describe_source(visit: Visit, piece: EvidenceCard) -> str:
    """Describe the sources, the number of reports, the age, and an odd date."""
    names = list(dict.fromkeys(item.feed_title for item in piece.items))
    if len(names) > MAX_SOURCES:
        names[MAX_SOURCES:] = [f"{len(names) - MAX_SOURCES:,} more"]
    seen = piece.evidence.first_seen_at
    return _join_facts(
        ", ".join(names),
        format_report_counts(*count_reports(piece.items)) if len(piece.items) > 1 else "",
        f"first seen {visit.day(seen)}, {visit.age(seen)}",
        DATE_NOTES[piece.carrier.item.date_note],
    )


def _join_facts(*facts: str) -> str:
    return " · ".join(filter(None, facts))


def _explain(visit: Visit, story: Story, questions: Questions) -> Markup:
    """Return what is behind "Why it was matched": match, judgements, reports, edits, articles."""
    reasons: list[str] = []
    for piece in story:
        question = questions[piece.evidence.question_id]
        heading = [make_tag("b", question.text)] if len(story) > 1 else []
        reasons += [*heading, *_list_reasons(visit, piece, question)]
    parts = [_make_list(reasons), *_describe_items(visit, story[0].items)]
    return make_tag("details", make_tag("summary", "Why it was matched"), *parts, kind="why")


def _make_list(lines: Sequence[str]) -> Markup:
    return make_tag("ul", *(make_tag("li", line) for line in lines))


def _list_reasons(visit: Visit, piece: EvidenceCard, question: Question) -> Iterator[str]:
    """List the reasons of a match, its certainty, and the decisions of others, newest last."""
    evidence, waits = piece.evidence, piece.evidence.status == "logged"
    yield describe_match(evidence, piece.why) or (
        "Proposed" if piece.proposals else "Added by hand"
    )
    yield f"Signpost: {piece.indicator_name}"
    yield describe_certainty(
        evidence,
        context_only=piece.context_only,
        perhaps=piece.perhaps,
        before_opening=piece.before_opening,
        corrected=piece.corrected,
    )
    if reason := explain_direction(evidence, piece.why):
        yield reason
    if waits and evidence.demoted:
        yield capitalise(evidence.demoted)
    if waits and model_name(evidence.judged_by):
        yield "Judged by the model, not yet reviewed"
    lifts = {lift.decision: lift for lift in piece.lifts}
    for n, decision in enumerate(piece.decisions):
        if decision in lifts:
            yield f"{visit.day(decision.at)} · {lift_line(lifts[decision], question.kind)}"
        elif decision.by != MATCHER:
            words = judgement_line(decision, question.kind, evidence.option, visit.me, adds=n == 0)
            yield f"{visit.day(decision.at)} · {words}"


def _describe_items(visit: Visit, items: Sequence[StoryItem]) -> Iterator[Markup]:
    """Describe the reports of a story, what their outlets edited, and their whole articles."""
    if len(items) > 1:
        yield make_tag("p", make_tag("b", "Reports"))
        yield _make_list([
            _join_facts(
                visit.moment(report.item.first_seen_at), report.feed_title,
                "copy" if is_copy else "", report.item.title,
            )
            for report, is_copy in flag_copies(items)
        ])  # fmt: skip
    edited = [item for item in items if item.revisions]
    if edited:
        count = sum(len(item.revisions) for item in edited)
        yield make_tag("p", make_tag("b", f"Edited {count}× since it was first seen"))
        yield _make_list([
            _join_facts(
                visit.moment(version.seen_at), version.change, item.feed_title, version.title,
                clip(version.summary, MAX_SUMMARY_CHARACTERS),
            )
            for item in edited for version in list_item_versions(item)
        ])  # fmt: skip
    for item in filter(lambda item: item.article, items):
        length = plural(len(item.article), "character")
        if len(item.article) > MAX_ARTICLE_CHARACTERS:
            length += f", the first {MAX_ARTICLE_CHARACTERS:,}"
        yield make_tag("p", make_tag("b", f"Whole article, {length} · {item.feed_title}"))
        yield make_tag("div", item.article[:MAX_ARTICLE_CHARACTERS], kind="article")
