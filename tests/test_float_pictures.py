"""Pictures of floating-point files are read as they are: EXR, Radiance, PFM and NumPy."""

import io
import struct
import sys
from collections.abc import Callable
from typing import Any

import imagecodecs
import numpy as np
import OpenEXR
import pytest
from numpy.typing import NDArray

from siren_cli.errors import PictureError, ResourceError
from siren_cli.pictures.colors.chromaticities import Chromaticities
from siren_cli.pictures.reading import exr, npy_array, pfm, radiance
from siren_cli.pictures.reading.raw_values import RawValues
from siren_cli.pictures.writing import exr as exr_writer

Array = NDArray[Any]
Reader = Callable[..., RawValues]
SHAPE = (8, 6)
RED = Chromaticities((0.3127, 0.329), (0.7, 0.3), (0.2, 0.7), (0.1, 0.1))
# The same as files have them.
RED_NUMBERS = (0.7, 0.3, 0.2, 0.7, 0.1, 0.1, 0.3127, 0.329)


def light(channels: int = 3) -> Array:
    """Return values as of HDR, whose alpha, if any, is in [0.25, 0.75]."""
    generator = np.random.default_rng(channels)
    values = generator.random((*SHAPE, channels)).astype(np.float32) * 20
    if channels % 2 == 0:
        values[..., -1] = values[..., -1] / 40 + 0.25
    return values


def refused(read: Any, content: bytes, **options: Any) -> str:
    with pytest.raises(PictureError) as caught:
        read(io.BytesIO(content), **options)
    return str(caught.value)


# NumPy


def npy(array: Array) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def npy_read(array: Array) -> RawValues:
    content = npy(array)
    assert npy_array.header(content) == (6, 8)
    return npy_array.read(io.BytesIO(content))


@pytest.mark.parametrize("kind", ["u1", "<u2", ">u2", "i1", ">i4", "<i8", "<u4", ">u8"])
def test_an_array_of_integers_keeps_them(kind: str) -> None:
    array = np.random.default_rng(0).integers(0, 128, (*SHAPE, 3)).astype(kind)
    values = npy_read(array).values
    assert values.dtype == np.dtype(kind).newbyteorder("=")
    np.testing.assert_array_equal(values, array)


@pytest.mark.parametrize("kind", ["<f2", ">f4", "<f4", "<f8", ">f8"])
def test_an_array_of_floats_becomes_float32(kind: str) -> None:
    array = light().astype(kind)
    values = npy_read(array).values
    assert values.dtype == np.float32
    np.testing.assert_array_equal(values, array.astype(np.float32))


def test_an_array_in_the_order_of_fortran_is_upright() -> None:
    array = np.asfortranarray(light())
    np.testing.assert_array_equal(npy_read(array).values, array)


def test_an_array_without_channels_is_gray_and_truth_is_white() -> None:
    array = light()[..., 0] > 10
    np.testing.assert_array_equal(npy_read(array).values, 255 * array[..., None])


@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
def test_every_version_of_npy_is_read(version: tuple[int, int]) -> None:
    file = io.BytesIO()
    np.lib.format.write_array(file, light(), version)
    file.seek(0)
    np.testing.assert_array_equal(npy_array.read(file).values, light())


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.moveaxis(light(), -1, 0), "save np.moveaxis(array, 0, -1)"),
        (light()[None], "save array[0]"),
        (np.zeros((8, 6, 5)), "is of shape (8, 6, 5)"),
        (np.zeros(8), "is of shape (8,)"),
        (np.zeros((0, 6)), "no pixels"),
        (np.zeros(SHAPE, complex), "complex numbers"),
        (np.full(SHAPE, None), "Python objects"),
        (np.zeros(SHAPE, "S3"), "holds '|S3', which are no numbers"),
        (np.zeros(SHAPE, "f4,f4"), "no numbers"),
        (np.full(SHAPE, 1e39), "over 3.4e38"),
        (light(2) + 1, "alpha from 1."),
    ],
)
def test_an_array_that_is_no_picture_is_refused(array: Array, message: str) -> None:
    assert message in refused(npy_array.read, npy(array))


