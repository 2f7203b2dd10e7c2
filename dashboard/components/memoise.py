"""Making a frame once: a page is run anew at every click, mostly on what it showed before."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import wraps
from threading import Lock
from typing import Any, Final, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

MOST: Final = 64
"""What is kept of each kind, those that were asked for last."""


def once(frozen: int = 1) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make the same of the same: a function of this kind is not run again for arguments that it was
    run for lately.

    The first `frozen` arguments are compared by identity: large values, which nobody changes, from
    what the tracker answered. The others are small, and compared by value. Nobody may change what
    comes of it either.

    >>> halves = once()(lambda numbers: [n / 2 for n in numbers])
    >>> evens = (2, 4)
    >>> halves(evens), halves(evens) is halves(evens)
    ([1.0, 2.0], True)
    """

    def decorate(make: Callable[P, R]) -> Callable[P, R]:
        kept: OrderedDict[Hashable, tuple[Any, R]] = OrderedDict()
        lock = Lock()

        @wraps(make)
        def made(*args: P.args, **named: P.kwargs) -> R:
            large, small = args[:frozen], args[frozen:]
            key = (*map(id, large), small, tuple(sorted(named.items())))
            with lock:
                if key in kept:
                    kept.move_to_end(key)
                    return kept[key][1]
            result = make(*args, **named)
            with lock:
                kept[key] = (
                    large,
                    result,
                )  # as long as the values are held, no others have their ids
                while len(kept) > MOST:
                    kept.popitem(last=False)
            return result

        return made

    return decorate
