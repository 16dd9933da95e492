"""The HTML page of a comparison, as a parser and as a browser see it."""

import io
import os
import re
import shutil
import subprocess
from base64 import b64decode
from html.parser import HTMLParser
from pathlib import Path

import pytest
from PIL import Image

from siren_cli.comparing.html.page import NamedFile, page
from tests.helpers.picture_files import noise

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
BROWSER = next((name for name in BROWSERS if shutil.which(name)), None)
HOSTILE = os.fsdecode(b"</title></script><img src=x onerror=alert(1)>\xff\n\"'&\x00$title")
SHOWN = "</title></script><img src=x onerror=alert(1)>\ufffd\ufffd\"'&\ufffd$title"
SVG = b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'
ROWS = [
    {"name": "a.png", "kind": "original", "bytes": 9000, "psnr_db": None, "identical": True},
    {"name": "a.siren", "kind": "siren", "bytes": 1234567, "psnr_db": 35.456, "ssim": 0.91},
    {"name": "b.siren", "kind": "siren", "bytes": 10, "psnr_db": 40.0, "preset": "fast"},
    {"name": "webp", "kind": "codec", "bytes": 300, "settings": "quality 87", "psnr_db": None},
]
# The events of a hand at work, in a page of 6 x 8 pixels.
CLICKS = """
  const key = (place, key) =>
    place.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  byId("same").click();
  byId("in").click();
  key(stage, "+");
  key(divider, "ArrowLeft");
  for (const _ of "ab") document.querySelectorAll("thead button")[2].click();
  byId("difference").click();
"""
# Says which point of each picture is beside the middle, before and after.
WHEEL = """
  const { left, top, width, height } = stage.getBoundingClientRect();
  const [x, y] = [width / 2 + 30, height / 2 + 20];
  const point = (id) => {
    const { a, e, f } = new DOMMatrix(getComputedStyle(byId(id)).transform);
    return [(x - e) / a, (y - f) / a].map(Math.round).join() + " ";
  };
  zoomTo(16);
  const before = point("below");
  const at = { clientX: left + x, clientY: top + y, deltaY: -300 };
  stage.dispatchEvent(new WheelEvent("wheel", at));
  document.title = before + point("below") + point("above") + byId("zoom").value;
"""


class Parsed(HTMLParser):
    """The elements of a page, and the text of each cell and heading."""

    def __init__(self, content: str):
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(content)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_data(self, text):
        self.texts.append(text)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def files(self) -> list[tuple[str, bytes]]:
        """Return type and content of the pictures that are in the page."""
        addresses = [image["src"] for image in self.all("img") if "src" in image]
        parts = [re.fullmatch("data:(.+);base64,(.+)", address or "") for address in addresses]
        return [(part[1], b64decode(part[2], validate=True)) for part in parts if part]


def picture() -> bytes:
    file = io.BytesIO()
    Image.fromarray(noise()).save(file, "PNG")
    return file.getvalue()


def cells(content: str) -> list[list[str]]:
    """Return the texts of the table's rows."""
    cell = "<t[hd][^>]*>(?:<bdi>)?([^<]*)"
    return [re.findall(cell, line) for line in re.findall("<tr>(.*)", content)]


def test_pictures_come_back_from_the_page():
    content = page("a", ROWS, [NamedFile("a.png", picture())], [NamedFile("curve", SVG)])
    assert Parsed(content).files() == [("image/png", picture()), ("image/svg+xml", SVG)]


def test_hostile_names_are_only_text():
    rows = [{"name": HOSTILE, "kind": HOSTILE, "settings": HOSTILE}]
    content = page(
        HOSTILE, rows, [NamedFile(HOSTILE, picture())] * 2, [NamedFile(HOSTILE, SVG)]
    )
    parsed = Parsed(content.encode("utf-8").decode("utf-8"))
    benign = Parsed(
        page(
            "a",
            [dict.fromkeys(rows[0], "a")],
            [NamedFile("a", picture())] * 2,
            [NamedFile("a", SVG)],
        )
    )
    assert [tag for tag, _ in parsed.elements] == [tag for tag, _ in benign.elements]
    assert parsed.texts.count(SHOWN) == 8  # title, h1, the row's 3, the figures' 3
    assert [image.get("alt") for image in parsed.all("img")].count(SHOWN) == 3
    assert not [name for _, found in parsed.elements for name in found if name.startswith("on")]


