"""Feed text with matched words highlighted (`dashboard/static/marked/marked.js`), never
Markdown.
"""

import re
from collections.abc import Sequence
from typing import Final, Literal

from dashboard.components.scripts import COMPONENTS_FOLDER, load_component

_FOLDER: Final = "marked"
_STYLE: Final = (COMPONENTS_FOLDER / _FOLDER / "marked.css").read_text(encoding="utf-8")
_HTML: Final = '<div class="marked"></div>'


def show_marked_text(
    text: str, words: Sequence[str], key: str, look: Literal["headline", "prose"] = "prose"
) -> None:
    """Show a text with the matched `words` highlighted."""
    component = load_component(_FOLDER, _HTML, _STYLE, plain=text)
    component(key=key, data={"pieces": split_marked(text, words), "look": look})


def split_marked(text: str, words: Sequence[str]) -> list[tuple[str, bool]]:
    """Split a text into pieces with a flag for the given words, as whole words in any case.



    >>> split_marked("Envoy: envoys meet the envoy", ["envoy"])
    [('Envoy', True), (': envoys meet the ', False), ('envoy', True)]
    """
    patterns = sorted(filter(None, words), key=len, reverse=True)
    if not patterns:
        return [(text, False)]
    parts = re.split(
        rf"(?<!\w)({'|'.join(map(re.escape, patterns))})(?!\w)", text, flags=re.IGNORECASE
    )
    return [(piece, bool(n % 2)) for n, piece in enumerate(parts) if piece]