def test_infinite_values_of_an_array_are_passed_on() -> None:
    assert np.isinf(npy_read(np.full(SHAPE, np.inf)).values).all()


def test_an_array_that_is_cut_off_is_refused_before_memory_is_reserved() -> None:
    content = npy(light())
    assert "575 of 576 bytes" in refused(npy_array.read, content[:-1])
    assert "its header" in refused(npy_array.read, content[:40])
    file = io.BytesIO()
    shape = (10**9, 10**9)
    np.lib.format.write_array_header_1_0(
        file, {"descr": "<f4", "fortran_order": False, "shape": shape}
    )
    assert npy_array.header(file.getvalue()) == shape
    assert "cut off" in refused(npy_array.read, file.getvalue())


def test_bytes_after_an_array_are_noted() -> None:
    raw = npy_array.read(io.BytesIO(npy(light()) + b"1234"))
    assert raw.notes == ("4 bytes after its values are left out",)


# PFM


def pfm_bytes(values: Array, magic: bytes = b"PF", scale: bytes = b"-1.0") -> bytes:
    order = "<f4" if scale.startswith(b"-") else ">f4"
    return magic + b"\n6 8\n" + scale + b"\n" + values[::-1].astype(order).tobytes()


@pytest.mark.parametrize(("magic", "channels"), [(b"PF", 3), (b"Pf", 1), (b"PF4", 4)])
@pytest.mark.parametrize("scale", [b"-1.0", b"1"])
def test_a_pfm_is_upright_in_both_byte_orders(
    magic: bytes, channels: int, scale: bytes
) -> None:
    content = pfm_bytes(light(channels), magic, scale)
    raw = pfm.read(io.BytesIO(content))
    assert pfm.header(content) == (6, 8)
    assert raw.values.dtype == np.dtype("=f4")
    np.testing.assert_array_equal(raw.values, light(channels))
    assert raw.notes == ()


def test_the_scale_of_a_pfm_is_ignored_and_noted() -> None:
    raw = pfm.read(io.BytesIO(pfm_bytes(light(), scale=b"-2.5")))
    np.testing.assert_array_equal(raw.values, light())
    assert raw.notes == ("its scale of 2.5 is ignored",)


def test_alpha_of_a_pfm_is_clipped() -> None:
    values = light(4)
    values[0, 0, 3] = 1.5
    raw = pfm.read(io.BytesIO(pfm_bytes(values, b"PF4")))
    assert raw.values[0, 0, 3] == 1
    assert raw.notes == ("the alpha of 1 pixel is clipped to [0, 1]",)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (pfm_bytes(light())[:-1], "575 of 576 bytes"),
        (pfm_bytes(light(), scale=b"0"), "byte order"),
        (b"PF\n999999999 999999999\n-1\n", "cut off"),
        (b"PF\n6 x\n-1\n", "not that of PFM"),
        (b"PF", "not that of PFM"),
    ],
)
def test_a_damaged_pfm_is_refused(content: bytes, message: str) -> None:
    assert message in refused(pfm.read, content)


# Radiance


def hdr(pixels: bytes, *lines: bytes, size: bytes = b"-Y 8 +X 6") -> bytes:
    return b"\n".join([b"#?RADIANCE", *lines, b"", size, pixels])


def rgbe(values: Array) -> bytes:
    return bytes(imagecodecs.rgbe_encode(values, header=False, rle=False))


def rounded(values: Array) -> Array:
    """Return values as RGBE holds them, by another decoder."""
    colors: Array = imagecodecs.rgbe_decode(imagecodecs.rgbe_encode(values, header=True))
    return colors


@pytest.mark.parametrize("run_lengths", [True, False])
@pytest.mark.parametrize("flat", [True, False])
def test_a_radiance_picture_is_read_as_by_imagecodecs(run_lengths: bool, flat: bool) -> None:
    values = np.tile(light(), (1, 7, 1))
    if flat:
        values[:, 3:] = 2.5
    content = bytes(imagecodecs.rgbe_encode(values, header=True, rle=run_lengths))
    raw = radiance.read(io.BytesIO(content))
    assert radiance.header(content) == (42, 8)
    assert raw.is_light
    np.testing.assert_array_equal(raw.values, imagecodecs.rgbe_decode(content))


