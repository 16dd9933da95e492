"""The manual page, made from the help of every command: `make manual`.

The page is share/man/man1/siren.1, in the language of man (groff_man(7)). It has no date, so
that the same help makes the same page.
"""

import inspect
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from siren_cli.cli import app

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "share" / "man" / "man1" / "siren.1"

HEAD = r"""
.\" Made by "make manual" from the help of every command.
.TH SIREN 1 "" "siren {version}" "User Commands"
.SH NAME
siren \- turn any picture into a small neural network, and back at any size
.SH SYNOPSIS
\fBsiren\fP \fICOMMAND\fP [\fIOPTIONS\fP] [\fIARGUMENTS\fP]
.SH DESCRIPTION
A .siren file holds no pixels. It holds the weights of a function from a point to a color, which
was fitted to a picture. The function is continuous, so it can be drawn at any size.
.PP
Results go to standard output and everything else to standard error. No command leaves a
half\-written file, and the same \fBsiren fit\fP continues where it was stopped.
"""
FILES = r"""
.SH FILES
.TP
.I photo.siren
The network of photo.png.
.TP
.I .photo.siren.part\fR, \fP.photo.siren.cells
An unfinished fit of photo.png. The same \fBsiren fit\fP goes on with it and removes both.
.TP
.I .photo.siren.lock
The lock of a run that is writing photo.siren. It holds the number of the process.
.TP
.I ~/.cache/siren
The last 20 pages of \fBsiren view\fP, or another folder where the system keeps such files.
.TP
.I big.1\-of\-8.part
One of the parts that \fBsiren fit \-\-shard\-cells\fP makes and \fBsiren join\fP joins.
"""
# Variables that other programs read, too, and what they mean here.
OTHER_VARIABLES = {
    "TF_CONFIG": "The hosts that fit one picture together, as TensorFlow names them.",
    "BROWSER": "The program by which siren view opens a page, over ssh, too.",
    "NO_COLOR": "If it is set, nothing is shown in colors.",
}


# Characters that roff reads in another way, and the hyphen and the apostrophe, which it would
# replace by prettier ones that no shell understands.
ESCAPED = {"\\": r"\e", "-": r"\-", "'": r"\(aq", "`": r"\(ga", "^": r"\(ha", "~": r"\(ti"}


def page() -> str:
    """Return the manual page."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    commands: dict[str, Any] = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    names = [{each.name for each in command.params} for command in commands.values()]
    shared = set.intersection(*names)
    lines = [HEAD.strip().replace("{version}", project["version"]), ".SH COMMANDS"]
    for name, command in commands.items():
        lines += _command(name, command, [p for p in command.params if p.name not in shared])
    lines.append(".SH OPTIONS OF EVERY COMMAND")
    for option in next(iter(commands.values())).params:
        lines += _option(option) if option.name in shared else []
    lines += [*_entry(_bold("-h, --help"), "Show the help of a command."), ".SH EXIT STATUS"]
    for code, meaning in _exit_codes():
        lines += _entry(_bold(code), meaning)
    lines.append(".SH ENVIRONMENT")
    for variable, meaning in (_variables(commands) | OTHER_VARIABLES).items():
        lines += _entry(_bold(variable), meaning)
    return "\n".join([*lines, FILES.strip(), ""])


def _command(name: str, command: Any, parameters: list[Any]) -> Iterator[str]:
    """Yield the lines of a command: its usage, its help, its arguments and options."""
    arguments = [each for each in parameters if each.param_type_name == "argument"]
    usage = [name, "[OPTIONS]", *(_usage(each) for each in arguments)]
    yield f".SS siren {_escaped(' '.join(usage))}"
    for number, paragraph in enumerate(inspect.cleandoc(command.help).split("\n\n")):
        if paragraph.startswith("\b\n"):
            lines = inspect.cleandoc(paragraph.removeprefix("\b")).splitlines()
            yield from [".PP", ".RS 4", ".EX", *map(_line, lines), ".EE", ".RE"]
        else:
            yield from [".PP"] * (number > 0)
            yield _line(" ".join(paragraph.split()))
    for each in arguments:
        yield from _entry(_italic(each.metavar), each.help)
    for each in parameters:
        yield from [] if each in arguments else _option(each)


def _usage(argument: Any) -> str:
    many = "..." if argument.nargs == -1 and not argument.metavar.endswith("...") else ""
    return f"{argument.metavar if argument.required else f'[{argument.metavar}]'}{many}"


def _option(option: Any) -> list[str]:
    flags = [", ".join(map(_bold, option.opts))]
    flags += map(_bold, option.secondary_opts)
    label, default = " / ".join(flags), option.default
    if not option.is_flag:
        name = option.opts[-1].removeprefix("--").upper().replace("-", "_")
        label += f" {_italic(option.metavar or name)}"
    elif option.secondary_opts:
        default = (option.opts if default else option.secondary_opts)[0]
    notes = [f"environment: {option.envvar}"] if option.envvar else []
    if isinstance(default, str | int | float) and not isinstance(default, bool):
        notes.append(f"default: {default}")
    return _entry(label, option.help + (f" [{'; '.join(notes)}]" if notes else ""))


def _exit_codes() -> list[list[str]]:
    """Return the rows of the README's table of exit codes."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    section = readme.partition("\n## Exit codes\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (\d.*) \|$", section.replace("`", ""), re.MULTILINE)
    return [row.split(" | ") for row in rows]


def _variables(commands: dict[str, Any]) -> dict[str, str]:
    """Return the environment variables that stand for flags, and what they mean."""
    users: dict[tuple[str, str], list[str]] = {}
    for name, command in commands.items():
        for each in command.params:
            if each.envvar:
                users.setdefault((each.envvar, each.opts[-1]), []).append(f"siren {name}")
    return {
        variable: f"The value of {flag} of {' and '.join(names)}, unless that is given."
        for (variable, flag), names in users.items()
    }


def _entry(label: str, text: str) -> list[str]:
    return [".TP", label, _line(text)]


def _bold(text: str) -> str:
    return rf"\fB{_escaped(text)}\fP"


def _italic(text: str) -> str:
    return rf"\fI{_escaped(text)}\fP"


def _line(text: str) -> str:
    # A dot at the beginning of a line would be a command to roff.
    return rf"\&{_escaped(text)}" if text.startswith(".") else _escaped(text)


def _escaped(text: str) -> str:
    return "".join(ESCAPED.get(character, character) for character in text)


if __name__ == "__main__":
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")