def test_nothing_is_fetched():
    content = page("a", ROWS, [NamedFile("a.png", picture())], [NamedFile("curve", SVG)])
    assert not re.findall("https?:|//|@import|url\\(", re.sub('"data:.*?"', "", content))
    policy = next(meta for meta in Parsed(content).all("meta") if "http-equiv" in meta)
    assert (policy["content"] or "").startswith("default-src 'none'; img-src data:; ")


def test_the_table_shows_facts_and_leaves_the_rest_empty():
    assert cells(page("a", ROWS, [], [])) == [
        ["file", "kind", "bytes", "PSNR (dB)", "SSIM", "settings"],
        ["a.png", "original", "9,000", "identical", "", ""],
        ["a.siren", "siren", "1,234,567", "35.46", "0.9100", ""],
        ["b.siren", "siren", "10", "40.00", "", "fast"],
        ["webp", "codec", "300", "", "", "quality 87"],
    ]


def test_the_best_of_several_is_marked():
    found = re.findall('class="number best" data-value="(.*?)"', page("a", ROWS, [], []))
    assert found == ["40.0"]  # not the original's, not the one SSIM
    same = [*ROWS, {"name": "c", "identical": True, "ssim": 0.91001}]
    found = re.findall('class="number best" data-value="(.*?)"', page("a", same, [], []))
    assert found == ["0.91", "Infinity", "0.91001"]  # as they are read


def browsed(folder: Path, content: str, script: str) -> Parsed:
    """Return a page as it is in a browser, after a script has run at its end."""
    if BROWSER is None:
        pytest.skip("no Chromium here")
    script = f"<script>addEventListener('load', () => {{{script}}})</script></body>"
    file = folder / "a.html"
    file.write_bytes(content.replace("</body>", script).encode("utf-8"))
    options = ("--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr")
    place = (f"--user-data-dir={folder / 'profile'}", "--virtual-time-budget=5000")
    done = subprocess.run(
        [BROWSER, *options, *place, "--dump-dom", file.as_uri()],
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert b"CONSOLE" not in done.stderr  # no error of a script, nothing that was refused
    return Parsed(done.stdout.decode())


def test_a_browser_compares_and_sorts(tmp_path):
    pictures = [NamedFile("a.png", picture()), NamedFile("a.siren", picture())]
    parsed = browsed(tmp_path, page(HOSTILE, ROWS, pictures, [NamedFile("curve", SVG)]), CLICKS)
    found = {found["id"]: found for _, found in parsed.elements if "id" in found}
    assert "400 %" in parsed.texts
    assert parsed.texts.count("1,234,567\xa0bytes\xa0· 35.46\xa0dB") == 2  # below the picker
    assert "hidden" in found["pictures"]
    assert "hidden" not in found["viewer"]
    assert found["divider"]["aria-valuenow"] == "49"
    assert {"difference", "enlarged"} < set((found["stage"]["class"] or "").split())
    assert (found["below"]["alt"], found["above"]["alt"]) == ("a.png", "a.siren")
    names = [text for text in parsed.texts if text in {row["name"] for row in ROWS}]
    assert names[:4] == ["a.siren", "a.png", "webp", "b.siren"]  # by bytes, largest first


def test_a_wheel_zooms_both_pictures_around_the_pointer(tmp_path):
    pictures = [NamedFile("a.png", picture()), NamedFile("a.siren", picture())]
    parsed = browsed(tmp_path, page("a", ROWS, pictures, []), WHEEL)
    assert "5,5 5,5 5,5 2746 %" in parsed.texts  # exp(0.54) larger than 1600 %
