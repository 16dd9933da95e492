"""Pictures whose files name a color space, each in another way, and what they look like."""

import io
import struct
import zlib
from collections.abc import Callable
from typing import Any, NamedTuple

import imagecodecs
import numpy as np
import pillow_heif
from numpy.typing import NDArray
from PIL import Image, ImageCms

from tests.helpers.picture_files import chunk, hand_made_png, pillow, tiff

Floats = NDArray[np.float64]
D65 = (0.3127, 0.3290)
SRGB = (D65, (0.64, 0.33), (0.30, 0.60), (0.15, 0.06))
P3 = (D65, (0.680, 0.320), (0.265, 0.690), (0.150, 0.060))
ADOBE = (D65, (0.64, 0.33), (0.21, 0.71), (0.15, 0.06))
REC_2020 = (D65, (0.708, 0.292), (0.170, 0.797), (0.131, 0.046))
BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)
D50 = np.array([0.9642, 1.0, 0.8249])


def srgb_light(values: Floats) -> Floats:
    """Return light by IEC 61966-2-1."""
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def bt_709_light(values: Floats) -> Floats:
    """Return light by ITU-R BT.709, section 1.2."""
    return np.where(values < 0.081, values / 4.5, ((values + 0.099) / 1.099) ** (1 / 0.45))


def power(gamma: float) -> Callable[[Floats], Floats]:
    return lambda values: values**gamma


class Space(NamedTuple):
    """A color space: white, red, green and blue, and the curve to light."""

    points: Any
    light: Callable[[Floats], Floats]

    def lab(self, values: Floats) -> Floats:
        """Return CIELAB of D50, from values in [0, 1] of shape (..., 3)."""
        columns = np.array([[x / y, 1.0, (1 - x - y) / y] for x, y in self.points[1:]]).T
        white = np.array([self.points[0][0], self.points[0][1], 1 - sum(self.points[0])])
        white = white / white[1]
        to_xyz = columns * np.linalg.solve(columns, white)
        cones = BRADFORD @ D50 / (BRADFORD @ white)
        adapted = np.linalg.inv(BRADFORD) @ np.diag(cones) @ BRADFORD
        return lab_of_xyz(self.light(values) @ (adapted @ to_xyz).T)


def lab_of_xyz(xyz: Floats) -> Floats:
    """Return CIELAB by CIE 15."""
    ratio = np.maximum(xyz / D50, 0)
    f = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio * (29 / 6) ** 2 / 3 + 4 / 29)
    return np.stack(
        [116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], -1
    )


def colors(content: bytes) -> Floats:
    """Return the values of a picture file in [0, 1], by Pillow."""
    with Image.open(io.BytesIO(content)) as image:
        return np.asarray(image.convert("RGB")) / 255


def shown_lab(content: bytes) -> Floats:
    """Return CIELAB of a picture file by LittleCMS, as a viewer that knows profiles has it."""
    with Image.open(io.BytesIO(content)) as image:
        own = image.info.get("icc_profile")
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    lab = imagecodecs.cms_transform(
        colors(content),
        own or srgb.tobytes(),
        imagecodecs.cms_profile("lab4"),
        colorspace="rgb",
        outcolorspace="lab",
        outdtype=np.float64,
        flags=imagecodecs.CMS.FLAGS.NOOPTIMIZE,
    )
    return np.asarray(lab)


def patches(height: int = 48, width: int = 64) -> NDArray[np.uint8]:
    """Return a smooth picture of colors that sRGB has, whatever space they are in."""
    y, x = np.mgrid[:height, :width]
    planes = [
        150 + 50 * np.sin(x / 17 + 1) * np.cos(y / 29),
        145 + 45 * np.cos(y / 19) * np.cos(x / 41),
        150 + 50 * np.sin((x + y) / 31),
    ]
    return np.rint(np.stack(planes, -1)).astype(np.uint8)


def png(*chunks: bytes) -> bytes:
    content = hand_made_png(np.zeros((8, 6, 3), np.uint8), 8)
    stored = patches()
    head = struct.pack(">IIBBBBB", stored.shape[1], stored.shape[0], 8, 2, 0, 0, 0)
    rows = b"".join(b"\0" + row.tobytes() for row in stored)
    parts = [chunk(b"IHDR", head), *chunks, chunk(b"IDAT", zlib.compress(rows))]
    return content[:8] + b"".join(parts) + chunk(b"IEND", b"")


def gama(number: int) -> bytes:
    return chunk(b"gAMA", struct.pack(">I", number))


def chrm(points: Any) -> bytes:
    numbers = [round(each * 100_000) for point in points for each in point]
    return chunk(b"cHRM", struct.pack(">8I", *numbers))


def exif(index: bytes | None, space: int) -> bytes:
    tags = Image.Exif()
    own = tags.get_ifd(0x8769)
    own[0xA001] = space
    if index:
        own[0xA005] = {1: index.decode()}
    return tags.tobytes()


def jpeg(**options: Any) -> bytes:
    return pillow(patches(), "JPEG", quality=100, subsampling=0, **options)


