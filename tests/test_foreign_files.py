"""Files that are no picture are called by their name, with a command that makes one of them."""

import ast
import gzip
import io
import pickle
import re
import struct
import time
import zipfile
from typing import Any

import imagecodecs
import numpy as np
import pytest
import tifffile

from siren_cli.pictures.reading import signatures
from siren_cli.pictures.reading.foreign import foreign_kind
from tests.helpers.picture_files import hand_made_tiff, noise, pillow, tiff

SHORT, LONG = 3, 4
LINEAR_RAW = 34892
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"/>'
HTML = "an HTML page, probably saved instead of a picture"
FIT = "a .siren file, which is a fit already; draw it: siren render FILE"
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def kind(content: bytes) -> str:
    file = io.BytesIO(content)
    found = foreign_kind(file)
    assert file.tell() == 0
    return found or ""


def zipped(name: str, content: bytes = b"") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, content)
    return buffer.getvalue()


def arrays() -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, picture=noise())
    return buffer.getvalue()


def media(*brands: bytes) -> bytes:
    """Return the first box of ISO media: its main brand, and what else it is."""
    major, *others = brands
    body = b"ftyp" + major + bytes(4) + b"".join([major, *others])
    return struct.pack(">I", len(body) + 4) + body + bytes(8)


def raw_tiff(maker: bytes, **options: Any) -> bytes:
    """Return a TIFF whose first picture is a thumbnail, and a second one below it is raw."""
    buffer = io.BytesIO()
    is_linear = options.get("photometric") == LINEAR_RAW
    sensor = noise(3 if is_linear else 1, kind=np.uint16)
    usual = {"photometric": 32803, "extratags": [(33421, 3, 2, (2, 2))]}
    with tifffile.TiffWriter(buffer, byteorder=options.pop("byteorder", "<")) as file:
        file.write(
            noise(height=4, width=3),
            photometric="rgb",
            subfiletype=1,
            subifds=1,
            extratags=[(271, 2, len(maker), maker), *options.pop("extratags", [])],
            metadata=None,
        )
        file.write(sensor, subfiletype=0, metadata=None, **usual | options)
    return buffer.getvalue()


def compressed_raw(compression: int) -> bytes:
    return hand_made_tiff({254: (LONG, 0), 259: (SHORT, compression), 262: (SHORT, 1)})


