"""The whole grammar of --size, and what it refuses."""

import pytest

from siren_cli.errors import UsageError
from siren_cli.rendering.geometry import Region, Size
from siren_cli.rendering.parsing import check_size_and_region, parse_region, parse_size

COFFEE = Size(600, 400)
TALL = Size(400, 600)
ODD = Size(7, 5)
LINE = Size(1, 5000)


@pytest.mark.parametrize(
    ("text", "own", "expected"),
    [
        (None, COFFEE, "600x400"),
        ("1200", COFFEE, "1200x800"),
        ("1200", TALL, "800x1200"),
        ("1200x800", COFFEE, "1200x800"),
        ("1200x", COFFEE, "1200x800"),
        ("1200x", TALL, "1200x1800"),
        ("x1200", COFFEE, "1800x1200"),
        ("x1200", TALL, "800x1200"),
        ("1x", COFFEE, "600x400"),
        ("2x", COFFEE, "1200x800"),
        ("2.0x", COFFEE, "1200x800"),
        ("1.01x", COFFEE, "606x404"),
        ("600x", COFFEE, "600x400"),
        ("100%", COFFEE, "600x400"),
        ("150%", COFFEE, "900x600"),
        ("112.5%", COFFEE, "675x450"),
        ("0600", COFFEE, "600x400"),
        ("64x", ODD, "448x320"),
        ("65x", ODD, "65x46"),
        ("1.5x", ODD, "11x8"),
        ("1.3x", ODD, "9x7"),
        ("8", ODD, "8x6"),
        ("21x15", ODD, "21x15"),
        ("11x8", ODD, "11x8"),
        ("2x", LINE, "2x10000"),
        ("7500", LINE, "2x7500"),
        ("x7499", LINE, "1x7499"),
        ("5000", Size(5000, 1), "5000x1"),
        ("x2", Size(5000, 1), "10000x2"),
        ("599", COFFEE, "599x399"),
        ("300x200", COFFEE, "300x200"),
        ("50%", COFFEE, "300x200"),
        ("0.5x", ODD, "4x3"),
        ("1", COFFEE, "1x1"),
        ("0.000001x", COFFEE, "1x1"),
        ("999999", LINE, "200x999999"),
    ],
)
def test_a_size_says_how_many_pixels(text: str | None, own: Size, expected: str) -> None:
    assert str(parse_size(text, own)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "x",
        "%",
        "xx",
        "-1",
        "-1x",
        "+600",
        "1e9",
        "1_000",
        "600X400",
        "600×400",  # noqa: RUF001 - the sign of multiplication
        "\uff16\uff10\uff10",
        "\u0666\u0660\u0660x",
        "600 x 400",
        " 600",
        "600\n",
        "600px",
        "64.5x",
        "1.x",
        ".5x",
        "1,5x",
        "nan%",
        "inf",
        "1234567890",
        "600x400x3",
        "9" * 5000,
    ],
)
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--size"):
        parse_size(text, COFFEE)


@pytest.mark.parametrize("text", ["0", "0x", "x0", "0x0", "0%", "0.0x", "0x400"])
def test_a_size_without_pixels_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="has no pixels"):
        parse_size(text, COFFEE)


def test_a_side_that_no_file_has_is_refused() -> None:
    with pytest.raises(UsageError, match="x6666663333 is over 1000000 pixels a side"):
        parse_size("999999%", Size(1, 666667))


@pytest.mark.parametrize("text", ["", "big", "-1", "1e9", "\uff16x", "0", "0x0", "0%"])
def test_what_is_never_a_size_is_found_without_a_picture(text: str) -> None:
    with pytest.raises(UsageError, match="--size"):
        check_size_and_region(text, None)
    check_size_and_region("50%", "0,0,1,1")


@pytest.mark.parametrize(
    ("text", "own", "expected"),
    [
        ("0,0,7,5", ODD, "7x5+0+0"),
        ("1.5,0.25,5.5,4.75", ODD, "5.5x4.75+1.5+0.25"),
        ("6.999,4,0.001,1", ODD, "0.001x1+6.999+4"),
    ],
)
def test_a_region_is_said_as_x_y_width_height(text: str, own: Size, expected: str) -> None:
    assert str(parse_region(text, own)) == expected
    assert parse_region(None, own) == Region(0, 0, 7, 5)


@pytest.mark.parametrize(
    "text", ["", "1", "1,2,3", "1,2,3,4,5", "1,2,,3", "0,0,1e1,1", "nan,0,1,1", "0, 0, 1, 1"]
)
def test_what_is_no_region_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="not four numbers X,Y,WIDTH,HEIGHT"):
        check_size_and_region(None, text)


@pytest.mark.parametrize("text", ["0,0,0,1", "0,0,1,-1"])
def test_an_empty_region_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="not above 0"):
        check_size_and_region(None, text)


@pytest.mark.parametrize("text", ["-1,0,2,2", "0,-0.001,1,1", "0,0,7.01,5", "9,9,1,1"])
def test_a_region_beyond_the_edges_is_drawn_when_asked_for(text: str) -> None:
    with pytest.raises(UsageError, match=r"leaves the picture, which is 7x5 \(--extrapolate"):
        parse_region(text, ODD)
    assert parse_region(text, ODD, extrapolate=True).width > 0


@pytest.mark.parametrize(
    ("text", "expected"), [("4096", "4096x2048"), ("2x", "101x51"), (None, "51x25")]
)
def test_a_size_of_a_region_follows_from_the_region(text: str | None, expected: str) -> None:
    assert str(parse_size(text, Region(10.0, 20.5, 50.5, 25.25))) == expected


@pytest.mark.parametrize("text", ["1024x1", "1200x1200", "1200x802", "1202x800", "800x1200"])
def test_another_aspect_is_refused_and_the_right_one_named(text: str) -> None:
    with pytest.raises(UsageError, match=r"another aspect .* gives [0-9]+x[0-9]+ \(--stretch"):
        parse_size(text, COFFEE)


def test_another_aspect_is_drawn_when_asked_for() -> None:
    assert parse_size("1200x399", COFFEE, stretch=True) == Size(1200, 399)


def test_halves_are_rounded_up() -> None:
    assert parse_size("2.5x", Size(3, 5)) == Size(8, 13)
    assert parse_size("1.5x", Size(1, 3)) == Size(2, 5)


@pytest.mark.parametrize("own", [ODD, LINE, Size(1, 1), Size(600, 401), Size(13, 4999)])
def test_what_a_size_gives_is_a_size_of_the_same_aspect(own: Size) -> None:
    for factor in ("1x", "1.37x", "2x", "133.3%", "50%", "0.01x"):
        size = parse_size(factor, own)
        assert parse_size(str(size), own) == size


@pytest.mark.parametrize(("text", "own"), [("20x3", Size(10, 1)), ("10x9", Size(9, 9))])
def test_a_pixel_off_the_aspect_is_another_aspect(text, own):
    with pytest.raises(UsageError, match="--stretch"):
        parse_size(text, own)
