"""docs/json.md names exactly the keys that `--json` prints, their types and nulls."""

import os
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from PIL import Image, ImageCms

from siren_cli.representation.siren_file import encode
from tests.helpers.commands import objects, siren, write_picture
from tests.helpers.part_files import write_parts
from tests.helpers.representations import (
    make_pyramid_representation,
    make_representation,
    with_all_facts,
)
from tests.helpers.stub_trainer import stub_trainer

DOCUMENT = Path(__file__).parent.parent / "docs" / "json.md"
# Stands for a pipe, which holds the small drawing until nobody has read it.
A_PIPE = "a pipe"
# Derivatives and holes, learned by a network that is soon compiled.
ANOTHER_LESSON = [
    "--supervise",
    "gradient",
    "--mask",
    "mask.png",
    "--set",
    "network.hidden_layers=0",
]
# A setting without a use, which the file has nevertheless.
UNUSED = ("--set", "supervision.tie_weight=0.02")
BLEND = ["--epochs", "200", "--set", "network.hidden_layers=0"]
# Every key that may be null or absent is so in one of these, and is not in another.
COMMANDS = [
    ["fit", "black.png", "--epochs", "200"],
    ["fit", "photo.png", "--epochs", "1", "--gray", "--target-psnr", "90"],
    ["fit", "light.npy", "--epochs", "1"],
    ["fit", "held.jpg", "--epochs", "1", "--keep-metadata"],
    ["fit", "photo.png", "--epochs", "1", "-o", "taught.siren", *ANOTHER_LESSON],
    ["fit", "photo.png", "--skip-existing"],
    ["fit", "photo.png", "--force", "--dry-run"],
    ["fit", "photo.png", "--force", "--dry-run", "--smooth", "0.1"],
    ["fit", "photo.png", "--force", "--dry-run", "--gray", "--time-limit", "5s"],
    ["fit", "held.jpg", "--epochs", "1", "--preset", "compact", "--force"],
    ["fit", "photo.png", "--force", "--dry-run", "--preset", "compact"],
    ["fit", "photo.png", "--force", "-n", "--preset", "compact", "--target-psnr", "30"],
    ["fit", "photo.png", "--epochs", "1", "--gray", "--shard-cells", "1/1", *UNUSED],
    ["fit", "photo.png", "--shard-cells", "1/1", "--force", "--dry-run"],
    ["fit", "black.png", "--epochs", "200", "--shard-cells", "1/1"],
    # Networks of one shape, compiled once.
    ["blend", "photo.png", "photo.png", "--mask", "mask.png", *BLEND],
    ["blend", "dark.png", "hole.png", *BLEND],
    ["join", "photo.1-of-1.part", "--force"],
    ["join", "black.1-of-1.part", "-o", "joined.siren"],
    ["join", "a.1-of-1.part"],
    ["render", "small.siren"],
    ["render", "small.siren", "--what", "gradient", "-o", A_PIPE, "--format", "png"],
    ["export", "small.siren", "-o", "small.npz"],
    ["view", "small.siren", "--no-open"],
    ["query", "small.siren", "1", "2"],
    ["query", "small.siren", "1", "2", "--gradient"],
    ["zoom", "small.siren"],
    ["compare", "large.png", "half.siren", "--codec", "jpeg"],
    ["compare", "black.png", "--preset", "fast", "--supervise", "value", "--epochs", "1"],
    ["compare", "light.npy", "light.siren"],
    ["info", "small.siren", "black.siren", "--verify"],
    ["info", "small.siren", "missing.siren"],
    ["info", "light.siren", "held.siren", "pyramid.siren"],
    ["doctor", "--fast"],
    ["doctor"],
]
# A test cannot take the machine's memory away.
NOT_SEEN_NULL = {("doctor", "memory_bytes")}
TYPES: dict[str, tuple[type, ...]] = {
    "integer": (int,),
    "number": (int, float),
    "string": (str,),
    "boolean": (bool,),
    "object": (dict,),
}


class Key(NamedTuple):
    """A row of a table of the document."""

    name: str
    kind: str
    exception: str

    @property
    def nullable(self) -> bool:
        return self.exception.startswith("null ")

    @property
    def optional(self) -> bool:
        return self.exception.startswith("absent ")


def documented() -> dict[str, list[Key]]:
    """Return the keys of each kind of object, by the document's headings."""
    text = DOCUMENT.read_text(encoding="utf-8")
    tables = {}
    for section in text.split("\n## ")[1:]:
        heading, _, body = section.partition("\n")
        rows = re.findall(r"^\| `(.*?)` \| (.*?) \| .* \| (.*?) \|$", body, re.MULTILINE)
        if rows:
            tables[heading] = [Key(*row) for row in rows]
    return tables


