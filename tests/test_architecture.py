"""Promises of the structure: who may import whom, and what stays unloaded."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import siren_cli
from tests.helpers.loaded_modules import Loaded, loaded
from tests.helpers.part_files import write_parts
from tests.helpers.picture_files import encoded
from tests.helpers.representations import make_representation, save_representation

PACKAGE = Path(siren_cli.__file__).parent
# Every room, from the ground floor up, with exactly the other rooms that it imports.
ROOMS = {
    "root": "",
    "system": "root",
    "hosts": "root system",
    "pictures": "root system",
    "model": "root",
    "representation": "root system pictures model",
    "rendering": "root system pictures model representation",
    "exporting": "root system pictures model representation rendering",
    "metrics": "system pictures",
    "planning": "root system hosts pictures model representation rendering metrics",
    "training": "root system pictures model representation rendering metrics planning",
    "output": "root system pictures representation metrics planning",
    "comparing": "root system pictures model representation rendering metrics planning "
    "training output",
    "commands": "root system hosts pictures model representation rendering exporting planning "
    "training output comparing",
    "cli": "root system hosts pictures representation rendering exporting planning output "
    "comparing commands",
}
# A heavy or third-party package, and the one room that imports it.
PACKAGES = {
    "tensorflow": "training",
    "safetensors": "representation",
    "PIL": "pictures",
    "tifffile": "pictures",
    "imagecodecs": "pictures",
    "pi_heif": "pictures",
    "simplejpeg": "pictures",
    "OpenEXR": "pictures",
    "pyvips": "pictures",
    "onnx": "exporting",
    "matplotlib": "comparing",
    "rich": "output",
    "platformdirs": "system",
    "threadpoolctl": "system",
    "typer": "cli",
}
# The doors of the house: they import any room, inside functions.
DOORS = ("__init__.py", "__main__.py")
MODULES = sorted(
    str(path.relative_to(PACKAGE))
    for path in PACKAGE.rglob("*.py")
    if str(path.relative_to(PACKAGE)) not in DOORS
)


def nodes(tree: ast.AST, *, only_loaded: bool) -> Iterator[ast.AST]:
    """Yield the nodes of a module.

    Args:
        tree: The module.
        only_loaded: Whether functions, and imports for type checkers, are left out.
    """
    for node in ast.iter_child_nodes(tree):
        types_only = isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        if not (only_loaded and (types_only or function)):
            yield node
            yield from nodes(node, only_loaded=only_loaded)


def imports(module: str, *, only_loaded: bool = False) -> set[str]:
    """Return the full names that a module imports, such as `siren_cli.config.Config`."""
    tree = ast.parse((PACKAGE / module).read_text(encoding="utf-8"))
    names = set()
    for node in nodes(tree, only_loaded=only_loaded):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: imports are absolute"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def room_of(module: str) -> str:
    return module.split("/", maxsplit=1)[0] if "/" in module else "root"


def rooms(module: str, *, only_loaded: bool = False) -> set[str]:
    """Return the other rooms that a module imports."""
    names = imports(module, only_loaded=only_loaded)
    ours = [name.split(".")[1] for name in names if name.startswith("siren_cli.")]
    return {name if name in ROOMS else "root" for name in ours} - {room_of(module)}


def test_imports_of_rooms_point_one_way():
    floors = list(ROOMS)
    for room, others in ROOMS.items():
        assert all(floors.index(other) < floors.index(room) for other in others.split())


def test_every_folder_is_a_room():
    folders = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").is_file()}
    assert folders | {"root"} == set(ROOMS)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_exactly_the_rooms_of_its_row(room):
    own = [module for module in MODULES if room_of(module) == room]
    assert set().union(*map(rooms, own)) == set(ROOMS[room].split())


@pytest.mark.parametrize("room", [room for room in ROOMS if room != "root"])
def test_a_room_says_which_rooms_it_imports(room):
    docstring = ast.get_docstring(ast.parse((PACKAGE / room / "__init__.py").read_text()))
    said = re.search(r"Imports: (.*?)\.", docstring, re.DOTALL)[1]
    names = re.findall(r"`(\w+)`", said.replace("the root", "`root`"))
    assert names == ROOMS[room].split()


# The floors of the pictures room; its codecs alone stand on top of them.
FLOORS = ("reading", "writing")


@pytest.mark.parametrize("floor", FLOORS)
def test_readers_and_writers_of_pictures_know_nothing_of_each_other(floor):
    prefix = f"siren_cli.pictures.{floor}."
    own = [each for each in MODULES if each.startswith("pictures/")]
    users = {each for each in own if any(name.startswith(prefix) for name in imports(each))}
    others = {each for each in users if not each.startswith(f"pictures/{floor}/")}
    assert others == {"pictures/codecs.py"}


@pytest.mark.parametrize("module", MODULES)
def test_a_package_is_imported_in_one_room_alone(module):
    names = {name.split(".")[0] for name in imports(module)}
    rooms_of_packages = {PACKAGES[name] for name in names & set(PACKAGES)}
    assert rooms_of_packages <= {room_of(module)}


def test_the_document_has_the_rooms_and_their_packages():
    text = (PACKAGE.parent / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `?(?:the )?(\w+)`? \| .* \| (.*?) ?\|$", text, re.MULTILINE)[1:]
    assert [name for name, _ in rows] == list(ROOMS)
    named = {each: name for name, packages in rows for each in packages.split(", ") if each}
    spelled = {"Pillow": "PIL", "pi-heif": "pi_heif", "OpenEXR": "OpenEXR"}
    assert {spelled.get(each, each.lower()): name for each, name in named.items()} == PACKAGES


@pytest.mark.parametrize("module", MODULES)
def test_training_is_imported_only_inside_functions(module):
    if room_of(module) != "training":
        assert "training" not in rooms(module, only_loaded=True)


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
    ("fit", "a.png", "--shard", "2/2"): 0,
    ("fit", "--dry-run", "-f", "a.png", "--shard-cells", "1/1"): 0,
    ("join", "a.1-of-1.part", "-o", "joined.siren"): 0,
    ("info", "a.siren"): 0,
    ("export", "a.siren", "-o", "a.npz"): 0,
    ("doctor", "--fast"): 0,
    ("render", "a.siren"): 0,
    ("compare", "a.siren"): 0,
}


def test_tensorflow_is_loaded_only_to_fit(tmp_path):
    from siren_cli.rendering.drawing import render

    representation = make_representation(6, 8)
    save_representation(tmp_path / "a.siren", representation)
    write_parts(tmp_path, representation)
    content = encoded(render(representation, 6, 8), Path("a.png"))
    (tmp_path / "a.png").write_bytes(content)
    done = loaded(list(LIGHT_COMMANDS), tmp_path)
    assert [each.code for each in done] == list(LIGHT_COMMANDS.values())
    assert not done[-1].modules & {"tensorflow", "rich"}
