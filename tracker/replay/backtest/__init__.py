"""Back-test: replay a news archive through the real pipeline with a simulated clock.

    archives → walk (sources) → snapshots → scores → tables;  running puts them together

A run has a database of its own, permanently marked as a replay.
"""
