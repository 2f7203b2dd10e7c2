"""Log of the internal parts of streamlit that the installed version lacks.

The dashboard uses some parts that streamlit does not document, mostly for speed. Each use falls
back to what streamlit does by itself and calls `warn_missing`.
"""

import logging
from functools import cache
from typing import Final

_LOG: Final = logging.getLogger("dashboard")


@cache
def warn_missing(part: str, effect: str) -> None:
    """Log once per process that streamlit lacks a part, and the effect."""
    _LOG.warning("the installed streamlit has no %s: %s", part, effect)
