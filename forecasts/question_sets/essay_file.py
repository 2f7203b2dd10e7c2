"""The essay of a question set: essay.toml, and essay.txt where the text may be shared."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from forecasts.question_sets.reader import Record, SetFile, unique
from forecasts.questions.question import Claim, ClaimId, Essay, EssayId

ESSAY_TEXT = "essay.txt"
"""The one file that is no TOML: the essay as it stands, to the character."""

MAX_QUOTED_WORDS = 15


@dataclass(frozen=True, slots=True)
class EssayFile:
    """What `essay.toml` says."""

    essay: Essay
    claims: tuple[Claim, ...]
    rejections: Mapping[ClaimId, str]


def read_essay(file: SetFile, text: str) -> EssayFile:
    """The essay and its claims, whose quotes stand where they say in `text`, if that is there.

    Raises `InvalidQuestionSet`.
    """
    file.only("id", "title", "published", "language", "note", "claim")
    top = file.top()
    essay = Essay(
        EssayId(top.slug()),
        top.text("title"),
        top.text("published", ""),
        top.text("language", ""),
        top.text("note", ""),
    )
    rejections: dict[ClaimId, str] = {}
    claims = unique((r, _claim(r, essay.id, text, rejections)) for r in file.records("claim"))
    return EssayFile(essay, claims, MappingProxyType(rejections))


def _claim(r: Record, essay_id: EssayId, text: str, rejections: dict[ClaimId, str]) -> Claim:
    quote = r.text("quote")
    words = len(quote.split())
    if words > MAX_QUOTED_WORDS:
        r.refuse(f"a quote holds at most {MAX_QUOTED_WORDS} words; this one has {words}", "quote")
    claim = Claim(
        id=ClaimId(r.text("id")),
        essay_id=essay_id,
        quote=quote,
        offset=r.count("offset"),
        claim_kind=r.text("kind"),
        modality=r.text("modality"),
        restatement=r.text("restatement"),
    )
    if r.get("rejected") is not None:
        rejections[claim.id] = r.text("rejected")
    if text:
        _check_place(r, claim, text)
    r.done()
    return claim


def _check_place(r: Record, claim: Claim, text: str) -> None:
    """The quote begins at its offset; the essay may break its lines anywhere inside it."""
    pattern = re.compile(r"\s+".join(map(re.escape, claim.quote.split())))
    if pattern.match(text, claim.offset) is None:
        found = pattern.search(text)
        where = f"it stands at {found.start()}" if found else "it stands nowhere in it"
        r.refuse(
            f"the quote does not stand at character {claim.offset} of {ESSAY_TEXT}: {where}",
            "offset",
        )
