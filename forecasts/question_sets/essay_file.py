"""Essay of a question set: essay.toml, and essay.txt where the text may be shared."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from forecasts.question_sets.reader import Record, SetFile, unique
from forecasts.questions.question import Claim, ClaimId, Essay, EssayId

ESSAY_TEXT = "essay.txt"
"""Name of the verbatim essay text, the only file that is not TOML."""

MAX_QUOTED_WORDS = 15


@dataclass(frozen=True, slots=True)
class EssayFile:
    """Contents of `essay.toml`."""

    essay: Essay
    claims: tuple[Claim, ...]
    rejections: Mapping[ClaimId, str]


def read_essay(file: SetFile, text: str) -> EssayFile:
    """Read the essay and its claims, and check their quotes against `text` if it is given.

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
    claims = unique(
        (record, _read_claim(record, essay.id, text, rejections))
        for record in file.records("claim")
    )
    return EssayFile(essay, claims, MappingProxyType(rejections))


def _read_claim(
    record: Record, essay_id: EssayId, text: str, rejections: dict[ClaimId, str]
) -> Claim:
    quote = record.text("quote")
    word_count = len(quote.split())
    if word_count > MAX_QUOTED_WORDS:
        record.refuse(
            f"a quote holds at most {MAX_QUOTED_WORDS} words; this one has {word_count}", "quote"
        )
    claim = Claim(
        id=ClaimId(record.text("id")),
        essay_id=essay_id,
        quote=quote,
        offset=record.count("offset"),
        claim_kind=record.text("kind"),
        modality=record.text("modality"),
        restatement=record.text("restatement"),
    )
    if record.get("rejected") is not None:
        rejections[claim.id] = record.text("rejected")
    if text:
        _check_quote_position(record, claim, text)
    record.done()
    return claim


def _check_quote_position(record: Record, claim: Claim, text: str) -> None:
    """Check that the quote starts at its offset; white space may differ."""
    pattern = re.compile(r"\s+".join(map(re.escape, claim.quote.split())))
    if pattern.match(text, claim.offset) is None:
        match = pattern.search(text)
        position = f"it stands at {match.start()}" if match else "it stands nowhere in it"
        record.refuse(
            f"the quote does not stand at character {claim.offset} of {ESSAY_TEXT}: {position}",
            "offset",
        )
