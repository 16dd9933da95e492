"""ICC profiles: made ones mean what they say, read ones are recognized, damage is no error."""

import io
import itertools
import struct
import warnings
from typing import Any

import imagecodecs
import numpy as np
import pytest
from PIL import Image, ImageCms

from siren_cli.pictures.colors import curves, icc_profile, icc_tags, named_spaces
from siren_cli.pictures.colors.chromaticities import SRGB_CHROMATICITIES, Chromaticities
from siren_cli.pictures.colors.code_points import is_hdr, name_of, profile_of
from siren_cli.pictures.colors.curves import Parametric, Table, power
from siren_cli.pictures.colors.icc_profile import SRGB, SRGB_GRAY, CodePoints, is_srgb

D65 = (0.3127, 0.3290)
P3 = Chromaticities(D65, (0.680, 0.320), (0.265, 0.690), (0.150, 0.060))
REC_2020 = Chromaticities(D65, (0.708, 0.292), (0.170, 0.797), (0.131, 0.046))
FILM = Chromaticities((0.310, 0.316), (0.681, 0.319), (0.243, 0.692), (0.145, 0.049))
ADOBE = Chromaticities(D65, (0.64, 0.33), (0.21, 0.71), (0.15, 0.06))
LITTLECMS_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
RAMP = np.linspace(0.0, 1.0, 4097, dtype=np.float32)


def srgb_light(v: Any) -> Any:
    return np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4)


def video_light(v: Any) -> Any:
    return np.where(v < 0.081243, v / 4.5, ((v + 0.0992968) / 1.0992968) ** (1 / 0.45))


def smpte_240m_light(v: Any) -> Any:
    return np.where(v < 0.0912863, v / 4.0, ((v + 0.1115722) / 1.1115722) ** (1 / 0.45))


def pq_light(v: Any) -> Any:
    root = v ** (1 / 78.84375)
    return (np.maximum(root - 0.8359375, 0) / (18.8515625 - 18.6875 * root)) ** (
        1 / 0.1593017578125
    )


def hlg_light(v: Any) -> Any:
    return np.where(
        v <= 0.5, v**2 / 3, (np.exp((v - 0.55991073) / 0.17883277) + 0.28466892) / 12
    )


def adapted(space: Chromaticities) -> Any:
    """Return the matrix from light to X, Y and Z of D50 (Lindbloom's formulas)."""
    bradford = np.array(
        [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
    )
    white, *primaries = (np.array([x / y, 1.0, (1 - x - y) / y]) for x, y in space)
    matrix = np.array(primaries).T
    cones = (bradford @ [0.9642, 1.0, 0.8249]) / (bradford @ white)
    adaptation = np.linalg.inv(bradford) @ np.diag(cones) @ bradford
    return adaptation @ matrix @ np.diag(np.linalg.inv(matrix) @ white)


def in_srgb(values: Any, space: Chromaticities, to_light: Any) -> Any:
    """Return colors of a space as those of sRGB, clipped to its gamut."""
    to_srgb = np.linalg.inv(adapted(SRGB_CHROMATICITIES)) @ adapted(space)
    light = np.clip(to_light(values) @ to_srgb.T, 0.0, 1.0)
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)


def by_littlecms(stored: Any, profile: bytes) -> Any:
    flags = imagecodecs.CMS.FLAGS.NOOPTIMIZE
    return imagecodecs.cms_transform(
        stored, profile, LITTLECMS_SRGB, colorspace="rgb", outcolorspace="rgb", flags=flags
    )


def of_points(primaries: int, transfer: int) -> bytes:
    profile = profile_of(CodePoints(primaries, transfer))
    assert profile is not None
    return profile


