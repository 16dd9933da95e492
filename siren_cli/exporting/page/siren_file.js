// Reads what .siren files of versions 2 (docs/format.md) and 3 (docs/format-3.md) have in common.
// The script of each kind of function reads the rest.
"use strict";

const MAGIC = [0x89, 0x53, 0x49, 0x52, 0x45, 0x4e, 0x0d, 0x0a];
const DIGEST_BYTES = 16;
const MAX_HEADER_BYTES = 65536;
const MAX_SIDE = 1000000;
const MAX_FLOAT32 = 3.4028234663852886e38;
const FEATURES = ["values", "metadata"];
const COLORS = ["L", "LA", "RGB", "RGBA"];
// The readers of the rest of a file, by its version.
const READERS = new Map();

// Returns the picture of a file: its facts, and `evaluated`, the functions that its kind has to
// evaluate it.
function parseSiren(bytes) {
  const { header, end } = readHeader(bytes);
  const picture = factsOf(header, checkVersion(header));
  return READERS.get(header.version)(picture, { header, bytes, end });
}

// Returns the header, a table, and the place where it ends.
function readHeader(bytes) {
  if (MAGIC.some((byte, index) => bytes[index] !== byte)) refuse("is no .siren file");
  if (bytes.length < 12) refuse("is truncated");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint32(8, true);
  if (length > MAX_HEADER_BYTES) refuse(`has a header of over ${MAX_HEADER_BYTES} bytes`);
  if (12 + length > bytes.length) refuse("is truncated in its header");
  let header;
  try {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    header = JSON.parse(decoder.decode(bytes.subarray(12, 12 + length)));
  } catch {
    refuse("has a header that is not JSON");
  }
  if (!isTable(header)) refuse("has a header that is no object");
  return { header, end: 12 + length };
}

// Refuses a file that means something that this page does not know.
function checkVersion(header) {
  if (!READERS.has(header.version)) refuse("is of another version; a newer siren made it");
  const required = header.requires ?? [];
  if (!Array.isArray(required)) refuse('has a "requires" that is no list');
  if (required.some((feature) => !FEATURES.includes(feature))) {
    refuse("needs a newer siren, which exports it to a page that can draw it");
  }
  return required;
}

// Returns what pixels mean of values of another range, or null.
function valuesOf(picture, required) {
  const table = picture.values ?? null;
  const isRequired = required.includes("values");
  if ((table !== null) !== isRequired) refuse('has "values" where it should have none');
  if (table === null) return null;
  if (!isTable(table)) refuse('has "values" that are no object');
  const curve = wordOf(table, "curve", ["linear", "asinh"]);
  const scene = wordOf(table, "scene", ["light", "numbers"]);
  const [low, high, knee] = ["low", "high", "knee"].map((key) => numberOf(table, key));
  const largest = Math.max(Math.abs(low), Math.abs(high));
  const isSound = low < high && knee > 0 && Math.max(largest, largest / knee) <= MAX_FLOAT32;
  if (!isSound) refuse('has "values" that make no sense');
  return { curve, low, high, knee, scene };
}

// Returns what a header says of the picture.
function factsOf(header, required) {
  const picture = tableOf(header, "picture");
  const [width, height] = ["width", "height"].map((key) => integerOf(picture, key, [1, MAX_SIDE]));
  const color = wordOf(picture, "color", COLORS, "RGB");
  return {
    width,
    height,
    color,
    channels: color.length,
    hasAlpha: color.endsWith("A"),
    bitDepth: wordOf(picture, "bit_depth", [8, 16], 8),
    pixels: wordOf(picture, "pixels", ["center", "area"], "center"),
    values: valuesOf(picture, required),
    tool: typeof header.tool === "string" ? header.tool : "",
  };
}

// Reads the color profile, and returns the place behind what is stored beside the function.
function skipExtras(picture, { header, bytes }, start) {
  const table = header.picture;
  const profile = bytes.subarray(start, start + integerOf(table, "icc_bytes", [0, 4194304], 0));
  let place = start + profile.length;
  for (const key of ["exif_bytes", "xmp_bytes"]) place += integerOf(table, key, [0, 1048576], 0);
  picture.hasProfile = profile.length > 0;
  // Whether amounts of light become stored values by the curve of sRGB: those of a profile with
  // a curve of its own have one already.
  const isLight = picture.values !== null && picture.values.scene === "light";
  const colorSpace = wordOf(table, "color_space", ["", "sRGB"], "");
  const hasCurve = colorSpace === "sRGB" || (picture.hasProfile && !isLinear(profile));
  picture.getsCurve = isLight && !hasCurve;
  return place;
}

// Refuses a file that has another size than its header asks for.
function checkSize(bytes, wanted) {
  if (bytes.length < wanted) refuse(`is ${bytes.length} bytes instead of ${wanted}: truncated?`);
  if (bytes.length > wanted) refuse(`is ${bytes.length} bytes instead of ${wanted}`);
}
