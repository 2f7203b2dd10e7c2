"""Report on an essay: its claims and their track record."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from forecasts.essays.claim_map import MappedSentence, TrackRecord
from forecasts.questions.formatting import (
    format_answer,
    format_percent,
    format_short,
    format_signed,
    format_utc_day,
)
from forecasts.questions.question import ClaimId, EssayId, is_person
from tracker.essays import essay_pages
from tracker.model.essays import EssayPage
from tracker.model.read_models import QuestionSummary
from tracker.questions.queries.question_list import board_forecast
from tracker.reports.content import (
    Block,
    ReportCell,
    ReportDocument,
    ReportSection,
    format_count,
    make_document,
    make_facts,
    make_paragraph,
    make_row,
    make_table,
)
from tracker.reports.known import load_questions_as_of
from tracker.storage.sessions import Session

_SKILL_NOTE: Final = (
    "Chance is what the base rates of the same questions give. Skill is borne out minus chance. A "
    "claim counts once, however many questions test it."
)
_PAST_NOTE: Final = (
    "Looking back: asked after the window had passed, which is practice and no proof of foresight."
)


def build_essay_report(session: Session, essay_id: str, at: datetime) -> ReportDocument:
    """Build the report on an essay as known at an instant; raises `NotFound`.

    Of its text only the quotes of claims are included: the text is somebody else's.
    """
    page = essay_pages.load_essay_page(
        session, EssayId(essay_id), at, load_questions_as_of(session, at)
    )
    sections = (
        _build_record(page),
        *_build_scores(page),
        _build_claims(page),
        _build_questions(page),
        _build_details(page),
    )
    return make_document(
        "essay",
        page.essay.id,
        at,
        title=page.essay.title,
        answer=_summarise(page),
        sections=sections,
    )


def _summarise(page: EssayPage) -> str:
    records = [f"{name}: {verdict.words}" for name, verdict in _iterate_verdicts(page)]
    return ("; ".join(records) or "No questions yet") + "."


def _iterate_verdicts(page: EssayPage) -> Iterator[tuple[str, TrackRecord]]:
    """Iterate over the non-empty track records; live and retrospective ones stay separate."""
    for name, verdict in (("Live", page.live), ("Looking back", page.retrospective)):
        if verdict.claims:
            yield name, verdict


def _build_record(page: EssayPage) -> ReportSection:
    share = page.coverage
    unit = "sentences that look ahead" if page.text is not None else "claims"
    coverage_note = (
        f"{share.asked} of {share.forward_looking} {unit} were asked, {share.rejected} set "
        "aside as untestable."
    )
    rows = [
        make_row(
            name,
            verdict.claims,
            verdict.words,
            "–" if verdict.skill is None else verdict.skill.words,
            verdict.test_words or "–",
        )
        for name, verdict in _iterate_verdicts(page)
    ]
    blocks: list[Block] = [make_paragraph(coverage_note)]
    if rows:
        headings = ("record", "claims", "how they did", "skill", "tests that say little")
        blocks += [make_table(headings, rows, wide=(2, 3, 4), numbers=(1,))]
        blocks += [
            make_paragraph(f"{name}: {verdict.chance_words}")
            for name, verdict in _iterate_verdicts(page)
            if verdict.chance_words
        ]
        blocks += [make_paragraph(note, quiet=True) for note in (_SKILL_NOTE, _PAST_NOTE)]
    return ReportSection("Its record", tuple(blocks))


def _build_scores(page: EssayPage) -> Iterator[ReportSection]:
    headings = ("claim", "quote", "borne out", "by chance", "skill")
    for name, verdict in _iterate_verdicts(page):
        rows = [
            make_row(
                score.claim.id,
                f"“{score.claim.quote}”",
                f"{round(score.tally.borne_out, 1):g} of {score.tally.answered}",
                format_percent(score.tally.expected),
                "–" if score.skill is None else format_signed(score.skill, 2),
            )
            for score in verdict.scores
        ]
        if rows:
            table = make_table(headings, rows, wide=(1,), numbers=(4,))
            yield ReportSection(f"{name}, claim by claim", (table,))


def _build_claims(page: EssayPage) -> ReportSection | None:
    mapped: dict[ClaimId, MappedSentence] = {
        claim: claim_status for claim_status in page.mapped for claim in claim_status.claim_ids
    }
    rows = []
    for claim in page.claims:
        claim_status = mapped.get(claim.id)
        state, outcome = (
            ("", "") if claim_status is None else (claim_status.state, claim_status.words)
        )
        question_ids = [
            q.question.id for q in page.questions.values() if claim.id in q.question.claim_ids
        ]
        rows.append(
            make_row(
                claim.id,
                f"“{claim.quote}”",
                claim.modality,
                state,
                outcome,
                format_count(len(question_ids), "question"),
            )
        )
    if not rows:
        return None
    headings = ("claim", "quote", "word", "state", "how it did", "asked")
    return ReportSection("Its claims", (make_table(headings, rows, wide=(1, 4)),))


def _build_questions(page: EssayPage) -> ReportSection | None:
    rows = [_build_question_row(summary) for summary in page.questions.values()]
    if not rows:
        return None
    n = (
        f"{format_count(len(rows), 'question')}. The number is the crowd's, else the "
        "estimate's, else the base rate."
    )
    headings = ("question", "state", "number or answer", "whose", "closes", "evidence")
    return ReportSection(
        "Its questions",
        (make_table(headings, rows, wide=(0, 2), numbers=(5,)), make_paragraph(n, quiet=True)),
    )


def _build_question_row(s: QuestionSummary) -> tuple[ReportCell, ...]:
    people = sum(map(is_person, s.standings))
    if s.resolution is not None:
        forecast, source = format_answer(s.question, s.resolution), "answered"
    else:
        standing = board_forecast(s)
        forecast, source = format_short(s.question, standing.distribution), standing.forecaster.name
        source = f"{source} ({people})" if standing.forecaster.kind == "crowd" else source
    return make_row(
        s.question.text,
        s.status,
        forecast,
        source,
        format_utc_day(s.question.closes_at),
        s.evidence,
    )


def _build_details(page: EssayPage) -> ReportSection:
    text = (
        "not kept here"
        if page.text is None
        else f"version {page.text.version}, from {page.text.source}"
    )
    return ReportSection(
        "The essay",
        (
            make_facts(
                ("Title", page.essay.title),
                ("Published", page.essay.published),
                ("Language", page.essay.language),
                ("Text", text),
                ("Note", page.essay.note),
            ),
        ),
    )
