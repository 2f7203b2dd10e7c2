"""An essay to read, sentence by sentence, each to be picked (`dashboard/static/reader/reader.js`)."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from dashboard.components.scripts import ROOM, scripted
from dashboard.essays.essay_data import Block, as_sent, legend
from tracker.model.essays import EssayPage

_FOLDER: Final = "reader"
_STYLE: Final = (ROOM / _FOLDER / "reader.css").read_text(encoding="utf-8")
_BOX: Final = '<ul class="legend"></ul><div class="essay" role="group"></div>'
_KEY: Final = "reader"


def essay_reader(page: EssayPage, found: Sequence[Block], picked: int | None) -> None:
    """Show the paragraphs with one sentence picked; picking another puts its offset into the
    address as `s`.
    """
    sent = as_sent(found)
    looks = [
        {"look": look.name, "mark": look.mark, "words": look.words, "count": n}
        for look, n in legend(page)
    ]
    data = {
        "blocks": sent,
        "legend": looks,
        "version": f"{page.essay.id}-{hash((tuple(found), str(looks)))}",
        "address": f"?e={page.essay.id}&s=",
        "selected": picked,
        "label": f"{page.essay.title}, sentence by sentence",
    }
    scripted(_FOLDER, _BOX, _STYLE)(key=_KEY, data=data, on_picked_change=_note)


def _note() -> None:
    """Put what was picked into the address, before the page runs."""
    offset = st.session_state[_KEY].picked
    if isinstance(offset, int | float) and offset >= 0:
        st.query_params["s"] = str(int(offset))
