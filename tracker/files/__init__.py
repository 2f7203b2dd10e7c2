"""Files on the user's machine: bounded reads, JSON lines, private permissions.

May import `errors` alone.
"""
