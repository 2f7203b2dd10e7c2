"""The same question on a market or another platform: read, linked by a person, and scored."""
