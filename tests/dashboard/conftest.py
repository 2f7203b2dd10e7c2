"""The fixtures of this folder's tests."""

from tests.dashboard.served import served

__all__ = ["served"]