DNG_TAG = [(50706, 1, 4, (1, 4, 0, 0))]
CAMERA_RAWS = {
    "dng": (raw_tiff(b"Pixel", extratags=DNG_TAG), "(DNG)"),
    "linear.dng": (raw_tiff(b"Pixel", extratags=DNG_TAG, photometric=LINEAR_RAW), "(DNG)"),
    "bare.dng": (tiff(noise(), photometric=LINEAR_RAW, extratags=DNG_TAG), "(DNG)"),
    "nef": (raw_tiff(b"NIKON CORPORATION", byteorder=">"), "(NEF)"),
    "arw": (raw_tiff(b"SONY"), "(ARW)"),
    "srw": (raw_tiff(b"SAMSUNG"), "(SRW)"),
    "pef": (raw_tiff(b"RICOH IMAGING COMPANY, LTD."), "(PEF)"),
    "3fr": (raw_tiff(b"Hasselblad"), "(3FR)"),
    "kdc": (raw_tiff(b"EASTMAN KODAK COMPANY"), "(KDC)"),
    "dcr": (raw_tiff(b"Kodak"), "(DCR)"),
    "erf": (raw_tiff(b"SEIKO EPSON CORP."), "(ERF)"),
    "mos": (raw_tiff(b"Leaf"), "(MOS)"),
    "unknown": (raw_tiff(b"Somebody"), "a camera RAW; develop it first"),
    "sony": (compressed_raw(32767), "a camera RAW"),
    "samsung": (compressed_raw(32770), "a camera RAW"),
    "nikon": (compressed_raw(34713), "a camera RAW"),
    "kodak": (compressed_raw(65000), "a camera RAW"),
    "pentax": (compressed_raw(65535), "a camera RAW"),
    "cr2": (b"II*\0\x10\0\0\0CR\2\0" + bytes(20), "(CR2)"),
    "iiq": (b"II*\0\x10\0\0\0IIIITwaR" + bytes(20), "(IIQ)"),
    "cr3": (media(b"crx ", b"isom"), "(CR3)"),
    "crw": (b"II\x1a\0\0\0HEAPCCDR\2\0", "(CRW)"),
    "orf": (b"IIRO\x08\0\0\0", "(ORF)"),
    "big-endian.orf": (b"MMOR\0\0\0\x08", "(ORF)"),
    "rw2": (b"IIU\0\x18\0\0\0", "(RW2)"),
    "raf": (b"FUJIFILMCCD-RAW 0201", "(RAF)"),
    "mrw": (b"\0MRM\0\1\0\0", "(MRW)"),
    "x3f": (b"FOVb\2\0\2\0", "(X3F)"),
}
TEXTS = {
    "plain.svg": (SVG, "an SVG drawing; draw it first: rsvg-convert"),
    "prolog.svg": (
        b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- > --><!DOCTYPE svg [<!ENTITY a '>'>]>\n"
        + SVG,
        "an SVG drawing",
    ),
    "wide.svg": (SVG.decode().encode("utf-16"), "an SVG drawing"),
    "prefixed.svg": (b"<svg:svg />", "an SVG drawing"),
    "svgz": (gzip.compress(SVG), "an SVG drawing"),
    "html": (b"\n <!doctype HTML><title>Log in</title>", HTML),
    "xhtml": (b"\xef\xbb\xbf<?xml version='1.0'?><!DOCTYPE html PUBLIC '-'><html>", HTML),
    "comment.html": (b"<!-- a --> \r\n<!-- b -->\n<HTML lang=en>", HTML),
    "latin.html": (b"<html><title>Stra\xdfe</title>", HTML),
    "xml": (b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>", "an XML file"),
    "json": (b'{"error": "not found"}', "a JSON file"),
    "list.json": (b'[{"id": 1}]', "a JSON file"),
    "lfs": (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "git lfs pull"),
    "base64": (b"iVBORw0KGgoAAAANSUhEUgAA", "a picture in Base64 text"),
    "xpm": (b"/* XPM */\nstatic char *a[] = {", "an XPM picture"),
    "xbm": (b"#define a_width 6\n#define a_height 8\n", "an XBM picture"),
    "txt": ("A picture, größer.\n".encode(), "a text file, not a picture"),
    "cut off.txt": ("größ".encode()[:-1], "a text file"),
    "rtf": (b"{\\rtf1\\ansi a}", "an RTF document"),
}
OTHERS = {
    "empty": (b"", "is empty"),
    "zeros": (bytes(99), "holds zeros only"),
    "many zeros": (bytes(1 << 20), "holds zeros only"),
    "siren": (b"\x89SIREN\r\n" + bytes(9), FIT),
    "part": (b"\x89SIRPART" + bytes(9), "a part of a fit; join all of them: siren join *.part"),
    "version 1.siren": (bytes(8) + b'{"__metadata__":{"siren":"{}"}}', FIT),
    "safetensors": (b"\x40" + bytes(7) + b'{"layer":{}}', "weights of a network"),
    "cgbi.png": (PNG_SIGNATURE + b"\0\0\0\4CgBI" + bytes(8), "Apple's own kind (CgBI)"),
    "mng": (b"\x8aMNG\r\n\x1a\n" + bytes(9), "an MNG animation"),
    "jng": (b"\x8bJNG\r\n\x1a\n" + bytes(9), "a JNG picture"),
    "pdf": (pillow(noise(), "PDF"), "pdftoppm -png -r 300"),
    "eps": (pillow(noise(), "EPS"), "gs -q -sDEVICE=png16m"),
    "dos.eps": (b"\xc5\xd0\xd3\xc6" + bytes(26), "a PostScript drawing"),
    "psd": (b"8BPS\0\1" + bytes(20), "a Photoshop document"),
    "psb": (b"8BPS\0\2" + bytes(20), "a large Photoshop document"),
    "xcf": (b"gimp xcf v011\0", "a GIMP document"),
    "gbr": (struct.pack(">5I", 28, 2, 1, 1, 1) + b"GIMP" + bytes(8), "a GIMP brush"),
    "kra": (zipped("mimetype", b"application/x-krita"), "a Krita document"),
    "ora": (zipped("mimetype", b"image/openraster"), "an OpenRaster document"),
    "odt": (zipped("mimetype", b"application/vnd.oasis.opendocument.text"), "OpenDocument"),
    "docx": (zipped("[Content_Types].xml"), "a Word or other Office document"),
    "doc": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(9), "an Office document"),
    "npz": (arrays(), "a NumPy archive (.npz); save one array"),
    "zip": (zipped("a.png"), "a ZIP archive; unpack it first"),
    "pickle": (pickle.dumps(noise()), "a Python pickle, which may run any code"),
    "old.pickle": (pickle.dumps({"a": 1}, protocol=2), "a Python pickle"),
    "dcm": (bytes(128) + b"DICM\2\0", "a DICOM picture"),
    "nii": (b"\x5c\1" + bytes(342) + b"n+1\0", "a NIfTI volume"),
    "2.nii": (b"\x1c\2\0\0n+2\0\r\n\x1a\n" + bytes(9), "a NIfTI volume"),
    "fits": (b"SIMPLE  =                    T", "a FITS file"),
    "h5": (b"\x89HDF\r\n\x1a\n" + bytes(9), "an HDF5 or NetCDF file"),
    "nc": (b"CDF\1" + bytes(9), "a NetCDF file"),
    "mat": (b"MATLAB 5.0 MAT-file, Platform: GLNXA64", "scipy.io.loadmat"),
    "7.3.mat": (b"MATLAB 7.3 MAT-file, Platform: GLNXA64", "h5py.File"),
    "dds": (pillow(noise(), "DDS"), "a DDS texture"),
    "ktx": (b"\xabKTX 11\xbb\r\n\x1a\n", "a KTX texture"),
    "ktx2": (b"\xabKTX 20\xbb\r\n\x1a\n", "a KTX 2 texture"),
    "ico": (pillow(noise(4, 16, 16), "ICO"), "a Windows icon"),
    "cur": (b"\0\0\2\0\1\0\x10\x10" + bytes(9), "a Windows cursor"),
    "icns": (pillow(noise(4, 16, 16), "ICNS"), "an Apple icon"),
    "tga": (pillow(noise(), "TGA"), "a Targa picture"),
    "old.tga": (pillow(noise(), "TGA")[:-26], "a Targa picture"),
    "pcx": (pillow(noise(), "PCX"), "a PCX picture"),
    "qoi": (imagecodecs.qoi_encode(noise()), "a QOI picture"),
    "sgi": (pillow(noise(), "SGI"), "an SGI picture"),
    "ras": (b"\x59\xa6\x6a\x95" + bytes(28), "a Sun raster picture"),
    "wmf": (b"\xd7\xcd\xc6\x9a" + bytes(18), "a Windows metafile"),
    "emf": (b"\1" + bytes(39) + b" EMF", "a Windows metafile"),
    "djvu": (b"AT&TFORM\0\0\0\0DJVU", "a DjVu document"),
    "jxr": (imagecodecs.jpegxr_encode(noise()), "a JPEG XR picture"),
    "jls": (imagecodecs.jpegls_encode(noise()), "a JPEG-LS picture"),
    "jxs": (b"\xff\x10\xff\x50\0\2", "a JPEG XS picture"),
    "bpg": (b"BPG\xfb" + bytes(9), "a BPG picture"),
    "flif": (b"FLIF31", "a FLIF picture"),
    "dpx": (b"SDPX" + bytes(9), "a DPX picture"),
    "cin": (b"\x80\x2a\x5f\xd7" + bytes(9), "a Cineon picture"),
    "mp4": (media(b"isom", b"mp41"), "ffmpeg -i IN.mp4 -frames:v 1 OUT.png"),
    "mov": (media(b"qt  "), "a QuickTime movie"),
    "old.mov": (b"\0\0\0\x08wide\0\0\0\0mdat", "a QuickTime movie"),
    "3gp": (media(b"3gp4"), "an MP4 movie"),
    "m4a": (media(b"M4A "), "a sound recording"),
    "mkv": (b"\x1a\x45\xdf\xa3" + bytes(9), "a Matroska or WebM movie"),
    "avi": (b"RIFF\0\0\0\0AVI LIST", "an AVI movie"),
    "ts": ((b"\x47" + bytes(187)) * 3, "an MPEG movie"),
    "mpg": (b"\0\0\1\xba" + bytes(9), "an MPEG movie"),
    "flv": (b"FLV\1\5", "a Flash movie"),
    "wmv": (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "a Windows movie"),
    "ogg": (b"OggS\0\2", "an Ogg movie"),
    "wav": (b"RIFF\0\0\0\0WAVEfmt ", "a sound recording"),
    "mp3": (b"ID3\4\0", "a sound recording"),
    "bare.mp3": (b"\xff\xfb\x90\0", "a sound recording"),
    "flac": (b"fLaC\0\0", "a sound recording"),
    "gz": (gzip.compress(bytes(9)), "a gzip archive"),
    "broken.gz": (b"\x1f\x8b\x08broken", "a gzip archive"),
    "xz": (b"\xfd7zXZ\0\0", "an xz archive"),
    "zst": (b"\x28\xb5\x2f\xfd\0", "a Zstandard archive"),
    "bz2": (b"BZh91AY&SY\0", "a bzip2 archive"),
    "7z": (b"7z\xbc\xaf\x27\x1c\0", "a 7-Zip archive"),
    "rar": (b"Rar!\x1a\x07\1\0", "a RAR archive"),
    "tar": (b"a.png" + bytes(252) + b"ustar\0", "a tar archive"),
    "._photo.jpg": (b"\0\5\x16\7\0\2\0\0Mac OS X", "the file whose name lacks the ._"),
}
SAMPLES = {**CAMERA_RAWS, **TEXTS, **OTHERS}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_foreign_file_is_called_by_its_name(name: str) -> None:
    content, words = SAMPLES[name]
    assert words in kind(content)


