"""Essay of a question set: essay.toml, and essay.txt where the text may be shared."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from forecasts.question_sets.reader import SetFile, SetRecord, require_unique_ids
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
    file.allow_only("id", "title", "published", "language", "note", "claim")
    top = file.top_record()
    essay = Essay(
        EssayId(top.read_slug()),
        top.read_text("title"),
        top.read_text("published", ""),
        top.read_text("language", ""),
        top.read_text("note", ""),
    )
    rejections: dict[ClaimId, str] = {}
    claims = require_unique_ids(
        (record, _read_claim(record, essay.id, text, rejections))
        for record in file.records("claim")
    )
    return EssayFile(essay, claims, MappingProxyType(rejections))


def _read_claim(
    record: SetRecord, essay_id: EssayId, text: str, rejections: dict[ClaimId, str]
) -> Claim:
    quote = record.read_text("quote")
    word_count = len(quote.split())
    if word_count > MAX_QUOTED_WORDS:
        record.refuse(
            f"a quote holds at most {MAX_QUOTED_WORDS} words; this one has {word_count}", "quote"
        )
    claim = Claim(
        id=ClaimId(record.read_text("id")),
        essay_id=essay_id,
        quote=quote,
        offset=record.read_count("offset"),
        claim_kind=record.read_text("kind"),
        modality=record.read_text("modality"),
        restatement=record.read_text("restatement"),
    )
    if record.get("rejected") is not None:
        rejections[claim.id] = record.read_text("rejected")
    if text:
        _check_quote_position(record, claim, text)
    record.refuse_unknown_keys()
    return claim


def _check_quote_position(record: SetRecord, claim: Claim, text: str) -> None:
    """Check that the quote starts at its offset; white space may differ."""
    pattern = re.compile(r"\s+".join(map(re.escape, claim.quote.split())))
    if pattern.match(text, claim.offset) is None:
        match = pattern.search(text)
        position = f"it stands at {match.start()}" if match else "it stands nowhere in it"
        record.refuse(
            f"the quote does not stand at character {claim.offset} of {ESSAY_TEXT}: {position}",
            "offset",
        )
