"""Wording changes and linter findings in words."""

from collections.abc import Sequence
from typing import Final

from dashboard.wording.numbers import plural
from dashboard.wording.texts import escape_markdown
from forecasts.linting.lint import CODES, Flaw
from forecasts.questions.versions import WordingSegment
from tracker.model.audit import Override

_CHANGE_MARKUP: Final = {
    "same": "{}",
    "added": ":blue-background[**{}**]",
    "removed": ":orange-background[~~{}~~]",
}


def diff_markdown(pieces: Sequence[WordingSegment]) -> str:
    """Format a diff as Markdown: additions bold, removals struck out; the words are escaped."""
    return " ".join(
        _CHANGE_MARKUP[piece.change].format(escape_markdown(piece.text)) for piece in pieces
    )


def count_flaws(flaws: Sequence[Flaw]) -> str:
    """Count findings: `1 finding that blocks, 2 pieces of advice`; `no finding` without any."""
    blocking = sum(flaw.severity == "blocking" for flaw in flaws)
    advice = len(flaws) - blocking
    parts = [plural(blocking, "finding that blocks", "findings that block")] if blocking else []
    parts += [plural(advice, "piece of advice", "pieces of advice")] if advice else []
    return ", ".join(parts) or "no finding"


def flaw_line(flaw: Flaw) -> str:
    """Format a finding: `Blocks: readers measure “significantly” by different yardsticks. Name a
    number.`
    """
    kind = "Blocks" if flaw.severity == "blocking" else "Advice"
    return f"{kind}: {_format_sentence(flaw.reason)} {_format_sentence(flaw.fix)}"


def override_line(override: Override, *, opened: bool, by: str, on: str) -> str:
    """Describe an override of the linter: `Opened against the linter by me on …, because …`"""
    action = "Opened" if opened else "Worded anew"
    objections = " ".join(CODES.get(code, code) for code in override.codes)
    return (
        f"{action} against the linter by {by} on {on}, because: "
        f"{_format_sentence(override.why)} The linter objected: {objections}"
    )


def _format_sentence(text: str) -> str:
    stripped = text.strip()
    return stripped[:1].upper() + stripped[1:] + ("" if stripped.endswith((".", "?", "!")) else ".")