SPACES = {
    "sRGB": (SRGB, SRGB_CHROMATICITIES, srgb_light),
    "Adobe RGB": (named_spaces.adobe_rgb(), ADOBE, lambda v: v ** (563 / 256)),
    "linear": (named_spaces.linear_profile(None), SRGB_CHROMATICITIES, lambda v: v),
    "gamma 1.8": (named_spaces.gamma_profile(1 / 1.8, P3), P3, lambda v: v**1.8),
    "Display P3": (of_points(12, 13), P3, srgb_light),
    "Rec. 709": (of_points(1, 1), SRGB_CHROMATICITIES, video_light),
    "Rec. 2020": (of_points(9, 14), REC_2020, video_light),
    "film": (of_points(8, 7), FILM, smpte_240m_light),
    "PAL": (
        of_points(5, 5),
        Chromaticities(D65, (0.64, 0.33), (0.29, 0.60), (0.15, 0.06)),
        lambda v: v**2.8,
    ),
    "cinema": (
        of_points(11, 17),
        P3._replace(white=(0.314, 0.351)),
        lambda v: v**2.6,
    ),
    "Rec. 2020 HLG": (of_points(9, 18), REC_2020, hlg_light),
    "P3 PQ": (of_points(12, 16), P3, pq_light),
}


@pytest.mark.parametrize("name", SPACES)
def test_littlecms_shows_the_colors_of_a_made_profile(name: str) -> None:
    profile, space, to_light = SPACES[name]
    assert profile is not None
    colors = np.random.default_rng(0).integers(0, 65536, (40, 50, 3), np.uint16)
    expected = in_srgb(colors / 65535, space, to_light)
    np.testing.assert_allclose(by_littlecms(colors, profile) / 65535, expected, atol=1 / 255)
    low = (colors >> 8).astype(np.uint8)
    opened = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    srgb = ImageCms.createProfile("sRGB")
    shown = ImageCms.profileToProfile(
        Image.fromarray(low), opened, srgb, outputMode="RGB", flags=ImageCms.Flags.NOOPTIMIZE
    )
    assert shown is not None
    expected = in_srgb(low / 255, space, to_light)
    np.testing.assert_allclose(np.asarray(shown) / 255, expected, atol=1 / 255)


@pytest.mark.parametrize("name", SPACES)
def test_gray_stays_gray(name: str) -> None:
    gray = np.repeat(np.arange(0, 65536, 257, np.uint16)[None, :, None], 3, axis=2)
    shown = by_littlecms(gray, SPACES[name][0]).astype(int)
    assert np.ptp(shown, axis=2).max() <= 16  # of 65535


@pytest.mark.parametrize(
    ("curve", "to_light"),
    [
        (curves.SRGB_CURVE, srgb_light),
        (curves.BT_709, video_light),
        (curves.SMPTE_240M, smpte_240m_light),
        (curves.PQ, pq_light),
        (curves.HLG, hlg_light),
        (power(2.2), lambda v: v**2.2),
    ],
)
def test_curves_are_their_formulas_and_go_back(curve: Any, to_light: Any) -> None:
    light = curve.to_light(RAMP)
    assert light.dtype == np.float32
    np.testing.assert_allclose(light, to_light(RAMP.astype(np.float64)), atol=2e-5)
    np.testing.assert_allclose(curve.from_light(light), RAMP, atol=1e-5)


@pytest.mark.parametrize(
    "tag",
    [
        struct.pack(">4s4xH2x3i", b"para", 1, 2 << 16, 80000, -14464),
        struct.pack(">4s4xH2x4i", b"para", 2, 2 << 16, 72000, -6464, 1000),
        struct.pack(">4s4xH2x7i", b"para", 4, 2 << 16, 61000, 4000, 9000, 6554, 500, 500),
        struct.pack(">4s4xIH", b"curv", 1, 0x01CD),
        struct.pack(">4s4xI", b"curv", 0),
        struct.pack(">4s4xI5H", b"curv", 5, 0, 0, 9000, 9000, 65535),
    ],
)
def test_littlecms_reads_the_same_curve(tag: bytes) -> None:
    """Its own conversion to linear light is the oracle."""
    names = dict.fromkeys(icc_profile.CURVES[b"RGB "], tag)
    colorants = {name: icc_tags.find(SRGB, name) for name in icc_profile.COLORANTS}
    profile = icc_tags.assembled(SRGB, colorants | names)
    values = np.repeat(np.arange(0, 65536, 255, np.uint16)[None, :, None], 3, axis=2)
    linear = named_spaces.linear_profile(None)
    light = imagecodecs.cms_transform(
        values,
        profile,
        linear,
        colorspace="rgb",
        outcolorspace="rgb",
        # The perceptual intent would move black to 0.
        intent=imagecodecs.CMS.INTENT.RELATIVE_COLORIMETRIC,
        flags=imagecodecs.CMS.FLAGS.NOOPTIMIZE,
    )
    curve = icc_profile.curves(profile)[0]
    own = curve.to_light((values / 65535).astype(np.float32))
    np.testing.assert_allclose(own, light / 65535, atol=2e-4)
    back = curve.from_light(own)
    np.testing.assert_allclose(curve.to_light(back), own, atol=1e-5)
    assert back[0, 0, 0] == 0.0


