"""Read response bodies in chunks, with a limit on concurrent large bodies.

128 answers of 20 MB each at once would take 2.5 GB. So only a few bodies may be large at the same
time; the others wait with their deadline suspended.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

LARGE_BODY_BYTES: Final = 1_000_000
"""Bytes above which a body is large."""

MAX_LARGE_BODIES: Final = 4


class BodyReader:
    """Reader of bodies with a shared limit. For one event loop."""

    def __init__(self) -> None:
        self._large_slots = asyncio.Semaphore(MAX_LARGE_BODIES)

    async def read_body(
        self, read_chunk: Callable[[], Awaitable[bytes]], max_bytes: int, deadline: asyncio.Timeout
    ) -> bytes | None:
        """Join the chunks up to the first empty one; None if they exceed `max_bytes` bytes."""
        chunks, size, is_large = list[bytes](), 0, False
        try:
            while chunk := await read_chunk():
                size += len(chunk)
                if size > max_bytes:
                    return None
                chunks.append(chunk)
                if size > LARGE_BODY_BYTES and not is_large:
                    is_large = await self._acquire_large_slot(deadline)
            return b"".join(chunks)
        finally:
            if is_large:
                self._large_slots.release()

    async def _acquire_large_slot(self, deadline: asyncio.Timeout) -> bool:
        clock = asyncio.get_running_loop().time
        remaining = (deadline.when() or 0.0) - clock()
        deadline.reschedule(None)
        await self._large_slots.acquire()
        deadline.reschedule(clock() + remaining)
        return True
