"""Take out of an environment what the tracker never uses: `/venv/bin/python deploy/slim.py`.

It slims the environment whose Python runs it. The Dockerfile does so for the image, and
`tests/test_image.py` replays it on an environment with all packages of the lock and tries the
product there. Libraries lose the symbols that a debugger reads if `strip` is installed.
"""

import ast
import compileall
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

UNUSED = (
    # Tests, and what only compilers and type checkers read.
    "**/tests",
    "**/include",
    *(f"**/*.{kind}" for kind in "a c cpp h hpp map po pxd pxi pyi pyx".split()),
    # Protocols, formats and clouds that Arrow can speak, each library with its module.
    *(f"pyarrow/*{name}*.so*" for name in "flight s3 gcs azure hdfs orc tests".split()),
    # The same library twice more, under names that nothing asks for.
    "pyarrow/libarrow*.so",
    "pyarrow/libarrow*.so.*.*.*",
    # For programs in C; the module of Python has it built in.
    "onnxruntime/capi/libonnxruntime.so*",
    # For one kind of file with matrices.
    "scipy/io/_fast_matrix_market",
    # For making models, which are made elsewhere.
    *(f"onnxruntime/{name}" for name in "datasets quantization tools transformers".split()),
    # For notebooks.
    "pydeck/nbextension",
    # Names of months and currencies; asked for is only whether a text names a language.
    "babel/locale-data/[a-df-qs-z]*.dat",
    "babel/locale-data/e[a-mo-z]*.dat",
    # Parts of pages that the dashboard never shows, and pictures that nobody uploads.
    *(
        f"streamlit/static/static/js/{name}*.js"
        for name in "DeckGlJsonChart EChartsChart GraphVizChart PlotlyChart elk".split()
    ),
    "PIL/_avif*",
    "pillow.libs/libavif*",
    # Other databases.
    *(f"sqlalchemy/dialects/{name}" for name in "mssql mysql oracle".split()),
    # Nothing is installed any more.
    "pip",
    "pip-*.dist-info",
    "setuptools",
    "setuptools-*.dist-info",
)
"""Patterns of paths below the folder of packages."""

PATCHED = ("*.libs/*", "numpy/**/*", "scipy/**/*")
"""Libraries that were edited after they were linked, which `strip` would break."""

PRODUCT = ("dashboard", "forecasts", "tracker")


def slim(packages: Path) -> None:
    """Remove what is unused, strip the libraries, and compile what the product imports."""
    for path in list(_match(packages, UNUSED)):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    if strip := shutil.which("strip"):
        kept = set(_match(packages, PATCHED))
        libraries = {path.resolve() for path in packages.glob("**/*.so*")} - kept
        subprocess.run([strip, "--strip-unneeded", *map(str, libraries)], check=True)
    compile_imports(packages)


def compile_imports(packages: Path) -> None:
    """Keep bytecode of what the product imports, in functions, too, and of nothing else.

    A root file system that is read-only would compile it anew at each start.
    """
    for cache in list(packages.glob("**/__pycache__")):
        shutil.rmtree(cache)
    for name in PRODUCT:
        compileall.compile_dir(packages / name, quiet=1)
    modules = {name for path in PRODUCT for name in _list_imports(packages / path)}
    subprocess.run([sys.executable, "-c", IMPORT_ALL, *sorted(modules)], check=True)


IMPORT_ALL = """
import contextlib, importlib, logging, sys
logging.disable()
for name in sys.argv[1:]:
    with contextlib.suppress(ImportError):
        importlib.import_module(name)
"""


def _list_imports(package: Path) -> Iterator[str]:
    """Names of the modules in all import statements; some are names inside a module."""
    for path in package.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                yield from (name.name for name in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.module
                yield from (f"{node.module}.{name.name}" for name in node.names)


def _match(packages: Path, patterns: tuple[str, ...]) -> Iterator[Path]:
    for pattern in patterns:
        yield from packages.glob(pattern)


if __name__ == "__main__":
    slim(Path(sysconfig.get_path("purelib")))
