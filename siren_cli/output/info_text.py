"""The facts of a .siren file as people read them."""

import json
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from siren_cli.output.text import counted, psnr_text
from siren_cli.system.files import bytes_text

# Longest line of a file's settings, in characters.
SETTINGS_WIDTH = 76


def info_lines(info: Mapping[str, Any]) -> list[str]:
    """Return the facts of a .siren file, one on a line."""
    shown = info["tone_mapped_psnr_db"]
    made_by = list(_settings_lines(info["settings"])) or ["unknown"]
    facts = {
        "picture": f"{info['width']}x{info['height']} {info['color']}, {info['bit_depth']} bit"
        + "".join(f", {words}" for words in _held_words(info)),
        "quality": psnr_text(info["psnr_db"])
        + (f", {shown:.2f} dB tone-mapped" if shown is not None else ""),
        "size": f"{bytes_text(info['bytes'])} ({info['bpp']:.2f} bits per pixel)"
        + (f", {info['dtype']}" if info["dtype"] else ""),
        **(_pyramid_facts(info) if info["tiles"] else _mosaic_facts(info)),
        "fit": f"{counted(info['epochs'], 'epoch')} by siren {info['tool']}",
        "settings": made_by[0],
    }
    lines = [f"  {name:<9} {fact}" for name, fact in facts.items()]
    lines += [f"  {'':<9} {line}" for line in made_by[1:]]
    if info.get("verified"):
        lines.append("  verified  every weight is as it was written, by its SHA-256")
    return [f"{info['input']}", *lines]


def _mosaic_facts(info: Mapping[str, Any]) -> dict[str, str]:
    """Return what a mosaic is made of, a fact by name."""
    rows, columns = counted(info["rows"], "row"), counted(info["columns"], "column")
    networks = [
        f"{_layers_text(each['layers'])} in {counted(each['cells'], 'cell')}"
        for each in info["classes"]
    ]
    return {
        "mosaic": f"{rows} x {columns} of cells",
        "networks": f"{info['activation']}, {info['parameters']} parameters in all",
        **{f"class {number}": text for number, text in enumerate(networks)},
    }


def _pyramid_facts(info: Mapping[str, Any]) -> dict[str, str]:
    """Return what a pyramid is made of, a fact by name."""
    rows, columns = info["tiles"]
    synthesis, context = (
        _layers_text(info["networks"][name]) for name in ("synthesis", "context")
    )
    return {
        "pyramid": f"{counted(info['grids'], 'grid')}, {rows} x {columns} tiles",
        "networks": f"{synthesis} {info['activation']}, context {context}",
    }


def _layers_text(layers: Sequence[int]) -> str:
    return " -> ".join(map(str, layers))


def _held_words(info: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a file says of its picture's colors, values and metadata."""
    if info["values"]:
        values = info["values"]
        yield f"{values['scene']} of {values['low']:.4g} to {values['high']:.4g}"
    if info["color_space"]:
        yield info["color_space"]
    for kind, name in (("icc", "color profile"), ("exif", "EXIF"), ("xmp", "XMP")):
        if info[f"{kind}_bytes"]:
            yield f"{name} of {bytes_text(info[f'{kind}_bytes'])}"
    if info["resolution"]:
        across, down = info["resolution"]
        yield f"{across:.4g} dpi" if across == down else f"{across:.4g} x {down:.4g} dpi"


def _settings_lines(settings: Mapping[str, Any]) -> Iterator[str]:
    # Tables are shown as `--set` takes them. A file may hold any other JSON value instead.
    for name, table in settings.items():
        content = _word(table)
        if isinstance(table, dict):
            content = ", ".join(f"{_word(key)}={_word(value)}" for key, value in table.items())
        yield from textwrap.wrap(
            f"{_word(name)}: {content}",
            SETTINGS_WIDTH,
            subsequent_indent="  ",
            break_long_words=False,
            break_on_hyphens=False,
        )


def _word(value: Any) -> str:
    # A file may hold control characters, which JSON escapes. Its quotes are not needed.
    return json.dumps(value)[1:-1] if isinstance(value, str) else json.dumps(value)