def npy() -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, noise())
    return buffer.getvalue()


def pages(*options: dict[str, Any]) -> bytes:
    """Return a TIFF of a page for each group of options."""
    buffer = io.BytesIO()
    with tifffile.TiffWriter(buffer) as file:
        for each in options:
            file.write(noise(), photometric="rgb", metadata=None, **each)
    return buffer.getvalue()


def flat(value: bytes) -> bytes:
    """Return a TIFF whose pixels stand before its directory, as libtiff writes them."""
    pixels = value * 48
    directory = hand_made_tiff({256: (SHORT, 6), 257: (SHORT, 8), 273: (LONG, 8)})[8:]
    return b"II*\0" + struct.pack("<I", 8 + len(pixels)) + pixels + directory


REDUCED: dict[str, Any] = {"subfiletype": 1}
READABLE = {
    **{
        form: pillow(noise(), form)
        for form in ("PNG", "JPEG", "WEBP", "AVIF", "GIF", "BMP", "PPM", "JPEG2000")
    },
    "PBM": pillow(noise(1) > 99, "PPM"),
    "text PBM": b"P1\n2 2\n0 1\n1 0\n",
    "text PPM": b"P3\n1 1\n255\n1 2 3\n",
    "PAM": b"P7\nWIDTH 1\nHEIGHT 1\nDEPTH 1\nMAXVAL 255\nTUPLTYPE GRAYSCALE\nENDHDR\n\1",
    "PFM": b"PF\n1 1\n-1.0\n" + bytes(12),
    "gray PFM": b"Pf\n1 1\n-1.0\n" + bytes(4),
    "NPY": npy(),
    "EXR": b"v/1\1\2\0\0\0channels\0",
    "HDR": b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 8 +X 6\n",
    "HDR of another name": b"#?RGBE\n\n-Y 8 +X 6\n",
    "JXL": imagecodecs.jpegxl_encode(noise()),
    "JXL in boxes": imagecodecs.jpegxl_encode(noise(), usecontainer=True),
    "J2K": imagecodecs.jpeg2k_encode(noise(), codecformat="j2k"),
    "JPEG of 12 bits": imagecodecs.jpeg8_encode(noise(kind=np.uint16) >> 4, bitspersample=12),
    "HEIC": media(b"heic", b"mif1"),
    "HEIF": media(b"mif1", b"heic"),
    "HEIC of another main brand": media(b"mp42", b"heix"),
    "TIFF": tiff(noise()),
    "big-endian TIFF": tiff(noise(), byteorder=">"),
    "BigTIFF": tiff(noise(), bigtiff=True),
    "big-endian BigTIFF": tiff(noise(), bigtiff=True, byteorder=">"),
    "16 bits": tiff(noise(kind=np.uint16), compression="zlib"),
    "pixels like the words of IIQ": flat(b"I"),
    "pixels like the word of CR2": flat(b"CR"),
    "several pages": pages({}, {}, {}),
    "thumbnail first": pages(REDUCED, {}),
    "levels in a row": pages({}, REDUCED, REDUCED),
    "levels below": pages({"subifds": 2}, REDUCED, REDUCED),
    "developed": tiff(noise(), extratags=[*DNG_TAG, (271, 2, 4, b"SONY")]),
    "OME-TIFF": tiff(noise(), ome=True),
}


