"""Feed text with the words that matched marked (`dashboard/static/marked/marked.js`); it never passes
through Markdown.
"""

import re
from collections.abc import Sequence
from typing import Final, Literal

from dashboard.components.scripts import ROOM, scripted

_FOLDER: Final = "marked"
_STYLE: Final = (ROOM / _FOLDER / "marked.css").read_text(encoding="utf-8")
_BOX: Final = '<div class="marked"></div>'


def marked(
    text: str, words: Sequence[str], key: str, look: Literal["headline", "prose"] = "prose"
) -> None:
    """Show a text; `words` are those that matched."""
    scripted(_FOLDER, _BOX, _STYLE)(key=key, data={"pieces": pieces(text, words), "look": look})


def pieces(text: str, words: Sequence[str]) -> list[tuple[str, bool]]:
    """The text cut into pieces, each with whether it is one of the words, as a whole word in any
    case.

    >>> pieces("Envoy: envoys meet the envoy", ["envoy"])
    [('Envoy', True), (': envoys meet the ', False), ('envoy', True)]
    """
    wanted = sorted(filter(None, words), key=len, reverse=True)
    if not wanted:
        return [(text, False)]
    found = re.split(
        rf"(?<!\w)({'|'.join(map(re.escape, wanted))})(?!\w)", text, flags=re.IGNORECASE
    )
    return [(piece, bool(n % 2)) for n, piece in enumerate(found) if piece]
