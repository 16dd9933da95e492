"""Promises of the structure: who may import whom, and what stays unloaded."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import siren_cli
from siren_cli.representation.siren_file import save
from tests.picture_files import encoded
from tests.representations import make_representation

PACKAGE = Path(siren_cli.__file__).parent
# The rooms, from the ground floor up, and what they import: a room sees only those below.
ROOMS = {
    "root": set(),
    "system": {"root"},
    "pictures": {"root", "system"},
    "model": {"root"},
    "representation": {"root", "system", "pictures", "model"},
    "rendering": {"root", "system", "pictures", "model", "representation"},
    "metrics": {"system", "pictures"},
    "planning": {"root", "system", "pictures", "model", "representation", "metrics"},
    "training": {
        *[
            "root",
            "system",
            "pictures",
            "model",
            "representation",
            "rendering",
            "metrics",
            "planning",
        ]
    },
}
# Runs the command line in this process and says what it has loaded.
PROBE = """
import sys
from siren_cli.cli import app
from siren_cli.output.exit_codes import run
code = run(app, sys.argv[1:])
print(code, *({"numpy", "rich", "tensorflow"} & set(sys.modules)), file=sys.stderr)
"""


def nodes(tree: ast.AST, *, inside_functions: bool) -> Iterator[ast.AST]:
    """Yield the nodes that run, without what only type checkers read."""
    for node in ast.iter_child_nodes(tree):
        types_only = isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        if not types_only and (inside_functions or not function):
            yield node
            yield from nodes(node, inside_functions=inside_functions)


def imports(module: str, *, inside_functions: bool) -> set[str]:
    """Return the full names that a module imports, `siren_cli.files` for instance."""
    path = PACKAGE.joinpath(*module.split(".")).with_suffix(".py")
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = set()
    for node in nodes(tree, inside_functions=inside_functions):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: imports are absolute"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def rooms(module: str, *, inside_functions: bool) -> set[str]:
    """Return our own modules that a module imports, `pictures.reader` for instance."""
    found = set()
    for name in imports(module, inside_functions=inside_functions):
        package, *parts = name.split(".")
        if package == "siren_cli" and parts:
            ways = [".".join(parts[:length]) for length in range(len(parts), 0, -1)]
            found.add(next((way for way in ways if way in ORDER), ways[-1]))
    return found


def loaded(*arguments: str) -> tuple[int, set[str]]:
    """Return the exit code of a command and which heavy modules it loaded."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE, *arguments], capture_output=True, check=True
    )
    code, *modules = done.stderr.splitlines()[-1].decode().split()
    return int(code), set(modules)


def test_every_module_has_its_place():
    files = [path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py")]
    assert sorted(ORDER) == sorted(".".join(file.with_suffix("").parts) for file in files)


@pytest.mark.parametrize("module", ORDER)
def test_a_module_imports_only_those_before_it(module):
    before = ORDER[: ORDER.index(module)]
    assert rooms(module, inside_functions=True) <= set(before)


@pytest.mark.parametrize("module", ORDER)
def test_tensorflow_is_imported_in_its_rooms_alone(module):
    everywhere = imports(module, inside_functions=True)
    with_tensorflow = {name for name in everywhere if name.split(".")[0] == "tensorflow"}
    assert not with_tensorflow or module in TENSORFLOW_ROOMS


@pytest.mark.parametrize("module", ORDER[ORDER.index("summaries") :])
def test_the_rooms_of_tensorflow_are_entered_only_inside_functions(module):
    assert not rooms(module, inside_functions=False) & TENSORFLOW_ROOMS


@pytest.mark.parametrize("arguments", [("--help",), ("fit", "--help"), ("--version",), ()])
def test_help_loads_nothing_heavy(arguments):
    assert loaded(*arguments) == (0, set())


@pytest.mark.parametrize("size", ["0", "-1", "1e9", "", "big", "\uff11\uff12", "9" * 5000])
def test_a_size_that_is_none_loads_nothing_heavy(size):
    assert loaded("render", "missing.siren", f"--size={size}") == (2, set())


@pytest.fixture
def pictures(tmp_path, monkeypatch):
    """The current folder, with a.siren and its drawing a.png."""
    from siren_cli.rendering.drawing import render

    monkeypatch.chdir(tmp_path)
    representation = make_representation(6, 8)
    save(Path("a.siren"), representation, force=False)
    Path("a.png").write_bytes(encoded(render(representation, 6, 8), Path("a.png")))


@pytest.mark.parametrize(
    ("code", "arguments"),
    [
        (0, ("info", "a.siren")),
        (0, ("doctor", "--fast")),
        (0, ("render", "a.siren")),
        (0, ("compare", "a.siren")),
        (0, ("fit", "--dry-run", "-f", "a.png")),
        (2, ("fit", "a.png", "--preset", "best")),
        (2, ("fit", "a.png", "--set", "fit.epoch=3")),
        (2, ("fit", "a.png", "--epochs", "0")),
        (2, ("fit", "a.png", "--devices", "nonsense")),
        (2, ("fit", "a.png", "--replicas", "0")),
        (3, ("fit", "missing.png")),
        (5, ("fit", "a.png")),
    ],
)
@pytest.mark.usefixtures("pictures")
def test_tensorflow_is_loaded_only_to_fit(code, arguments):
    found, modules = loaded(*arguments)
    assert found == code
    assert not modules & {"tensorflow", "rich"}