def with_tables(light: Any, *, version: int = 0x02100000) -> bytes:
    """Return a profile of sRGB's colorants as of HP's, with a table, and of version 2."""
    words = np.rint(np.asarray(light) * 65535).astype(">u2")
    table = struct.pack(">4s4xI", b"curv", len(words)) + words.tobytes()
    xyz = [(0x6FA2, 0x38F5, 0x390), (0x6299, 0xB785, 0x18DA), (0x24A0, 0xF84, 0xB6CF)]
    tags = {b"desc": b"desc" + bytes(86), b"wtpt": icc_tags.xyz((0xF351, 0x10000, 0x116CC))}
    tags |= dict(zip(icc_profile.COLORANTS, map(icc_tags.xyz, xyz), strict=True))
    tags |= dict.fromkeys(icc_profile.CURVES[b"RGB "], table)
    return icc_tags.assembled(SRGB[:8] + version.to_bytes(4, "big") + SRGB[12:], tags)


HP = with_tables(srgb_light(np.linspace(0, 1, 1024)))
# The table of the profile "c2" of social networks, chosen to be near sRGB between its values.
C2 = """
0000 00cb 01c9 0363 0592 086b 0bf6 103f 1551 1b34 21f1 2990 3218
3b92 4605 5177 5ded 6b70 7a05 89b1 9a7c ac69 bf7d d3c3 e930 ffff
"""
TINY = with_tables([int(word, 16) / 65535 for word in C2.split()])


@pytest.mark.parametrize("profile", [SRGB, SRGB_GRAY, LITTLECMS_SRGB, HP, TINY])
def test_profiles_of_srgb_are_recognized(profile: bytes) -> None:
    assert is_srgb(profile)


@pytest.mark.parametrize(
    "profile",
    [
        named_spaces.adobe_rgb(),
        imagecodecs.cms_profile("adobergb"),
        of_points(12, 13),
        of_points(1, 1),
        of_points(1, 4),
        named_spaces.linear_profile(None),
        imagecodecs.cms_profile("gray", gamma=1.8),
        with_tables(np.linspace(0, 1, 1024) ** 2.2),
        b"",
        b"?" * 200,
    ],
)
def test_other_profiles_are_not_srgb(profile: bytes) -> None:
    assert not is_srgb(profile)


def test_a_profile_that_names_other_code_points_is_not_srgb() -> None:
    for points, known in ((CodePoints(1, 13), True), (CodePoints(1, 16), False)):
        profile = icc_profile.made(
            "", SRGB_CHROMATICITIES, curves.SRGB_CURVE, code_points=points
        )
        assert is_srgb(profile) == known


def test_a_profile_of_tables_has_no_curves() -> None:
    tags = {name: icc_tags.find(SRGB, name) for name in icc_profile.COLORANTS}
    tags |= dict.fromkeys(icc_profile.CURVES[b"RGB "], icc_tags.find(SRGB, b"rTRC"))
    assert is_srgb(icc_tags.assembled(SRGB, tags))
    lut = icc_tags.assembled(SRGB, tags | {b"A2B0": b"mft2" + bytes(60)})
    assert icc_profile.curves(lut) is None
    assert not is_srgb(lut)


@pytest.mark.parametrize(
    "light", [[1.0, 0.5, 0.0], [0.5, 0.5, 0.5], [0.0, 0.8, 0.3, 1.0], np.zeros(40000)]
)
def test_curves_that_do_not_rise_are_none(light: Any) -> None:
    assert icc_profile.curves(with_tables(light)) is None