@pytest.mark.parametrize("name", READABLE)
def test_a_picture_is_left_to_its_reader(name: str) -> None:
    assert not kind(READABLE[name])


def test_a_camera_raw_may_be_a_bigtiff() -> None:
    content = b"II+\0\x08\0\0\0" + struct.pack("<QQ", 16, 1)
    content += struct.pack("<HHQQ", 262, SHORT, 1, 32803) + bytes(8)
    assert "a camera RAW" in kind(content)


def test_directories_that_lead_to_each_other_come_to_an_end() -> None:
    loop = struct.pack("<HHHIII", 1, 330, LONG, 1, 8, 8)
    assert not kind(b"II*\0" + struct.pack("<I", 8) + loop)


@pytest.mark.parametrize("place", [0, 7, 1 << 20, (1 << 31) - 1, (1 << 63) - 1, (1 << 64) - 1])
def test_hostile_places_lead_nowhere(place: int, tmp_path: Any) -> None:
    big = b"II+\0\x08\0\0\0" + struct.pack("<QQ", 16, 1)
    first = b"II+\0\x08\0\0\0" + struct.pack("<Q", place)
    for content in (first, big + struct.pack("<HHQQQ", 330, 16, place, place, place)):
        assert not kind(content)
        path = tmp_path / "a.tif"
        path.write_bytes(content)
        with path.open("rb") as file:
            assert foreign_kind(file) is None


