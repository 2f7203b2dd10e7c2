"""Custom components: scripts of our own that run in a page.

A script is served as a file, because the content policy forbids inline scripts; its data is
inserted as text, never as markup.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import streamlit as st
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest

COMPONENTS_FOLDER: Final = Path(__file__).parent.parent / "static"
_PACKAGE: Final = "tracker"
_COMPONENT_NAMES: Final = ("reader", "keeper", "marked", "zone")


def load_component(folder: str, html: str = "", css: str = "") -> Callable[..., Any]:
    """Return the component whose script is `dashboard/{folder}/{folder}.js`.

    Streamlit loads scripts only from a package that declares them, so they are registered here,
    once for each runtime (every test has its own).
    """
    manager = get_bidi_component_manager()
    name = f"{_PACKAGE}.{folder}"
    if manager.get_component_asset_root(name) is None:
        declared = [ComponentConfig(component, component) for component in _COMPONENT_NAMES]
        manager.register_from_manifest(
            ComponentManifest(_PACKAGE, "1", declared), COMPONENTS_FOLDER
        )
    return st.components.v2.component(name, html=html or None, css=css or None, js=f"{folder}.js")