def test_plateaus_of_a_table_keep_black_and_white() -> None:
    curve = Table(np.array([0.0, 0.0, 0.25, 0.25, 1.0, 1.0], np.float32))
    light = np.array([0.0, 1e-6, 0.125, 0.25, 0.625, 1.0], np.float32)
    expected = [0.0, 0.2, 0.3, 0.4, 0.7, 1.0]
    np.testing.assert_allclose(curve.from_light(light), expected, atol=1e-5)


def test_gray_of_lightness_is_no_curve_of_light() -> None:
    lab = SRGB_GRAY[:20] + b"Lab " + SRGB_GRAY[24:]
    assert icc_profile.curves(lab) is None


def test_profiles_are_small_and_always_the_same() -> None:
    assert icc_profile.made("sRGB", SRGB_CHROMATICITIES, curves.SRGB_CURVE) == SRGB
    sizes = [len(profile) for profile in (SRGB, SRGB_GRAY, named_spaces.adobe_rgb())]
    assert max(sizes) < 500
    assert SRGB[:4] == len(SRGB).to_bytes(4, "big")


def test_code_points_are_kept_in_the_profile() -> None:
    named = CodePoints(9, 16, 9, 0)
    assert icc_profile.code_points(profile_of(named)) == (9, 16, 0, 1)
    assert profile_of(CodePoints(1, 13, 6)) == SRGB
    assert icc_profile.code_points(SRGB) is None
    assert [is_hdr(CodePoints(9, transfer)) for transfer in (14, 16, 18)] == [False, True, True]


@pytest.mark.parametrize(
    "points", [(2, 2), (1, 2), (2, 13), (0, 13), (10, 8), (1, 3), (255, 255)]
)
def test_code_points_without_a_space_have_no_profile(points: tuple[int, int]) -> None:
    assert profile_of(CodePoints(*points)) is None


@pytest.mark.parametrize(
    ("points", "name"),
    [
        ((1, 13), "sRGB"),
        ((12, 13), "Display P3"),
        ((9, 16), "Rec. 2020 PQ"),
        ((9, 18), "Rec. 2020 HLG"),
        ((1, 6), "Rec. 709"),
        ((2, 2), "color space 2/2"),
    ],
)
def test_color_spaces_have_names(points: tuple[int, int], name: str) -> None:
    assert name_of(CodePoints(*points)) == name


def test_the_gamma_of_png_stands_for_srgb_with_its_primaries_alone() -> None:
    rounded = Chromaticities((0.3127, 0.329), (0.64, 0.33), (0.3, 0.6), (0.15, 0.0605))
    assert named_spaces.gamma_profile(0.45455, None) == SRGB
    assert named_spaces.gamma_profile(0.45455, rounded) == SRGB
    assert named_spaces.gamma_profile(0.45455, P3) != SRGB
    (curve, *_) = icc_profile.curves(named_spaces.gamma_profile(0.5, None))
    assert curve == power(2.0)
    assert icc_profile.curves(named_spaces.gamma_profile(1.0, None))[0] == power(1.0)


NONSENSE = [
    Chromaticities((0.0, 0.0), (0.0, 0.0), (0.0, 0.0), (0.0, 0.0)),
    Chromaticities(D65, (0.64, 0.33), (0.64, 0.33), (0.15, 0.06)),
    Chromaticities((0.9, 0.1), *SRGB_CHROMATICITIES[1:]),
    Chromaticities(D65, (21474.0, 0.33), (0.3, 0.6), (0.15, 0.06)),
    Chromaticities((float("nan"), 0.3), *SRGB_CHROMATICITIES[1:]),
]


@pytest.mark.parametrize("space", NONSENSE)
def test_nonsense_is_no_space(space: Chromaticities) -> None:
    assert named_spaces.gamma_profile(0.45455, space) is None
    assert named_spaces.linear_profile(space) is None


@pytest.mark.parametrize("gamma", [0.0, -1.0, 1e-5, 21474.0, float("nan")])
def test_nonsense_is_no_gamma(gamma: float) -> None:
    assert named_spaces.gamma_profile(gamma, None) is None