def test_a_long_way_of_directories_is_not_walked_to_its_end() -> None:
    step, count = 6, 60_000
    places = range(8 + step, 8 + step * (count + 1), step)
    content = b"II*\0" + struct.pack("<I", 8)
    content += b"".join(struct.pack("<HI", 0, place) for place in places)
    assert in_no_time(content) is None


def in_no_time(content: bytes) -> str | None:
    start = time.perf_counter()
    found = foreign_kind(io.BytesIO(content))
    assert time.perf_counter() - start < 1
    return found


@pytest.mark.parametrize(
    "words", ["<!--", "<!---->", "<?", "<?a?>", "<!DOCTYPE a [", "/**/", " "]
)
def test_a_prolog_without_end_is_read_in_no_time(words: str) -> None:
    assert in_no_time(words.encode() * 50_000)


def test_any_part_of_a_file_is_looked_at_without_an_error() -> None:
    for content in [sample for sample, _ in SAMPLES.values()] + list(READABLE.values()):
        for end in range(min(len(content), 400)):
            kind(content[:end])


def test_any_bytes_are_looked_at_without_an_error() -> None:
    generator = np.random.default_rng(0)
    starts = [sample[:4] for sample, _ in SAMPLES.values()]
    for index in range(2000):
        kind(starts[index % len(starts)] + generator.bytes(index))


def test_changed_directories_are_looked_at_without_an_error() -> None:
    generator, content = np.random.default_rng(0), raw_tiff(b"NIKON", extratags=DNG_TAG)
    for _ in range(2000):
        changed = bytearray(content)
        for place in generator.integers(4, 400, 8):
            changed[place] = generator.integers(256)
        kind(bytes(changed))


SENTENCES = [
    *(row.sentence for row in signatures.SIGNATURES),
    *(sentence for _, sentence in (*signatures.PATTERNS, *signatures.TEXTS)),
    *(signatures.camera_raw(name) for name in ("", *signatures.MAKERS.values())),
]


@pytest.mark.parametrize("sentence", sorted(set(SENTENCES)))
def test_a_sentence_is_a_short_line_whose_python_can_run(sentence: str) -> None:
    assert sentence.isprintable()
    assert sentence.isascii()
    assert len(sentence) < 180
    for code in re.findall(r'python -c "([^"]*)"', sentence):
        ast.parse(code)
