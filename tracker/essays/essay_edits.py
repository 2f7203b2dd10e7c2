"""Add essays and versions of their text, reject and restore claims, and save drafts."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from forecasts.essays.claim_map import ClaimRejection
from forecasts.essays.extract import Sentence
from forecasts.essays.extraction.cleaning import HEADING
from forecasts.questions.new_question import OWN_ESSAY
from forecasts.questions.question import Essay, EssayId, QuestionId
from tracker.errors import NotFound, Refused
from tracker.essays.essay_pages import split_sentences
from tracker.essays.publication import check_published
from tracker.essays.quote_anchors import anchor_claims, move_rejection, select_claims_in
from tracker.model.audit import Authorship
from tracker.model.essays import EssayText, NewEssay, SavedDraft
from tracker.questions.submit_forecast import register_forecaster
from tracker.storage import essays, questions
from tracker.storage.sessions import Session

_NAME = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
"""Characters that no database stores in a text: NUL and lone surrogates."""

MAX_ESSAY_CHARS = 2_000_000
MAX_REJECTION_QUOTE_CHARS = 200
"""Characters of a rejected sentence, used to find it again in a later text."""


def add_essay(session: Session, new: NewEssay, authorship: Authorship) -> EssayText:
    """Store an essay with its text, or a new version of the text of an existing one.

    Another day of publication corrects that of the essay. Raises `Refused` for a name that cannot
    be one, an essay without a text or with one of more than two million characters, for characters
    that cannot be kept, a day of publication that is none, and for a text that is the newest
    version already, published on the same day.
    """
    _check_essay(new)
    check_published(new.published, authorship.at.date())
    essay_id, published = EssayId(new.id), new.published.strip()
    register_forecaster(session, authorship.by, authorship.at)
    previous = essays.find_newest_text(session, essay_id)
    known = essays.find_essay(session, essay_id)
    is_redated = known is not None and published not in ("", known.published)
    is_removed = essay_id in essays.list_removed_ids(session)
    if is_removed:
        essays.set_removed(session, essay_id, False, at=authorship.at, by=authorship.by)
        essays.set_published(session, essay_id, published)
    elif known is None and essays.essay_id_exists(session, essay_id):
        raise Refused(f"there is an essay {new.id!r} already: give this one a name of its own")
    elif known is None:
        title, note = new.title.strip() or new.id, new.note.strip()
        essays.add_essay(session, Essay(essay_id, title, published, new.language, note), ())
    elif is_redated:
        essays.set_published(session, essay_id, published)
    if previous is not None and previous.text == new.text:
        if is_redated or is_removed:
            return previous
        raise Refused(f"this is the text of {new.id} already, to the character")
    text = EssayText(
        essay_id,
        (previous.version if previous else 0) + 1,
        new.text,
        new.source,
        authorship.at,
        authorship.by,
    )
    essays.add_essay_text(session, text)
    return text


def remove_essay(session: Session, essay_id: EssayId, authorship: Authorship) -> None:
    """Remove an essay from all lists; adding it again brings it back.

    Raises `NotFound` for an unknown essay, `Refused` for one with questions: they need its text.
    """
    if essay_id == OWN_ESSAY:
        raise Refused(f"{OWN_ESSAY} is the place of questions without an essay: it stays")
    require_essay(session, essay_id)
    question_ids = [q.id for q in questions.list_questions(session) if q.essay_id == essay_id]
    if question_ids:
        raise Refused(
            f"{essay_id} has questions, such as {question_ids[0]}: an essay can "
            "be removed before the first is opened"
        )
    register_forecaster(session, authorship.by, authorship.at)
    essays.set_removed(session, essay_id, True, at=authorship.at, by=authorship.by)


def _check_essay(new: NewEssay) -> None:
    if not _NAME.fullmatch(new.id) or new.id == OWN_ESSAY:
        raise Refused(
            f"{new.id!r} is not a valid name for an essay: use small letters, digits and dashes, "
            "such as grain-trade"
        )
    if not new.text.strip():
        raise Refused("the essay has no text: give a file with the text in it")
    if len(new.text) > MAX_ESSAY_CHARS:
        raise Refused(
            f"the essay has {len(new.text):,} characters, more than {MAX_ESSAY_CHARS:,}: give a "
            "part of it"
        )
    if _UNSTORABLE.search(
        "".join([new.text, new.title, new.published, new.language, new.note, new.source])
    ):
        raise Refused(
            "the essay holds a character that cannot be kept (NUL, or half a character): save "
            "it as text"
        )


def find_sentence(session: Session, essay_id: EssayId, offset: int) -> Sentence:
    """Return the sentence at a character of the newest text; raises `NotFound`."""
    text = require_text(session, essay_id)
    for sentence in split_sentences(text.text, require_essay(session, essay_id).published):
        if sentence.offset <= offset < sentence.end:
            return sentence
    raise NotFound(
        "sentence at character",
        offset,
        f"see `tracker essay claims {essay_id}` for where they start",
    )


def require_text(session: Session, essay_id: EssayId) -> EssayText:
    """Return the newest text of an essay; raises `NotFound` for an unknown essay, or one without
    text.
    """
    require_essay(session, essay_id)
    text = essays.find_newest_text(session, essay_id)
    if text is None:
        raise NotFound(
            "text of essay", essay_id, f"add it with `tracker essay add FILE --name {essay_id}`"
        )
    return text


def require_essay(session: Session, essay_id: EssayId) -> Essay:
    """Return an essay; raises `NotFound`."""
    essay = essays.find_essay(session, essay_id)
    if essay is None:
        raise NotFound("essay", essay_id, "see `tracker essay list` for the names")
    return essay


def reject_claim(
    session: Session, essay_id: EssayId, offset: int, why: str, *, authorship: Authorship
) -> ClaimRejection:
    """Reject a sentence as untestable, with the reason.

    Raises `Refused` for a heading, and for a sentence that has questions: its state is theirs.
    """
    if not why.strip():
        raise Refused("say why the claim cannot be tested: the reason is shown over the essay")
    sentence = find_sentence(session, essay_id, offset)
    text = require_text(session, essay_id).text
    if sentence.why == HEADING:
        raise Refused(
            f"a heading stands at character {offset}, which makes no claim: see `tracker essay "
            f"claims {essay_id}` for where sentences start"
        )
    if question_ids := _list_questions_of(session, essay_id, sentence, text):
        raise Refused(
            f"the sentence at {sentence.offset} has the question {question_ids[0]}, which decides "
            "how it stands: `tracker question retract` takes that back, if nobody forecast it"
        )
    original = text[sentence.offset : sentence.end]
    quote = " ".join(original.split())[
        :MAX_REJECTION_QUOTE_CHARS
    ]  # the original text, with its markup
    register_forecaster(session, authorship.by, authorship.at)
    rejection = ClaimRejection(
        sentence.offset, sentence.end, why.strip(), authorship.by, authorship.at
    )
    essays.decide_claim(session, essay_id, rejection, quote, verdict="rejected")
    essays.delete_draft(session, essay_id, sentence.offset)
    return rejection


def _list_questions_of(
    session: Session, essay_id: EssayId, sentence: Sentence, text: str
) -> tuple[QuestionId, ...]:
    claims = anchor_claims(essays.claims_of_essay(session, essay_id), text)
    in_sentence = {claim.id for claim in select_claims_in(sentence, claims, text)}
    return tuple(
        question.id
        for question in questions.list_questions(session)
        if question.essay_id == essay_id and in_sentence.intersection(question.claim_ids)
    )


def restore_claim(session: Session, essay_id: EssayId, offset: int, authorship: Authorship) -> None:
    """Restore a rejected sentence; raises `NotFound` for any other, or an unknown essay."""
    require_essay(session, essay_id)
    newest = essays.find_newest_text(session, essay_id)
    text = "" if newest is None else newest.text
    rejections = [
        (rejection, quote, move_rejection(rejection, quote, text))
        for rejection, quote in essays.list_rejections(session, essay_id)
    ]
    matching = [
        (rejection, quote)
        for rejection, quote, moved in rejections
        if moved is not None and (moved.offset <= offset < max(moved.end, moved.offset + 1))
    ]
    if not matching:
        raise NotFound("rejected claim at character", offset, "it was not set aside")
    register_forecaster(session, authorship.by, authorship.at)
    for rejection, quote in matching:
        restored = replace(rejection, why="taken up again", by=authorship.by, at=authorship.at)
        essays.decide_claim(session, essay_id, restored, quote, verdict="restored")


def save_draft(
    session: Session,
    essay_id: EssayId,
    offset: int,
    fields: Mapping[str, Any],
    *,
    authorship: Authorship,
) -> None:
    """Save the form fields of a question from this sentence, replacing an earlier draft."""
    sentence = find_sentence(session, essay_id, offset)
    essays.save_draft(
        session, SavedDraft(essay_id, sentence.offset, authorship.by, authorship.at, dict(fields))
    )


def delete_draft(session: Session, essay_id: EssayId, offset: int) -> None:
    """Delete the draft of the sentence at a character, if there is one."""
    essays.delete_draft(session, essay_id, find_sentence(session, essay_id, offset).offset)
