"""Essay reader component: sentences that can be selected (`dashboard/static/reader/reader.js`)."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from dashboard.components.scripts import ROOM, scripted
from dashboard.essays.essay_data import Block, as_sent, legend
from tracker.model.essays import EssayPage

_FOLDER: Final = "reader"
_STYLE: Final = (ROOM / _FOLDER / "reader.css").read_text(encoding="utf-8")
_HTML: Final = '<ul class="legend"></ul><div class="essay" role="group"></div>'
_KEY: Final = "reader"


def essay_reader(page: EssayPage, blocks: Sequence[Block], picked: int | None) -> None:
    """Show the paragraphs with one sentence selected; selecting another sets the address parameter
    `s`.
    """
    sent_blocks = as_sent(blocks)
    legend_rows = [
        {"look": look.name, "mark": look.mark, "words": look.words, "count": n}
        for look, n in legend(page)
    ]
    data = {
        "blocks": sent_blocks,
        "legend": legend_rows,
        "version": f"{page.essay.id}-{hash((tuple(blocks), str(legend_rows)))}",
        "address": f"?e={page.essay.id}&s=",
        "selected": picked,
        "label": f"{page.essay.title}, sentence by sentence",
    }
    scripted(_FOLDER, _HTML, _STYLE)(key=_KEY, data=data, on_picked_change=_store_selection)


def _store_selection() -> None:
    """Put the selected sentence into the address, before the page runs."""
    offset = st.session_state[_KEY].picked
    if isinstance(offset, int | float) and offset >= 0:
        st.query_params["s"] = str(int(offset))