TURNS: dict[bytes, Callable[[Array], Array]] = {
    b"-Y 8 +X 6": lambda values: values,
    b"+Y 8 +X 6": lambda values: values[::-1],
    b"-Y 8 -X 6": lambda values: values[:, ::-1],
    b"+Y 8 -X 6": lambda values: values[::-1, ::-1],
    b"+X 6 -Y 8": lambda values: values.transpose(1, 0, 2),
    b"+X 6 +Y 8": lambda values: values[::-1].transpose(1, 0, 2),
    b"-X 6 -Y 8": lambda values: values[:, ::-1].transpose(1, 0, 2),
    b"-X 6 +Y 8": lambda values: values[::-1, ::-1].transpose(1, 0, 2),
}


@pytest.mark.parametrize("size", TURNS)
def test_a_radiance_picture_of_every_orientation_is_upright(size: bytes) -> None:
    content = hdr(rgbe(np.ascontiguousarray(TURNS[size](light()))), size=size)
    assert radiance.header(content) == (6, 8)
    np.testing.assert_array_equal(radiance.read(io.BytesIO(content)).values, rounded(light()))


def test_old_runs_of_a_radiance_picture_are_read() -> None:
    color, other = bytes([128, 64, 32, 129]), bytes([0, 128, 0, 128])
    # The second run counts 256 for each of its number.
    row = color + b"\1\1\1\2" + b"\1\1\1\1" + other
    values = radiance.read(io.BytesIO(hdr(row * 2, size=b"-Y 2 +X 260"))).values
    assert values.shape == (2, 260, 3)
    np.testing.assert_array_equal(values[:, :259], np.broadcast_to([1, 0.5, 0.25], (2, 259, 3)))
    np.testing.assert_array_equal(values[:, 259], [[0, 0.5, 0]] * 2)


def test_exposures_and_color_corrections_are_divided_out() -> None:
    lines = [b"EXPOSURE=2", b"\tEXPOSURE=9", b"EXPOSURE= 4.0", b"COLORCORR=1 2 4"]
    raw = radiance.read(io.BytesIO(hdr(rgbe(light()), *lines)))
    np.testing.assert_allclose(raw.values * [8, 16, 32], rounded(light()), rtol=1e-6)


def test_primaries_and_oblong_pixels_are_told() -> None:
    primaries = b"PRIMARIES=" + b" ".join(b"%g" % number for number in RED_NUMBERS)
    raw = radiance.read(io.BytesIO(hdr(rgbe(light()), primaries, b"PIXASPECT=2")))
    assert raw.chromaticities == RED
    assert raw.notes == ("its pixels are not square (PIXASPECT is 2)",)


def test_xyze_becomes_linear_srgb() -> None:
    white = np.broadcast_to(np.float32([0.9505, 1, 1.089]), (*SHAPE, 3))
    content = hdr(rgbe(np.ascontiguousarray(white)), b"FORMAT=32-bit_rle_xyze")
    np.testing.assert_allclose(radiance.read(io.BytesIO(content)).values, 1, atol=0.02)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (hdr(rgbe(light())[:-1]), "cut off"),
        (hdr(b"", size=b"-Y 999999999 +X 999999999"), "cut off"),
        (hdr(b"\2\2\0\x09" * 8, size=b"-Y 8 +X 8"), "another width"),
        (hdr(b"\2\2\0\x08" + b"\xff\0" * 200, size=b"-Y 8 +X 8"), "over the end"),
        (hdr(b"\1\1\1\7" * 48), "over the end"),
        (hdr(b"", size=b"-Y 8 +Y 6"), "its header"),
        (hdr(b"\2\2\0\x08" + b"\x82\0\x86\0" * 4 + b"\2\2", size=b"-Y 2 +X 8"), "cut off"),
        (b"#?RADIANCE\n", "its header"),
        (hdr(rgbe(light()), b"EXPOSURE=0"), "not positive"),
        (hdr(rgbe(light()), b"EXPOSURE=many"), "line EXPOSURE is broken"),
        (hdr(rgbe(light()), b"FORMAT=Radiance_spectra"), "Radiance_spectra"),
    ],
)
def test_a_damaged_radiance_picture_is_refused(content: bytes, message: str) -> None:
    assert message in refused(radiance.read, content)


