"""Measures of the code base against its targets: `python -m tests.house` prints the table.

`tests/test_house.py` holds the figures. The sources are parsed, not imported, apart from the last
row: it polls a feed with one new item and counts the product files in which a function was called.
"""

import ast
import io
import re
import sys
import tempfile
import tokenize
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from structlog.testing import capture_logs

ROOT: Final = Path(__file__).parent.parent
FOLDERS: Final = ("forecasts", "tracker", "dashboard")

VAGUE_NAMES: Final = frozenset(
    "found said held one each own given who whom whose what told kept asked wanted gone stood"
    " taken drawn meant others some rest such thing things".split()
)
"""Names of variables and parameters that do not say what they hold."""

QUESTION_WORDS: Final = ("What", "How", "Who", "Whom", "Whose", "Whether", "Why", "When", "Where")

MAX_COLUMNS: Final = 100
MAX_FUNCTION_LINES: Final = 60

_IRREGULAR_PARTICIPLES: Final = frozenset(
    "found said held told kept asked given taken drawn made gone stood known shown seen meant left"
    " sent bound brought thought heard written chosen broken spoken borne grown born lost".split()
)
_NO_PARTICIPLES: Final = frozenset("need feed seed embed exceed speed shed red".split())
_EXTREMES: Final = re.compile(
    r"_?(MOST|LONGEST|FEWEST|FURTHEST|TALLEST|SHORTEST|LEAST|LARGEST|SMALLEST|BIGGEST|WIDEST"
    r"|HIGHEST|LOWEST)(_|$)"
)


@dataclass(frozen=True, slots=True)
class Module:
    """A parsed source file of the product."""

    path: Path
    text: str
    tree: ast.Module
    nodes: tuple[ast.AST, ...]
    """All nodes of the tree, which every rule looks through."""

    @property
    def name(self) -> str:
        """Path from the root of the repository."""
        return str(self.path.relative_to(ROOT))


@dataclass(frozen=True, slots=True)
class Measure:
    """A row of the table: a value and the target, if any, that it should not exceed."""

    name: str
    value: float
    target: float | None
    unit: str = ""

    def format_row(self) -> str:
        """Return the row; without a target, its last two cells are empty."""
        cells = f"| {self.name} | {self.value:,g} {self.unit} |"
        if self.target is None:
            return f"{cells} | |"
        return f"{cells} ≤ {self.target:,g} | {'met' if self.value <= self.target else 'missed'} |"


Function = ast.FunctionDef | ast.AsyncFunctionDef


def read_modules(root: Path = ROOT) -> tuple[Module, ...]:
    """Parse every module of the product; migrations are a record and stay as they were."""
    paths = sorted(path for folder in FOLDERS for path in (root / folder).rglob("*.py"))
    texts = {path: path.read_text("utf-8") for path in paths if "versions" not in path.parts}
    trees = ((path, text, ast.parse(text)) for path, text in texts.items())
    return tuple(Module(path, text, tree, (*ast.walk(tree),)) for path, text, tree in trees)


def iter_bound_names(module: Module) -> Iterator[tuple[str, int]]:
    """Yield every name that an assignment, a parameter or a loop binds, with its line."""
    for node in module.nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, node.lineno
        elif isinstance(node, ast.arg):
            yield node.arg, node.lineno
        elif isinstance(node, ast.ExceptHandler) and node.name:
            yield node.name, node.lineno


def iter_functions(module: Module) -> Iterator[Function]:
    """Yield every function and method, without dunder methods."""
    for node in module.nodes:
        if isinstance(node, Function) and not node.name.startswith("__"):
            yield node


def iter_docstrings(module: Module) -> Iterator[tuple[str, int]]:
    """Yield every docstring, those of constants and fields included, with its line."""
    for node in module.nodes:
        body = getattr(node, "body", None)
        for statement in body if isinstance(body, list) else ():
            match statement:
                case ast.Expr(value=ast.Constant(value=str(text))):
                    yield text.strip(), statement.lineno


def begins_with_participle(function: Function) -> bool:
    """Return True for `weighed_story`, False for `weigh_story`, `need` and for properties."""
    if any("property" in ast.unparse(decorator) for decorator in function.decorator_list):
        return False
    word = function.name.strip("_").partition("_")[0]
    regular = len(word) > 4 and word.endswith("ed") and word not in _NO_PARTICIPLES
    return regular or word in _IRREGULAR_PARTICIPLES


