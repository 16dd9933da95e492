"""What a shell offers at TAB, and that real shells get it right."""

import shutil
import subprocess

import pytest
import typer

from siren_cli import cli
from siren_cli.cli.completion import OFFERS
from siren_cli.commands.render_options import RenderOptions
from siren_cli.config import Config
from siren_cli.pictures.conversion import Conversion
from siren_cli.presets import load_preset, parse_assignments
from siren_cli.pyramid_config import PyramidConfig
from siren_cli.resources import Resources
from tests.helpers.commands import SIREN, environment

COMMANDS = typer.main.get_command(cli.app).commands  # type: ignore[attr-defined]
NAMES = (
    "b.siren", "a.siren", "a.PNG", "a.2-of-3.part", "a.toml", ".hidden.siren", "-f.siren",
    "album/x.siren", "album/inner/y.jpg", "my photo.siren",
)  # fmt: skip


@pytest.fixture
def files(tmp_path, monkeypatch):
    for name in NAMES:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("command", "parameter", "offered"),
    [
        ("render", "file_list", ["a.siren", "album/", "b.siren", "my photo.siren"]),
        ("fit", "image_list", ["a.PNG", "album/"]),
        ("fit", "config", ["a.toml", "album/"]),
        ("compare", "paths", ["a.PNG", "a.siren", "album/", "b.siren", "my photo.siren"]),
        ("join", "part_list", ["a.2-of-3.part", "album/"]),
    ],
)
def test_a_command_offers_the_files_that_it_reads_and_folders(
    files, command, parameter, offered
):
    assert OFFERS[command][parameter]("") == offered


def test_a_folder_that_is_the_only_choice_is_looked_into(files):
    assert OFFERS["render"]["file_list"]("al") == ["album/inner/", "album/x.siren"]
    assert OFFERS["fit"]["image_list"]("alb") == ["album/inner/y.jpg"]


def test_a_hidden_file_is_offered_after_its_dot(files):
    assert OFFERS["info"]["file_list"](".h") == [".hidden.siren"]


def test_a_folder_that_cannot_be_read_offers_nothing(files):
    assert OFFERS["info"]["file_list"]("missing/") == []


def test_the_folder_of_a_person_is_kept_as_a_tilde(files, monkeypatch):
    monkeypatch.setenv("HOME", str(files))
    assert OFFERS["info"]["file_list"]("~/b") == ["~/b.siren"]
    monkeypatch.setenv("_SIREN_COMPLETE", "complete_zsh")
    assert OFFERS["info"]["file_list"]("~/b") == []


@pytest.mark.parametrize("name", ["$(id)", "`id`", "it's", '"', "\\$(id)", "a\nb", "*", "[a]"])
def test_a_name_that_a_shell_could_evaluate_is_not_offered(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / f"{name}.siren").touch()
    assert OFFERS["info"]["file_list"]("") == []


def test_a_list_is_continued_by_what_is_not_in_it():
    assert OFFERS["compare"]["codec"]("jpeg,a") == ["jpeg,avif"]
    assert "jpeg,jpeg" not in OFFERS["compare"]["codec"]("jpeg,")


def _with(word: str) -> Config:
    pyramid = PyramidConfig() if word.startswith("pyramid.") else None
    return Config(pyramid=pyramid).updated(parse_assignments([word]))


ACCEPTED_BY = {
    ("fit", "preset"): load_preset,
    ("compare", "preset"): load_preset,
    ("fit", "assignments"): _with,
    ("fit", "alpha"): lambda word: Conversion(alpha=word.replace("#", "#fff")),
    ("fit", "icc"): lambda word: Conversion(icc=word),
    ("fit", "damaged"): lambda word: Conversion(damaged=word),
    ("fit", "dtype"): lambda word: Config().updated({"fit": {"dtype": word}}),
    ("fit", "devices"): Resources,
    ("render", "what"): lambda word: RenderOptions(what=word),
    ("render", "depth"): lambda word: RenderOptions(depth=int(word)),
    ("render", "form"): lambda word: RenderOptions(form=word),
}


@pytest.mark.parametrize(("command", "parameter"), ACCEPTED_BY)
def test_a_word_that_is_offered_is_accepted(command, parameter):
    words = OFFERS[command][parameter]("")
    assert words
    for word in words:
        ACCEPTED_BY[command, parameter](word)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_argument_that_names_files_has_an_offer(name):
    arguments = [each for each in COMMANDS[name].params if each.param_type_name == "argument"]
    assert all(
        each.name in OFFERS[name] for each in arguments if "Path" in str(each.type_descriptor)
    )


SCRIPT = """
eval "$(_SIREN_COMPLETE=source_bash "$0")"
COMP_WORDS=(siren render ""); COMP_CWORD=2
_siren_completion "$0"
printf '%s\\n' "${COMPREPLY[@]}"
"""


def test_bash_gets_names_that_it_can_insert(files):
    if not (bash := shutil.which("bash")):
        pytest.skip("there is no bash")
    done = subprocess.run(
        [bash, "--norc", "-c", SCRIPT, SIREN],
        check=True,
        capture_output=True,
        env=environment(),
        text=True,
    )
    assert done.stdout.splitlines() == ["a.siren", "album/", "b.siren", "my\\ photo.siren"]
