"""Pictures from outside: looked at, made smaller, written anew. Done in a process apart; knows no framework.

Whoever calls this opens what a stranger made: never call it in the process that answers pages.
"""

from __future__ import annotations

import io
import warnings

from PIL import Image, ImageOps

from commonweal.kernel.words import gettext_noop

BYTES_MAX = 12_000_000
PIXELS_MAX = 40_000_000
EDGE = 1600
FORMATS = ("JPEG", "PNG", "WEBP")
TOO_LARGE = gettext_noop("This photo is larger than 12 MB. Choose a smaller version.")
_PIXELS = gettext_noop("This photo has too many pixels. Choose a smaller version.")
_UNREADABLE = gettext_noop("We cannot read this file as a photo. Send a JPEG, PNG or WebP picture.")
_HEIC = gettext_noop("This is a HEIC photo, which we cannot read. Save it as JPEG and choose that one.")
# The brands by which the families of ISO/IEC 23008-12 (HEIF) name themselves in the first box of a file.
_HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1")


class NoPhoto(ValueError):
    """The bytes are no photo that is taken; `reason` is an English source text that says why and what to do."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __reduce__(self) -> tuple[type[NoPhoto], tuple[str]]:
        """How it comes over from another process."""
        return type(self), (self.reason,)


def reencoded(content: bytes) -> tuple[bytes, int, int]:
    """A fresh JPEG of at most 1,600 pixels a side, upright and without metadata, with its width and height.

    Bytes and pixels are counted before anything is decoded. Raises NoPhoto.
    """
    if len(content) > BYTES_MAX:
        raise NoPhoto(TOO_LARGE)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(content), formats=FORMATS)
            if picture.width * picture.height > PIXELS_MAX:
                raise NoPhoto(_PIXELS)
            small = _small(picture)
    except NoPhoto:
        raise
    except Exception as wrong:
        # Readers of pictures raise whatever their format met.
        is_heic = content[4:8] == b"ftyp" and content[8:12] in _HEIC_BRANDS
        raise NoPhoto(_HEIC if is_heic else _UNREADABLE) from wrong
    # Whatever shines through is paper: a JPEG knows no transparency, and what lies under it is mostly black.
    fresh = Image.new("RGB", small.size, "white")
    fresh.paste(small, mask=small if small.mode == "RGBA" else None)
    out = io.BytesIO()
    fresh.save(out, "JPEG", quality=82, optimize=True)
    return out.getvalue(), fresh.width, fresh.height


def _small(picture: Image.Image) -> Image.Image:
    # A JPEG is decoded as small as it is needed; palettes and transparency would be made smaller badly.
    mode = "RGBA" if picture.has_transparency_data and not picture.mode.startswith("I") else "RGB"
    if picture.format != "JPEG":
        picture = picture.convert(mode)
    picture.thumbnail((EDGE, EDGE))
    return ImageOps.exif_transpose(picture).convert(mode)