def iter_vague_names(module: Module) -> Iterator[str]:
    """Yield bound names that do not say what they hold."""
    for name, line in iter_bound_names(module):
        if name.strip("_") in VAGUE_NAMES:
            yield f"{line}: {name}"


def iter_question_docstrings(module: Module) -> Iterator[str]:
    """Yield docstrings that begin with a question word."""
    for text, line in iter_docstrings(module):
        if text.split(" ", 1)[0] in QUESTION_WORDS:
            yield f"{line}: {text.splitlines()[0]}"


def iter_participles(module: Module) -> Iterator[str]:
    """Yield function names that begin with a participle."""
    for function in iter_functions(module):
        if begins_with_participle(function):
            yield f"{function.lineno}: {function.name}"


def iter_extreme_constants(module: Module) -> Iterator[str]:
    """Yield constants named `MOST_` or `LEAST_` where the field says `MAX_` and `MIN_`."""
    for name, line in iter_bound_names(module):
        if _EXTREMES.match(name):
            yield f"{line}: {name}"


def iter_long_lines(module: Module) -> Iterator[str]:
    """Yield lines of more than `MAX_COLUMNS` columns."""
    for line, text in enumerate(module.text.splitlines(), 1):
        if len(text) > MAX_COLUMNS:
            yield f"{line}"


def iter_packed_parameters(module: Module) -> Iterator[str]:
    """Yield parameters that pack values of different types into a tuple."""
    for function in iter_functions(module):
        arguments = function.args
        for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            if _packs_values(argument.annotation):
                yield f"{argument.lineno}: {argument.arg}"


def _packs_values(annotation: ast.expr | None) -> bool:
    """Return True for `tuple[A, B]` and `tuple[A, B] | None`, False for `tuple[A, ...]`."""
    match annotation:
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _packs_values(left) or _packs_values(right)
        case ast.Subscript(value=ast.Name(id="tuple"), slice=ast.Tuple(elts=types)):
            names = [ast.unparse(part) for part in types]
            return "..." not in names and len(set(names)) > 1
    return False


RULES: Final[Mapping[str, Callable[[Module], Iterator[str]]]] = {
    "vague names": iter_vague_names,
    "question-word docstrings": iter_question_docstrings,
    "functions named by a participle": iter_participles,
    "constants that are no MAX_ or MIN_": iter_extreme_constants,
    f"lines over {MAX_COLUMNS} columns": iter_long_lines,
    "parameters that pack unrelated values": iter_packed_parameters,
}


def list_breaches(modules: Sequence[Module]) -> dict[str, list[str]]:
    """Return the places that break a rule of words, by rule."""
    return {
        rule: [f"{module.name}:{place}" for module in modules for place in iter_places(module)]
        for rule, iter_places in RULES.items()
    }


def list_duplicate_classes(modules: Sequence[Module]) -> dict[str, list[str]]:
    """Return public class names that more than one module defines, with the modules."""
    places: dict[str, list[str]] = {}
    for module in modules:
        for node in module.tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places.setdefault(node.name, []).append(module.name)
    return {name: names for name, names in places.items() if len(names) > 1}


def count_loose_modules(modules: Sequence[Module]) -> dict[str, int]:
    """Return the number of modules directly in each of the three folders, `__init__` aside."""
    parents = Counter(str(m.path.parent.relative_to(ROOT)) for m in modules)
    return {folder: parents[folder] - 1 for folder in FOLDERS}


def list_long_functions(modules: Sequence[Module]) -> list[str]:
    """List the functions longer than the limit, with their length."""
    functions = ((module, function) for module in modules for function in iter_functions(module))
    return [
        f"{module.name}: {function.name} has {_count_lines(function)} lines"
        for module, function in functions
        if _count_lines(function) > MAX_FUNCTION_LINES
    ]


def count_code_lines(module: Module) -> int:
    """Count the lines that hold code, without docstrings, comments, blank lines and imports."""
    tokens = tokenize.generate_tokens(io.StringIO(module.text).readline)
    code = {
        line
        for token in tokens
        if token.type not in _NO_CODE
        for line in range(token.start[0], token.end[0] + 1)
    }
    for node in module.nodes:
        match node:
            case ast.Import() | ast.ImportFrom() | ast.Expr(value=ast.Constant(value=str())):
                code -= {*range(node.lineno, (node.end_lineno or node.lineno) + 1)}
    blank = {n for n, text in enumerate(module.text.splitlines(), 1) if not text.strip()}
    return len(code - blank)


