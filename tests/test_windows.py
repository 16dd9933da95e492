"""Windows, as far as another system can tell: nothing asks for what only POSIX has."""

import ast
import importlib
import os
import sys
from pathlib import Path

import pytest

import siren_cli
from siren_cli.system import locks
from siren_cli.system.destination import Destination

PACKAGE = Path(siren_cli.__file__).parent
# TensorFlow takes seconds to load, so the room that needs it is only read.
TRAINING = sorted((PACKAGE / "training").glob("*.py"))
NAMES = [
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
    for path in sorted(set(PACKAGE.rglob("*.py")) - set(TRAINING))
]
POSIX_MODULES = ("fcntl", "grp", "posix", "pty", "pwd", "resource", "syslog", "termios", "tty")
POSIX_NAMES = (
    "O_NOFOLLOW", "fork", "geteuid", "getuid", "killpg", "mkfifo", "pread", "pwrite",
    "sched_getaffinity", "statvfs", "sysconf", "uname",
)  # fmt: skip


def ours() -> dict[str, object]:
    return {name: each for name, each in sys.modules.items() if name.startswith("siren_cli")}


def test_every_module_is_loaded_without_what_only_posix_has(monkeypatch):
    for name in NAMES:  # so that the packages they need are there, as for another system
        importlib.import_module(name)
    before = ours()
    for name in POSIX_MODULES:
        monkeypatch.setitem(sys.modules, name, None)
    for name in POSIX_NAMES:
        monkeypatch.delattr(os, name, raising=False)
    monkeypatch.setattr(sys, "platform", "win32")
    try:
        for name in before:
            del sys.modules[name]
        for name in NAMES:
            importlib.import_module(name)
    finally:
        for name in ours():
            del sys.modules[name]
        sys.modules.update(before)


@pytest.mark.parametrize("path", TRAINING, ids=lambda path: path.stem)
def test_training_imports_nothing_that_only_posix_has(path):
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    names = {
        alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names
    }
    names |= {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)}
    assert names.isdisjoint(POSIX_MODULES)


def test_a_file_is_written_without_a_lock_on_windows(tmp_path, monkeypatch):
    monkeypatch.setattr(locks, "HAS_LOCKS", False)
    with locks.locked(tmp_path / "a.siren"):
        assert list(tmp_path.iterdir()) == []
        Destination(tmp_path / "a.siren").save(b"content")
    assert [path.name for path in tmp_path.iterdir()] == ["a.siren"]
