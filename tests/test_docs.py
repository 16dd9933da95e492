"""The documents say what the program does: flags, settings, links, examples."""

import ast
import re
import shlex
import tomllib
from dataclasses import asdict
from pathlib import Path

import pytest
import typer

from siren_cli import cli, errors
from siren_cli.config import Config
from siren_cli.output import exit_codes
from siren_cli.presets import DEFAULT_PRESET, PYRAMID_PRESET, load_preset, preset_names
from siren_cli.pyramid_config import PyramidConfig
from siren_cli.system import signals

ROOT = Path(__file__).parent.parent
GROUP = typer.main.get_command(cli.app)
COMMANDS = GROUP.commands  # type: ignore[attr-defined]
FLAGS = [(name, param) for name, command in COMMANDS.items() for param in command.params]
EXIT_CODES = {
    *(0, exit_codes.MISSED, exit_codes.SEVERAL_FAILED, exit_codes.CLOSED_PIPE),
    *(signals.INTERRUPTED_CODE, signals.TERMINATED_CODE),
    *(kind.exit_code for kind in [errors.SirenError, *errors.SirenError.__subclasses__()]),
}
KNOWN_FLAGS = {
    "--help",
    *(flag for param in GROUP.params for flag in param.opts),
    *(flag for _, param in FLAGS for flag in [*param.opts, *param.secondary_opts]),
}
# Flags of sbatch and pip, which the documents name besides ours.
FLAGS_OF_OTHERS = {"--array", "--wrap", "--user"}
PATHS = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "examples/README.md")),
    *sorted((ROOT / "docs").glob("*.md")),
]
DOCUMENTS = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in PATHS}
README = DOCUMENTS["README.md"]
GUIDE = DOCUMENTS["docs/guide.md"]
BENCHMARKS = DOCUMENTS["docs/benchmarks.md"]
# Keys of the file such as `network.layers`, which format.md names, are no settings.
WITH_SETTINGS = sorted(
    DOCUMENTS.keys() - {"docs/format.md", "docs/format-1.md", "docs/format-3.md"}
)
MAX_README_LINES = 135
SHELL_WORDS = {"|", "||", "&&", "<", ">", ">>"}


def blocks(text: str) -> list[str]:
    """Return Markdown's code blocks, fenced or indented."""
    fenced = re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return fenced + re.findall(r"^    (.*\n)", without_fences(text), re.MULTILINE)


def without_fences(text: str) -> str:
    return re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)


def code(text: str) -> str:
    """Return Markdown's code, without arguments such as BENCH="--only kinds"."""
    spans = re.findall(r"`([^`\n]+)`", without_fences(text))
    return re.sub(r'[A-Z]+="[^"]*"', "", "\n".join([*blocks(text), *spans]))


def anchors(text: str) -> set[str]:
    """Return the anchors of Markdown's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", without_fences(text), re.MULTILINE)
    plain = [re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings]
    return {heading.replace(" ", "-") for heading in plain}


def table(text: str, heading: str) -> list[list[str]]:
    """Return the cells of the table below a heading, without its head and without ticks."""
    section = re.split(rf"^#+ {heading}$", text, flags=re.MULTILINE)[1]
    section = re.split(r"^#", without_fences(section), flags=re.MULTILINE)[0]
    lines = re.findall(r"^\| (.*) \|$", section.replace("`", ""), re.MULTILINE)
    return [line.split(" | ") for line in lines[1:]]


def examples(text: str) -> list[list[str]]:
    """Return the arguments of the `siren` lines in Markdown's code blocks."""
    lines = [
        line.strip().removeprefix("$ ")
        for block in blocks(text)
        for line in block.replace("\\\n", " ").splitlines()
    ]
    words = [shlex.split(line, comments=True) for line in lines if line.startswith("siren ")]
    return [_until_shell(line[1:]) for line in words]


def _until_shell(words: list[str]) -> list[str]:
    ends = [index for index, word in enumerate(words) if word in SHELL_WORDS]
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
def test_the_readme_shows_every_command(name):
    assert f"siren {name}" in README


def test_the_readme_stays_short():
    assert len(README.splitlines()) <= MAX_README_LINES


def test_the_readme_has_exactly_the_presets():
    names = [row[0].removesuffix(" (default)") for row in table(README, "Presets")]
    assert sorted(names) == preset_names()


def test_the_readme_has_the_numbers_of_the_benchmarks():
    names = ("fast", "balanced (default)", "detailed")
    ours = {row[0].split()[0]: row[1:5] for row in table(README, "Presets") if row[0] in names}
    theirs = {row[0]: row[1:5] for row in table(BENCHMARKS, "Presets") if row[0] in ours}
    assert len(ours) == len(names)
    assert ours == theirs


def test_the_readme_has_exactly_the_exit_codes():
    numbers = [int(code) for row in table(README, "Exit codes") for code in row[0].split(", ")]
    assert sorted(numbers) == sorted(EXIT_CODES)


def test_the_guide_has_every_setting_with_its_default():
    written = {name: value for name, value, *_ in table(GUIDE, "Settings")}
    mosaic, pyramid = load_preset(DEFAULT_PRESET), load_preset(PYRAMID_PRESET)
    tables = {**asdict(mosaic), "pyramid": asdict(pyramid)["pyramid"]}
    defaults = {
        f"{name}.{key}": v for name, values in tables.items() for key, v in values.items()
    }
    assert written == {name: str(value) for name, value in defaults.items()}


def test_the_guide_has_every_environment_variable():
    written = {(variable, flag) for variable, flag in table(GUIDE, "Presets")}
    assert written == {(param.envvar, param.opts[-1]) for _, param in FLAGS if param.envvar}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_link_leads_somewhere(name):
    for link in re.findall(r"\]\(([^)]+)\)", without_fences(DOCUMENTS[name])):
        if "://" not in link:
            path, _, anchor = link.partition("#")
            target = (ROOT / name).parent / path if path else ROOT / name
            assert target.exists(), link
            assert not anchor or anchor in anchors(target.read_text(encoding="utf-8")), link


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_file_of_the_project_that_is_named_exists(name):
    named = re.findall(r"^(?:siren_cli|tests|docs)/[\w./]+$", code(DOCUMENTS[name]), re.M)
    assert [path for path in named if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_flag_that_is_named_exists(name):
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", code(DOCUMENTS[name]))) <= (
        KNOWN_FLAGS | FLAGS_OF_OTHERS
    )


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_make_target_that_is_named_exists(name):
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    commands = re.findall(r"\bmake((?: [a-z-]+)+)", code(DOCUMENTS[name]))
    assert {word for command in commands for word in command.split()} <= targets


@pytest.mark.parametrize("name", WITH_SETTINGS)
def test_every_setting_that_is_named_exists(name):
    known = asdict(Config(pyramid=PyramidConfig()))
    for part, key in re.findall(
        r"\b(network|fit|supervision|pyramid)\.([a-z_0-9]+)", code(DOCUMENTS[name])
    ):
        assert key in known[part], f"{part}.{key}"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_example_is_understood(name):
    for command, *arguments in examples(DOCUMENTS[name]):
        if command.startswith("-"):
            assert command in KNOWN_FLAGS
        elif not {"-h", "--help"} & set(arguments):
            COMMANDS[command].make_context(command, arguments).close()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_example_in_python_is_python(name):
    blocks_of_python = r"^```python\n(.*?)^```"
    for block in re.findall(blocks_of_python, DOCUMENTS[name], re.MULTILINE | re.DOTALL):
        ast.parse(block)
