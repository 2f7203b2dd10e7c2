"""An essay is handed in, or its text anew; a sentence is set aside, or taken up again; a draft is
kept.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from forecasts.essays.claim_map import Rejection
from forecasts.essays.extract import Sentence
from forecasts.questions.new_question import OWN_ESSAY
from forecasts.questions.question import Essay, EssayId
from tracker.errors import NotFound, Refused
from tracker.essays.anchoring import moved_one
from tracker.essays.reading import sentences_of
from tracker.model.audit import Standpoint
from tracker.model.essays import EssayText, NewEssay, SavedDraft
from tracker.questions.submit_forecast import register
from tracker.storage import essays, questions
from tracker.storage.sessions import Session

_NAME = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
_NO_CHARACTER = re.compile("[\x00\ud800-\udfff]")
"""What no database keeps in a text: the NUL character, and halves of characters."""

MOST_CHARACTERS = 2_000_000
LONGEST_WORDS = 200
"""Characters of a sentence that was set aside, by which it is found again in a later text."""


def add_essay(session: Session, new: NewEssay, made: Standpoint) -> EssayText:
    """Store an essay with its text, or a new version of the text of one that is there.

    Raises `Refused` for a name that cannot be one, an essay without a text or with one of more than
    two million characters, for characters that cannot be kept, and for a text that is the newest
    version already.
    """
    _check(new)
    essay_id = EssayId(new.id)
    register(session, made.by)
    before = essays.newest_text(session, essay_id)
    if before is not None and before.text == new.text:
        raise Refused(f"this is the text of {new.id} already, to the character")
    if questions.essay(session, essay_id) is None:
        title = new.title.strip() or new.id
        note = new.note.strip()
        questions.add_essay(
            session, Essay(essay_id, title, new.published.strip(), new.language, note), ()
        )
    said = EssayText(
        essay_id, (before.version if before else 0) + 1, new.text, new.source, made.at, made.by
    )
    essays.add_text(session, said)
    return said


def _check(new: NewEssay) -> None:
    if not _NAME.fullmatch(new.id) or new.id == OWN_ESSAY:
        raise Refused(
            f"{new.id!r} is no name for an essay: use small letters, digits and dashes, such as "
            "grain-trade"
        )
    if not new.text.strip():
        raise Refused("the essay has no text: give a file with the text in it")
    if len(new.text) > MOST_CHARACTERS:
        raise Refused(
            f"the essay has {len(new.text):,} characters, more than {MOST_CHARACTERS:,}: give a "
            "part of it"
        )
    if _NO_CHARACTER.search(
        "".join([new.text, new.title, new.published, new.language, new.note, new.source])
    ):
        raise Refused(
            "the essay holds a character that cannot be kept (NUL, or half a character): save "
            "it as text"
        )


def sentence_at(session: Session, essay_id: EssayId, offset: int) -> Sentence:
    """The sentence in which a character of the newest text stands; raises `NotFound`."""
    text = text_or_refuse(session, essay_id)
    for sentence in sentences_of(text.text):
        if sentence.offset <= offset < sentence.end:
            return sentence
    raise NotFound(
        "sentence at character",
        offset,
        f"see `tracker essay claims {essay_id}` for where they start",
    )


def text_or_refuse(session: Session, essay_id: EssayId) -> EssayText:
    """The newest text of an essay; raises `NotFound` for an essay that is unknown, or known without
    its text.
    """
    _known_or_refuse(session, essay_id)
    found = essays.newest_text(session, essay_id)
    if found is None:
        raise NotFound(
            "text of essay", essay_id, f"add it with `tracker essay add FILE --name {essay_id}`"
        )
    return found


def _known_or_refuse(session: Session, essay_id: EssayId) -> None:
    if questions.essay(session, essay_id) is None:
        raise NotFound("essay", essay_id, "see `tracker essay list` for the names")


def reject_claim(
    session: Session, essay_id: EssayId, offset: int, why: str, *, made: Standpoint
) -> Rejection:
    """Set a sentence aside as untestable, with the reason."""
    if not why.strip():
        raise Refused("say why the claim cannot be tested: the reason is shown over the essay")
    sentence = sentence_at(session, essay_id, offset)
    stretch = text_or_refuse(session, essay_id).text[sentence.offset : sentence.end]
    quote = " ".join(stretch.split())[:LONGEST_WORDS]  # as it stands there, with its marks
    register(session, made.by)
    decided = Rejection(sentence.offset, sentence.end, why.strip(), made.by, made.at)
    essays.decide_claim(session, essay_id, decided, quote, verdict="rejected")
    essays.drop_draft(session, essay_id, sentence.offset)
    return decided


def restore_claim(session: Session, essay_id: EssayId, offset: int, made: Standpoint) -> None:
    """Take a sentence up again that was set aside; raises `NotFound` when it was not, or when the
    essay is unknown.
    """
    _known_or_refuse(session, essay_id)
    newest = essays.newest_text(session, essay_id)
    text = "" if newest is None else newest.text
    standing = [
        (one, quote, moved_one(one, quote, text))
        for one, quote in essays.rejections(session, essay_id)
    ]
    found = [
        (one, quote) for one, quote, here in standing if here is not None and _covers(here, offset)
    ]
    if not found:
        raise NotFound("rejected claim at character", offset, "it was not set aside")
    register(session, made.by)
    for one, quote in found:
        taken_up = replace(one, why="taken up again", by=made.by, at=made.at)
        essays.decide_claim(session, essay_id, taken_up, quote, verdict="restored")


def _covers(one: Rejection, offset: int) -> bool:
    return one.offset <= offset < max(one.end, one.offset + 1)


def save_draft(
    session: Session, essay_id: EssayId, offset: int, fields: Mapping[str, Any], *, made: Standpoint
) -> None:
    """Keep what is written of a question from this sentence, in place of what was kept before."""
    sentence = sentence_at(session, essay_id, offset)
    essays.save_draft(
        session, SavedDraft(essay_id, sentence.offset, made.by, made.at, dict(fields))
    )
