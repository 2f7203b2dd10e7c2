"""Gaps of a draft as fields: what each asks for, and the words that take its place."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from forecasts.essays.draft import ClaimDraft
from forecasts.essays.drafting.plan import GAP
from forecasts.essays.drafting.rewording import TEST_GAP
from forecasts.essays.drafting.subjects import ACTOR_GAP
from forecasts.essays.english import lowercase_subject
from forecasts.questions.formatting import capitalise

AS_WORDED: Final = "The source named here reports it exactly as the question is worded."
"""Test of a question whose event everybody sees alike."""

BLANK: Final = "____"
"""A gap in a text that a person edits."""


@dataclass(frozen=True, slots=True)
class GapPrompt:
    """Label of the field of a gap, and an example of what it takes."""

    label: str
    example: str


_PROMPTS: Final[Mapping[str, GapPrompt]] = MappingProxyType(
    {
        ACTOR_GAP: GapPrompt("Who or what?", "its name in full"),
        TEST_GAP: GapPrompt(
            "What decides it",
            "What has to happen, be published or be measured, and what is not enough",
        ),
    }
)


def list_gaps(template: str) -> tuple[str, ...]:
    """List the gaps of a text in order."""
    return tuple(GAP.findall(template))


def prompt_gap(gap: str) -> GapPrompt:
    """Return what the field of a gap asks for.

    >>> prompt_gap("[… which condition]").label
    'Which condition?'
    """
    words = gap.strip("[…] ")
    return _PROMPTS.get(gap) or GapPrompt(f"{capitalise(words)}?", "")


def fill_gaps(template: str, words: Sequence[str]) -> str:
    """Put words into the gaps of a text; a gap without words stays.

    >>> fill_gaps("YES if, in May, [… the act]. NO otherwise.", ["The toll rises to 8 euros."])
    'YES if, in May, the toll rises to 8 euros. NO otherwise.'
    """
    filled, position = [], 0
    for match, entered in zip(GAP.finditer(template), words, strict=False):
        filled.append(template[position : match.start()])
        filled.append(_fit(entered, template[match.end() :]) or match[0])
        position = match.end()
    return "".join([*filled, template[position:]])


def _fit(entered: str, after: str) -> str:
    """Return words as they continue a sentence: a small first letter, and one full stop."""
    words = lowercase_subject(" ".join(entered.split()))
    return words.rstrip(".") if after[:1] in (".", ";", ",", "?") else words


def show_blanks(text: str) -> str:
    """Return a text with its gaps as blanks.

    >>> show_blanks("Will [… who] sign?")
    'Will ____ sign?'
    """
    return GAP.sub(BLANK, text)


def read_blanks(text: str) -> str:
    """Return a text with its blanks as gaps, which the linter blocks.

    >>> read_blanks("Will ____ sign?")
    'Will [… fill in] sign?'
    """
    return re.sub("_{3,}", "[… fill in]", text)


_CONDITION: Final = re.compile(r"\s?\bAnnulled if the condition, “(?P<condition>[^”]+)”[^.]*\.")


def drop_lost_condition(criteria: str, text: str) -> str:
    """Remove the rule on a condition that the question no longer has.

    >>> drop_lost_condition("YES if so. Annulled if the condition, “it rains”, fails.", "Will it?")
    'YES if so.'
    """
    match = _CONDITION.search(criteria)
    if match is None or match["condition"].lower() in text.lower():
        return criteria
    return criteria.replace(match[0], "")


def is_skeleton(draft: ClaimDraft) -> bool:
    """Return True for the claim's own words, which ask nothing yet."""
    return not draft.plan.text.endswith("?")


def rank_drafts(drafts: Sequence[ClaimDraft]) -> tuple[ClaimDraft, ...]:
    """Rank drafts for a person to choose from: complete ones first, and no skeleton beside others.

    At least one stays.
    """
    useful = [draft for draft in drafts if not is_skeleton(draft)] or drafts[:1]
    return tuple(sorted(useful, key=lambda draft: bool(draft.plan.gaps)))
