"""Calibration: agreement of stated probabilities with outcomes, one row a question."""
