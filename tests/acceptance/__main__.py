"""Start the acceptance checks from a shell."""

from tests.acceptance.commands import acceptance

if __name__ == "__main__":
    acceptance(prog_name="python -m tests.acceptance")
