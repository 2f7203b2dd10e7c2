"""`python -m tracker`: the command line."""

from tracker.interfaces.cli.main import main

main()
