"""Language model adviser: requests, validation of answers, and their storage."""
