"""An essay to read, sentence by sentence, each to be picked: the one place where a script of our own runs in the page.

Its script is served as a file, because the content policy lets none in that stands in a message; what is shown is
handed over as data, and becomes text and never markup (`dashboard/reader/reader.js`).
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import streamlit as st
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest

from dashboard.frames.essay import Block, as_sent, legend
from tracker.essays.values import EssayPage

_ROOM: Final = Path(__file__).parent.parent
_FOLDER: Final = "reader"
_NAME: Final = f"tracker.{_FOLDER}"
_STYLE: Final = (_ROOM / _FOLDER / "reader.css").read_text(encoding="utf-8")
_BOX: Final = '<ul class="legend"></ul><div class="essay" role="group"></div>'
_KEY: Final = "reader"


def essay_reader(page: EssayPage, found: Sequence[Block], picked: int | None) -> None:
    """Show the paragraphs with one sentence picked; picking another puts its offset into the address as `s`."""
    sent = as_sent(found)
    looks = [{"look": look.name, "mark": look.mark, "words": look.words, "count": n} for look, n in legend(page)]
    data = {
        "blocks": sent,
        "legend": looks,
        "version": f"{page.essay.id}-{hash((tuple(found), str(looks)))}",
        "address": f"?e={page.essay.id}&s=",
        "selected": picked,
        "label": f"{page.essay.title}, sentence by sentence",
    }
    _renderer()(key=_KEY, data=data, on_picked_change=_note)


def _note() -> None:
    """Put what was picked into the address, before the page runs."""
    offset = st.session_state[_KEY].picked
    if isinstance(offset, int | float) and offset >= 0:
        st.query_params["s"] = str(int(offset))


def _renderer() -> Callable[..., Any]:
    """The component, made known to the runtime that runs this page.

    Streamlit takes a script from a file only of a package that declares it, so this declares it; each runtime (every
    test has its own) has to be told once.
    """
    known = get_bidi_component_manager()
    if known.get_component_asset_root(_NAME) is None:
        known.register_from_manifest(ComponentManifest("tracker", "1", [ComponentConfig(_FOLDER, _FOLDER)]), _ROOM)
    return st.components.v2.component(_NAME, html=_BOX, css=_STYLE, js="reader.js")
