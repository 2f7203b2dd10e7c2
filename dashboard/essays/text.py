"""Essays in words: marks and states of sentences, coverage, and how an essay stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from dashboard.wording.numbers import percent_whole, plural
from forecasts.essays.claim_map import ClaimCoverage, ClaimState, MappedSentence, TrackRecord
from forecasts.essays.claim_outcomes import base_chance, find_weakness
from forecasts.questions.formatting import capitalise
from forecasts.questions.question import Question
from forecasts.statistics.intervals import jeffreys


@dataclass(frozen=True, slots=True)
class StateStyle:
    """Style of a state over an essay: CSS name, mark before the sentence, and meaning."""

    name: str
    mark: str
    words: str


PLAIN_STYLE: Final = StateStyle("plain", "", "does not look ahead")

STATE_STYLES: Final[Mapping[ClaimState, StateStyle]] = MappingProxyType(
    {
        "borne out": StateStyle("borne-out", "✓", "came true"),
        "mixed": StateStyle("mixed", "±", "mixed: 40 to 60% came true"),
        "not borne out": StateStyle("not-borne-out", "✗", "did not come true"),
        "open": StateStyle("open", "%", "open: how likely it is to come true"),
        "no answer": StateStyle("no-answer", "○", "asked, without an answer"),
        "not counted": StateStyle(
            "not-counted", "·", "asked, not counted: presupposed, or reported of others"
        ),
        "rejected": StateStyle("rejected", "–", "untestable"),
        "no question yet": StateStyle("no-question-yet", "?", "no question yet"),
        "dropped": PLAIN_STYLE,
        "not forward-looking": PLAIN_STYLE,
    }
)
"""Styles of all states. None is distinguished by colour alone; the likelier an open one, the
stronger its colour.
"""

DRAFTED_STYLE: Final = StateStyle("no-question-yet", "✎", "draft saved")
LOOKS_BACK_STYLE: Final = StateStyle("looks-back", "( )", "known when it was asked")
SAYS_LITTLE_STYLE: Final = StateStyle(
    "says-little", "*", "says little: the test could hardly turn out otherwise"
)

PRACTICE_NOTE: Final = "Retrospective: written after the outcome was known"


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


def describe_coverage(coverage: ClaimCoverage, *, has_text: bool = True) -> str:
    """State the coverage: `12 of 30 forward-looking sentences became questions, 15 have no question
    yet.`

    Without its text nobody knows which sentences were missed, and only its claims are counted.
    """
    total = coverage.forward_looking
    if not total:
        return "No sentence of it looks ahead."
    became = "became a question" if 1 in (coverage.asked, total) else "became questions"
    counted = plural(total, "forward-looking sentence" if has_text else "claim")
    parts = [f"{coverage.asked:,} of {counted} {became}"]
    if coverage.rejected and has_text:
        verb = "is" if coverage.rejected == 1 else "are"
        parts.append(f"{coverage.rejected:,} {verb} untestable")
    if coverage.undecided and has_text:
        verb = "has" if coverage.undecided == 1 else "have"
        parts.append(f"{coverage.undecided:,} {verb} no question yet")
    return f"{', '.join(parts)}."


def describe_share(record: TrackRecord) -> str:
    """State how many answered claims came true: `About 19 of 28 came true (69%; 95% CI 51–84%)`."""
    if not record.answered:
        return ""
    share = record.borne_out / record.answered
    low, high = map(
        percent_whole, jeffreys(min(record.borne_out, record.answered), record.answered)
    )
    about = "" if record.borne_out == int(record.borne_out) else "About "
    return (
        f"{about}{round(record.borne_out)} of {record.answered} came true "
        f"({percent_whole(share)}; 95% CI {low.rstrip('%')}–{high})"
    )


def describe_standing(record: TrackRecord) -> str:
    """State how a record stands: what came true, and what is open; empty without claims."""
    if not record.claims:
        return ""
    parts = [describe_share(record) or "No answer yet"]
    if record.open:
        parts.append(describe_open(record))
    return f"{'; '.join(parts)}."


def describe_practice(record: TrackRecord) -> str:
    """State how a retrospective record stands; empty without an answer."""
    share = describe_share(record)
    return f"Looking back, {share[:1].lower()}{share[1:]}." if share else ""


def describe_open(record: TrackRecord) -> str:
    """Describe the open claims: `3 claims are open, on average 62% likely to come true`."""
    verb = "is" if record.open == 1 else "are"
    chance = record.mean_chance
    likely = "" if chance is None else f", on average {percent_whole(chance)} likely to come true"
    return f"{plural(record.open, 'claim')} {verb} open{likely}"


def list_record_notes(record: TrackRecord) -> tuple[str, ...]:
    """List what else there is to say of a record: chance, skill, weak tests, missing answers."""
    missing = (
        f"{plural(record.unanswered, 'claim')} without an answer." if record.unanswered else ""
    )
    notes = (record.chance_words, record.skill_words, record.test_words, missing)
    return tuple(filter(None, notes))


def describe_modality(claim: MappedSentence) -> str:
    """Describe the wording of a claim: `“will” · explicit prediction · stated with certainty`."""
    sentence = claim.sentence
    parts = [f"“{sentence.cue}”"] if sentence.cue else []
    if sentence.kind:
        parts.append(sentence.kind)
    if sentence.cue and sentence.modality:
        sure = percent_whole(sentence.modality)
        parts.append("stated with certainty" if sure == "100%" else f"sounds {sure} sure")
    return " · ".join(parts)


def describe_claim_state(claim: MappedSentence) -> str:
    """Describe a sentence's state for its panel: `Mixed (1 of 2)`."""
    return capitalise(claim.words.replace("rejected:", "untestable:"))


def describe_test(question: Question) -> str:
    """Describe a test that says little: `says little: could hardly fail, 97% by its base rate`."""
    weakness, chance = find_weakness(question), base_chance(question)
    if weakness is None or chance is None:
        return ""
    likely = percent_whole(chance if weakness == "could hardly fail" else 1.0 - chance)
    return f"says little: {weakness}, {likely} sure by its base rate"
