"""Data of the essay pages: text in paragraphs with its style, claims as lines, and records."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from dashboard.essays.text import (
    DRAFTED_STYLE,
    LOOKS_BACK_STYLE,
    SAYS_LITTLE_STYLE,
    STATE_STYLES,
    StateStyle,
    describe_claim_state,
    sentence_mark,
    sentence_shade,
)
from forecasts.essays.claim_map import MappedSentence
from forecasts.essays.extraction.cleaning import strip_essay_markup
from forecasts.questions.formatting import capitalise
from tracker.model.essays import EssayPage

_EMPTY_LINE: Final = re.compile(r"\n[ \t\r]*\n")
_LIST_ITEM: Final = re.compile(r"\n[ \t]*(?:[-*+>#•]|\d{1,3}[.)])[ \t]")


@dataclass(frozen=True, slots=True)
class TextPiece:
    """A sentence as it is shown, or text between two sentences (`at` is None).

    `at` is the offset in the text, `look` and `mark` show the state without words, `words` in
    words, and `shade` (6 to 48) is the colour strength of an open one.
    """

    at: int | None
    text: str
    look: str = "plain"
    mark: str = ""
    words: str = ""
    shade: int | None = None


Paragraph = tuple[TextPiece, ...]
"""The pieces of one paragraph."""


def list_paragraphs(page: EssayPage) -> tuple[Paragraph, ...]:
    """List the paragraphs of the stored text; none without it."""
    if page.text is None:
        return ()
    text = page.text.text
    mapped = [claim for claim in page.mapped if is_in_text(text, claim)]
    return tuple(_split_paragraphs(text, mapped, page.drafts))


def is_in_text(text: str, claim: MappedSentence) -> bool:
    """Return True if the sentence stands in this version of the text, at its offset."""
    sentence = claim.sentence
    return (
        bool(sentence.text)
        and strip_essay_markup(text[sentence.offset : sentence.end]) == sentence.text
    )


def list_missing_claims(page: EssayPage) -> tuple[MappedSentence, ...]:
    """List claims that are missing from the stored text, as it is another version."""
    if page.text is None:
        return ()
    return tuple(
        claim for claim in page.mapped if claim.claim_ids and not is_in_text(page.text.text, claim)
    )


def list_background(page: EssayPage) -> tuple[MappedSentence, ...]:
    """List the facts of the present that could be checked today, and became no claim."""
    return tuple(
        claim for claim in page.mapped if claim.sentence.is_background and not claim.claim_ids
    )


def _split_paragraphs(
    text: str, mapped: Sequence[MappedSentence], drafts: Collection[int]
) -> Iterator[Paragraph]:
    line_breaks = not _EMPTY_LINE.search(text)
    paragraph: list[TextPiece] = []
    position = 0
    for claim in mapped:
        if claim.sentence.offset < position:
            continue  # a quote that overlaps a sentence
        between = text[position : claim.sentence.offset]
        if paragraph and _starts_paragraph(between, line_breaks=line_breaks):
            yield tuple(paragraph)
            paragraph = []
        paragraph += [*_plain_pieces(between), _claim_piece(claim, claim.sentence.text, drafts)]
        position = claim.sentence.end
    paragraph += _plain_pieces(text[position:])
    if paragraph:
        yield tuple(paragraph)


def _starts_paragraph(between: str, *, line_breaks: bool) -> bool:
    """Return True at an empty line or a list item, or at any line break if `line_breaks`."""
    return (
        ("\n" in between)
        if line_breaks
        else bool(_EMPTY_LINE.search(between) or _LIST_ITEM.search(between))
    )


def _plain_pieces(text: str) -> list[TextPiece]:
    flat = " ".join(text.split())
    return [TextPiece(None, flat)] if any(mark.isalnum() for mark in flat) else []


def _claim_piece(claim: MappedSentence, text: str, drafts: Collection[int]) -> TextPiece:
    look = _style_of(claim, drafts)
    drafted = look is DRAFTED_STYLE
    words = capitalise(DRAFTED_STYLE.words) if drafted else describe_claim_state(claim)
    mark = DRAFTED_STYLE.mark if drafted else sentence_mark(claim)
    return TextPiece(claim.sentence.offset, text, look.name, mark, words, sentence_shade(claim))


def serialise_paragraphs(paragraphs: Iterable[Paragraph]) -> list[list[dict[str, Any]]]:
    """Serialise the paragraphs for the browser."""
    return [[asdict(piece) for piece in paragraph] for paragraph in paragraphs]


def count_styles(page: EssayPage) -> tuple[tuple[StateStyle, int], ...]:
    """Count the sentences of each style that occurs; styles without a mark are left out."""
    counts: dict[StateStyle, int] = dict.fromkeys(
        [*STATE_STYLES.values(), DRAFTED_STYLE, LOOKS_BACK_STYLE, SAYS_LITTLE_STYLE], 0
    )
    for claim in page.mapped:
        counts[_style_of(claim, page.drafts)] += 1
        counts[LOOKS_BACK_STYLE] += claim.retrospective
        counts[SAYS_LITTLE_STYLE] += claim.says_little
    return tuple((look, n) for look, n in counts.items() if look.mark and n)


def _style_of(claim: MappedSentence, drafts: Collection[int]) -> StateStyle:
    """Return the style of a sentence; a stored draft shows only where there is no question yet."""
    return (
        DRAFTED_STYLE
        if claim.state == "no question yet" and claim.sentence.offset in drafts
        else STATE_STYLES[claim.state]
    )


def find_sentence(page: EssayPage, offset_text: str) -> MappedSentence | None:
    """Find the sentence at the character offset given in the address; None for anything else."""
    if not offset_text.isascii() or not offset_text.isdecimal() or len(offset_text) > 9:
        return None
    offset = int(offset_text)
    exact = next((claim for claim in page.mapped if claim.sentence.offset == offset), None)
    return exact or next(
        (claim for claim in page.mapped if claim.sentence.offset <= offset < claim.sentence.end),
        None,
    )


def find_next_unasked(page: EssayPage, after: int) -> MappedSentence | None:
    """Find the next sentence after an offset that has no question yet, else the first."""
    waiting = [claim for claim in page.mapped if claim.state == "no question yet"]
    return next(
        (claim for claim in waiting if claim.sentence.offset > after),
        waiting[0] if waiting else None,
    )


def list_claims(page: EssayPage) -> dict[int, tuple[str, StateStyle, str]]:
    """List the claims by offset: a sentence that can be read by itself, its style and its state."""
    restated = {claim.id: claim.restatement.strip() for claim in page.claims}
    claims = {}
    for claim in page.mapped:
        words = " ".join(filter(None, (restated.get(name, "") for name in claim.claim_ids)))
        if text := words or (f"“{claim.sentence.text}”" if claim.sentence.text else ""):
            style = _style_of(claim, page.drafts)
            state = capitalise(style.words.partition(":")[0])
            if claim.state == "open" and claim.p is not None:
                state = f"{sentence_mark(claim)} likely"
            claims[claim.sentence.offset] = text, style, state
    return claims