# OpenEXR


def exr_bytes(channels: dict[str, Array], **header: Any) -> bytes:
    file = io.BytesIO()
    OpenEXR.File(header, dict(channels)).write(file)
    return file.getvalue()


def planes(values: Array, *names: str) -> dict[str, Array]:
    return {name: values[..., number].copy() for number, name in enumerate(names)}


def exr_read(content: bytes, page: int = 1) -> RawValues:
    assert exr.header(content, page) == (6, 8)
    return exr.read(io.BytesIO(content), page)


@pytest.mark.parametrize("kind", [np.float32, np.float16])
def test_an_exr_is_read_exactly(kind: Any) -> None:
    values = light().astype(kind)
    raw = exr_read(exr_bytes(planes(values, "R", "G", "B")))
    assert raw.values.dtype == np.float32
    np.testing.assert_array_equal(raw.values, values)
    assert raw[1:] == ((), 1, True, None)


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_a_written_exr_is_read_as_it_was(channels: int) -> None:
    file = io.BytesIO()
    exr_writer.write(file, light(channels), RED)
    raw = exr_read(file.getvalue())
    np.testing.assert_allclose(raw.values, light(channels), rtol=1e-6)
    np.testing.assert_allclose(raw.chromaticities, RED, atol=1e-6)
    assert raw.notes == ()


def test_a_written_exr_holds_premultiplied_colors() -> None:
    file = io.BytesIO()
    exr_writer.write(file, light(4), None)
    file.seek(0)
    stored = OpenEXR.File(file).channels()["RGBA"].pixels
    np.testing.assert_allclose(stored[..., :3], light(4)[..., :3] * light(4)[..., 3:])
    np.testing.assert_array_equal(stored[..., 3], light(4)[..., 3])


def test_alpha_of_an_exr_is_clipped_and_lost_colors_are_noted() -> None:
    values = light(4)
    values[0, :3, 3] = [-0.5, 0, 2]
    values[0, 1, :3] = 0
    raw = exr_read(exr_bytes(planes(values, *"RGBA")))
    np.testing.assert_array_equal(raw.values[0, :3, 3], [0, 0, 1])
    np.testing.assert_array_equal(raw.values[0, 2, :3], values[0, 2, :3])
    assert raw.notes == (
        "the alpha of 2 pixels is clipped to [0, 1]",
        "the colors of 1 pixel are lost, for their alpha is 0",
    )


def test_other_channels_of_an_exr_are_noted() -> None:
    channels = planes(light(), *"RGB") | planes(light(), "Z", "N.X", "N.Y\n")
    raw = exr_read(exr_bytes(channels))
    np.testing.assert_array_equal(raw.values, light())
    assert raw.notes == ("its channels N.X, N.Y?, Z are left out",)


def test_the_first_layer_of_colors_is_read_where_there_are_no_plain_ones() -> None:
    diffuse = planes(light(), "diffuse.R", "diffuse.G", "diffuse.B")
    raw = exr_read(exr_bytes(diffuse | planes(light(1), "N.Y")))
    np.testing.assert_array_equal(raw.values, light())
    assert raw.notes == (
        "has no plain R, G, B; its layer diffuse is read",
        "its channel N.Y is left out",
    )


@pytest.mark.parametrize("kind", [np.float32, np.uint32])
def test_one_channel_alone_is_gray_and_no_light(kind: Any) -> None:
    values = (light(1) * 100).astype(kind)
    raw = exr_read(exr_bytes(planes(values, "Z")))
    assert raw.values.dtype == kind
    np.testing.assert_array_equal(raw.values, values)
    assert not raw.is_light


def test_channels_that_are_no_colors_are_refused() -> None:
    content = exr_bytes(planes(light(), "N.X", "N.Y", "N.Z"))
    assert refused(exr.read, content) == "has no channels R, G, B or Y, but N.X, N.Y, N.Z"


