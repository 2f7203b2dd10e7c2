"""Keeping a process that polls quick: each full run of the garbage collector looks at every object
of every loaded library, 45 ms that find nothing. Those objects stay for good, so it is told to
leave them alone.
"""

import gc


def settle() -> None:
    """Call once when everything is loaded, before the work begins."""
    gc.collect()
    gc.freeze()
