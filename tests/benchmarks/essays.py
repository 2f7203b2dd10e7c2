"""How long the claim finder takes for long and hostile texts: `python -m tests.benchmarks.essays`."""

import time

from rich.console import Console
from rich.table import Table

from forecasts.essays.extract import find_claims

TARGET_SECONDS = 30.0
TEXTS = (
    "a" * 1_000_000,
    "will " * 200_000,
    "has been quickly " * 60_000,
    ". " * 500_000,
    "U.S. " * 100_000,
    "](" * 500_000,
    "<a " * 300_000,
    "\n" * 1_000_000,
    "a will be\n" * 30_000,
    "".join(f"If {number} banks fail, prices could rise by 2030. " for number in range(5_000)),
)


def main() -> None:
    """Measure each text and print the table."""
    table = Table("text", "characters", "sentences", "seconds", "met")
    for text in TEXTS:
        start = time.perf_counter()
        sentences = find_claims(text)
        took = time.perf_counter() - start
        assert all(sentence.offset < sentence.end for sentence in sentences)
        met = "yes" if took <= TARGET_SECONDS else "NO"
        row = (f"{len(text):,}", str(len(sentences)), f"{took:.2f}", met)
        table.add_row(text[:12].strip() or "blank", *row)
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
