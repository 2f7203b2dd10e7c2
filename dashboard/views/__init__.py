"""One file a page, each with one `render(visit)`; parts.py and the *_part files are shared
pieces.
"""