def test_every_part_of_an_exr_is_read_by_its_number() -> None:
    parts = [
        OpenEXR.Part({}, planes(light(), *"RGB"), "beauty"),
        OpenEXR.Part({}, planes(light(1), "Z"), "depth"),
    ]
    file = io.BytesIO()
    OpenEXR.File(parts).write(file)
    content = file.getvalue()
    assert exr_read(content).frames == 2
    np.testing.assert_array_equal(exr_read(content).values, light())
    np.testing.assert_array_equal(exr_read(content, page=2).values, light(1))
    assert "no --page 3" in refused(exr.read, content, page=3)
    # The bindings leave out a part that is damaged.
    assert "cut off" in refused(exr.read, content[:-20])


def test_the_data_window_of_an_exr_is_read() -> None:
    corners = np.array([[2, 3], [7, 10], [0, 0], [19, 29]], np.int32)
    windows = {"dataWindow": tuple(corners[:2]), "displayWindow": tuple(corners[2:])}
    raw = exr_read(exr_bytes(planes(light(), *"RGB"), **windows, pixelAspectRatio=2.0))
    np.testing.assert_array_equal(raw.values, light())
    assert raw.notes == (
        "its data window 6x8 at (2, 3) is read, not its display window 20x30 at (0, 0)",
        "its pixels are not square (pixelAspectRatio is 2)",
    )


def test_chromaticities_that_make_no_sense_are_ignored() -> None:
    raw = exr_read(exr_bytes(planes(light(), *"RGB"), chromaticities=(0.0,) * 8))
    assert raw.chromaticities is None
    assert raw.notes == ("its chromaticities make no sense and are ignored",)


def test_chromaticities_of_srgb_are_none() -> None:
    srgb = (0.64, 0.33, 0.3, 0.6, 0.15, 0.06, 0.3127, 0.3295)
    raw = exr_read(exr_bytes(planes(light(), *"RGB"), chromaticities=srgb))
    assert raw[1:] == ((), 1, True, None)


def test_deep_data_are_refused() -> None:
    samples = np.empty(SHAPE, object)
    for place in np.ndindex(SHAPE):
        samples[place] = np.ones(2, np.float32)
    kinds = {"type": OpenEXR.deepscanline, "compression": OpenEXR.ZIPS_COMPRESSION}
    assert "is deep data" in refused(exr.read, exr_bytes({"Z": samples}, **kinds))


def attribute(name: bytes, kind: bytes, value: bytes) -> bytes:
    return name + b"\0" + kind + b"\0" + struct.pack("<I", len(value)) + value


