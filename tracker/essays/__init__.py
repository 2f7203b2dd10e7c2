"""Essays: import of texts, questions from their claims, and their track record."""
