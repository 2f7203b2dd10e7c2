"""Commands by subject: each maps its arguments to one use case and prints the result."""
