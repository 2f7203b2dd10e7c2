"""Scripts of our own that run in a page: how each is made known to Streamlit.

A script is served as a file, because the content policy lets none in that stands in a message; what
it shows is handed over as data, and becomes text and never markup.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import streamlit as st
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest

ROOM: Final = Path(__file__).parent.parent / "static"
_PACKAGE: Final = "tracker"
_FOLDERS: Final = ("reader", "keeper", "marked", "zone")


def scripted(folder: str, html: str = "", css: str = "") -> Callable[..., Any]:
    """The component whose script is `dashboard/{folder}/{folder}.js`.

    Streamlit takes a script from a file only of a package that declares it, so this declares them;
    each runtime (every test has its own) has to be told once.
    """
    known = get_bidi_component_manager()
    name = f"{_PACKAGE}.{folder}"
    if known.get_component_asset_root(name) is None:
        declared = [ComponentConfig(each, each) for each in _FOLDERS]
        known.register_from_manifest(ComponentManifest(_PACKAGE, "1", declared), ROOM)
    return st.components.v2.component(name, html=html or None, css=css or None, js=f"{folder}.js")