def test_srgb_and_its_gray_become_each_other() -> None:
    assert named_spaces.for_gray(SRGB) == SRGB_GRAY
    assert named_spaces.for_colors(SRGB_GRAY) == SRGB
    assert named_spaces.for_gray(SRGB_GRAY) is None
    assert named_spaces.for_colors(SRGB) is None
    assert named_spaces.for_gray(b"?" * 200) is None


def test_gray_has_the_curve_of_its_colors() -> None:
    gray = named_spaces.for_gray(named_spaces.adobe_rgb())
    ImageCms.ImageCmsProfile(io.BytesIO(gray))
    assert icc_profile.curves(gray) == (power(563 / 256),)
    colors = named_spaces.for_colors(gray)
    values = np.repeat(np.arange(0, 65536, 257, np.uint16)[None, :, None], 3, axis=2)
    expected = in_srgb(values / 65535, SRGB_CHROMATICITIES, lambda v: v ** (563 / 256))
    np.testing.assert_allclose(by_littlecms(values, colors) / 65535, expected, atol=1 / 255)


def test_different_curves_have_no_gray() -> None:
    tags = {name: icc_tags.find(SRGB, name) for name in icc_profile.COLORANTS}
    tags |= {
        name: icc_tags.curve(power(gamma))
        for name, gamma in zip(icc_profile.CURVES[b"RGB "], (1.8, 2.0, 2.2), strict=True)
    }
    profile = icc_tags.assembled(SRGB, tags)
    assert [curve.gamma for curve in icc_profile.curves(profile)] == pytest.approx(
        [1.8, 2.0, 2.2], abs=1e-4
    )
    assert named_spaces.for_gray(profile) is None


@pytest.mark.parametrize("own", [P3, REC_2020, FILM, ADOBE, SRGB_CHROMATICITIES])
def test_chromaticities_come_back(own: Chromaticities) -> None:
    profile = icc_profile.made("a space", own, power(2.2))
    np.testing.assert_allclose(icc_profile.chromaticities(profile), own, atol=1e-3)


def test_chromaticities_of_another_maker_are_read() -> None:
    found = icc_profile.chromaticities(imagecodecs.cms_profile("adobergb"))
    np.testing.assert_allclose(found, ADOBE, atol=2e-3)
    assert icc_profile.chromaticities(SRGB_GRAY) is None


def damaged(profile: bytes) -> Any:
    """Yield truncations of a profile, and copies whose bytes are replaced."""
    yield from (profile[:length] for length in range(min(len(profile), 600)))
    chance = np.random.default_rng(0)
    for _ in range(1500):
        copy = np.frombuffer(profile, np.uint8).copy()
        count = chance.choice((1, 2, 8))
        copy[chance.integers(min(len(copy), 600), size=count)] = chance.choice(
            (0, 1, 127, 128, 255), size=count
        )
        yield copy.tobytes()


@pytest.mark.parametrize("profile", [SRGB, SRGB_GRAY, TINY, of_points(9, 16)])
def test_damaged_profiles_never_raise(profile: bytes) -> None:
    with warnings.catch_warnings(), np.errstate(all="raise", under="ignore"):
        for copy in damaged(profile):
            icc_profile.code_points(copy)
            icc_profile.chromaticities(copy)
            is_srgb(copy)
            for curve in icc_profile.curves(copy) or ():
                light = curve.to_light(RAMP)
                values = curve.from_light(RAMP)
                both = np.concatenate([light, values])
                assert both.min() >= 0.0
                assert both.max() <= 1.0
            for other in (named_spaces.for_gray(copy), named_spaces.for_colors(copy)):
                assert other is None or icc_profile.curves(other)


def test_nonsense_parameters_are_no_curve() -> None:
    numbers = (-(1 << 31), -65536, -1, 0, 1, 65536, (1 << 31) - 1)
    with np.errstate(all="raise", under="ignore"):
        for five in itertools.product(numbers, repeat=5):
            curve = icc_tags.read_curve(struct.pack(">4s4xH2x5i", b"para", 3, *five))
            assert curve is None or isinstance(curve, Parametric | Table)
            if curve:
                curve.from_light(RAMP[::512])
