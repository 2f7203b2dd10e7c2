"""Taking in a body piece by piece, so that neither one large answer nor many at once fill the
memory.

128 answers of 20 MB each under way together would be 2.5 GB. So only a few bodies may be large at
the same time; the others wait, without their time running out, since it is we who are short of
room.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

LARGE: Final = 1_000_000
"""Bytes beyond which a body is large."""

LARGE_AT_ONCE: Final = 4


class Intake:
    """The room for bodies. For one event loop."""

    def __init__(self) -> None:
        self._large = asyncio.Semaphore(LARGE_AT_ONCE)

    async def all_of(
        self, piece: Callable[[], Awaitable[bytes]], most: int, deadline: asyncio.Timeout
    ) -> bytes | None:
        """The pieces up to the first empty one, put together; None when they are more than `most`
        bytes.
        """
        pieces, size, large = list[bytes](), 0, False
        try:
            while got := await piece():
                size += len(got)
                if size > most:
                    return None
                pieces.append(got)
                if size > LARGE and not large:
                    large = await self._place(deadline)
            return b"".join(pieces)
        finally:
            if large:
                self._large.release()

    async def _place(self, deadline: asyncio.Timeout) -> bool:
        clock = asyncio.get_running_loop().time
        left = (deadline.when() or 0.0) - clock()
        deadline.reschedule(None)
        await self._large.acquire()
        deadline.reschedule(clock() + left)
        return True
