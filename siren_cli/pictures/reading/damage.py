"""Damage that a decoder noticed: refused, or read as far as it goes where that is asked for."""

from siren_cli.errors import PictureError

# The note of a file that lacks nothing but its end.
NO_END = "its end is missing, but its pixels are whole"


def kept(reason: str, *, keep: bool) -> str:
    """Return the note of a damage that is read on.

    Args:
        reason: What the decoder says.
        keep: Whether a person asked for what is left.

    Raises:
        PictureError: They did not.
    """
    if not keep:
        raise PictureError(f"damaged picture: {reason} (--damaged keep reads what is left)")
    return f"is damaged ({reason}); what is left of it is read"
