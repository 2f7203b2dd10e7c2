"""Simulated worlds with known truth: how often the product's statistics are wrong.

Each part is a module with `simulate(seed)`, which yields a `Figure` for each property. Worlds are
drawn from the seed alone, so a run can be repeated.
"""
