"""What would have been suggested: an archive replayed through the real pipeline with a simulated
clock.

    archives → walk (sources) → snapshots → scores → tables;  running puts them together

A run lives in a database of its own, marked as a replay for ever.
"""
