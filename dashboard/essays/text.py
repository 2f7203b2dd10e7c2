"""Essays in words: states of sentences, coverage, and record."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from dashboard.wording.numbers import NBSP, percent_whole, plural
from forecasts.essays.claim_map import (
    ClaimCoverage,
    ClaimState,
    EssayCalibration,
    MappedSentence,
    TrackRecord,
    TrackRecordLine,
)
from forecasts.questions.format import capitalise


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
        "mixed": StateStyle("mixed", "±", "mixed: 40 to 60 % borne out"),
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

DRAFTED_STYLE: Final = StateStyle("no-question-yet", "✎", "a draft is kept")
LOOKS_BACK_STYLE: Final = StateStyle("looks-back", "( )", "answers that look back")


def sentence_mark(claim: MappedSentence) -> str:
    """Return the mark before a sentence: `✓`, `(✓)` if retrospective, `62 %` while it is open."""
    style = STATE_STYLES[claim.state]
    if claim.state == "open":
        return "…" if claim.p is None else percent_whole(claim.p)
    return f"({style.mark})" if claim.retrospective and style.mark else style.mark


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


def format_record(line: TrackRecordLine) -> str:
    """Format a record: `3 of 5 borne out`; `nothing answered yet` before the first answer."""
    if not line.answered:
        return "nothing answered yet" if line.claims else ""
    return f"{round(line.borne_out, 1):g} of {line.answered} borne out"


def record_headline(verdict: TrackRecord) -> tuple[str, str]:
    """Return the record in words: the headline, and its qualification."""
    line = verdict.overall
    if not line.claims:
        looks_back = (
            "No question looks back." if verdict.retrospective else "Nothing was asked live yet."
        )
        return "–", looks_back
    if not line.answered:
        return "No answer yet", f"{_open_words(line)}."
    parts = [
        f"{_interval_words(line.interval)}: {_too_few_words(line.answered)}"
        if line.is_small_sample
        else _interval_words(line.interval)
    ]
    if line.open:
        parts.append(_open_words(line))
    if line.unanswered:
        parts.append(f"{line.unanswered:,} without an answer")
    return capitalise(format_record(line)), f"{capitalise('; '.join(parts))}."


def _too_few_words(answered: int) -> str:
    return f"{plural(answered, 'answer')} {'is' if answered == 1 else 'are'} too few to judge by"


def _open_words(line: TrackRecordLine) -> str:
    chance_words = (
        ""
        if line.mean_chance is None
        else f", on average {percent_whole(line.mean_chance)} likely to be borne out"
    )
    return f"{plural(line.open, 'claim')} still open{chance_words}"


def _interval_words(interval: tuple[float, float] | None) -> str:
    if interval is None:
        return ""
    low, high = (percent_whole(bound) for bound in interval)
    return f"the true share may lie between {low} and {high}"


def describe_overconfidence(calibration: EssayCalibration | None) -> str:
    """Compare claimed certainty with the share confirmed; "" before the first answer."""
    if calibration is None:
        return ""
    sentence = (
        f"Where its words tell how sure it is, it sounded {percent_whole(calibration.claimed)} "
        f"sure and was right in {percent_whole(calibration.share)} of "
        f"{plural(calibration.claims, 'claim')}"
    )
    gap = round(100 * calibration.overconfidence)
    if calibration.is_small_sample:
        return f"{sentence}: too few to judge by."
    if abs(gap) < 5:
        return f"{sentence}: as sure as it should have been."
    return f"{sentence}: {plural(abs(gap), 'point')} too {'sure' if gap > 0 else 'cautious'}."


def describe_modality(claim: MappedSentence) -> str:
    """Describe the wording of a claim: `“will” · explicit prediction · sounds 100 % sure`."""
    sentence = claim.sentence
    parts = [f"“{sentence.cue}”"] if sentence.cue else []
    if sentence.kind:
        parts.append(sentence.kind)
    if sentence.cue and sentence.modality:
        parts.append(f"sounds {percent_whole(sentence.modality)} sure")
    return " · ".join(parts)


def describe_claim_state(claim: MappedSentence) -> str:
    """Describe a sentence's state for its panel: `Mixed (1 of 2)`."""
    return capitalise(
        claim.words.replace("%", f"{NBSP}%") if claim.state == "open" else claim.words
    )
