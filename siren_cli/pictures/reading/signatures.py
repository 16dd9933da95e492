"""Signatures of files that are no picture this program reads: what each is, and what helps.

A new kind is a new row: of bytes at a place, or of a pattern where bytes cannot say it. The
first row that matches counts. `IN` and `OUT` in a command stand for the names of files.
"""

from typing import NamedTuple


class Signature(NamedTuple):
    """Bytes by which a kind of file is known.

    Attributes:
        magics: The bytes, in any of these forms.
        sentence: What the file is, and one command that makes a picture of it.
        offset: Where the bytes stand in the file.
    """

    magics: tuple[bytes, ...]
    sentence: str
    offset: int = 0


def converted(what: str, suffix: str, first: str = "") -> str:
    """Return the sentence of a picture that ImageMagick reads, maybe only its first one."""
    name = f'"IN.{suffix}{first}"' if first else f"IN.{suffix}"
    return f"{what}; convert it first: magick {name} OUT.png"


def camera_raw(kind: str = "") -> str:
    """Return the sentence of a camera RAW, whose kind may be unknown."""
    name, suffix = (f" ({kind})", f".{kind.lower()}") if kind else ("", "")
    return (
        f"a camera RAW{name}; develop it first, with darktable or RawTherapee: "
        f"darktable-cli IN{suffix} OUT.tif"
    )


def _by_python(what: str, code: str) -> str:
    return f'{what}; convert it first: python -c "{code}"'


def _by_pillow(what: str, suffix: str) -> str:
    return _by_python(what, f"from PIL import Image; Image.open('IN.{suffix}').save('OUT.png')")


def _by_imagecodecs(what: str, suffix: str) -> str:
    return _by_python(
        what, f"import imagecodecs as i; i.imwrite('OUT.png', i.imread('IN.{suffix}'))"
    )


def _array(what: str, imported: str, value: str) -> str:
    return (
        f"{what}; save one array of it first: "
        f"python -c \"import numpy, {imported}; numpy.save('OUT.npy', {value})\""
    )


def _movie(what: str, suffix: str) -> str:
    return f"{what}; take a frame of it first: ffmpeg -i IN.{suffix} -frames:v 1 OUT.png"


def _sound(suffix: str) -> str:
    return (
        "a sound recording; draw its spectrogram first: "
        f"ffmpeg -i IN.{suffix} -lavfi showspectrumpic OUT.png"
    )


def _archive(what: str, command: str) -> str:
    return f"{what}; unpack it first: {command}"


def _office(what: str, suffix: str) -> str:
    return f"{what}; draw its first page: soffice --headless --convert-to png IN.{suffix}"


def _layers(what: str, suffix: str) -> str:
    return f"{what}; take its picture out: unzip -p IN.{suffix} mergedimage.png > OUT.png"


def _vectors(what: str, suffix: str) -> str:
    return f"{what}; draw it first: inkscape -w 2048 -o OUT.png IN.{suffix}"


FIT = "a .siren file, which is a fit already; draw it: siren render FILE"
PART = "a part of a fit; join all of them: siren join *.part"
SVG = "an SVG drawing; draw it first: rsvg-convert -w 2048 IN.svg -o OUT.png"
TGA = converted("a Targa picture", "tga")
CGBI = (
    "a PNG of Apple's own kind (CgBI); revert it first: "
    "pngcrush -revert-iphone-optimizations IN.png OUT.png (or xcrun pngcrush)"
)
JPEG_LS = _by_imagecodecs("a JPEG-LS picture", "jls")
EMPTY = "is empty"
ZEROS = "holds zeros only, as after a failed copy or download; get it again"
PLAIN_TEXT = "a text file, not a picture"