_NO_CODE: Final = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
}


def measure(modules: Sequence[Module]) -> tuple[Measure, ...]:
    """Return every measure that the sources give."""
    breaches = {rule: len(places) for rule, places in list_breaches(modules).items()}
    functions = [function for module in modules for function in iter_functions(module)]
    lengths = sorted(_count_lines(function) for function in functions)
    bound = sum(1 for module in modules for _ in iter_bound_names(module))
    docstrings = sum(1 for module in modules for _ in iter_docstrings(module))
    one_word = sum("_" not in function.name.strip("_") for function in functions)
    loose = count_loose_modules(modules)
    return (
        Measure("modules", len(modules), 340),
        *(Measure(f"modules at the top of {folder}/", n, 4) for folder, n in loose.items()),
        Measure("vague names", _percent(breaches["vague names"], bound), 1, "%"),
        Measure("one-word functions", _percent(one_word, len(functions)), 35, "%"),
        Measure(
            "question-word docstrings",
            _percent(breaches["question-word docstrings"], docstrings),
            3,
            "%",
        ),
        Measure("duplicate class names", len(list_duplicate_classes(modules)), 5),
        Measure("product lines", sum(len(m.text.splitlines()) for m in modules), 58_000),
        Measure(
            "of these code (no docstrings, comments, blank lines, imports)",
            sum(map(count_code_lines, modules)),
            None,
        ),
        Measure("function length, 90th percentile", lengths[len(lengths) * 9 // 10], 20, "lines"),
        Measure("longest function", lengths[-1], MAX_FUNCTION_LINES, "lines"),
        Measure(
            f"lines over {MAX_COLUMNS} columns", breaches[f"lines over {MAX_COLUMNS} columns"], 0
        ),
    )


def list_files_of_one_item() -> list[str]:
    """List the product files in which a function runs from a feed's new item to its evidence."""
    from tests.builders import FakeClock, Press, a_set
    from tracker.app.tracker import open_tracker
    from tracker.settings import Settings

    files: set[str] = set()

    def note_call(frame: object, event: str, _: object) -> None:
        if event == "call":
            name = frame.f_code.co_filename  # type: ignore[attr-defined]
            if name.startswith(PRODUCT) and frame.f_code.co_name != "<module>":  # type: ignore[attr-defined]
                files.add(name)

    with tempfile.TemporaryDirectory() as folder, capture_logs():
        settings, press = Settings(data_dir=Path(folder)), Press()
        with open_tracker(settings, now=FakeClock(), fetch=press.fetch) as tracker:
            tracker.question_sets.load(a_set())
            press.publish("wire", "Arland invites Borland to a summit")
            sys.setprofile(note_call)
            try:
                tracker.feeds.poll()
            finally:
                sys.setprofile(None)
            assert tracker.evidence.inbox()
    return sorted(str(Path(file).relative_to(ROOT)) for file in files)


PRODUCT: Final = tuple(f"{ROOT / folder}/" for folder in FOLDERS)


def _count_lines(node: Function) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 1)


def format_table(measures: Sequence[Measure]) -> str:
    """Return the measures as a Markdown table."""
    rows = [m.format_row() for m in measures]
    return "\n".join(["| measure | now | target | |", "|---|---|---|---|", *rows])


def format_breaches(breaches: Mapping[str, Sequence[str]]) -> str:
    """Return the places of each breach, one a line."""
    return "\n".join(f"{rule}: {place}" for rule, places in breaches.items() for place in places)


def main() -> None:
    """Print the table; with `--list`, every breach; with `--files`, the files of one item."""
    if "--files" in sys.argv:
        sys.stdout.write("\n".join(list_files_of_one_item()) + "\n")
        return
    modules = read_modules()
    if "--list" in sys.argv:
        sys.stdout.write(format_breaches(list_breaches(modules)) + "\n")
        return
    journey = Measure("files from a feed's item to its evidence", len(list_files_of_one_item()), 45)
    sys.stdout.write(format_table([*measure(modules), journey]) + "\n")


if __name__ == "__main__":
    main()
