"""Pictures of every page for the docs: `python -m tests.pictures [--data DIR] [--out
docs/pictures]`.

It makes a replay, or takes the one in `--data` (a copy of it), lives in it a little, serves it, and
looks at each page by day and at night, at a desk and on a phone. Pictures are small: they end after
a screen and a half, and have 128 colours.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from PIL import Image  # comes with streamlit
from playwright.sync_api import Page, expect, sync_playwright

from tests.e2e.conftest import CHROMIUM, DESKTOP, FLAGS, PHONE, Visitor, served
from tests.e2e.places import PLACES, Place, live_in
from tests.e2e.replaying import ROOT
from tracker.settings import Settings

OUT: Final = ROOT / "docs" / "pictures"
LOOKS: Final[dict[str, dict[str, Any]]] = {
    "light": {"viewport": DESKTOP, "color_scheme": "light"},
    "dark": {"viewport": DESKTOP, "color_scheme": "dark"},
    "phone": {"viewport": PHONE, "color_scheme": "light", "is_mobile": True, "has_touch": True},
    "phone-dark": {"viewport": PHONE, "color_scheme": "dark", "is_mobile": True, "has_touch": True},
}
TALLEST: Final = 1_300
"""Where a picture ends, in pixels; longer pages go on below."""
COLOURS: Final = 128


def pictured() -> dict[str, Place]:
    """The places that the docs show."""
    return {name: place for name, place in PLACES.items() if place.pictured}


def names() -> list[str]:
    """The files of all pictures."""
    return [f"{name}-{look}.png" for name in pictured() for look in LOOKS]


def main(argv: list[str] | None = None) -> int:
    """Make the pictures; the answer is the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.pictures", description="Make the pictures of the docs."
    )
    parser.add_argument(
        "--data", type=Path, help="a data directory with a replay; without it one is made"
    )
    parser.add_argument(
        "--out", type=Path, default=OUT, help="where the pictures go (default: %(default)s)"
    )
    parser.add_argument(
        "--only",
        nargs="*",
        default=list(pictured()),
        choices=list(pictured()),
        help="these pages alone",
    )
    asked = parser.parse_args(argv)
    asked.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        _replay(data, asked.data)
        for address in served(data, Path(folder) / "dashboard.log", "--replay"):
            _take(address, asked.out, asked.only)
    return 0


def _replay(data: Path, made: Path | None) -> None:
    if made is None:
        command = [sys.executable, "-m", "tracker", "--data", str(data), "demo", "--no-serve"]
        subprocess.run(command, cwd=ROOT, check=True, timeout=600)
    else:
        shutil.copytree(made, data)
    live_in(Settings(data_dir=data, me="ada"))


def _take(address: str, out: Path, wanted: list[str]) -> None:
    for look, how in LOOKS.items():
        with _visitor(address, **how) as visitor:
            for name in wanted:
                page = visitor.open(PLACES[name].path)
                expect(
                    page.get_by_text(PLACES[name].shows).locator("visible=true").first
                ).to_be_visible()
                _keep(_whole(page), out / f"{name}-{look}.png")


@contextmanager
def _visitor(address: str, **how: Any) -> Iterator[Visitor]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        context = browser.new_context(
            timezone_id="UTC", locale="en-GB", reduced_motion="reduce", **how
        )
        yield Visitor(address, context.new_page())
        browser.close()


def _whole(page: Page) -> bytes:
    """The page as high as it is, up to a limit; the window grows with it, so that nothing scrolls
    inside.
    """
    size = page.viewport_size or DESKTOP
    height = page.locator('[data-testid="stMain"]').evaluate("e => e.scrollHeight")
    page.set_viewport_size({"width": size["width"], "height": min(max(height, 300), TALLEST)})
    page.wait_for_timeout(700)  # charts and tables draw themselves anew
    picture = page.screenshot()
    page.set_viewport_size(size)
    return picture


def _keep(picture: bytes, file: Path) -> None:
    """With few colours, which is a third of the size and looks the same."""
    few = (
        Image.open(BytesIO(picture))
        .convert("RGB")
        .quantize(COLOURS, kmeans=1, dither=Image.Dither.NONE)
    )
    few.save(file, optimize=True)


if __name__ == "__main__":
    sys.exit(main())
