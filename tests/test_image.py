"""What the image would hold is small enough, and the product works in it with nothing else writable.

No container engine is needed: the packages of the runtime lock are copied into an environment of
their own, `deploy/slim.py` slims it as in the Dockerfile, and commands run there.
"""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from importlib import metadata
from pathlib import Path

import pytest

from tests.checkouts import ROOT

pytestmark = [pytest.mark.full, pytest.mark.slow, pytest.mark.no_cover]

MAX_MEGABYTES = 700
"""Size of the environment, as its files are long."""

PRODUCT = ("dashboard", "forecasts", "tracker")


def normalise(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def copy_packages(packages: Path) -> None:
    """Copy the packages of the runtime lock, and the product, as an installation would."""
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    names = {normalise(name) for name in re.findall(r"^([\w.-]+)==", lock, re.MULTILINE)}
    for distribution in metadata.distributions():
        if normalise(distribution.metadata["Name"]) in names:
            for file in distribution.files or ():
                source = Path(str(distribution.locate_file(file)))
                if ".." in file.parts or "__pycache__" in file.parts or not source.is_file():
                    continue
                (packages / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, packages / file)
    for name in PRODUCT:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, packages / name, ignore=ignored)


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of a slimmed environment."""
    environment = tmp_path_factory.mktemp("image") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    packages = sysconfig.get_path("purelib", vars={"base": str(environment)})
    copy_packages(Path(packages))
    slim = [environment / "bin" / "python", ROOT / "deploy" / "slim.py"]
    subprocess.run(slim, check=True, capture_output=True, env=plain_environment())
    return environment / "bin" / "python"


def plain_environment(**more: str) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **more}


class ReadOnly:
    """Commands in the slimmed environment, which may write into two folders alone."""

    def __init__(self, python: Path, directory: Path) -> None:
        self.data, self._python, self._home = directory / "data", python, directory / "home"
        self._environment = plain_environment(
            HOME=str(self._home), TMPDIR=str(directory / "tmp"), TRACKER_ENCODER="minilm"
        )
        self._home.mkdir(mode=0o555)
        (directory / "tmp").mkdir()

    def __call__(self, *arguments: str) -> str:
        """Run a command as one without rights over what is read-only; return what it printed."""
        drop = ["setpriv", "--bounding-set", "-all", "--inh-caps", "-all"]
        command = [self._python, "-m", "tracker", "--data", self.data, *arguments]
        done = subprocess.run(
            [*(drop if os.geteuid() == 0 else []), *command],
            cwd=self._home,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert list(self._home.iterdir()) == []
        return done.stdout


@pytest.fixture
def run(python: Path, tmp_path: Path) -> ReadOnly:
    if os.geteuid() == 0 and shutil.which("setpriv") is None:
        pytest.skip("root without setpriv may write everywhere")
    return ReadOnly(python, tmp_path)


def test_the_environment_is_small(python: Path) -> None:
    files = [path for path in python.parents[1].rglob("*") if not path.is_symlink()]
    megabytes = sum(path.stat().st_size for path in files if path.is_file()) / 1e6
    assert megabytes <= MAX_MEGABYTES
    packages = python.parents[1] / "lib"
    assert not [path for path in packages.rglob("tests") if path.is_dir()]
    assert list(packages.rglob("tracker/app/__pycache__/tracker.*.pyc"))
    assert list(packages.rglob("scipy/special/__pycache__/*.pyc")), "lazy imports are compiled, too"


def test_the_product_works_there_with_nothing_else_writable(run: ReadOnly) -> None:
    """News by the transformer, a typeset report with a chart, and Parquet."""
    run("demo", "--no-serve", "--until", "2022-02-10")
    assert "neutrality" in run("--replay", "question", "list", "--json")
    report, table = run.data / "report.pdf", run.data / "forecasts.parquet"
    run("--replay", "report", "build", "question", "neutrality-2025", "--out", str(report))
    assert report.read_bytes().startswith(b"%PDF")
    run("--replay", "report", "export", "forecast", "--format", "parquet", "--out", str(table))
    assert table.read_bytes().startswith(b"PAR1")
    assert "sqlalchemy" in run("system", "licences")


def test_the_dashboard_can_be_served_there(python: Path) -> None:
    program = "import dashboard.server.serve as s; [s._import_module(n) for n in s._HEAVY_MODULES]"
    done = subprocess.run(
        [python, "-c", program],
        env=plain_environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
