// Reads the rest of a file of version 2: a mosaic of networks, one for each cell.
"use strict";

// The network of a cell takes more bytes than this.
const LEAST_CELL_BYTES = 8;
const MAX_OCTAVES = 12;
const ACTIVATION_NAMES = ["sine", "relu", "tanh", "sigmoid", "gauss", "wire", "finer"];
// Bytes of a number of the first layer and of the biases; those of other weights are 1 for int8.
const FLOAT_BYTES = { int8: 2, float16: 2, float32: 4 };

READERS.set(2, readMosaic);

// Adds to a picture its grid, its classes of networks, and the bytes of the networks of its cells.
// The seal and the digests of the rows of cells are checked by `checkDigests`.
function readMosaic(picture, file) {
  const { header, bytes, end } = file;
  addNetworkFacts(picture, header);
  const cells = picture.rows.cells * picture.columns.cells;
  if (cells * LEAST_CELL_BYTES > bytes.length) refuse("is too small for its cells: truncated?");
  const place = end + (picture.classes.length > 1 ? cells : 0);
  picture.cellClasses = place > end ? bytes.subarray(end, place) : new Uint8Array(cells);
  if (place > bytes.length) refuse("is truncated");
  picture.digestStart = skipExtras(picture, file, place);
  picture.sealStart = picture.digestStart + DIGEST_BYTES * picture.rows.cells;
  picture.cellStarts = startsOf(picture.cellClasses, picture.classes, picture.dtype);
  const start = picture.sealStart + DIGEST_BYTES;
  checkSize(bytes, start + picture.cellStarts[cells]);
  picture.networks = bytes.subarray(start);
  return picture;
}

function addNetworkFacts(picture, header) {
  const grid = tableOf(header, "grid", {});
  const network = tableOf(header, "network");
  const names = ACTIVATION_NAMES.flatMap((name) => [name, `${name}-pe`]);
  const name = wordOf(network, "activation", names, "sine");
  const classes = classesOf(network, name.endsWith("-pe"), picture.channels);
  Object.assign(picture, {
    evaluated: MOSAIC,
    work: Math.max(...classes.map(workOf)),
    activation: name.replace("-pe", ""),
    octaves: (classes[0][0] - 2) / 4,
    dtype: wordOf(network, "dtype", Object.keys(FLOAT_BYTES), "int8"),
    rows: axisOf(grid, picture.height, "cell_height", "margin_y"),
    columns: axisOf(grid, picture.width, "cell_width", "margin_x"),
    classes,
  });
}

// Returns the multiplications that a network of some widths does for a sample.
function workOf(sizes) {
  return sizes.slice(1).reduce((sum, size, layer) => sum + size * sizes[layer], 0);
}

function axisOf(grid, length, sizeKey, marginKey) {
  const size = integerOf(grid, sizeKey, [1, length], length);
  const cells = Math.ceil(length / size);
  const most = cells > 1 ? Math.floor(size / 4) : 0;
  return { length, size, margin: integerOf(grid, marginKey, [0, most], 0), cells };
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
