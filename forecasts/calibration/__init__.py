"""When someone says 70 %, does it happen seven times in ten? One row a question, never one a
revision.
"""
