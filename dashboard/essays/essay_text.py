"""Essays in words: how a sentence stands, how much was asked, how the essay did."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from dashboard.wording.numbers import NBSP, percent, plural
from dashboard.wording.texts import capital
from forecasts.essays.claim_map import (
    Calibration,
    ClaimState,
    Coverage,
    Mapped,
    Verdict,
    VerdictLine,
)


@dataclass(frozen=True, slots=True)
class Look:
    """How a state is shown over an essay: its look by name, the mark before the sentence, and what
    both mean.
    """

    name: str
    mark: str
    words: str


PLAIN: Final = Look("plain", "", "does not look ahead")

LOOK: Final[Mapping[ClaimState, Look]] = MappingProxyType(
    {
        "borne out": Look("borne-out", "✓", "borne out"),
        "mixed": Look("mixed", "±", "mixed: 40 to 60 % borne out"),
        "not borne out": Look("not-borne-out", "✗", "not borne out"),
        "open": Look("open", "%", "open: how likely it is to be borne out"),
        "no answer": Look("no-answer", "○", "asked, without an answer"),
        "not counted": Look(
            "not-counted", "·", "asked, not counted: presupposed, or reported of others"
        ),
        "rejected": Look("rejected", "–", "set aside as untestable"),
        "no question yet": Look("no-question-yet", "?", "no question yet"),
        "dropped": PLAIN,
        "not forward-looking": PLAIN,
    }
)
"""The looks of all states. None is told by its colour alone; the likelier an open one, the stronger
its colour.
"""

DRAFTED: Final = Look("no-question-yet", "✎", "a draft is kept")
LOOKS_BACK: Final = Look("looks-back", "( )", "answers that look back")


def mark_of(one: Mapped) -> str:
    """The mark before a sentence: `✓`, `(✓)` when the answers look back, `62 %` while it is
    open.
    """
    look = LOOK[one.state]
    if one.state == "open":
        return "…" if one.p is None else percent(one.p)
    return f"({look.mark})" if one.retrospective and look.mark else look.mark


def shade_of(one: Mapped) -> int | None:
    """How strongly an open sentence is coloured, 6 to 48 percent; None for all others."""
    if one.state != "open":
        return None
    return 10 if one.p is None else round(6 + 42 * one.p)


def asked_sentence(coverage: Coverage) -> str:
    """`12 of 30 forward-looking sentences became questions, 15 have no question yet.`"""
    ahead = coverage.forward_looking
    if not ahead:
        return "No sentence of it looks ahead."
    became = "became a question" if 1 in (coverage.asked, ahead) else "became questions"
    said = [f"{coverage.asked:,} of {plural(ahead, 'forward-looking sentence')} {became}"]
    if coverage.rejected:
        said.append(
            f"{coverage.rejected:,} {'was' if coverage.rejected == 1 else 'were'} set aside as "
            "untestable"
        )
    if coverage.undecided:
        said.append(
            f"{coverage.undecided:,} {'has' if coverage.undecided == 1 else 'have'} no question yet"
        )
    return f"{', '.join(said)}."


def claims_asked(coverage: Coverage) -> str:
    """The same for an essay whose text is not kept: nobody knows what was overlooked."""
    became = (
        "became a question"
        if 1 in (coverage.asked, coverage.forward_looking)
        else "became questions"
    )
    return f"{coverage.asked:,} of {plural(coverage.forward_looking, 'claim')} {became}."


def record(line: VerdictLine) -> str:
    """`3 of 5 borne out`, for a row; `nothing answered yet` before the first answer."""
    if not line.answered:
        return "nothing answered yet" if line.claims else ""
    return f"{round(line.borne_out, 1):g} of {line.answered} borne out"


def headline(verdict: Verdict) -> tuple[str, str]:
    """The record in words: what one reads first, and what has to be said with it."""
    line = verdict.overall
    if not line.claims:
        looks_back = (
            "No question looks back." if verdict.retrospective else "Nothing was asked live yet."
        )
        return "–", looks_back
    if not line.answered:
        return "No answer yet", f"{_open(line)}."
    said = [
        f"{_interval(line.interval)}: {_few(line.answered)}"
        if line.small
        else _interval(line.interval)
    ]
    if line.open:
        said.append(_open(line))
    if line.unanswered:
        said.append(f"{line.unanswered:,} without an answer")
    return capital(record(line)), f"{capital('; '.join(said))}."


def _few(answered: int) -> str:
    return f"{plural(answered, 'answer')} {'is' if answered == 1 else 'are'} too few to judge by"


def _open(line: VerdictLine) -> str:
    likely = (
        ""
        if line.mean_chance is None
        else f", on average {percent(line.mean_chance)} likely to be borne out"
    )
    return f"{plural(line.open, 'claim')} still open{likely}"


def _interval(interval: tuple[float, float] | None) -> str:
    if interval is None:
        return ""
    low, high = (percent(bound) for bound in interval)
    return f"the true share may lie between {low} and {high}"


def sounded(calibration: Calibration | None) -> str:
    """How sure the essay sounded against how often it was right; "" before the first answer."""
    if calibration is None:
        return ""
    found = (
        f"Where its words tell how sure it is, it sounded {percent(calibration.claimed)} sure "
        f"and was right in {percent(calibration.share)} of {plural(calibration.claims, 'claim')}"
    )
    gap = round(100 * calibration.overconfidence)
    if calibration.small:
        return f"{found}: too few to judge by."
    if abs(gap) < 5:
        return f"{found}: as sure as it should have been."
    return f"{found}: {plural(abs(gap), 'point')} too {'sure' if gap > 0 else 'cautious'}."


def said_with(one: Mapped) -> str:
    """How a sentence makes its claim: `“will” · explicit prediction · sounds 100 % sure`."""
    sentence = one.sentence
    parts = [f"“{sentence.cue}”"] if sentence.cue else []
    if sentence.kind:
        parts.append(sentence.kind)
    if sentence.cue and sentence.modality:
        parts.append(f"sounds {percent(sentence.modality)} sure")
    return " · ".join(parts)


def standing(one: Mapped) -> str:
    """A sentence's state for its panel: `Mixed (1 of 2)`."""
    return capital(one.words.replace("%", f"{NBSP}%") if one.state == "open" else one.words)