def avif(primaries: int, transfer: int, bits: int = 8) -> bytes:
    stored = patches() if bits == 8 else patches().astype(np.uint16) * 4
    return bytes(
        imagecodecs.avif_encode(
            stored,
            level=95,
            bitspersample=bits,
            primaries=primaries,
            transfer=transfer,
            matrix=6,
        )
    )


def heic(primaries: int, transfer: int) -> bytes:
    heif = pillow_heif.from_pillow(Image.fromarray(patches()))
    content = io.BytesIO()
    heif.save(
        content,
        quality=-1,
        chroma=444,
        color_primaries=primaries,
        transfer_characteristics=transfer,
        matrix_coefficients=6,
        save_nclx_profile=True,
    )
    return content.getvalue()


def tiff_of_primaries(points: Any) -> bytes:
    white, primaries = _ratios(points[:1]), _ratios(points[1:])
    tags = [(318, 5, 2, white, True), (319, 5, 6, primaries, True)]
    return tiff(patches(), extratags=tags)


def _ratios(points: Any) -> list[int]:
    numbers = [round(each * 1e6) for point in points for each in point]
    return [each for number in numbers for each in (number, 10**6)]


ADOBE_ICC = imagecodecs.cms_profile("adobergb")
LINEAR_ICC = imagecodecs.cms_profile(
    "rgb",
    whitepoint=[*D65, 1.0],
    primaries=[each for point in SRGB[1:] for each in (*point, 1.0)],
    gamma=1.0,
)
SRGB_SPACE = Space(SRGB, srgb_light)
P3_SPACE = Space(P3, srgb_light)
ADOBE_SPACE = Space(ADOBE, power(563 / 256))
LINEAR_SPACE = Space(SRGB, power(1.0))
# Ways of naming a color space, and the space that is meant.
NAMED: dict[str, tuple[Callable[[], bytes], Space]] = {
    "PNG without a name": (png, SRGB_SPACE),
    "PNG sRGB": (lambda: png(chunk(b"sRGB", b"\0")), SRGB_SPACE),
    "PNG gAMA of sRGB": (lambda: png(gama(45455)), SRGB_SPACE),
    "PNG gAMA and cHRM of sRGB": (lambda: png(gama(45455), chrm(SRGB)), SRGB_SPACE),
    "PNG gAMA 1.0": (lambda: png(gama(100_000)), LINEAR_SPACE),
    "PNG gAMA 1/1.8": (lambda: png(gama(55_556)), Space(SRGB, power(1.8))),
    "PNG gAMA and cHRM of Adobe RGB": (lambda: png(gama(45471), chrm(ADOBE)), ADOBE_SPACE),
    "PNG cICP P3": (lambda: png(chunk(b"cICP", bytes([12, 13, 0, 1]))), P3_SPACE),
    "PNG cICP sRGB": (lambda: png(chunk(b"cICP", bytes([1, 13, 0, 1]))), SRGB_SPACE),
    "PNG cICP linear": (lambda: png(chunk(b"cICP", bytes([1, 8, 0, 1]))), LINEAR_SPACE),
    "PNG cICP Rec. 2020": (
        lambda: png(chunk(b"cICP", bytes([9, 14, 0, 1]))),
        Space(REC_2020, bt_709_light),
    ),
    "PNG cICP over sRGB": (
        lambda: png(chunk(b"sRGB", b"\0"), chunk(b"cICP", bytes([12, 13, 0, 1]))),
        P3_SPACE,
    ),
    "PNG iCCP": (
        lambda: png(chunk(b"iCCP", b"a\0\0" + zlib.compress(ADOBE_ICC))),
        ADOBE_SPACE,
    ),
    "JPEG profile": (lambda: jpeg(icc_profile=ADOBE_ICC), ADOBE_SPACE),
    "JPEG linear profile": (lambda: jpeg(icc_profile=LINEAR_ICC), LINEAR_SPACE),
    "JPEG EXIF Adobe RGB": (lambda: jpeg(exif=exif(b"R03", 0xFFFF)), ADOBE_SPACE),
    "JPEG EXIF 2": (lambda: jpeg(exif=exif(None, 2)), ADOBE_SPACE),
    "JPEG EXIF sRGB": (lambda: jpeg(exif=exif(b"R98", 1)), SRGB_SPACE),
    "AVIF nclx P3": (lambda: avif(12, 13), P3_SPACE),
    "AVIF nclx P3 of 10 bits": (lambda: avif(12, 13, 10), P3_SPACE),
    "AVIF nclx sRGB": (lambda: avif(1, 13), SRGB_SPACE),
    "AVIF profile": (
        lambda: pillow(patches(), "AVIF", quality=100, icc_profile=ADOBE_ICC),
        ADOBE_SPACE,
    ),
    "HEIC nclx P3": (lambda: heic(12, 13), P3_SPACE),
    "WebP profile": (
        lambda: pillow(patches(), "WEBP", lossless=True, icc_profile=ADOBE_ICC),
        ADOBE_SPACE,
    ),
    "TIFF profile": (lambda: tiff(patches(), iccprofile=ADOBE_ICC), ADOBE_SPACE),
    "TIFF primaries": (lambda: tiff_of_primaries(P3), Space(P3, power(2.2))),
}
