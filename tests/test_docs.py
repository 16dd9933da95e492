"""What is written about the program is what the program does."""

import re
import shlex
import tomllib
from pathlib import Path

import pytest
import typer

from siren_cli import cli, errors
from siren_cli.output import exit_codes
from siren_cli.presets import preset_names
from siren_cli.system import signals

ROOT = Path(__file__).parent.parent
GROUP = typer.main.get_command(cli.app)
COMMANDS = GROUP.commands  # type: ignore[attr-defined]
FLAGS = [(name, param) for name, command in COMMANDS.items() for param in command.params]
EXIT_CODES = {
    *(0, exit_codes.SEVERAL_FAILED, signals.INTERRUPTED, exit_codes.CLOSED_PIPE),
    *(kind.exit_code for kind in [errors.SirenError, *errors.SirenError.__subclasses__()]),
}


@pytest.fixture(scope="module")
def readme():
    return (ROOT / "README.md").read_text(encoding="utf-8")


def examples(text: str) -> list[list[str]]:
    """Return the arguments of the `siren` lines in Markdown's code blocks."""
    lines = [
        line.strip().removeprefix("$ ")
        for block in re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
        for line in block.replace("\\\n", " ").splitlines()
    ]
    words = [shlex.split(line, comments=True) for line in lines if line.startswith("siren ")]
    return [_until_shell(line[1:]) for line in words]


def _until_shell(words: list[str]) -> list[str]:
    ends = [index for index, word in enumerate(words) if word in {"|", ">", ">>", "&&", "->"}]
    return words[: min(ends, default=len(words))]


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_has_help_with_an_example_of_itself(name):
    summary, _, rest = COMMANDS[name].help.partition("\n\n")
    assert summary.endswith(".")
    assert f"\b\n  siren {name} " in rest


@pytest.mark.parametrize(
    ("name", "param"), FLAGS, ids=[f"{name}-{param.name}" for name, param in FLAGS]
)
def test_a_flag_has_help(name, param):
    assert param.help, f"siren {name}: {param.name}"


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_has_the_flags_of_all(name):
    flags = {flag for param in COMMANDS[name].params for flag in param.opts}
    assert flags >= {"-q", "--quiet", "-v", "--verbose", "--no-color", "--json", "--debug"}


def test_the_help_of_fit_names_every_preset():
    (preset,) = [param for param in COMMANDS["fit"].params if param.name == "preset"]
    assert all(name in preset.help for name in preset_names())


def test_the_error_tree_is_the_one_that_is_documented():
    written = dict(re.findall(r"^ +(\w+Error) +(\d+)  ", errors.__doc__, re.MULTILINE))
    kinds = [errors.SirenError, *errors.SirenError.__subclasses__()]
    assert {kind.__name__: str(kind.exit_code) for kind in kinds} == written


def test_the_changelog_has_the_version():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert f"\n## {version} " in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", COMMANDS)
def test_the_readme_shows_every_command(readme, name):
    assert f"siren {name}" in readme


@pytest.mark.parametrize("name", preset_names())
def test_the_readme_names_every_preset(readme, name):
    assert re.search(rf"\b{name}\b", readme)


def test_the_readme_explains_every_exit_code(readme):
    _, heading, section = re.split(r"^(.*exit code.*)$", readme, maxsplit=1, flags=re.I | re.M)
    numbers = {int(number) for number in re.findall(r"\b\d+\b", heading + section)}
    assert numbers >= EXIT_CODES


def test_every_example_of_the_readme_is_understood(readme):
    found = examples(readme)
    assert found
    for name, *arguments in found:
        if name.startswith("-"):
            assert name in {option for param in GROUP.params for option in param.opts}
        elif not {"-h", "--help"} & set(arguments):
            COMMANDS[name].make_context(name, arguments).close()