SIGNATURES = (
    # Our own files.
    Signature((b"\x89SIREN\r\n",), FIT),
    Signature((b"\x89SIRPART",), PART),
    Signature((b'{"__metadata__":{"siren":',), FIT, 8),
    # Camera RAW that is not TIFF.
    Signature((b"ftypcrx ",), camera_raw("CR3"), 4),
    Signature((b"HEAPCCDR",), camera_raw("CRW"), 6),
    Signature((b"IIRO", b"IIRS", b"MMOR"), camera_raw("ORF")),
    Signature((b"IIU\0",), camera_raw("RW2")),
    Signature((b"FUJIFILMCCD-RAW",), camera_raw("RAF")),
    Signature((b"\0MRM",), camera_raw("MRW")),
    Signature((b"FOVb",), "a camera RAW (X3F); develop it first: x3f_extract -tiff IN.x3f"),
    # Documents and drawings.
    Signature(
        (b"%PDF-",),
        "a PDF or Illustrator document; draw a page of it first: "
        "pdftoppm -png -r 300 -singlefile IN.pdf OUT",
    ),
    Signature(
        (b"%!PS", b"\x04%!PS", b"\xc5\xd0\xd3\xc6"),
        "a PostScript drawing; draw it first: "
        "gs -q -sDEVICE=png16m -r300 -dEPSCrop -o OUT.png IN.eps",
    ),
    Signature((b"\xd7\xcd\xc6\x9a",), _vectors("a Windows metafile", "wmf")),
    Signature((b" EMF",), _vectors("a Windows metafile", "emf"), 40),
    Signature(
        (b"AT&TFORM",),
        "a DjVu document; draw a page of it first: ddjvu -format=tiff -page=1 IN.djvu OUT.tif",
    ),
    Signature((b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",), _office("an Office document", "doc")),
    Signature((b"{\\rtf",), _office("an RTF document", "rtf")),
    # Pictures of painting programs.
    Signature((b"8BPS\0\1",), converted("a Photoshop document", "psd", "[0]")),
    Signature((b"8BPS\0\2",), converted("a large Photoshop document", "psb", "[0]")),
    Signature(
        (b"gimp xcf ",),
        "a GIMP document; flatten it first: "
        "magick IN.xcf -background none -layers merge OUT.png",
    ),
    Signature((b"GIMP",), _by_pillow("a GIMP brush", "gbr"), 20),
    # Other pictures.
    Signature((b"\x8aMNG\r\n\x1a\n",), converted("an MNG animation", "mng", "[0]")),
    Signature((b"\x8bJNG\r\n\x1a\n",), converted("a JNG picture", "jng")),
    Signature((b"DDS ",), converted("a DDS texture", "dds")),
    Signature(
        (b"\xabKTX 11\xbb",),
        "a KTX texture; convert it first: "
        "ktx2ktx2 -o OUT.ktx2 IN.ktx && ktx extract OUT.ktx2 OUT.png",
    ),
    Signature(
        (b"\xabKTX 20\xbb",),
        "a KTX 2 texture; convert it first: ktx extract IN.ktx2 OUT.png",
    ),
    Signature((b"icns",), _by_pillow("an Apple icon", "icns")),
    Signature((b"qoif",), converted("a QOI picture", "qoi")),
    Signature((b"\x01\xda\0", b"\x01\xda\1"), converted("an SGI picture", "sgi")),
    Signature((b"\x59\xa6\x6a\x95",), converted("a Sun raster picture", "ras")),
    Signature((b"SDPX", b"XPDS"), converted("a DPX picture", "dpx")),
    Signature((b"\x80\x2a\x5f\xd7", b"\xd7\x5f\x2a\x80"), converted("a Cineon picture", "cin")),
    Signature((b"II\xbc",), _by_imagecodecs("a JPEG XR picture", "jxr")),
    Signature(
        (b"\xff\x10\xff\x50", b"\0\0\0\x0cJXS "),
        "a JPEG XS picture; convert it to PNG first, with the program that wrote it",
    ),
    Signature((b"BPG\xfb",), "a BPG picture; convert it first: bpgdec -o OUT.png IN.bpg"),
    Signature((b"FLIF",), "a FLIF picture; convert it first: flif -d IN.flif OUT.png"),
    Signature(
        (b"\x97JB2\r\n\x1a\n",), "a JBIG2 picture; convert it first: jbig2dec -o OUT.png IN.jb2"
    ),
    # Measurements and arrays.
    Signature(
        (b"DICM",),
        "a DICOM picture; convert it first: dcm2img --write-png IN.dcm OUT.png (or dcmj2pnm)",
        128,
    ),
    Signature(
        (b"n+1\0", b"ni1\0"),
        _array("a NIfTI volume", "nibabel", "nibabel.load('IN.nii').get_fdata()[:, :, 0]"),
        344,
    ),
    Signature(
        (b"n+2\0\r\n\x1a\n", b"ni2\0\r\n\x1a\n"),
        _array("a NIfTI volume", "nibabel", "nibabel.load('IN.nii').get_fdata()[:, :, 0]"),
        4,
    ),
    Signature(
        (b"SIMPLE  =",),
        _array("a FITS file", "astropy.io.fits as f", "f.getdata('IN.fits')"),
    ),
    Signature(
        (b"MATLAB 7.3 MAT-file",),
        _array("a MATLAB file", "h5py", "h5py.File('IN.mat')['NAME'][:].T"),
    ),
    Signature(
        (b"MATLAB 5.0 MAT-file",),
        _array("a MATLAB file", "scipy.io", "scipy.io.loadmat('IN.mat')['NAME']"),
    ),
    Signature(
        (b"\x89HDF\r\n\x1a\n",),
        _array("an HDF5 or NetCDF file", "h5py", "h5py.File('IN.h5')['NAME'][:]"),
    ),
    Signature(
        (b"CDF\1", b"CDF\2", b"CDF\5"),
        _array("a NetCDF file", "xarray", "xarray.open_dataset('IN.nc')['NAME'].values"),
    ),
    Signature((b'{"',), "weights of a network (safetensors), not a picture", 8),
    # Movies and sound.
    Signature((b"ftypM4A", b"ftypM4B", b"ftypF4A"), _sound("m4a"), 4),
    Signature((b"ftypqt", b"moov", b"mdat", b"wide"), _movie("a QuickTime movie", "mov"), 4),
    Signature(
        (
            b"ftypiso",
            b"ftypmp4",
            b"ftypmmp4",
            b"ftypM4V",
            b"ftypavc1",
            b"ftypdash",
            b"ftypMSNV",
            b"ftypXAVC",
            b"ftypF4V",
            b"ftyp3g",
        ),
        _movie("an MP4 movie", "mp4"),
        4,
    ),
    Signature((b"\x1a\x45\xdf\xa3",), _movie("a Matroska or WebM movie", "mkv")),
    Signature((b"AVI LIST",), _movie("an AVI movie", "avi"), 8),
    Signature((b"\0\0\1\xba", b"\0\0\1\xb3"), _movie("an MPEG movie", "mpg")),
    Signature((b"FLV\1",), _movie("a Flash movie", "flv")),
    Signature((b"\x30\x26\xb2\x75\x8e\x66\xcf\x11",), _movie("a Windows movie", "wmv")),
    Signature((b"OggS",), _movie("an Ogg movie or sound recording", "ogv")),
    Signature((b"ID3", b"\xff\xfb", b"\xff\xfa", b"\xff\xf3", b"\xff\xf2"), _sound("mp3")),
    Signature((b"fLaC",), _sound("flac")),
    # Archives.
    Signature((b"\x1f\x8b",), _archive("a gzip archive", "gunzip IN.gz")),
    Signature((b"\xfd7zXZ\0",), _archive("an xz archive", "xz -d IN.xz")),
    Signature((b"\x28\xb5\x2f\xfd",), _archive("a Zstandard archive", "zstd -d IN.zst")),
    Signature((b"7z\xbc\xaf\x27\x1c",), _archive("a 7-Zip archive", "7z x IN.7z")),
    Signature((b"Rar!\x1a\x07",), _archive("a RAR archive", "unrar x IN.rar")),
    Signature((b"ustar",), _archive("a tar archive", "tar -xf IN.tar"), 257),
    # What systems put in a picture's place.
    Signature(
        (b"\0\5\x16\7",),
        "what macOS keeps beside a file (AppleDouble); take the file whose name lacks the ._",
    ),
)

# Patterns of the first bytes, where no bytes at one place will do; `.` is any byte.
PATTERNS = (
    (rb"\0\0\x01\0[^\0]\0", converted("a Windows icon", "ico", "[0]")),
    (rb"\0\0\x02\0[^\0]\0", converted("a Windows cursor", "cur", "[0]")),
    # A Targa of before 1989 has no footer: no palette, 24 or 32 bits.
    (rb".\0[\x02\x0a]\0{5}.{8}[\x18\x20]", TGA),
    (rb"\x0a[\0\x02-\x05]\x01[\x01\x02\x04\x08]", converted("a PCX picture", "pcx")),
    (rb"RIFF.{4}WAVE", _sound("wav")),
    (rb"FORM.{4}AIF[FC]", _sound("aiff")),
    (rb"(?:.{4})?G(?:.{187}|.{191})G(?:.{187}|.{191})G", _movie("an MPEG movie", "ts")),
    (rb"BZh[1-9]1AY&SY", _archive("a bzip2 archive", "bunzip2 IN.bz2")),
    (rb"PK\x03\x04.{26}mimetypeapplication/x-krita", _layers("a Krita document", "kra")),
    (rb"PK\x03\x04.{26}mimetypeimage/openraster", _layers("an OpenRaster document", "ora")),
    (
        rb"PK\x03\x04.{26}mimetypeapplication/vnd\.oasis\.opendocument",
        _office("an OpenDocument file", "odt"),
    ),
    (
        rb"PK\x03\x04.{26}(?:\[Content_Types\]\.xml|_rels/|docProps/|word/)",
        _office("a Word or other Office document", "docx"),
    ),
    (
        rb"PK\x03\x04.{26}[^/\0]{1,99}\.npy",
        'a NumPy archive (.npz); save one array of it first: python -c "import numpy; '
        "numpy.save('OUT.npy', numpy.load('IN.npz')['NAME'])\"",
    ),
    (rb"PK(?:\x03\x04|\x05\x06)", _archive("a ZIP archive", "unzip IN.zip")),
    (
        rb"\x80[\x04\x05]\x95.{6}\0\0|\x80[\x02\x03][c}\](]",
        'a Python pickle, which may run any code; if you trust it: python -c "import numpy; '
        "numpy.save('OUT.npy', numpy.load('IN.pkl', allow_pickle=True))\"",
    ),
)

# What may stand before the first element of XML and HTML.
_PROLOG = r"\s++|<!--(?>.*?-->)|<\?(?>.*?\?>)"
# A document type, whose brackets may declare entities.
_DOCTYPE = r"<!DOCTYPE[^\[>]*+(?:\[(?>.*?\])\s*+)?>"
_HTML_ELEMENTS = "html|head|body|title|meta|link|script|style|div|p|h1|table|center|iframe"

# Patterns of a text's start, without regard to case.
TEXTS = (
    (
        rf"(?:{_PROLOG})*+<(?:!doctype\s+html|{_HTML_ELEMENTS})\b",
        "an HTML page, probably saved instead of a picture; "
        "download the picture itself: curl -L -o OUT.png ADDRESS",
    ),
    (rf"(?:{_PROLOG}|{_DOCTYPE})*+<(?:\w+:)?svg\b", SVG),
    (r"\s*+<\?xml\b", "an XML file, not a picture"),
    (
        r"version https://git-lfs",
        "a Git LFS pointer, not the picture itself; download it first: git lfs pull",
    ),
    (r"\s*+/\* XPM \*/|! XPM2", converted("an XPM picture", "xpm")),
    (
        r"(?:\s++|/\*(?>.*?\*/))*+#define\s++\w++\s++\d++\s++#define\s++\w+_height\s",
        converted("an XBM picture", "xbm"),
    ),
    (
        r"iVBORw0KGgo|/9j/4|R0lGODlh|UklGR",
        "a picture in Base64 text; decode it first: base64 -d IN.txt > OUT.png",
    ),
    (r'\s*+(?:\{\s*+["}]|\[\s*+[\[{"])', "a JSON file, not a picture"),
)

# Kinds of TIFF-based camera RAW, by the start of the maker's name, in capitals.
MAKERS = {
    "NIKON": "NEF",
    "CANON": "CR2",
    "SONY": "ARW",
    "PENTAX": "PEF",
    "RICOH": "PEF",
    "SAMSUNG": "SRW",
    "HASSELBLAD": "3FR",
    "PHASE ONE": "IIQ",
    "KODAK": "DCR",
    "EASTMAN KODAK": "KDC",
    "SEIKO EPSON": "ERF",
    "LEAF": "MOS",
    "MAMIYA": "MEF",
}
