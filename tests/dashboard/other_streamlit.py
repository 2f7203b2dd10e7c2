"""`python -m tests.dashboard.other_streamlit RECORD OPTIONS`: the dashboard on a streamlit that lacks
every internal part that the dashboard uses.
"""

import sys
from pathlib import Path
from types import SimpleNamespace

import streamlit
from streamlit.components.v2 import manifest_scanner

from dashboard.server import assets


def hide_parts() -> None:
    """Make the dashboard miss what streamlit does not document; streamlit itself misses nothing."""
    assets.STATIC = Path("nowhere")
    del manifest_scanner.ComponentManifest
    streamlit.net_util = SimpleNamespace()
    from dashboard.server import serve

    serve.delta_generator = SimpleNamespace()
    serve._HEAVY_MODULES = ("streamlit.none", "dashboard.app")


if __name__ == "__main__":
    hide_parts()
    from dashboard.__main__ import main

    sys.exit(main(sys.argv[2:]))
