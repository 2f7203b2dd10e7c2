"""Faults brought about on purpose, with real processes: `./test --faults` prints what they do.

No test suite collects this folder. `rows.py` has the table, one file has the rows of one kind, and
the rest is the place where they run: forked commands, a feed server that counts, databases.
"""
