"""Time zones to choose from."""

from functools import cache
from zoneinfo import available_timezones


def list_zones(*extra: str) -> list[str]:
    """List UTC, the zones of cities without legacy names, and these extra ones."""
    zones = _list_city_zones()
    return [*zones, *(name for name in extra if name not in zones)]


@cache
def _list_city_zones() -> list[str]:
    legacy = ("Etc", "SystemV", "US", "posix", "right", "Brazil", "Canada", "Chile", "Mexico")
    parts = (name.partition("/") for name in available_timezones())
    return ["UTC", *sorted("".join(p) for p in parts if p[2] and p[0] not in legacy)]
