"""stub"""

import io
from typing import NamedTuple
import numpy as np
from PIL import Image
from siren_cli.pictures.picture import Picture, quantize

CODECS = ("jpeg", "webp", "avif")


class Encoded(NamedTuple):
    content: bytes
    picture: Picture
    settings: str
    encoder: str
    saturated: bool = False
    notes: tuple[str, ...] = ()


def matched_psnr(picture: Picture, codec: str, psnr: float) -> Encoded:
    from dataclasses import replace

    im = Image.fromarray(quantize(picture.pixels, 8))
    b = io.BytesIO()
    im.save(b, codec, quality=90)
    p = np.asarray(Image.open(b).convert("RGB"), np.float32) / 255
    return Encoded(b.getvalue(), replace(picture, pixels=p), "quality 90", "x 1")


matched_bytes = matched_psnr
