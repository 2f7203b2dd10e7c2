"""feedparser with the options that it has by default, to compare with."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any

import feedparser


def as_feedparser(body: bytes, headers: Mapping[str, str]) -> Any:
    """The result of feedparser itself for a document that is not hostile."""
    return feedparser.parse(
        BytesIO(body),
        response_headers=dict(headers),
        sanitize_html=True,
        resolve_relative_uris=True,
    )