def hand_made_exr(
    channels: dict[str, Array], chunks: list[bytes], *extra: bytes, version: int = 2
) -> bytes:
    """Return a file of float32 channels, those smaller than the picture of half the size."""
    listed = b"".join(
        name.encode() + b"\0" + struct.pack("<iiii", 2, 0, *[SHAPE[0] // len(plane)] * 2)
        for name, plane in sorted(channels.items())
    )
    box = struct.pack("<4i", 0, 0, SHAPE[1] - 1, SHAPE[0] - 1)
    one = struct.pack("<f", 1)
    header = [
        b"v/1\1" + struct.pack("<I", version),
        attribute(b"channels", b"chlist", listed + b"\0"),
        attribute(b"compression", b"compression", b"\0"),
        attribute(b"dataWindow", b"box2i", box),
        attribute(b"displayWindow", b"box2i", box),
        attribute(b"lineOrder", b"lineOrder", b"\0"),
        attribute(b"pixelAspectRatio", b"float", one),
        attribute(b"screenWindowCenter", b"v2f", bytes(8)),
        attribute(b"screenWindowWidth", b"float", one),
        *extra,
        b"\0",
    ]
    start = b"".join(header)
    places = np.cumsum([len(start) + 8 * len(chunks), *map(len, chunks)])[:-1]
    return start + places.astype("<u8").tobytes() + b"".join(chunks)


def scan_lines(channels: dict[str, Array]) -> list[bytes]:
    lines = []
    for y in range(SHAPE[0]):
        step = {name: SHAPE[0] // len(plane) for name, plane in channels.items()}
        line = b"".join(
            channels[name][y // step[name]].tobytes()
            for name in sorted(channels)
            if y % step[name] == 0
        )
        lines.append(struct.pack("<ii", y, len(line)) + line)
    return lines


@pytest.mark.parametrize("step", [1, 2])
def test_luminance_and_chroma_become_colors(step: int) -> None:
    # The ratios of the colors are the same all over, so nothing is lost by fewer samples.
    values = light(1) * np.float32([1, 0.5, 0.25])
    luminance = values @ np.float32([0.2126, 0.7152, 0.0722])
    red, blue = ((values[..., number] - luminance) / luminance for number in (0, 2))
    small = {"RY": red[::step, ::step], "BY": blue[::step, ::step]}
    channels = {"Y": luminance, **small}
    raw = exr_read(hand_made_exr(channels, scan_lines(channels)))
    np.testing.assert_allclose(raw.values, values, rtol=2e-3)
    assert raw.is_light


def test_chroma_between_its_samples_is_interpolated() -> None:
    ramp = np.arange(4, dtype=np.float32)[:, None] * np.ones(3, np.float32)
    channels = {"Y": np.ones(SHAPE, np.float32), "RY": ramp, "BY": ramp.copy()}
    values = exr_read(hand_made_exr(channels, scan_lines(channels))).values
    np.testing.assert_allclose(values[:, 2, 0], [1, 1.5, 2, 2.5, 3, 3.5, 4, 4])


def test_the_whole_size_of_a_mip_map_is_read() -> None:
    plane = light(1)[..., 0]
    chunks = []
    for level, part in enumerate([plane, plane[::2, ::2], plane[:2, :1], plane[:1, :1]]):
        for y, x in np.ndindex(-(-part.shape[0] // 4), -(-part.shape[1] // 4)):
            tile = part[4 * y : 4 * y + 4, 4 * x : 4 * x + 4].tobytes()
            chunks.append(struct.pack("<5i", x, y, level, level, len(tile)) + tile)
    tiles = attribute(b"tiles", b"tiledesc", struct.pack("<IIB", 4, 4, 1))
    raw = exr_read(hand_made_exr({"Y": plane}, chunks, tiles, version=0x202))
    np.testing.assert_array_equal(raw.values[..., 0], plane)


def test_values_that_are_not_finite_are_passed_on() -> None:
    values = light()
    values[0, 0] = [np.nan, np.inf, -np.inf]
    np.testing.assert_array_equal(exr_read(exr_bytes(planes(values, *"RGB"))).values, values)


def test_an_exr_that_is_cut_off_is_refused_in_silence(
    capfd: pytest.CaptureFixture[str],
) -> None:
    content = exr_bytes(planes(light(), *"RGB"), compression=OpenEXR.ZIP_COMPRESSION)
    for end in range(len(content)):
        assert "damaged picture" in refused(exr.read, content[:end])
    assert capfd.readouterr() == ("", "")


def test_a_hostile_exr_is_refused_or_read() -> None:
    content = exr_bytes(planes(light(), *"RGB"), compression=OpenEXR.ZIP_COMPRESSION)
    generator = np.random.default_rng(0)
    for _ in range(300):
        broken = bytearray(content)
        for place in generator.integers(0, len(content), 3):
            broken[place] = generator.integers(256)
        try:
            exr.read(io.BytesIO(broken))
        except PictureError as error:
            assert str(error).isprintable()  # noqa: PT017 - many are read


def test_a_header_of_exr_tells_a_huge_size() -> None:
    box = struct.pack("<4i", 0, 0, 2**31 - 2, 2**31 - 2)
    content = exr_bytes(planes(light(), *"RGB"))
    place = content.index(b"dataWindow\0box2i\0") + 21
    huge = content[:place] + box + content[place + 16 :]
    assert exr.header(huge) == (2**31 - 1, 2**31 - 1)
    assert "damaged picture" in refused(exr.read, huge)


def test_an_exr_without_the_extra_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "OpenEXR", None)
    content = exr_bytes(planes(light(), *"RGB"))
    with pytest.raises(
        ResourceError, match=r"by the extra exr: pip install 'siren-cli\[exr\]'"
    ):
        exr.read(io.BytesIO(content))
