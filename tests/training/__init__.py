"""Offline training: makes the weights, counts and tables of `tracker/matching` anew, and the weights
of the claim finder.
"""
