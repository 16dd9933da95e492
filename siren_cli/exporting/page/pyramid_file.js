// Reads the rest of a file of version 3: a pyramid of latents under one network.
"use strict";

const MAX_PYRAMID_WIDTH = 64;
const USUAL_PYRAMID_WIDTH = 24;
// Bytes of the length of a tile's stream.
const LENGTH_BYTES = 3;
// A latent of the finest grid is this many times the number that splines weigh; those of each
// coarser grid twice as many.
const FINEST_GAIN = 2.5;

READERS.set(3, readPyramid);

// Adds to a picture its tiles and its networks, all of which are checked. Tiles are decoded, and
// checked, when they are needed.
function readPyramid(picture, file) {
  const { header, bytes, end } = file;
  const table = tableOf(header, "pyramid");
  const widthOf = (key) => integerOf(table, key, [1, MAX_PYRAMID_WIDTH], USUAL_PYRAMID_WIDTH);
  const sizes = {
    hidden: widthOf("hidden_features"),
    context: widthOf("context_features"),
    channels: picture.channels,
  };
  const networkBytes = integerOf(table, "network_bytes", networkByteBounds(sizes));
  const tiling = tilingOf(picture);
  const tiles = tiling.rows * tiling.columns;
  if (tiles * (LENGTH_BYTES + STATES_BYTES) > bytes.length) {
    refuse("is too small for its tiles: truncated?");
  }
  const start = skipExtras(picture, file, end);
  const sealStart = start + networkBytes + LENGTH_BYTES * tiles;
  if (sealStart + DIGEST_BYTES > bytes.length) refuse("is truncated");
  const seal = bytes.subarray(sealStart, sealStart + DIGEST_BYTES);
  if (!isSameDigest(digestOf(bytes.subarray(0, sealStart)), seal)) {
    refuse("is damaged in its beginning");
  }
  Object.assign(picture, { evaluated: PYRAMID, activation: "sine", tiling });
  picture.tiles = new Map();
  const lengths = bytes.subarray(start + networkBytes, sealStart);
  const starts = streamStarts(picture, lengths, sealStart + DIGEST_BYTES);
  checkSize(bytes, starts[tiles]);
  picture.streamOf = (number) => bytes.subarray(starts[number], starts[number + 1]);
  const matrices = readNetworks(bytes.subarray(start, start + networkBytes), sizes);
  picture.context = matrices.slice(3);
  picture.synthesis = synthesisOf(matrices);
  picture.work = matrices.slice(0, 3).reduce((sum, rows) => sum + rows.length * rows[0].length, 0);
  return picture;
}

// Returns where the stream of each tile begins, and where the last one ends.
function streamStarts(picture, table, first) {
  const { tiling } = picture;
  // A symbol and a plain number take a word of two bytes each, at most.
  let most = STATES_BYTES;
  for (let level = 0; level < LEVELS; level++) {
    const { height, width } = nodesOf(picture, 0, level);
    most += 4 * height * width;
  }
  const starts = new Float64Array(tiling.rows * tiling.columns + 1);
  starts[0] = first;
  for (let tile = 0; tile + 1 < starts.length; tile++) {
    const [low, middle, high] = table.subarray(LENGTH_BYTES * tile);
    const length = low + 256 * middle + 65536 * high;
    if (length < STATES_BYTES || length > most) refuse("has a tile of a length that is none");
    starts[tile + 1] = starts[tile] + length;
  }
  return starts;
}
