"""The examples of docs/api.md and of the README run as they are written."""

import re
from pathlib import Path

import pytest

from siren_cli.rendering.function import PictureFunction
from tests.helpers.commands import write_picture
from tests.helpers.representations import make_representation

ROOT = Path(__file__).parent.parent


def examples(name: str) -> list[str]:
    text = (ROOT / name).read_text(encoding="utf-8")
    return re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("name", ["docs/api.md", "README.md"])
def test_the_examples_run(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    write_picture(Path("photo.png"))
    PictureFunction(make_representation(210, 40, cell_size=16)).save("photo.siren")
    namespace: dict[str, object] = {}
    blocks = examples(name)
    for block in blocks:
        # The README fits a photograph for as long as the preset says.
        quick = block.replace('preset="fast")', 'preset="fast", epochs=3)')
        exec(compile(quick, name, "exec"), namespace)  # noqa: S102 - our own document
    assert blocks
    assert list(tmp_path.glob("f*.siren"))
