"""Modules that are imported when they are first used, so that a process which never uses them need
not wait.
"""

from importlib import import_module
from typing import Any


class LazyModule:
    """A module of that name, imported with the first attribute that is asked for.

    Type checkers and import-linter know nothing of it: import the module under `TYPE_CHECKING`, and
    put this one in its place under `else`. `importlib.util.LazyLoader` would do the same, but is
    not safe with threads before Python 3.13.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(import_module(self._name), attribute)
