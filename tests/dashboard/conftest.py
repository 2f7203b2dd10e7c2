"""The fixtures of this folder's tests."""

from tests.dashboard.served import served
from tests.dashboard.team import team

__all__ = ["served", "team"]
