"""Essays in words: states of sentences, coverage and record."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from dashboard.wording.numbers import percent_whole, plural
from forecasts.essays.claim_map import (
    ClaimCoverage,
    ClaimState,
    MappedSentence,
    TrackRecord,
)
from forecasts.essays.claim_outcomes import base_chance, find_weakness
from forecasts.questions.formatting import capitalise
from forecasts.questions.question import Question


@dataclass(frozen=True, slots=True)
class StateStyle:
    """Style of a state over an essay: CSS name, mark before the sentence, and meaning."""

    name: str
    mark: str
    words: str


PLAIN_STYLE: Final = StateStyle("plain", "", "does not look ahead")

STATE_STYLES: Final[Mapping[ClaimState, StateStyle]] = MappingProxyType(
    {
        "borne out": StateStyle("borne-out", "✓", "borne out"),
        "mixed": StateStyle("mixed", "±", "mixed: 40 to 60% borne out"),
        "not borne out": StateStyle("not-borne-out", "✗", "not borne out"),
        "open": StateStyle("open", "%", "open: how likely it is to be borne out"),
        "no answer": StateStyle("no-answer", "○", "asked, without an answer"),
        "not counted": StateStyle(
            "not-counted", "·", "asked, not counted: presupposed, or reported of others"
        ),
        "rejected": StateStyle("rejected", "–", "set aside as untestable"),
        "no question yet": StateStyle("no-question-yet", "?", "no question yet"),
        "dropped": PLAIN_STYLE,
        "not forward-looking": PLAIN_STYLE,
    }
)
"""Styles of all states. None is distinguished by colour alone; the likelier an open one, the
stronger its colour.
"""

DRAFTED_STYLE: Final = StateStyle("no-question-yet", "✎", "draft saved")
LOOKS_BACK_STYLE: Final = StateStyle("looks-back", "( )", "answers that look back")
SAYS_LITTLE_STYLE: Final = StateStyle(
    "says-little", "*", "says little: the test could hardly turn out otherwise"
)


def sentence_mark(claim: MappedSentence) -> str:
    """Return the mark before a sentence: `✓`, `(✓)` if retrospective, `62%` while it is open.

    An asterisk follows if its tests say little.
    """
    weak_mark = SAYS_LITTLE_STYLE.mark if claim.says_little else ""
    mark = STATE_STYLES[claim.state].mark
    if claim.state == "open":
        mark = "…" if claim.p is None else percent_whole(claim.p)
    elif claim.retrospective:
        mark = f"({mark})"
    return f"{mark}{weak_mark}"


def sentence_shade(claim: MappedSentence) -> int | None:
    """Return the colour strength of an open sentence, 6 to 48 percent; None for all others."""
    if claim.state != "open":
        return None
    return 10 if claim.p is None else round(6 + 42 * claim.p)


def describe_coverage(coverage: ClaimCoverage) -> str:
    """State the coverage: `12 of 30 forward-looking sentences became questions, 15 have no question
    yet.`
    """
    total = coverage.forward_looking
    if not total:
        return "No sentence of it looks ahead."
    became = "became a question" if 1 in (coverage.asked, total) else "became questions"
    parts = [f"{coverage.asked:,} of {plural(total, 'forward-looking sentence')} {became}"]
    if coverage.rejected:
        parts.append(
            f"{coverage.rejected:,} {'was' if coverage.rejected == 1 else 'were'} set aside as "
            "untestable"
        )
    if coverage.undecided:
        parts.append(
            f"{coverage.undecided:,} {'has' if coverage.undecided == 1 else 'have'} no question yet"
        )
    return f"{', '.join(parts)}."


def describe_claim_coverage(coverage: ClaimCoverage) -> str:
    """State the coverage of an essay without a stored text, whose missed claims are unknown."""
    became = (
        "became a question"
        if 1 in (coverage.asked, coverage.forward_looking)
        else "became questions"
    )
    return f"{coverage.asked:,} of {plural(coverage.forward_looking, 'claim')} {became}."


SKILL_NOTE: Final = (
    "Chance is what the base rates of the same questions give, and skill is what was borne out "
    "beyond it. A claim counts once, however many questions test it."
)


def describe_record(record: TrackRecord) -> tuple[str, tuple[str, ...]]:
    """Return the record in words: the headline, and the sentences beneath it."""
    if not record.claims:
        looks_back = (
            "No question looks back." if record.retrospective else "Nothing was asked live yet."
        )
        return "–", (looks_back,)
    sentences = (
        record.chance_words,
        record.skill_words,
        record.test_words,
        _describe_unanswered(record),
    )
    return record.headline or "No answer yet", tuple(filter(None, sentences))


def _describe_unanswered(record: TrackRecord) -> str:
    parts = [describe_open(record)] if record.open else []
    if record.unanswered:
        parts.append(f"{record.unanswered:,} without an answer")
    return f"{capitalise('; '.join(parts))}." if parts else ""


def describe_open(record: TrackRecord) -> str:
    """Describe the open claims: `3 claims still open, on average 62% likely to be borne out`."""
    chance_words = (
        ""
        if record.mean_chance is None
        else f", on average {percent_whole(record.mean_chance)} likely to be borne out"
    )
    return f"{plural(record.open, 'claim')} still open{chance_words}"


def describe_modality(claim: MappedSentence) -> str:
    """Describe the wording of a claim: `“will” · explicit prediction · sounds 100% sure`."""
    sentence = claim.sentence
    parts = [f"“{sentence.cue}”"] if sentence.cue else []
    if sentence.kind:
        parts.append(sentence.kind)
    if sentence.cue and sentence.modality:
        parts.append(f"sounds {percent_whole(sentence.modality)} sure")
    return " · ".join(parts)


def describe_claim_state(claim: MappedSentence) -> str:
    """Describe a sentence's state for its panel: `Mixed (1 of 2)`."""
    return capitalise(claim.words)


def describe_test(question: Question) -> str:
    """Describe a test that says little: `says little: could hardly fail, 97% by its base rate`."""
    weakness, chance = find_weakness(question), base_chance(question)
    if weakness is None or chance is None:
        return ""
    likely = percent_whole(chance if weakness == "could hardly fail" else 1.0 - chance)
    return f"says little: {weakness}, {likely} sure by its base rate"
