"""Custom components: scripts of our own that run in a page.

A script is served as a file, because the content policy forbids inline scripts; its data is
inserted as text, never as markup.
"""

import logging
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any, Final

import streamlit as st

_LOG: Final = logging.getLogger("dashboard")


@cache
def warn_missing(part: str, effect: str) -> None:
    """Log once per process that streamlit lacks a part, and the effect."""
    _LOG.warning("the installed streamlit has no %s: %s", part, effect)


_COMPONENTS_FOLDER: Final = Path(__file__).parent.parent / "static"
_PACKAGE: Final = "tracker"
_COMPONENT_NAMES: Final = ("reader", "entry", "rows", "zone")


def load_component(
    folder: str,
    html: str = "",
    plain: str | Callable[..., None] = "",
    *,
    isolated: bool = True,
) -> Callable[..., Any]:
    """Return the component whose script is `dashboard/static/{folder}/{folder}.js`.

    Its style stands beside the script, and so may its markup if `html` is empty.

    If streamlit does not let us declare scripts, the component shows the text `plain`, or what that
    function shows of its data. An isolated one has a style of its own; any other is a part of the
    page, which keyboard commands reach.
    """
    name = f"{_PACKAGE}.{folder}"
    try:
        _declare(name)
    except (AttributeError, ImportError, TypeError):
        warn_missing("manifest of components", "lists and forms are plain")
        return partial(_show_plain, plain) if isinstance(plain, str) else plain
    return st.components.v2.component(
        name,
        html=html or _read_part(f"{folder}.html"),
        css=_read_part(f"{folder}.css"),
        js=f"{folder}.js",
        isolate_styles=isolated,
    )


@cache
def _read_part(name: str) -> str | None:
    """Read a file beside the script of a component; None if it has no such file."""
    path = _COMPONENTS_FOLDER / name.partition(".")[0] / name
    return path.read_text(encoding="utf-8") if path.is_file() else None


def _declare(name: str) -> None:
    """Register our scripts, once for each runtime (every test has its own).

    Streamlit loads scripts only from a package that declares them.
    """
    from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
    from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest

    manager = get_bidi_component_manager()
    if manager.get_component_asset_root(name) is None:
        declared = [ComponentConfig(component, component) for component in _COMPONENT_NAMES]
        manager.register_from_manifest(
            ComponentManifest(_PACKAGE, "1", declared), _COMPONENTS_FOLDER
        )


def _show_plain(text: str, **_options: object) -> None:
    if text:
        st.text(text)
