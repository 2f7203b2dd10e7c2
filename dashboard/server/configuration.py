"""Streamlit options, set in code so that they hold from an installed wheel in any directory.

These values override `config.toml` and the environment, as command line flags would.
"""

from typing import Any, Final

from dashboard.components.scripts import warn_missing
from tracker.model.chart_style import PALETTE

MAX_UPLOAD_MEGABYTES: Final = 10
"""Largest file that the server accepts; a page may set a lower limit."""

MAX_MESSAGE_MEGABYTES: Final = 8
"""Largest message of a page: the content of all its fields, such as a pasted essay."""

_SERVER_OPTIONS: Final[dict[str, Any]] = {
    "browser.gatherUsageStats": False,  # telemetry would contact a foreign host
    # Its CSV lets a headline start a formula; that of the page Reports does not.
    "client.disableDataExport": True,
    "client.showErrorDetails": "none",
    "client.showErrorLinks": False,
    "client.toolbarMode": "viewer",
    "global.developmentMode": False,
    # The warning would be shown on the page; the session state takes precedence on purpose.
    "global.disableWidgetStateDuplicationWarning": True,
    "runner.magicEnabled": False,
    # A scan of all cached results after each click: 100 ms for twenty pages.
    "runner.postScriptGC": False,
    "server.enableAgentApi": False,  # programs could act on the pages as a person does
    "server.enableStaticServing": False,
    "server.fileWatcherType": "none",
    "server.headless": True,
    "server.maxUploadSize": MAX_UPLOAD_MEGABYTES,
    "server.maxWidgetStateSize": MAX_MESSAGE_MEGABYTES,
}

_THEME_OPTIONS: Final[dict[str, Any]] = {
    "theme.baseFontSize": 15,
    "theme.baseRadius": "0.4rem",
    "theme.headingFontSizes": ["1.7rem", "1.35rem", "1.15rem", "1.05rem", "1rem", "0.95rem"],
    "theme.metricValueFontSize": "1.6rem",
    "theme.paddingTop": "1.2rem",
    "theme.chartCategoricalColors": list(PALETTE),
    "theme.light.primaryColor": "#00608F",
    "theme.light.backgroundColor": "#FFFFFF",
    "theme.light.secondaryBackgroundColor": "#F3F5F7",
    "theme.light.textColor": "#0B1216",
    "theme.dark.primaryColor": "#1D78B0",
    "theme.dark.backgroundColor": "#12171B",
    "theme.dark.secondaryBackgroundColor": "#1D252B",
    "theme.dark.textColor": "#E8ECEF",
}


def streamlit_options(public_origin: str = "") -> dict[str, Any]:
    """List all options; `public_origin` is that of the pages behind a proxy, "" for none."""
    return {
        **_SERVER_OPTIONS,
        **_THEME_OPTIONS,
        "server.corsAllowedOrigins": [public_origin] if public_origin else [],
    }


def configure_streamlit(public_origin: str = "") -> None:
    """Set streamlit's options for this process, before its app is built."""
    from streamlit import config

    config.get_config_options(
        force_reparse=True, options_from_flags=streamlit_options(public_origin)
    )
    _disable_address_lookup()


def _disable_address_lookup() -> None:
    """Disable streamlit's lookup of this machine's addresses.

    For a page from another origin it would ask a public service, and block everybody meanwhile.
    """
    from streamlit import net_util

    for name in ("get_external_ip", "get_internal_ip"):
        if hasattr(net_util, name):
            setattr(net_util, name, _return_no_address)
        else:
            warn_missing(f"net_util.{name}", "the request guard alone refuses other origins")


def _return_no_address() -> None:
    """Return no address, which matches nothing."""
