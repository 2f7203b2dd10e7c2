"""Claim extraction: sentence boundaries, cleaning, and words that look ahead."""
