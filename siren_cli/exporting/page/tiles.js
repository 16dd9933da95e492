// The tiles of a pyramid: which latents they have, and how these are read from their streams.
"use strict";

const MAX_TILE_SIDE = 256;
const TILE_STEP = 1 << (LEVELS - 1);
const LARGEST_LATENT = 32767;
// Rows and columns from a latent to those of its grid that predict it.
const NEIGHBORS = [
  ...[-2, -1, 0, 1, 2].map((column) => [-2, column]),
  ...[-2, -1, 0, 1, 2].map((column) => [-1, column]),
  [0, -2],
  [0, -1],
];
// A front is the latents of the same column plus this many times the row.
const ROW_DELAY = 3;
const BORDER = 2;

// Returns the side of the tiles of an axis, in pixels: a multiple of TILE_STEP.
function tileSideOf(length) {
  const count = Math.ceil(length / MAX_TILE_SIDE);
  return TILE_STEP * Math.ceil(length / (count * TILE_STEP));
}

// Returns {rows, columns, height, width}: how many tiles a picture has, and their size in pixels.
function tilingOf({ height, width }) {
  const [down, across] = [tileSideOf(height), tileSideOf(width)];
  return {
    rows: Math.ceil(height / down), columns: Math.ceil(width / across), height: down, width: across,
  };
}

// Returns the part of a grid that lies in a tile: {top, left, height, width}, in nodes.
function nodesOf({ tiling, height, width }, number, level) {
  const spacing = 2 ** level;
  const axis = (index, side, length) => {
    const first = (index * side) / spacing;
    return [first, Math.min(first + side / spacing, Math.ceil(length / spacing)) - first];
  };
  const row = Math.floor(number / tiling.columns);
  const [top, down] = axis(row, tiling.height, height);
  const [left, across] = axis(number - row * tiling.columns, tiling.width, width);
  return { top, left, height: down, width: across };
}

// Returns the latents of a tile, an array for each grid from the finest. They are kept.
function tileOf(picture, number) {
  const { tiles } = picture;
  if (!tiles.has(number)) tiles.set(number, decodeTile(picture, number));
  return tiles.get(number);
}

function decodeTile(picture, number) {
  const { columns } = picture.tiling;
  const stream = picture.streamOf(number);
  const decoder = isPlausibleStream(stream) ? new RansDecoder(stream) : null;
  const found = [];
  let coarser = null;
  for (let level = LEVELS - 1; level >= 0 && decoder !== null; level--) {
    const { height, width } = nodesOf(picture, number, level);
    const near = coarser === null ? null : coarserFeatures(coarser);
    const nearWidth = coarser === null ? 0 : 2 * coarser.width;
    const model = new ContextModel(picture.context, level);
    const latents = readLevel(decoder, model, { height, width, near, nearWidth });
    coarser = { height, width, latents };
    found.unshift(latents);
  }
  const isSmall = found.every((own) => own.every((latent) => Math.abs(latent) <= LARGEST_LATENT));
  const latents = found.map((own) => Int16Array.from(own));
  if (decoder === null || !isSmall || !decoder.endsIn(latentsDigest(latents))) {
    const row = Math.floor(number / columns);
    refuse(`is damaged in its tile row ${row}, column ${number - row * columns}`);
  }
  return latents;
}

function latentsDigest(latents) {
  const numbers = new Int16Array(latents.reduce((sum, own) => sum + own.length, 0));
  let place = numbers.length;
  for (const own of latents) numbers.set(own, (place -= own.length));
  return digestOf(new Uint8Array(numbers.buffer));
}

// Returns the latents of a tile's part of a grid, read front by front: those of a front do not
// need each other. `near` are features of the next coarser grid in rows of `nearWidth` nodes.
function readLevel(decoder, model, { height, width, near, nearWidth }) {
  const latents = new Int32Array(height * width);
  const stride = width + 2 * BORDER;
  // Clipped; two rows above and two columns at each side are 0.
  const known = new Float64Array((height + BORDER) * stride);
  const offsets = NEIGHBORS.map(([row, column]) => row * stride + column);
  const expected = { rows: new Int32Array(height), whole: new Int32Array(height) };
  const found = new Int32Array(height);
  const { inputs } = model;
  for (let time = 0; time < width + ROW_DELAY * (height - 1); time++) {
    const first = Math.max(0, Math.ceil((time - width + 1) / ROW_DELAY));
    const count = Math.min(height - 1, Math.floor(time / ROW_DELAY)) + 1 - first;
    for (let n = 0; n < count; n++) {
      const [row, column] = [first + n, time - ROW_DELAY * (first + n)];
      const place = (row + BORDER) * stride + BORDER + column;
      for (let k = 0; k < offsets.length; k++) inputs[k] = known[place + offsets[k]];
      const feature = (row * nearWidth + column) * GRID_FEATURES;
      for (let k = 0; k < GRID_FEATURES && near !== null; k++) {
        inputs[offsets.length + k] = near[feature + k];
      }
      model.predict(expected, n);
    }
    decoder.read(count, first % LANES, expected, found);
    for (let n = 0; n < count; n++) {
      const [row, column] = [first + n, time - ROW_DELAY * (first + n)];
      latents[row * width + column] = found[n];
      known[(row + BORDER) * stride + BORDER + column] = clippedInput(found[n]);
    }
  }
  return latents;
}
