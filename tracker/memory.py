"""Keeping a process that polls small and quick: what Python and the C library do by default suits neither.

Documents of 30 to 300 KB come and go in several threads. glibc gives each thread an arena of its own and keeps
what was freed in it: after 500 feeds it held 60 MB for 20 MB of values. And each full run of the garbage
collector looks at every object of every loaded library, 45 ms that find nothing: those stay for good.
"""

import ctypes
import gc
import sys
from typing import Final

M_MMAP_THRESHOLD: Final = -3
M_ARENA_MAX: Final = -8
LARGE: Final = 32 * 1024
"""Bytes from which a block is given back to the system when it is freed."""


def settle() -> None:
    """Call once when everything is loaded, before the work begins."""
    gc.collect()
    gc.freeze()
    if sys.platform == "linux":
        try:
            mallopt = ctypes.CDLL(None).mallopt
        except (AttributeError, OSError):  # another C library than glibc
            return
        mallopt(M_MMAP_THRESHOLD, LARGE)
        mallopt(M_ARENA_MAX, 2)
