"""Promises of the structure: who may import whom, and what stays unloaded."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import siren_cli
from tests.helpers.loaded_modules import Loaded, loaded
from tests.helpers.picture_files import encoded
from tests.helpers.representations import make_representation, save_representation

PACKAGE = Path(siren_cli.__file__).parent
# Every room, from the ground floor up, with what it may import besides itself.
ROOMS = {
    "root": "",
    "system": "root",
    "pictures": "root system",
    "model": "root",
    "representation": "root system pictures model",
    "rendering": "root system pictures model representation",
    "metrics": "root system pictures",
    "planning": "root system pictures model representation rendering metrics",
    "training": "root system pictures model representation rendering metrics planning",
    "output": "root system pictures model representation rendering metrics planning",
    "comparing": "root system pictures model representation rendering metrics planning "
    "training output",
    "commands": "root system pictures model representation rendering metrics planning "
    "training output comparing",
    "cli": "root system pictures representation rendering planning output comparing commands",
}
# A heavy or third-party package, and the one room that imports it.
PACKAGES = {
    "tensorflow": "training",
    "safetensors": "representation",
    "PIL": "pictures",
    "tifffile": "pictures",
    "imagecodecs": "pictures",
    "matplotlib": "comparing",
    "rich": "output",
    "typer": "cli",
}
# The doors of the house: they import any room, inside functions.
DOORS = ("__init__.py", "__main__.py")
MODULES = sorted(
    str(path.relative_to(PACKAGE))
    for path in PACKAGE.rglob("*.py")
    if str(path.relative_to(PACKAGE)) not in DOORS
)


def nodes(tree: ast.AST, *, inside_functions: bool) -> Iterator[ast.AST]:
    """Yield the nodes that run, without what only type checkers read."""
    for node in ast.iter_child_nodes(tree):
        types_only = isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        if not types_only and (inside_functions or not function):
            yield node
            yield from nodes(node, inside_functions=inside_functions)


def imports(module: str, *, inside_functions: bool) -> set[str]:
    """Return the full names that a module imports, such as `siren_cli.config.Config`."""
    tree = ast.parse((PACKAGE / module).read_text(encoding="utf-8"))
    names = set()
    for node in nodes(tree, inside_functions=inside_functions):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: imports are absolute"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def room_of(module: str) -> str:
    return module.split("/", maxsplit=1)[0] if "/" in module else "root"


def rooms(module: str, *, inside_functions: bool = True) -> set[str]:
    """Return the other rooms that a module imports."""
    names = imports(module, inside_functions=inside_functions)
    ours = [name.split(".")[1] for name in names if name.startswith("siren_cli.")]
    return {name if name in ROOMS else "root" for name in ours} - {room_of(module)}


def test_imports_of_rooms_point_one_way():
    floors = list(ROOMS)
    for room, others in ROOMS.items():
        assert all(floors.index(other) < floors.index(room) for other in others.split())


def test_every_folder_is_a_room():
    folders = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").is_file()}
    assert folders | {"root"} == set(ROOMS)


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_only_the_rooms_below(module):
    assert rooms(module) <= set(ROOMS[room_of(module)].split())


@pytest.mark.parametrize("module", MODULES)
def test_a_package_is_imported_in_one_room_alone(module):
    names = {name.split(".")[0] for name in imports(module, inside_functions=True)}
    rooms_of_packages = {PACKAGES[name] for name in names & set(PACKAGES)}
    assert rooms_of_packages <= {room_of(module)}


@pytest.mark.parametrize("module", MODULES)
def test_training_is_imported_only_inside_functions(module):
    if room_of(module) != "training":
        assert "training" not in rooms(module, inside_functions=False)


NOTHING = Loaded(0, set())
REFUSED = Loaded(2, set())


def test_help_loads_nothing_heavy():
    commands = [("--help",), ("fit", "--help"), ("--version",), ()]
    assert loaded(commands) == [NOTHING] * len(commands)


def test_a_size_that_is_none_loads_nothing_heavy():
    sizes = ["0", "-1", "1e9", "", "big", "\uff11\uff12", "9" * 5000]
    commands = [("render", "missing.siren", f"--size={size}") for size in sizes]
    assert loaded(commands) == [REFUSED] * len(commands)


LIGHT_COMMANDS = {
    ("fit", "missing.png"): 3,
    ("fit", "a.png"): 5,
    ("fit", "a.png", "--preset", "best"): 2,
    ("fit", "a.png", "--set", "fit.epoch=3"): 2,
    ("fit", "a.png", "--epochs", "0"): 2,
    ("fit", "a.png", "--devices", "nonsense"): 2,
    ("fit", "a.png", "--replicas", "0"): 2,
    ("fit", "--dry-run", "-f", "a.png"): 0,
    ("info", "a.siren"): 0,
    ("doctor", "--fast"): 0,
    ("render", "a.siren"): 0,
    ("compare", "a.siren"): 0,
}


def test_tensorflow_is_loaded_only_to_fit(tmp_path):
    from siren_cli.rendering.drawing import render

    representation = make_representation(6, 8)
    save_representation(tmp_path / "a.siren", representation)
    content = encoded(render(representation, 6, 8), Path("a.png"))
    (tmp_path / "a.png").write_bytes(content)
    found = loaded(list(LIGHT_COMMANDS), tmp_path)
    assert [each.code for each in found] == list(LIGHT_COMMANDS.values())
    assert not found[-1].modules & {"tensorflow", "rich"}
