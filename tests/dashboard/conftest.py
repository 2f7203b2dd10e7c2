"""The fixtures of this folder's tests."""

from tests.dashboard.served import served
from tests.dashboard.team import guarded, team

__all__ = ["guarded", "served", "team"]
