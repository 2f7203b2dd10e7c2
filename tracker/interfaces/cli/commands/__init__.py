"""The commands, by what they are about. Each turns its arguments into one verb and its answer into
text.
"""
