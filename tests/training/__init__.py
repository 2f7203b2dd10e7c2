"""Offline training: makes the weights, counts and tables of `tracker/matching` anew."""
