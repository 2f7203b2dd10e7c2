"""How streamlit is set: in code, so that it holds from an installed wheel in any working directory.

Values given this way win over a `config.toml` and over the environment, as a command line flag would.
"""

from collections.abc import Sequence
from typing import Any, Final

_PALETTE: Final = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8A8A8A"]

LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")

_SERVING: Final[dict[str, Any]] = {
    "browser.gatherUsageStats": False,  # telemetry would contact a foreign host
    "client.disableDataExport": True,  # its CSV lets a headline start a formula; the page Reports has one that does not
    "client.showErrorDetails": "none",
    "client.showErrorLinks": False,
    "client.toolbarMode": "viewer",
    "global.developmentMode": False,
    "global.disableWidgetStateDuplicationWarning": True,  # it would stand on the page; the state is what counts
    "runner.magicEnabled": False,
    "runner.postScriptGC": False,  # a look at every answer that is kept, after each click: 100 ms for twenty pages
    "server.enableStaticServing": False,
    "server.fileWatcherType": "none",
    "server.headless": True,
}

_LOOK: Final[dict[str, Any]] = {
    "theme.baseFontSize": 15,
    "theme.baseRadius": "0.4rem",
    "theme.headingFontSizes": ["1.7rem", "1.35rem", "1.15rem", "1.05rem", "1rem", "0.95rem"],
    "theme.metricValueFontSize": "1.6rem",
    "theme.paddingTop": "1.2rem",
    "theme.chartCategoricalColors": _PALETTE,
    "theme.light.primaryColor": "#00608F",
    "theme.light.backgroundColor": "#FFFFFF",
    "theme.light.secondaryBackgroundColor": "#F3F5F7",
    "theme.light.textColor": "#0B1216",
    "theme.dark.primaryColor": "#1D78B0",
    "theme.dark.backgroundColor": "#12171B",
    "theme.dark.secondaryBackgroundColor": "#1D252B",
    "theme.dark.textColor": "#E8ECEF",
}


def options(hosts: Sequence[str]) -> dict[str, Any]:
    """Every streamlit option that is set; `hosts` are the names this server answers to, none for any."""
    return {**_SERVING, **_LOOK, "server.allowedHosts": list(hosts)}


def configure(hosts: Sequence[str] = LOOPBACK) -> None:
    """Set streamlit's options for this process; to be done before its app is made."""
    from streamlit import config

    config.get_config_options(force_reparse=True, options_from_flags=options(hosts))
