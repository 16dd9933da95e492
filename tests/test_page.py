"""The exported page as a text: what is in it, and that nothing of a file becomes markup."""

import hashlib
import json
import re
from base64 import b64decode, b64encode
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from importlib import resources
from pathlib import Path

import pytest

from siren_cli.errors import RepresentationError, UsageError
from siren_cli.exporting.page import page
from siren_cli.rendering.drawing import Drawing
from siren_cli.rendering.geometry import Size
from siren_cli.rendering.view import Quantity, whole
from siren_cli.representation import siren_file
from tests.helpers.commands import siren
from tests.helpers.representations import (
    make_representation,
    save_representation,
    with_all_facts,
    with_weight,
)

HOSTILE = "</script><img src=x onerror=alert(1)>\u2028\"'&lt;$title"
FUNCTION = make_representation(6, 8)
PLACE = resources.files("siren_cli.exporting.page")
KINDS = (page.OF_MOSAICS, page.OF_PYRAMIDS)
SCRIPTS = (
    *page.ENGINE,
    *page.APPLICATION,
    *(name for kind in KINDS for name in kind.engine + kind.application),
)
VOID = ("meta", "link", "input", "img", "br")


class Page(HTMLParser):
    """A page taken apart.

    Attributes:
        elements: Name and attributes of each element.
        texts: The text of each script by its id, of the style and of the title.
    """

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, str] = {}
        self._open = ""
        self.text = content.decode()
        self.feed(self.text)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.elements.append((tag, attributes))
        is_named = tag in ("script", "style", "title")
        self._open = attributes.get("id") or tag if is_named else ""

    def handle_endtag(self, tag):
        self._open = ""

    def handle_data(self, data):
        if self._open:
            self.texts[self._open] = self.texts.get(self._open, "") + data

    @property
    def policy(self) -> str:
        (found,) = (
            attributes["content"]
            for _, attributes in self.elements
            if attributes.get("http-equiv") == "Content-Security-Policy"
        )
        return found


@pytest.fixture(scope="module")
def made() -> Page:
    """The page of a file with a hostile name."""
    return Page(page.content(HOSTILE, FUNCTION))


@pytest.fixture(scope="module")
def plain() -> Page:
    return Page(page.content("photo", FUNCTION))


def text(name: str) -> str:
    return PLACE.joinpath(name).read_text("utf-8")


def test_a_page_needs_no_address(plain):
    for tag, attributes in plain.elements:
        addresses = [attributes.get(key) for key in ("src", "href", "action", "srcset")]
        assert [each for each in addresses if each] in ([], ["data:,"]), tag
    beside = plain.text.replace(plain.texts["file"], "")
    assert not re.search(r"https?:|//[a-z]+\.[a-z]|@import|url\(", beside)


def test_the_policy_has_the_hashes_of_our_scripts_and_style(made):
    def hashed(name):
        digest = hashlib.sha256(made.texts[name].encode()).digest()
        return f"'sha256-{b64encode(digest).decode()}'"

    rules = dict(rule.split(" ", 1) for rule in made.policy.split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == f"{hashed('engine')} {hashed('script')}"
    assert rules["style-src"] == hashed("style")
    assert "unsafe" not in made.policy


def test_what_the_policy_forbids_is_not_there(plain):
    for _, attributes in plain.elements:
        assert not any(name == "style" or name.startswith("on") for name in attributes)


def test_a_hostile_name_changes_no_element(made, plain):
    assert made.elements == plain.elements
    facts = json.loads(made.texts["facts"])
    assert facts["name"] == HOSTILE
    assert made.texts["title"] == HOSTILE.replace("\u2028", "\ufffd")
    assert not set("<>&\u2028") & set(made.texts["facts"])


def test_hostile_metadata_changes_no_element(plain):
    hostile = with_all_facts(replace(FUNCTION, header=replace(FUNCTION.header, tool=HOSTILE)))
    assert Page(page.content("photo", hostile)).elements == plain.elements


def test_the_file_is_in_the_page_byte_by_byte(tmp_path):
    path = save_representation(tmp_path / "photo.siren", FUNCTION)
    run = siren(tmp_path, "export", "photo.siren", "--json")
    assert run.code == 0
    found = Page((tmp_path / "photo.html").read_bytes())
    assert b64decode(found.texts["file"]) == path.read_bytes()
    facts = json.loads(found.texts["facts"])
    assert facts["name"] == "photo"
    assert facts["psnr"] == 31.5


def test_a_file_of_version_1_is_one_of_version_2_in_the_page():
    old = siren_file.load(Path(__file__).parent / "golden" / "version-1.siren")
    content = b64decode(Page(page.content("old", old)).texts["file"])
    assert content == siren_file.encode(old)
    assert content.startswith(b"\x89SIREN\r\n")


def test_derivatives_are_as_bright_as_those_of_render(plain):
    scales = json.loads(plain.texts["facts"])["scales"]
    view = whole(FUNCTION.header.facts, Size(8, 6))
    for what in (Quantity.GRADIENT, Quantity.LAPLACIAN):
        assert scales[what] == Drawing(FUNCTION, replace(view, what=what)).scale


def test_a_network_too_wide_for_browsers_is_refused(tmp_path):
    save_representation(tmp_path / "a.siren", make_representation(6, 8, widths=(5, 1025)))
    run = siren(tmp_path, "export", "a.siren")
    assert run.code == 2
    (line,) = run.err
    assert "1024 features at most, and these have 1025" in line
    assert not (tmp_path / "a.html").exists()


def test_a_file_too_large_for_browsers_is_refused(monkeypatch):
    monkeypatch.setattr(page, "MAX_BYTES", 300)
    with pytest.raises(UsageError, match="holds files of 0 MB at most"):
        page.check(FUNCTION.header)


def test_weights_too_large_to_draw_are_refused():
    with pytest.raises(RepresentationError, match="so large that there is nothing to draw"):
        page.content("a", with_weight(make_representation(6, 8, dtype="float32"), 1e30))


def test_what_a_page_does_not_show_is_said():
    assert page.losses(FUNCTION.header) == []
    assert page.losses(with_all_facts(FUNCTION).header) == []
    facts = replace(FUNCTION.header.facts, bit_depth=16)
    deep = replace(FUNCTION.header, facts=facts, icc_bytes=100)
    assert [each.split(",")[0] for each in page.losses(deep)] == [
        "a page shows colors as if they were sRGB",
        "a page shows 8 of the 16 bits",
    ]


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_is_short_and_explains_itself(name):
    lines = text(name).splitlines()
    comment = [line for line in lines[: lines.index('"use strict";')] if line]
    assert comment
    assert all(line.startswith("//") for line in comment)
    assert len(lines) <= 250
    assert max(map(len, lines)) <= 120
    functions = re.findall(r"^(?:async )?function .*?^}", text(name), re.M | re.S)
    assert all(each.count("\n") < 40 for each in functions)
    assert "</script" not in text(name).lower()
    assert "<!--" not in text(name)


def test_scripts_do_not_take_names_of_each_other():
    # They share the page's global names, so the later one would replace the other.
    pattern = r"^(?:async )?(?:const|let|function|class) \[?\{?(\w+)"
    names = Counter(name for each in SCRIPTS for name in re.findall(pattern, text(each), re.M))
    assert len(names) > 200
    assert [name for name, count in names.items() if count > 1] == []


def test_every_file_of_the_room_is_in_the_page():
    used = {
        *SCRIPTS,
        *page.OF_MOSAICS.shader,
        "page.html",
        "page.css",
        "page.py",
        "__init__.py",
    }
    assert {each.name for each in PLACE.iterdir() if each.is_file()} == used
