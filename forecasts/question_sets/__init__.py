"""The files of a question set, one module each: TOML texts → checked values, and back."""
