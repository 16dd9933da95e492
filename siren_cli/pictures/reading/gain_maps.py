"""Pictures with a gain map: a second one, of what HDR screens show brighter than white."""

GAIN_MAP_NOTE = "its gain map for HDR screens is left out; this is the base picture"
