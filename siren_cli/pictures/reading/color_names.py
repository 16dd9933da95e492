"""Color spaces that files name without a profile, as profiles."""

from siren_cli.pictures.colors import code_points
from siren_cli.pictures.colors.icc_profile import CodePoints

# The code point of what a file does not say.
UNSPECIFIED = 2


def by_code_points(named: CodePoints) -> tuple[bytes | None, tuple[str, ...]]:
    """Return the profile of a color space by its code points (ITU-T H.273), and notes."""
    if (named.primaries, named.transfer) == (UNSPECIFIED, UNSPECIFIED):
        return None, ()
    profile = code_points.profile_of(named)
    if profile is None:
        numbers = f"{named.primaries}/{named.transfer}"
        return None, (f"its color space {numbers} is unknown and taken for sRGB",)
    notes: tuple[str, ...] = ()
    if code_points.is_hdr(named):
        name = code_points.name_of(named)
        notes = (f"its values are those of {name}, and are kept as they are",)
    return profile, notes