TABLES = documented()


def kind_of(result: dict[str, Any]) -> str:
    if not result["ok"]:
        return "failure"
    kind = str(result["type"])
    if kind == "fit":
        return "fit, skipped" if "skipped" in result else kind + ", part" * ("part" in result)
    return kind


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, Any]]]:
    """Return the objects that the commands print, by kind."""
    folder = tmp_path_factory.mktemp("json")
    write_picture(folder / "photo.png")
    Image.new("L", (8, 6)).save(folder / "black.png")
    Image.fromarray(np.arange(1200).reshape(30, 40) > 400).save(folder / "mask.png")
    Image.new("RGB", (40, 30)).save(folder / "dark.png")
    hole = Image.new("RGBA", (9, 7))
    hole.paste((0, 0, 0, 255), (2, 1, 6, 5))
    hole.save(folder / "hole.png")
    np.save(folder / "light.npy", np.float32(np.arange(144).reshape(8, 6, 3) ** 2) / 99)
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    held = {"dpi": (300, 150), "icc_profile": srgb}
    Image.new("RGB", (8, 6)).save(folder / "held.jpg", **held)
    y, x = np.mgrid[:360, :400]
    Image.fromarray((x * y % 251).astype(np.uint8)).save(folder / "large.png")
    (folder / "small.siren").write_bytes(encode(make_representation(6, 8)))
    write_parts(folder, with_all_facts(make_representation(6, 8)))
    (folder / "pyramid.siren").write_bytes(encode(make_pyramid_representation(6, 8)))
    half = make_representation(180, 200, channels=1, cell_size=64)
    own = {"network": {"cell_size": 64, "hidden_features": 5}}
    half = replace(half, header=replace(half.header, settings=own))
    (folder / "half.siren").write_bytes(encode(half))
    read_end, write_end = os.pipe()
    found = defaultdict(list)
    for command in COMMANDS:
        arguments = [f"/dev/fd/{write_end}" if each is A_PIPE else each for each in command]
        # Pages are kept in a folder of the test.
        kept = {"XDG_CACHE_HOME": str(folder)} if command[0] == "view" else {}
        with stub_trainer():
            run = siren(folder, *arguments, "--json", "-q", **kept)
        for result in objects(run):
            found[kind_of(result)].append(result)
    os.close(read_end)
    os.close(write_end)
    return found


def values(thing: Any, path: str) -> Iterator[Any]:
    """Yield the values of a key such as points[].x, of all points that have it."""
    name, _, rest = path.partition(".")
    key = name.removesuffix("[]")
    if not isinstance(thing, dict) or key not in thing:
        return
    each = thing[key] if name.endswith("[]") else [thing[key]]
    for value in each:
        if rest:
            yield from values(value, rest)
        else:
            yield value


def keys(thing: dict[str, Any], described: set[str], prefix: str = "") -> Iterator[str]:
    """Yield all keys, and those inside objects whose keys are described."""
    for key, value in thing.items():
        name = f"{prefix}{key}"
        yield name
        if isinstance(value, dict) and any(each.startswith(f"{name}.") for each in described):
            yield from keys(value, described, f"{name}.")
        if isinstance(value, list) and any(each.startswith(f"{name}[]") for each in described):
            for each in value:
                yield from keys(each, described, f"{name}[].")


def is_of(value: Any, kind: str) -> bool:
    if kind.startswith("array of "):
        one = kind.removeprefix("array of ").removesuffix("s")
        return isinstance(value, list) and all(is_of(each, one) for each in value)
    return type(value) in TYPES[kind]


def test_every_kind_of_object_is_documented_and_printed(results: Any) -> None:
    assert TABLES.keys() == results.keys()


@pytest.mark.parametrize("kind", TABLES)
def test_the_documented_keys_are_the_printed_ones(results: Any, kind: str) -> None:
    described = {key.name for key in TABLES[kind]}
    optional = {key.name for key in TABLES[kind] if key.optional}
    for result in results[kind]:
        printed = set(keys(result, described))
        assert printed <= described
        assert described - printed <= optional


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        pytest.param(kind, key, id=f"{kind}: {key.name}")
        for kind, table in TABLES.items()
        for key in table
    ],
)
def test_a_key_has_its_type_and_its_nulls(results: Any, kind: str, key: Key) -> None:
    assert key.exception == "never" or key.nullable or key.optional
    found = [list(values(result, key.name)) for result in results[kind]]
    seen = [value for each in found for value in each]
    assert all(is_of(value, key.kind) for value in seen if value is not None)
    assert any(value is not None for value in seen)
    if (kind, key.name) not in NOT_SEEN_NULL:
        assert (None in seen) == key.nullable
    assert ([] in found) == key.optional
