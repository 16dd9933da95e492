"""What a shell offers at TAB: the files that a command reads, and the words of a flag.

A shell runs the command itself to learn this, by the script of --install-completion. Where
nothing is offered here, it offers files by its own rules.
"""

import os
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import asdict
from typing import get_args

from siren_cli.pictures.formats import SUFFIXES

# Returns the words that may stand where the beginning of one was typed.
Offer = Callable[[str], list[str]]

# Shells evaluate what they are offered. So nothing is offered that one of them could take
# for code or for a pattern, whatever stands around it.
UNSAFE = re.compile(r"[\\'\"`$*?\[\]]")
# Characters that bash takes literally only after a backslash. Other shells quote by themselves.
SPECIAL = re.compile(r"([^\w@%+,./:=-])")
# The environment variable by which a shell asks, and its values.
ASKED_BY, BASH, ZSH = "_SIREN_COMPLETE", "complete_bash", "complete_zsh"


def _asks(shell: str) -> bool:
    return os.environ.get(ASKED_BY) == shell


def _files(*suffixes: str) -> Offer:
    """Return what offers folders, and files with one of some suffixes."""

    def offer(typed: str) -> list[str]:
        if _is_left_to_the_shell(typed):
            return []
        rests = _rests(typed, suffixes)
        return [typed + (SPECIAL.sub(r"\\\1", rest) if _asks(BASH) else rest) for rest in rests]

    return offer


def _is_left_to_the_shell(typed: str) -> bool:
    """Return whether a path has characters that the shell alone gets right."""
    if _asks(ZSH):
        return typed.startswith("~") or bool(UNSAFE.search(typed))
    plain = SPECIAL if _asks(BASH) else UNSAFE
    return bool(plain.search(typed.removeprefix("~")))


def _rests(typed: str, suffixes: tuple[str, ...], levels: int = 9) -> list[str]:
    """Return what may follow the beginning of a path.

    Args:
        typed: The beginning.
        suffixes: Those of files that are offered.
        levels: How many folders inside one another are looked into at most.
    """
    folder, start = os.path.split(os.path.expanduser(typed))
    rests = []
    with suppress(OSError), os.scandir(folder or ".") as entries:
        for entry in entries:
            if _is_offered(entry.name, start):
                rest = entry.name.removeprefix(start)
                if entry.is_dir():
                    rests.append(f"{rest}/")
                elif entry.name.lower().endswith(suffixes):
                    rests.append(rest)
    if len(rests) == 1 and rests[0].endswith("/") and levels > 0:
        # A shell would put a space after a folder that is the only choice.
        return [rests[0] + inner for inner in _rests(typed + rests[0], suffixes, levels - 1)]
    return sorted(rests)


def _is_offered(name: str, start: str) -> bool:
    # A name that begins with a dot is hidden, and one with a dash would be a flag.
    is_meant = name.startswith(start) if start else name[0] not in ".-"
    return is_meant and name.isprintable() and not UNSAFE.search(name)


def _words(words: Callable[[], Iterable[str]]) -> Offer:
    """Return what offers words, which are looked up when a shell asks."""

    def offer(typed: str) -> list[str]:
        return [word for word in words() if word.startswith(typed)]

    return offer


def _list_of(words: Callable[[], Iterable[str]]) -> Offer:
    """Return what offers another word of a list such as jpeg,webp."""

    def offer(typed: str) -> list[str]:
        first, comma, last = typed.rpartition(",")
        named = first.split(",")
        more = [word for word in words() if word.startswith(last) and word not in named]
        return [first + comma + word for word in more]

    return offer


def _presets() -> list[str]:
    from siren_cli.presets import preset_names

    return preset_names()


def _mosaic_presets() -> list[str]:
    from siren_cli.presets import PYRAMID_PRESET

    return [name for name in _presets() if name != PYRAMID_PRESET]


def _activations() -> Iterable[str]:
    from siren_cli.function_names import STORED_NAMES

    return STORED_NAMES


def _codecs() -> Iterable[str]:
    from siren_cli.pictures.codecs import CODECS

    return CODECS


def _matches() -> Iterable[str]:
    from siren_cli.comparing.codec_search import MATCHES

    return MATCHES


def _quantities() -> Iterable[str]:
    from siren_cli.rendering.view import Quantity

    return list(Quantity)


def _picture_formats() -> Iterable[str]:
    from siren_cli.pictures.formats import WRITTEN

    return WRITTEN


def _export_kinds() -> Iterable[str]:
    from siren_cli.exporting.kinds import KINDS

    return KINDS


def _stored_types() -> Iterable[str]:
    from siren_cli.config import StoredType

    return get_args(StoredType)


def _supervised() -> Iterable[str]:
    from siren_cli.supervision import Supervised

    return get_args(Supervised)


def _settings() -> list[str]:
    """Return every setting with its default."""
    from siren_cli.config import Config
    from siren_cli.pyramid_config import PyramidConfig

    tables = asdict(Config(pyramid=PyramidConfig())).items()
    return [f"{name}.{key}={value}" for name, table in tables for key, value in table.items()]


_FOLDERS = _files()
_SIREN_FILES = _files(".siren")
_DEVICES = _words(lambda: ("auto", "cpu", "gpu", "gpu:0"))
# What is offered for each parameter of each command.
OFFERS: dict[str, dict[str, Offer]] = {
    "fit": {
        "image_list": _files(*SUFFIXES),
        "out_dir": _FOLDERS,
        "preset": _words(_presets),
        "config": _files(".toml"),
        "assignments": _words(_settings),
        "supervise": _words(_supervised),
        "mask": _files(*SUFFIXES),
        "alpha": _words(lambda: ("keep", "drop", "over=#")),
        "icc": _words(lambda: ("keep", "srgb")),
        "damaged": _words(lambda: ("refuse", "keep")),
        "dtype": _words(_stored_types),
        "devices": _DEVICES,
        "cluster": _words(lambda: ("auto", "slurm", "none")),
    },
    "blend": {
        "background": _files(*SUFFIXES),
        "foreground": _files(*SUFFIXES),
        "mask": _files(*SUFFIXES),
        "preset": _words(_mosaic_presets),
        "config": _files(".toml"),
        "assignments": _words(_settings),
        "alpha": _words(lambda: ("drop", "over=#")),
        "devices": _DEVICES,
    },
    "join": {"part_list": _files(".part")},
    "render": {
        "file_list": _SIREN_FILES,
        "what": _words(_quantities),
        "depth": _words(lambda: ("8", "16", "32")),
        "out_dir": _FOLDERS,
        "form": _words(_picture_formats),
    },
    "query": {"file": _SIREN_FILES},
    "zoom": {"file": _SIREN_FILES},
    "view": {"file": _SIREN_FILES},
    "compare": {
        "paths": _files(".siren", *SUFFIXES),
        "codec": _list_of(_codecs),
        "match": _words(_matches),
        "preset": _list_of(_presets),
        "activation": _list_of(_activations),
        "supervise": _list_of(_supervised),
        "keep": _FOLDERS,
        "devices": _DEVICES,
    },
    "export": {"file_list": _SIREN_FILES, "form": _words(_export_kinds), "out_dir": _FOLDERS},
    "info": {"file_list": _SIREN_FILES},
}
