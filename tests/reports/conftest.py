"""The fixtures of this folder's tests."""

from tests.reports.lived import lived, lived_file

__all__ = ["lived", "lived_file"]
