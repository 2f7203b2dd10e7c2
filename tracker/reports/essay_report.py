"""Report on an essay: its claims and their track record."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from forecasts.essays.claim_map import MappedSentence, TrackRecord, TrackRecordLine
from forecasts.questions.formatting import format_answer, format_short, format_utc_day
from forecasts.questions.question import RESERVED, ClaimId, EssayId
from tracker.essays import essay_pages
from tracker.model.essays import EssayPage
from tracker.model.read_models import QuestionSummary
from tracker.questions.queries.question_list import board_forecast
from tracker.reports.content import (
    Block,
    ReportCell,
    ReportDocument,
    ReportSection,
    clean_text,
    format_count,
    make_facts,
    make_paragraph,
    make_row,
    make_table,
)
from tracker.reports.known import load_questions_as_of
from tracker.storage.sessions import Session

_SMALL_SAMPLE_NOTE: Final = (
    "Few answers say little. The interval takes claims as independent: where they are not, "
    "it is too narrow."
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
        *_build_breakdowns(page),
        _build_claims(page),
        _build_questions(page),
        _build_details(page),
    )
    present = tuple(section for section in sections if section is not None)
    return ReportDocument(
        "essay",
        page.essay.id,
        clean_text(page.essay.title),
        clean_text(_summarise(page)),
        at,
        present,
    )


def _summarise(page: EssayPage) -> str:
    records = [f"{name}: {verdict.overall.words}" for name, verdict in _iterate_verdicts(page)]
    return ("; ".join(records) or "No questions yet") + "."


def _iterate_verdicts(page: EssayPage) -> Iterator[tuple[str, TrackRecord]]:
    """Iterate over the non-empty track records; live and retrospective ones stay separate."""
    for name, verdict in (("Live", page.live), ("Looking back", page.retrospective)):
        if verdict.overall.claims:
            yield name, verdict


def _build_record(page: EssayPage) -> ReportSection:
    share = page.coverage
    unit = "sentences that look ahead" if page.text is not None else "claims"
    rows = [
        make_row(
            name,
            verdict.overall.claims,
            verdict.overall.words,
            _format_interval(verdict.overall),
            _describe_calibration(verdict),
        )
        for name, verdict in _iterate_verdicts(page)
    ]
    headings = ("record", "claims", "how they did", "95 % interval", "how sure it sounded")
    coverage_note = (
        f"{share.asked} of {share.forward_looking} {unit} were asked, {share.rejected} set "
        "aside as untestable."
    )
    retrospective_note = (
        "Looking back: asked after the window had passed, which is practice and no proof of "
        "foresight."
    )
    blocks: list[Block] = [make_paragraph(coverage_note)]
    if rows:
        blocks += [
            make_table(headings, rows, wide=(2, 4), numbers=(1,)),
            make_paragraph(retrospective_note, quiet=True),
        ]
    return ReportSection("Its record", tuple(blocks))


def _format_interval(line: TrackRecordLine) -> str:
    return (
        "–"
        if line.interval is None
        else f"{line.interval[0]:.0%} to {line.interval[1]:.0%} (n = {line.answered})"
    )


def _describe_calibration(verdict: TrackRecord) -> str:
    return "–" if verdict.calibration is None else verdict.calibration.words


def _build_breakdowns(page: EssayPage) -> Iterator[ReportSection]:
    for name, verdict in _iterate_verdicts(page):
        if verdict.overall.answered:
            blocks = [
                _build_breakdown("word", verdict.by_modality),
                _build_breakdown("kind of claim", verdict.by_kind),
            ]
            yield ReportSection(
                f"{name}, by word and by kind",
                (*blocks, make_paragraph(_SMALL_SAMPLE_NOTE, quiet=True)),
            )


def _build_breakdown(of: str, lines: Sequence[TrackRecordLine]) -> Block:
    rows = [make_row(line.label, line.claims, line.words, _format_interval(line)) for line in lines]
    return make_table(
        (of, "claims", "how they did", "95 % interval"), rows, wide=(0, 2), numbers=(1,)
    )


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
        "suggestion's, else the base rate."
    )
    headings = ("question", "state", "number or answer", "whose", "closes", "evidence")
    return ReportSection(
        "Its questions",
        (make_table(headings, rows, wide=(0, 2), numbers=(5,)), make_paragraph(n, quiet=True)),
    )


def _build_question_row(s: QuestionSummary) -> tuple[ReportCell, ...]:
    people = sum(forecaster_id not in RESERVED for forecaster_id in s.standings)
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
