// Reads the bytes of a .siren file of version 2 (docs/format.md). Nothing of a file is believed
// before it is checked, and what is wrong is said in a SirenError of one sentence.
"use strict";

class SirenError extends Error {}

const MAGIC = [0x89, 0x53, 0x49, 0x52, 0x45, 0x4e, 0x0d, 0x0a];
const DIGEST_BYTES = 16;
const MAX_HEADER_BYTES = 65536;
const MAX_SIDE = 1000000;
// The network of a cell takes more bytes than this.
const LEAST_CELL_BYTES = 8;
const MAX_OCTAVES = 12;
const MAX_FLOAT32 = 3.4028234663852886e38;
const FEATURES = ["values", "metadata"];
const COLORS = ["L", "LA", "RGB", "RGBA"];
const ACTIVATION_NAMES = ["sine", "relu", "tanh", "sigmoid", "gauss", "wire", "finer"];
// Bytes of a number of the first layer and of the biases; those of other weights are 1 for int8.
const FLOAT_BYTES = { int8: 2, float16: 2, float32: 4 };
// Characters of base64 that are decoded at once, a multiple of 4.
const BASE64_PART = 1 << 20;

// Returns the bytes of a text in base64.
function bytesOfBase64(text) {
  // Editors and mail put line breaks into long lines.
  const whole = text.replace(/\s+/g, "");
  const padding = whole.endsWith("==") ? 2 : whole.endsWith("=") ? 1 : 0;
  const bytes = new Uint8Array(Math.floor(whole.length / 4) * 3 - padding);
  let place = 0;
  for (let start = 0; start < whole.length; start += BASE64_PART) {
    let part;
    try {
      part = atob(whole.slice(start, start + BASE64_PART));
    } catch {
      throw new SirenError("The file in this page is damaged: it is not base64.");
    }
    for (let index = 0; index < part.length; index++) bytes[place++] = part.charCodeAt(index);
  }
  return bytes;
}

function refuse(problem) {
  throw new SirenError(`The file in this page ${problem}${problem.endsWith("?") ? "" : "."}`);
}

