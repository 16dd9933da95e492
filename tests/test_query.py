"""`siren query`: points as people write them, and what is there."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from siren_cli.commands.query import query
from siren_cli.errors import UsageError
from siren_cli.model.grid import WHOLE
from siren_cli.output.text import query_table
from siren_cli.pictures.colors.icc_profile import SRGB, SRGB_GRAY
from siren_cli.pictures.colors.named_spaces import linear_profile
from siren_cli.pictures.picture import colored
from siren_cli.pictures.stored_values import stored
from siren_cli.pictures.value_mapping import ValueMapping
from siren_cli.rendering.drawing import Drawing
from siren_cli.rendering.geometry import Point, Size
from siren_cli.rendering.parsing import parse_point, parse_point_arguments, parse_point_lines
from siren_cli.rendering.view import whole
from siren_cli.representation import siren_file
from tests.helpers.commands import finish, objects, siren, start
from tests.helpers.representations import make_representation, save_representation

OWN = Size(30, 20)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.siren"
    save_representation(path, make_representation(20, 30, cell_size=8))
    return path


@pytest.mark.parametrize(
    ("text", "point"),
    [("1.2,200.5", (1.2, 200.5)), (" -3\t+4e1 ", (-3, 40)), (".5; 7.", (0.5, 7))],
)
def test_a_point_is_two_numbers(text: str, point: tuple[float, float]) -> None:
    assert parse_point(text, "--at") == point


@pytest.mark.parametrize(
    "text", ["", "1", "1,2,3", "a b", "nan 1", "1 inf", "1_0 2", "\uff11 2"]
)
def test_what_is_no_point_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"^--at: .* is not two numbers X Y$"):
        parse_point(text, "--at")


def test_lines_may_be_empty_or_comments() -> None:
    lines = ["1 2", "", "# none", "3,4 # one", "   "]
    assert parse_point_lines(lines) == [Point(1, 2), Point(3, 4)]
    with pytest.raises(UsageError, match="line 3: '5' is not two numbers"):
        parse_point_lines(["1 2", "", "5"])


def test_a_point_that_is_too_far_for_single_precision_is_refused() -> None:
    with pytest.raises(UsageError, match="point 1e60 0: is farther away than 1e"):
        parse_point_arguments(["1e60", "0"])


def test_arguments_are_pairs() -> None:
    assert parse_point_arguments(["1", "-2", "3.5", "4"]) == [Point(1, -2), Point(3.5, 4)]
    with pytest.raises(UsageError, match="needs X and Y"):
        parse_point_arguments(["1", "2", "3"])
    with pytest.raises(UsageError, match="'--gradiant' is no option or number"):
        parse_point_arguments(["1", "2", "--gradiant"])


def test_normalized_coordinates_span_the_picture() -> None:
    assert Point(0, 20).normalized(OWN) == Point(-1, 1)
    assert Point(0.0, 0.0).denormalized(OWN) == Point(15, 10)


def test_the_center_of_a_pixel_is_that_pixel(file: Path) -> None:
    found = siren_file.load(file)
    values = Drawing(found, whole(found.header.facts, OWN)).values(WHOLE, WHOLE)
    result = query(file, [Point(x + 0.5, y + 0.5) for y in range(20) for x in range(30)])
    asked = np.array([point["values"] for point in result["points"]])
    np.testing.assert_allclose(asked.reshape(20, 30, 3), values, atol=1e-5)


def test_gradients_are_along_x_and_y(file: Path) -> None:
    step = 0.001
    points = [Point(7.3, 4.2), Point(7.3 + step, 4.2), Point(7.3, 4.2 + step)]
    here, right, below = query(file, points, gradient=True)["points"]
    for axis, moved in (("x", right), ("y", below)):
        change = (np.array(moved["values"]) - here["values"]) / step
        np.testing.assert_allclose(here["gradient"][axis], change, atol=2e-3)


@pytest.mark.parametrize(("channels", "digits"), [(1, 6), (2, 8), (3, 6), (4, 8)])
def test_colors_are_said_as_on_the_web(tmp_path: Path, channels: int, digits: int) -> None:
    path = tmp_path / "a.siren"
    save_representation(path, make_representation(8, 8, channels=channels))
    (point,) = query(path, [Point(3, 3)])["points"]
    assert point["hex"].startswith("#")
    assert len(point["hex"]) == 1 + digits
    if channels == 1:
        assert point["hex"][1:3] == point["hex"][3:5] == point["hex"][5:]


LIGHT = ValueMapping("asinh", 0.0, 4.0, 0.01, "light")


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("mapping", [None, LIGHT, replace(LIGHT, scene="numbers")])
@pytest.mark.parametrize("profile", [None, SRGB, linear_profile(None)])
def test_a_color_is_that_of_a_drawing(
    tmp_path: Path, channels: int, mapping: ValueMapping | None, profile: bytes | None
) -> None:
    is_gray = channels <= 2
    own = make_representation(
        20,
        30,
        cell_size=8,
        channels=channels,
        icc_profile=SRGB_GRAY if profile and is_gray else profile,
    )
    facts = replace(own.header.facts, mapping=mapping)
    own = replace(own, header=replace(own.header, facts=facts))
    path = save_representation(tmp_path / "a.siren", own)
    source = Drawing(own, whole(facts, OWN)).source()
    drawn = stored(source, 8, exposure=0.0, as_light=False).block(WHOLE, WHOLE)
    drawn = colored(drawn) if is_gray else drawn
    result = query(path, [Point(x + 0.5, y + 0.5) for y in range(20) for x in range(30)])
    said = [bytes.fromhex(point["hex"].removeprefix("#")) for point in result["points"]]
    np.testing.assert_allclose([list(color) for color in said], drawn.reshape(600, -1), atol=1)
    assert len(set(said)) > 1


def test_points_beyond_the_edges_are_for_those_who_ask(file: Path) -> None:
    assert query(file, [Point(0, 0), Point(30, 20)])["ok"]
    with pytest.raises(UsageError, match=r"30.5 2 is outside the picture, which is 30x20"):
        query(file, [Point(30.5, 2)])
    assert query(file, [Point(-9, 99)], extrapolate=True)["points"][0]["values"]


def test_several_points_are_a_table(file: Path) -> None:
    found = query(file, [Point(1, 2), Point(3, 4)], gradient=True)
    head, *rows = query_table(found["points"], "RGB")
    assert head[:5] == ["x", "y", "R", "G", "B"]
    assert head[5:8] == ["dR/dx", "dG/dx", "dB/dx"]
    assert [len(row) for row in rows] == [len(head)] * 2
    assert query_table(query(file, [])["points"], "L") == [["x", "y", "L", "color"]]


def test_the_command_answers(file: Path) -> None:
    run = siren(file.parent, "query", "a.siren", "--normalized", "--gradient", "-0.5", "-.25")
    assert (run.code, run.err) == (0, [])
    assert run.out.splitlines()[0].split() == b"pixels x 7.5 y 7.5".split()
    assert b"along x" in run.out
    (result,) = objects(siren(file.parent, "query", "a.siren", "1", "2", "--json"))
    assert result["points"][0].keys() == {"x", "y", "normalized", "values", "hex"}
    typo = siren(file.parent, "query", "a.siren", "1", "2", "--gradiant")
    assert (typo.code, len(typo.err)) == (2, 1)


def test_points_come_through_a_pipe(file: Path) -> None:
    names = file.parent / "points"
    names.write_text("\ufeff1 2\r\n3 4\n")
    with names.open("rb") as points:
        run = finish(start(file.parent, "query", "a.siren", "-", stdin=points))
    assert len(run.out.splitlines()) == 3
    both = siren(file.parent, "query", "-", "-")
    assert both.err == ["siren: the .siren file and the points cannot both come from stdin"]
