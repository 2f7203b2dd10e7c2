"""Report on an essay: its claims and their track record."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from forecasts.essays.claim_map import Mapped, Verdict, VerdictLine
from forecasts.questions.forecaster import RESERVED
from forecasts.questions.format import answer_in_words, in_short
from forecasts.questions.question import ClaimId, EssayId
from tracker.essays import reading
from tracker.model.essays import EssayPage
from tracker.model.read_models import QuestionSummary
from tracker.questions.queries.current_forecasts import on_the_board
from tracker.reports.content import (
    Block,
    Cell,
    Report,
    Section,
    clean,
    counted,
    day,
    facts,
    row,
    table,
    words,
)
from tracker.reports.known import known
from tracker.storage.sessions import Session

_SMALL_SAMPLE_NOTE: Final = (
    "Few answers say little. The interval takes claims as independent: where they are not, "
    "it is too narrow."
)


def report(session: Session, essay_id: str, at: datetime) -> Report:
    """Build the report on an essay as known at an instant; raises `NotFound`.

    Of its text only the quotes of claims are included: the text is somebody else's.
    """
    page = reading.page(session, EssayId(essay_id), at, known(session, at))
    sections = (
        _build_record(page),
        *_build_breakdowns(page),
        _build_claims(page),
        _build_questions(page),
        _build_details(page),
    )
    present = tuple(section for section in sections if section is not None)
    return Report(
        "essay", page.essay.id, clean(page.essay.title), clean(_summarise(page)), at, present
    )


def _summarise(page: EssayPage) -> str:
    records = [f"{name}: {verdict.overall.words}" for name, verdict in _iterate_verdicts(page)]
    return ("; ".join(records) or "No questions yet") + "."


def _iterate_verdicts(page: EssayPage) -> Iterator[tuple[str, Verdict]]:
    """Iterate over the non-empty track records; live and retrospective ones stay separate."""
    for name, verdict in (("Live", page.live), ("Looking back", page.retrospective)):
        if verdict.overall.claims:
            yield name, verdict


def _build_record(page: EssayPage) -> Section:
    share = page.coverage
    unit = "sentences that look ahead" if page.text is not None else "claims"
    rows = [
        row(
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
    blocks: list[Block] = [words(coverage_note)]
    if rows:
        blocks += [
            table(headings, rows, wide=(2, 4), numbers=(1,)),
            words(retrospective_note, quiet=True),
        ]
    return Section("Its record", tuple(blocks))


def _format_interval(line: VerdictLine) -> str:
    return (
        "–"
        if line.interval is None
        else f"{line.interval[0]:.0%} to {line.interval[1]:.0%} (n = {line.answered})"
    )


def _describe_calibration(verdict: Verdict) -> str:
    return "–" if verdict.calibration is None else verdict.calibration.words


def _build_breakdowns(page: EssayPage) -> Iterator[Section]:
    for name, verdict in _iterate_verdicts(page):
        if verdict.overall.answered:
            blocks = [
                _build_breakdown("word", verdict.by_modality),
                _build_breakdown("kind of claim", verdict.by_kind),
            ]
            yield Section(
                f"{name}, by word and by kind", (*blocks, words(_SMALL_SAMPLE_NOTE, quiet=True))
            )


def _build_breakdown(of: str, lines: Sequence[VerdictLine]) -> Block:
    rows = [row(line.label, line.claims, line.words, _format_interval(line)) for line in lines]
    return table((of, "claims", "how they did", "95 % interval"), rows, wide=(0, 2), numbers=(1,))


def _build_claims(page: EssayPage) -> Section | None:
    mapped: dict[ClaimId, Mapped] = {
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
            row(
                claim.id,
                f"“{claim.quote}”",
                claim.modality,
                state,
                outcome,
                counted(len(question_ids), "question"),
            )
        )
    if not rows:
        return None
    headings = ("claim", "quote", "word", "state", "how it did", "asked")
    return Section("Its claims", (table(headings, rows, wide=(1, 4)),))


def _build_questions(page: EssayPage) -> Section | None:
    rows = [_build_question_row(summary) for summary in page.questions.values()]
    if not rows:
        return None
    n = (
        f"{counted(len(rows), 'question')}. The number is the crowd's, else the "
        "suggestion's, else the base rate."
    )
    headings = ("question", "state", "number or answer", "whose", "closes", "evidence")
    return Section(
        "Its questions", (table(headings, rows, wide=(0, 2), numbers=(5,)), words(n, quiet=True))
    )


def _build_question_row(s: QuestionSummary) -> tuple[Cell, ...]:
    people = sum(forecaster_id not in RESERVED for forecaster_id in s.standings)
    if s.resolution is not None:
        forecast, source = answer_in_words(s.question, s.resolution), "answered"
    else:
        standing = on_the_board(s)
        forecast, source = in_short(s.question, standing.distribution), standing.forecaster.name
        source = f"{source} ({people})" if standing.forecaster.kind == "crowd" else source
    return row(s.question.text, s.status, forecast, source, day(s.question.closes_at), s.evidence)


def _build_details(page: EssayPage) -> Section:
    text = (
        "not kept here"
        if page.text is None
        else f"version {page.text.version}, from {page.text.source}"
    )
    return Section(
        "The essay",
        (
            facts(
                ("Title", page.essay.title),
                ("Published", page.essay.published),
                ("Language", page.essay.language),
                ("Text", text),
                ("Note", page.essay.note),
            ),
        ),
    )
