"""Draft and open a question from a sentence of an essay."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import count, takewhile
from types import MappingProxyType
from typing import Final

from forecasts.errors import InvalidQuestion
from forecasts.essays.dates import format_long_date
from forecasts.essays.draft import (
    MAX_BEFORE,
    ClaimDraft,
    ClaimSource,
    propose_drafts,
)
from forecasts.essays.extract import Sentence
from forecasts.essays.extraction.cleaning import HEADING
from forecasts.evidence.evidence import Indicator
from forecasts.questions.links import Link, LinkId
from forecasts.questions.new_question import NewQuestion
from forecasts.questions.question import Claim, EssayId, HorizonShape, Question
from tracker.errors import Refused
from tracker.essays.essay_edits import find_sentence, require_text
from tracker.essays.essay_pages import find_essay_setting, split_sentences
from tracker.essays.publication import parse_essay_day
from tracker.essays.quote_anchors import (
    anchor_claims,
    choose_quote,
    free_claim_id,
    select_claims_in,
)
from tracker.model.audit import Authorship
from tracker.questions import question_lifecycle
from tracker.questions.scenarios.scenario_edits import add_link
from tracker.questions.submit_forecast import register_forecaster
from tracker.storage import essays, questions, scenarios
from tracker.storage.sessions import Session

MAX_RESTATEMENT_CHARS: Final = 1_000
"""Characters."""


def propose_claim_drafts(
    session: Session, essay_id: EssayId, offset: int, authorship: Authorship
) -> tuple[ClaimDraft, ...]:
    """Draft questions from the sentence at `offset`, for a person to choose from and complete.

    Raises `Refused` for a heading.
    """
    source = find_claim_source(session, essay_id, offset, authorship.at.date())
    if source.sentence.why == HEADING:
        raise Refused(
            f"a heading stands at character {offset}: see `tracker essay claims {essay_id}` for "
            "where sentences start"
        )
    return propose_drafts(source)


def find_claim_source(session: Session, essay_id: EssayId, offset: int, today: date) -> ClaimSource:
    """Return a sentence of an essay with the sentences before it and the day of the essay."""
    sentence = find_sentence(session, essay_id, offset)
    essay, text = essays.find_essay(session, essay_id), require_text(session, essay_id).text
    assert essay is not None  # its sentence was found
    sentences = split_sentences(text, essay.published)
    index = sentences.index(sentence)
    return ClaimSource(
        sentence,
        today,
        parse_essay_day(essay.published),
        tuple(other.text for other in sentences[max(0, index - MAX_BEFORE) : index]),
        essay.title,
        find_essay_setting(text),
    )


def open_claim(
    session: Session,
    new_question: NewQuestion,
    offset: int,
    keep_days: float,
    *,
    authorship: Authorship,
    indicators: Sequence[Indicator] = (),
    override: str = "",
) -> Question:
    """Open a question from the sentence at `offset` of its essay; store the sentence as a claim if
    it is new.

    Raises `InvalidQuestion` for one that is open already in the same words, unless `override` says
    why.
    """
    sentence = find_sentence(session, new_question.essay_id, offset)
    if not override:
        _refuse_duplicate(session, new_question, authorship.at)
    register_forecaster(session, authorship.by, authorship.at)
    claim = claim_for_sentence(session, new_question.essay_id, sentence)
    essays.add_claim(session, claim)
    with_claim = replace(
        new_question, claim_ids=tuple(dict.fromkeys([claim.id, *new_question.claim_ids]))
    )
    question = question_lifecycle.create_question(
        session, with_claim, keep_days, authorship, indicators=indicators, override=override
    )
    essays.delete_draft(session, new_question.essay_id, sentence.offset)
    return question


def _refuse_duplicate(session: Session, new_question: NewQuestion, now: datetime) -> None:
    """Raise `InvalidQuestion` if an open question asks the same in the same words."""
    words = _fold_words(new_question.text)
    for other in questions.list_questions(session):
        is_open = other.opens_at <= now < other.closes_at and other.id != new_question.id
        if is_open and other.kind == new_question.kind and _fold_words(other.text) == words:
            raise InvalidQuestion(
                f"{other.id} asks the same and is open: word this one otherwise, or say in an "
                "override why it is asked twice"
            )


def _fold_words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def claim_for_sentence(session: Session, essay_id: EssayId, sentence: Sentence) -> Claim:
    """Return the claim that starts in a sentence, or build a new one."""
    newest = essays.find_newest_text(session, essay_id)
    text = "" if newest is None else newest.text
    known = anchor_claims(essays.claims_of_essay(session, essay_id), text)
    if in_sentence := select_claims_in(sentence, known, text):
        return in_sentence[0]
    quote, offset = choose_quote(sentence, text)
    modality = f"{sentence.cue} ({sentence.modality:g})" if sentence.cue else "none"
    return Claim(
        id=free_claim_id(sentence.offset, {claim.id for claim in known}),
        essay_id=essay_id,
        quote=quote,
        offset=offset,
        claim_kind=sentence.kind or "statement",
        modality=modality,
        restatement=" ".join(sentence.text.split()[:60])[:MAX_RESTATEMENT_CHARS],
    )


MAX_GROUP_TITLE_CHARS: Final = 140
_PREPOSITIONS: Final = MappingProxyType[HorizonShape, str](
    {"event_by": "by", "holds_until": "until", "state_at": "on"}
)
_DAY_SUFFIX: Final = re.compile(r"[-_][-_0-9]*$")
_DATE_PREFIX: Final = r"(?i:(?:\s*\b(?:by|until|till|before|on)(?:\s+the\s+end\s+of)?)?\s*\b)"
_DANGLING_WORD: Final = re.compile(r"\b(?:and|from|between|of|the|than)\s*(?:[,?]|$)")


@dataclass(frozen=True, slots=True)
class PlannedQuestion:
    """A question to open, with its indicators."""

    question: NewQuestion
    indicators: tuple[Indicator, ...] = ()


def open_claims(
    session: Session,
    planned: Sequence[PlannedQuestion],
    offset: int,
    keep_days: float,
    *,
    authorship: Authorship,
    override: str = "",
) -> tuple[Question, ...]:
    """Open questions from one sentence, earliest close first; yes/no ones of one shape get a
    `dates` link.

    Raises what `open_claim` raises for the first that cannot be opened: the caller's transaction
    then rolls back.
    """
    opened = tuple(
        open_claim(
            session,
            plan.question,
            offset,
            keep_days,
            authorship=authorship,
            indicators=plan.indicators,
            override=override,
        )
        for plan in sorted(planned, key=lambda plan: plan.question.closes_at)
    )
    if is_date_group(opened):
        used_ids = {link.id for link in scenarios.list_links(session)}
        add_link(session, build_date_group(opened, used_ids), authorship)
    return opened


def is_date_group(opened: Sequence[Question]) -> bool:
    """Return True for questions on one event by several days: all yes/no, of one shape, with
    different closes.
    """
    shapes = {(question.kind, question.horizon_shape) for question in opened}
    days = {question.closes_at for question in opened}
    return (
        len(opened) > 1
        and len(shapes) == 1
        and opened[0].kind == "binary"
        and len(days) == len(opened)
    )


def build_date_group(opened: Sequence[Question], used_ids: Collection[LinkId]) -> Link:
    """Build the `dates` link of the questions, with an unused id and their last days as labels."""
    base = _DAY_SUFFIX.sub("", _common_prefix([question.id for question in opened])) or opened[0].id
    names = (LinkId(f"{base}-dates" if n == 1 else f"{base}-dates-{n}") for n in count(1))
    return Link(
        id=next(name for name in names if name not in used_ids),
        kind="dates",
        question_ids=tuple(question.id for question in opened),
        title=_group_title(opened),
        labels=tuple(_day_label(question) for question in opened),
        why="One claim, asked by several last days.",
    )


def _common_prefix(names: Sequence[str]) -> str:
    alike = takewhile(lambda letters: len(set(letters)) == 1, zip(*names, strict=False))
    return "".join(letters[0] for letters in alike)


def _day_label(question: Question) -> str:
    day = last_day(question)
    return f"{_PREPOSITIONS[question.horizon_shape]} {day.day} {day:%b %Y}"


def last_day(question: Question) -> date:
    """Return the UTC day at whose end a question closes."""
    return (question.closes_at - timedelta(microseconds=1)).date()


def _group_title(opened: Sequence[Question]) -> str:
    """Return the common text of the questions without their days.

    Falls back to the first question's text where they differ otherwise, or where a word is left
    dangling.
    """
    bare = {
        re.sub(_DATE_PREFIX + format_long_date(last_day(q)), "", q.text).strip(" ,") for q in opened
    }
    alike = len(bare) == 1 and not any(map(_DANGLING_WORD.search, bare))
    title = bare.pop() if alike else opened[0].text
    return _truncate_title(f"{title[:1].upper()}{title[1:]}")


def _truncate_title(title: str) -> str:
    return (
        title
        if len(title) <= MAX_GROUP_TITLE_CHARS
        else f"{title[: MAX_GROUP_TITLE_CHARS - 1].rstrip()}…"
    )
