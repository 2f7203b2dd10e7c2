"""Browsers and devices in words, from what browsers say of themselves."""

from typing import Final

_BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
"""Marks of browsers; the more particular come first, since each claims to be its elders, too."""

_DEVICES: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "Chromebook"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)


def describe_browser(user_agent: str) -> str:
    """Return a browser and its device, as far as they are known.

    >>> describe_browser("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
    'Firefox on Linux'
    >>> describe_browser("curl/8.5"), describe_browser("")
    ('Unknown browser', 'Unknown browser')
    """
    browser, device = (
        next((name for mark, name in names if mark in user_agent), "")
        for names in (_BROWSERS, _DEVICES)
    )
    if not browser:
        return f"Unknown browser on {device}" if device else "Unknown browser"
    return f"{browser} on {device}" if device else browser
