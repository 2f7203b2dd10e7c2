"""Checks of the product against files from outside: `python -m tests.acceptance --help`."""
