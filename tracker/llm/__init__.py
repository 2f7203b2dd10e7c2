"""A language model as an adviser: how it is asked, what its answers may do, and what became of
them.
"""
