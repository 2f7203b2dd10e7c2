"""The report on an essay: its claims with their record, and how it did."""

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

_FEW: Final = (
    "Few answers say little. The interval takes claims as independent: where they are not, "
    "it is too narrow."
)


def report(session: Session, essay_id: str, at: datetime) -> Report:
    """An essay with its record as it was known; raises `NotFound`.

    Of its text it has the quotes of claims alone: the rest is somebody else's.
    """
    page = reading.page(session, EssayId(essay_id), at, known(session, at))
    sections = (_record(page), *_by_word(page), _claims(page), _questions(page), _about(page))
    found = tuple(section for section in sections if section is not None)
    return Report("essay", page.essay.id, clean(page.essay.title), clean(_answer(page)), at, found)


def _answer(page: EssayPage) -> str:
    told = [f"{name}: {verdict.overall.words}" for name, verdict in _verdicts(page)]
    return ("; ".join(told) or "No questions yet") + "."


def _verdicts(page: EssayPage) -> Iterator[tuple[str, Verdict]]:
    """The records that have anything in them; the two never mix."""
    for name, verdict in (("Live", page.live), ("Looking back", page.retrospective)):
        if verdict.overall.claims:
            yield name, verdict


def _record(page: EssayPage) -> Section:
    share = page.coverage
    what = "sentences that look ahead" if page.text is not None else "claims"
    rows = [
        row(
            name,
            verdict.overall.claims,
            verdict.overall.words,
            _interval(verdict.overall),
            _sounded(verdict),
        )
        for name, verdict in _verdicts(page)
    ]
    headings = ("record", "claims", "how they did", "95 % interval", "how sure it sounded")
    asked = (
        f"{share.asked} of {share.forward_looking} {what} were asked, {share.rejected} set "
        "aside as untestable."
    )
    back = (
        "Looking back: asked after the window had passed, which is practice and no proof of "
        "foresight."
    )
    blocks: list[Block] = [words(asked)]
    if rows:
        blocks += [table(headings, rows, wide=(2, 4), numbers=(1,)), words(back, quiet=True)]
    return Section("Its record", tuple(blocks))


def _interval(line: VerdictLine) -> str:
    return (
        "–"
        if line.interval is None
        else f"{line.interval[0]:.0%} to {line.interval[1]:.0%} (n = {line.answered})"
    )


def _sounded(verdict: Verdict) -> str:
    return "–" if verdict.calibration is None else verdict.calibration.words


def _by_word(page: EssayPage) -> Iterator[Section]:
    for name, verdict in _verdicts(page):
        if verdict.overall.answered:
            blocks = [_lines("word", verdict.by_modality), _lines("kind of claim", verdict.by_kind)]
            yield Section(f"{name}, by word and by kind", (*blocks, words(_FEW, quiet=True)))


def _lines(of: str, lines: Sequence[VerdictLine]) -> Block:
    rows = [row(line.label, line.claims, line.words, _interval(line)) for line in lines]
    return table((of, "claims", "how they did", "95 % interval"), rows, wide=(0, 2), numbers=(1,))


def _claims(page: EssayPage) -> Section | None:
    mapped: dict[ClaimId, Mapped] = {claim: one for one in page.mapped for claim in one.claim_ids}
    rows = []
    for claim in page.claims:
        one = mapped.get(claim.id)
        state, told = ("", "") if one is None else (one.state, one.words)
        asked = [q.question.id for q in page.questions.values() if claim.id in q.question.claim_ids]
        rows.append(
            row(
                claim.id,
                f"“{claim.quote}”",
                claim.modality,
                state,
                told,
                counted(len(asked), "question"),
            )
        )
    if not rows:
        return None
    headings = ("claim", "quote", "word", "state", "how it did", "asked")
    return Section("Its claims", (table(headings, rows, wide=(1, 4)),))


def _questions(page: EssayPage) -> Section | None:
    rows = [_question(summary) for summary in page.questions.values()]
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


def _question(s: QuestionSummary) -> tuple[Cell, ...]:
    people = sum(who not in RESERVED for who in s.standings)
    if s.resolution is not None:
        said, whose = answer_in_words(s.question, s.resolution), "answered"
    else:
        standing = on_the_board(s)
        said, whose = in_short(s.question, standing.distribution), standing.forecaster.name
        whose = f"{whose} ({people})" if standing.forecaster.kind == "crowd" else whose
    return row(s.question.text, s.status, said, whose, day(s.question.closes_at), s.evidence)


def _about(page: EssayPage) -> Section:
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
