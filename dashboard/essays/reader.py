"""Essay reader component: sentences that can be selected (`dashboard/static/reader/reader.js`)."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from dashboard.components.scripts import COMPONENTS_FOLDER, load_component
from dashboard.essays.essay_data import Paragraph, count_styles, serialise_paragraphs
from tracker.model.essays import EssayPage

_FOLDER: Final = "reader"
_STYLE: Final = (COMPONENTS_FOLDER / _FOLDER / "reader.css").read_text(encoding="utf-8")
_HTML: Final = '<ul class="legend"></ul><div class="essay" role="group"></div>'
_KEY: Final = "reader"


def show_essay_reader(page: EssayPage, blocks: Sequence[Paragraph], picked: int | None) -> None:
    """Show the paragraphs with one sentence selected; selecting another sets the address parameter
    `s`.
    """
    sent_blocks = serialise_paragraphs(blocks)
    legend_rows = [
        {"look": look.name, "mark": look.mark, "words": look.words, "count": n}
        for look, n in count_styles(page)
    ]
    data = {
        "blocks": sent_blocks,
        "legend": legend_rows,
        "version": f"{page.essay.id}-{hash((tuple(blocks), str(legend_rows)))}",
        "address": f"?e={page.essay.id}&s=",
        "selected": picked,
        "label": f"{page.essay.title}, sentence by sentence",
    }
    prose = "\n\n".join(" ".join(piece.text for piece in block) for block in blocks)
    component = load_component(_FOLDER, _HTML, _STYLE, plain=prose)
    component(key=_KEY, data=data, on_picked_change=_store_selection)


def _store_selection() -> None:
    """Put the selected sentence into the address, before the page runs."""
    offset = st.session_state[_KEY].picked
    if isinstance(offset, int | float) and offset >= 0:
        st.query_params["s"] = str(int(offset))
