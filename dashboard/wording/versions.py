"""How a question came to read as it does: diffs, versions, and what the linter finds."""

from collections.abc import Sequence
from typing import Final

from dashboard.wording.numbers import plural
from dashboard.wording.texts import inert
from forecasts.linting.lint import CODES, Flaw
from forecasts.questions.versions import Piece
from tracker.model.audit import Override

_MARKS: Final = {
    "same": "{}",
    "added": ":blue-background[**{}**]",
    "removed": ":orange-background[~~{}~~]",
}


def marked(pieces: Sequence[Piece]) -> str:
    """A diff as Markdown: what was added is bold, what was removed struck out; the words themselves
    are made inert.
    """
    return " ".join(_MARKS[piece.change].format(inert(piece.text)) for piece in pieces)


def findings(flaws: Sequence[Flaw]) -> str:
    """How many findings there are: `1 finding that blocks, 2 pieces of advice`; `no finding`
    without any.
    """
    blocking = sum(flaw.severity == "blocking" for flaw in flaws)
    advice = len(flaws) - blocking
    told = [plural(blocking, "finding that blocks", "findings that block")] if blocking else []
    told += [plural(advice, "piece of advice", "pieces of advice")] if advice else []
    return ", ".join(told) or "no finding"


def finding(flaw: Flaw) -> str:
    """A finding in a line: `Blocks: readers measure “significantly” by different yardsticks. Name a
    number.`
    """
    kind = "Blocks" if flaw.severity == "blocking" else "Advice"
    return f"{kind}: {_sentence(flaw.reason)} {_sentence(flaw.fix)}"


def against_the_linter(override: Override, *, opened: bool, by: str, on: str) -> str:
    """Why a question stands although the linter objected: `Opened against the linter by me on …,
    because …`
    """
    what = "Opened" if opened else "Worded anew"
    to = " ".join(CODES.get(code, code) for code in override.codes)
    return (
        f"{what} against the linter by {by} on {on}, because: {_sentence(override.why)} The "
        f"linter objected: {to}"
    )


def _sentence(text: str) -> str:
    said = text.strip()
    return said[:1].upper() + said[1:] + ("" if said.endswith((".", "?", "!")) else ".")
