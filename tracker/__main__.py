"""`python -m tracker`: the command line."""

import gc

# What is imported stays: looking for garbage in it takes a seventh of the start, and time later.
gc.disable()

from tracker.cli import main  # noqa: E402 -- after the above, which is about it

gc.freeze()
gc.enable()

main()
