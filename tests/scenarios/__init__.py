"""Scenario sets, links, contradictions and signposts, as the tracker keeps them."""