function isTable(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function tableOf(parent, key, usual) {
  const value = parent[key] ?? usual;
  if (!isTable(value)) refuse(`has a header without the object "${key}"`);
  return value;
}

function integerOf(table, key, [low, high], usual) {
  const value = table[key] === undefined ? usual : table[key];
  const isRight = Number.isInteger(value) && value >= low && value <= high;
  if (!isRight) refuse(`has a "${key}" that is no whole number from ${low} to ${high}`);
  return value;
}

function wordOf(table, key, choices, usual) {
  const value = table[key] === undefined ? usual : table[key];
  if (!choices.includes(value)) refuse(`has a "${key}" that this page does not know`);
  return value;
}

function numberOf(table, key) {
  const value = table[key];
  if (!Number.isFinite(value)) refuse(`has a "${key}" that is no number`);
  return value;
}

// Returns the header, a table, and the place where it ends.
function readHeader(bytes) {
  if (MAGIC.some((byte, index) => bytes[index] !== byte)) refuse("is no .siren file of version 2");
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
  if (header.version !== 2) refuse("is of another version than 2; a newer siren made it");
  const required = header.requires ?? [];
  if (!Array.isArray(required)) refuse('has a "requires" that is no list');
  if (required.some((feature) => !FEATURES.includes(feature))) {
    refuse("needs a newer siren, which exports it to a page that can draw it");
  }
  return required;
}

function axisOf(grid, length, sizeKey, marginKey) {
  const size = integerOf(grid, sizeKey, [1, length], length);
  const cells = Math.ceil(length / size);
  const most = cells > 1 ? Math.floor(size / 4) : 0;
  return { length, size, margin: integerOf(grid, marginKey, [0, most], 0), cells };
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

// Returns the widths of each class's layers.
function classesOf(network, hasEncoding, channels) {
  const classes = network.classes;
  const isWidth = (size) => Number.isInteger(size) && size >= 1 && size <= 4096;
  const isClass = (sizes) => Array.isArray(sizes) && sizes.length >= 3 && sizes.length <= 33;
  if (!Array.isArray(classes) || classes.length < 1 || classes.length > 256) {
    refuse("does not have 1 to 256 classes of networks");
  }
  for (const sizes of classes) {
    if (!isClass(sizes) || !sizes.every(isWidth)) refuse("has a network of widths that are none");
    const octaves = (sizes[0] - 2) / 4;
    const isEncoded = Number.isInteger(octaves) && octaves <= MAX_OCTAVES;
    const isInput = hasEncoding ? isEncoded && octaves >= 0 : sizes[0] === 2;
    if (!isInput || sizes[sizes.length - 1] !== channels) {
      refuse("has a network that does not lead from points to colors");
    }
    if (sizes.length !== classes[0].length || sizes[0] !== classes[0][0]) {
      refuse("has classes of networks that differ in more than widths");
    }
  }
  return classes;
}

// Returns the bytes of the network of a cell.
function networkBytes(sizes, dtype) {
  const floatBytes = FLOAT_BYTES[dtype];
  let bytes = 0;
  for (let layer = 0; layer + 1 < sizes.length; layer++) {
    const isInt8 = dtype === "int8" && layer > 0;
    bytes += sizes[layer] * sizes[layer + 1] * (isInt8 ? 1 : floatBytes);
    bytes += sizes[layer + 1] * floatBytes * (isInt8 ? 2 : 1);
  }
  return bytes;
}

// Returns where the network of each cell begins, and where the last one ends.
function startsOf(cellClasses, classes, dtype) {
  const bytes = classes.map((sizes) => networkBytes(sizes, dtype));
  const starts = new Float64Array(cellClasses.length + 1);
  for (let cell = 0; cell < cellClasses.length; cell++) {
    if (cellClasses[cell] >= classes.length) refuse("has a cell of a class that is not there");
    starts[cell + 1] = starts[cell] + bytes[cellClasses[cell]];
  }
  return starts;
}

// Returns everything about a picture but where its networks are.
function factsOf(header, required) {
  const picture = tableOf(header, "picture");
  const grid = tableOf(header, "grid", {});
  const network = tableOf(header, "network");
  const [width, height] = ["width", "height"].map((key) => integerOf(picture, key, [1, MAX_SIDE]));
  const color = wordOf(picture, "color", COLORS, "RGB");
  const names = ACTIVATION_NAMES.flatMap((name) => [name, `${name}-pe`]);
  const name = wordOf(network, "activation", names, "sine");
  const classes = classesOf(network, name.endsWith("-pe"), color.length);
  return {
    width,
    height,
    color,
    channels: color.length,
    hasAlpha: color.endsWith("A"),
    bitDepth: wordOf(picture, "bit_depth", [8, 16], 8),
    pixels: wordOf(picture, "pixels", ["center", "area"], "center"),
    values: valuesOf(picture, required),
    activation: name.replace("-pe", ""),
    octaves: (classes[0][0] - 2) / 4,
    dtype: wordOf(network, "dtype", Object.keys(FLOAT_BYTES), "int8"),
    rows: axisOf(grid, height, "cell_height", "margin_y"),
    columns: axisOf(grid, width, "cell_width", "margin_x"),
    classes,
    tool: typeof header.tool === "string" ? header.tool : "",
  };
}

// Returns the picture of a file: its facts, and the bytes of the networks of its cells. The seal
// and the digests of the rows of cells are checked by `checkDigests`.
function parseSiren(bytes) {
  const { header, end } = readHeader(bytes);
  const picture = factsOf(header, checkVersion(header));
  const cells = picture.rows.cells * picture.columns.cells;
  if (cells * LEAST_CELL_BYTES > bytes.length) refuse("is too small for its cells: truncated?");
  let place = end + (picture.classes.length > 1 ? cells : 0);
  picture.cellClasses = place > end ? bytes.subarray(end, place) : new Uint8Array(cells);
  if (place > bytes.length) refuse("is truncated");
  const table = header.picture;
  const profile = bytes.subarray(place, place + integerOf(table, "icc_bytes", [0, 4194304], 0));
  place += profile.length;
  for (const key of ["exif_bytes", "xmp_bytes"]) place += integerOf(table, key, [0, 1048576], 0);
  picture.hasProfile = profile.length > 0;
  // Whether amounts of light become stored values by the curve of sRGB: those of a profile with
  // a curve of its own have one already.
  const isLight = picture.values !== null && picture.values.scene === "light";
  const colorSpace = wordOf(table, "color_space", ["", "sRGB"], "");
  const hasCurve = colorSpace === "sRGB" || (picture.hasProfile && !isLinear(profile));
  picture.getsCurve = isLight && !hasCurve;
  picture.digestStart = place;
  picture.sealStart = place + DIGEST_BYTES * picture.rows.cells;
  picture.cellStarts = startsOf(picture.cellClasses, picture.classes, picture.dtype);
  const start = picture.sealStart + DIGEST_BYTES;
  const wanted = start + picture.cellStarts[cells];
  if (bytes.length < wanted) refuse(`is ${bytes.length} bytes instead of ${wanted}: truncated?`);
  if (bytes.length > wanted) refuse(`is ${bytes.length} bytes instead of ${wanted}`);
  picture.networks = bytes.subarray(start);
  return picture;
}
