"""Puts the page of a file together.

All that comes from the file is in two elements that browsers read as text: the bytes in
base64, and JSON without a character that ends an element. The page's policy has the hashes of
our scripts and our style, so a browser runs nothing else, wherever it came from.
"""

import hashlib
import json
from base64 import b64encode
from importlib import resources
from string import Template
from typing import NamedTuple

from siren_cli.errors import UsageError
from siren_cli.markup import escaped
from siren_cli.pictures.picture import LOW_BIT_DEPTH
from siren_cli.rendering.drawing import derivative_scales
from siren_cli.rendering.geometry import Region
from siren_cli.rendering.point_function import function_of
from siren_cli.representation import siren_file
from siren_cli.representation.header import Header, MosaicHeader
from siren_cli.representation.representation import Representation


class Scripts(NamedTuple):
    """The names of what only the pages of one kind of function have.

    Attributes:
        engine: Scripts of the engine, in order.
        application: Scripts of the application, in order.
        shader: Parts of the shader, in order.
    """

    engine: tuple[str, ...]
    application: tuple[str, ...] = ()
    shader: tuple[str, ...] = ()


OF_MOSAICS = Scripts(
    ("mosaic_file.js", "digests.js", "layers.js", "grid.js", "network.js", "jets.js"),
    ("gl_textures.js", "gl_points.js", "gl_program.js", "gl_fours.js", "gl_renderer.js"),
    ("activations.glsl", "network.glsl", "drawing.glsl", "jets.glsl"),
)
OF_PYRAMIDS = Scripts(
    (
        "sha256.js",
        "rans.js",
        "network_stream.js",
        "pyramid_file.js",
        "context_model.js",
        "tiles.js",
        "latent_windows.js",
        "pyramid.js",
        "synthesis.js",
    ),
)
# The scripts of every engine, before those of the kind.
ENGINE = (
    "header_values.js",
    "siren_file.js",
    "color_profile.js",
    "activations.js",
    "dense_layers.js",
    "point_function.js",
    "drawing.js",
    "worker.js",
)
# The scripts of every application, after those of the kind.
APPLICATION = (
    "worker_renderer.js",
    "view.js",
    "sheets.js",
    "comparison.js",
    "painter.js",
    "refining.js",
    "point.js",
    "moving.js",
    "gestures.js",
    "divider.js",
    "saving.js",
    "starting.js",
    "app.js",
)
# Widest layer that browsers draw.
MAX_WIDTH = 1024
# Largest file, in bytes: in base64 it is a string, and browsers have a longest one.
MAX_BYTES = 256 * 10**6
# Largest pyramid, in pixels: a core decodes about half a million of them per second.
MAX_PYRAMID_PIXELS = 40 * 10**6
# What may not stand in an element of JSON, which HTML takes for markup.
MARKUP = {ord(character): f"\\u{ord(character):04x}" for character in "<>&"}


def content(name: str, representation: Representation) -> bytes:
    """Return the page of a representation, in UTF-8.

    Args:
        name: Name of the picture, of any characters.
        representation: The function.

    Raises:
        RepresentationError: Its weights are so large that there is nothing to draw.
    """
    file = siren_file.encode(representation)
    scripts = _scripts(representation.header)
    program, style = engine(scripts), _text("page.css")
    script = _joined(scripts.application + APPLICATION)
    page = Template(_text("page.html")).substitute(
        title=escaped(name),
        policy=_policy((program, script), style),
        style=style,
        engine=program,
        shader=_joined(scripts.shader),
        script=script,
        facts=_facts(name, representation),
        file=b64encode(file).decode(),
    )
    return page.encode()


def engine(scripts: Scripts = OF_MOSAICS) -> str:
    """Return the program that reads a file of a kind and draws it, without a page."""
    return _joined(ENGINE + scripts.engine)


def shader() -> str:
    """Return the fragment shader, without its version and its definitions."""
    return _joined(OF_MOSAICS.shader)


def check(header: Header) -> None:
    """Check that a page can draw a file with this header.

    Raises:
        UsageError: It cannot.
    """
    if isinstance(header, MosaicHeader):
        _check_mosaic(header)
    elif header.facts.height * header.facts.width > MAX_PYRAMID_PIXELS:
        raise UsageError(
            f"a page draws pyramids of {MAX_PYRAMID_PIXELS // 10**6} megapixels at most; "
            "fit with --max-side"
        )


def _check_mosaic(header: MosaicHeader) -> None:
    widest = max(max(sizes[1:-1]) for sizes in header.classes.layer_sizes)
    if widest > MAX_WIDTH:
        raise UsageError(
            f"a page draws networks of {MAX_WIDTH} features at most, and these have {widest}; "
            "fit with a smaller network.hidden_features"
        )
    size = siren_file.expected_bytes(header)
    if size > MAX_BYTES:
        raise UsageError(
            f"a page holds files of {MAX_BYTES // 10**6} MB at most, and this one has "
            f"{size / 1e6:.0f} MB; fit with --max-side"
        )


def losses(header: Header) -> list[str]:
    """Return what a page does not show of a file with this header, a sentence each."""
    found = []
    if header.icc_bytes:
        found.append("a page shows colors as if they were sRGB, not by the color profile")
    if header.facts.bit_depth > LOW_BIT_DEPTH and header.facts.mapping is None:
        found.append("a page shows 8 of the 16 bits")
    return found


def _scripts(header: Header) -> Scripts:
    return OF_MOSAICS if isinstance(header, MosaicHeader) else OF_PYRAMIDS


def _text(name: str) -> str:
    return resources.files("siren_cli.exporting.page").joinpath(name).read_text("utf-8")


def _joined(names: tuple[str, ...]) -> str:
    return "\n" + "".join(map(_text, names))


def _policy(scripts: tuple[str, ...], style: str) -> str:
    """Return the content security policy that allows our own scripts and style alone."""
    hashes = " ".join(map(_hash, scripts))
    return (
        f"default-src 'none'; script-src {hashes}; style-src {_hash(style)}; "
        "img-src data: blob:; worker-src blob:; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _facts(name: str, representation: Representation) -> str:
    """Return what the page says and the file does not, as JSON without markup."""
    header = representation.header
    region = Region(0.0, 0.0, header.facts.width, header.facts.height)
    facts = {
        "name": name,
        "psnr": header.psnr,
        "scales": derivative_scales(function_of(representation), region),
        "notes": losses(header),
    }
    return json.dumps(facts, allow_nan=False).translate(MARKUP)
