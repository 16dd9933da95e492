// The two networks of a pyramid, read from their stream: one makes colors of features, the other
// predicts latents.
"use strict";

const LEVELS = 7;
const GRID_FEATURES = 3;
const FEATURE_COUNT = LEVELS * GRID_FEATURES;
// Known latents of its grid that predict one, and features of the next coarser grid.
const CONTEXT_INPUTS = 12 + GRID_FEATURES;
const LEAST_EXPONENT = -14;
const MOST_EXPONENT = 2;
const LARGEST_NUMBER = 8191;

// Returns the rows of the six matrices, and the widths of the blocks of their columns: the numbers
// of a block are multiples of one step. The last columns are biases.
function matrixShapes({ hidden, context, channels }) {
  return [
    [hidden, [FEATURE_COUNT, 1]],
    [hidden, [hidden, 1]],
    [channels, [hidden, FEATURE_COUNT, 1]],
    [context, [CONTEXT_INPUTS, LEVELS]],
    [context, [context, 1]],
    [2, [context, CONTEXT_INPUTS, LEVELS]],
  ];
}

// Returns the fewest and the most bytes that the networks of some widths take.
function networkByteBounds(sizes) {
  let [blocks, numbers] = [0, 0];
  for (const [rows, widths] of matrixShapes(sizes)) {
    blocks += widths.length;
    numbers += rows * widths.reduce((sum, width) => sum + width);
  }
  return [2 * blocks + STATES_BYTES, 2 * blocks + STATES_BYTES + 6 * numbers];
}

// Returns the six matrices, each an array of its rows, from the bytes of their stream.
function readNetworks(bytes, sizes) {
  const shapes = matrixShapes(sizes);
  const blocks = shapes.flatMap(([rows, widths]) => widths.map((width) => rows * width));
  const stream = bytes.subarray(2 * blocks.length);
  if (!isPlausibleStream(stream)) refuse("is damaged: its networks have no such size");
  const count = blocks.reduce((sum, block) => sum + block);
  const [rows, bits] = [new Int32Array(count), new Int32Array(count)];
  let start = 0;
  blocks.forEach((length, block) => {
    const code = bytes[2 * block + 1];
    const isSound = bytes[2 * block] <= MOST_EXPONENT - LEAST_EXPONENT;
    if (!isSound || code >= DECAYS.length * (MAX_UNIFORM_BITS + 1)) {
      refuse("is damaged: its networks have no such steps");
    }
    rows.fill((code % DECAYS.length) * MEAN_STEPS, start, start + length);
    bits.fill(Math.floor(code / DECAYS.length), start, start + length);
    start += length;
  });
  const numbers = readNumbers(stream, rows, bits);
  const exponents = blocks.map((_, block) => bytes[2 * block] + LEAST_EXPONENT);
  return matricesOf(shapes, numbers, exponents);
}

// A number is high 2^bits + low. First come all highs, and then all lows.
function readNumbers(stream, rows, bits) {
  const decoder = new RansDecoder(stream);
  const [high, low] = [new Int32Array(rows.length), new Int32Array(rows.length)];
  decoder.read(rows.length, 0, { rows, whole: new Int32Array(rows.length) }, high);
  const uniform = bits.map((own) => UNIFORM + own);
  const reaches = bits.map((own) => (2 ** own - 1) >> 1);
  decoder.read(rows.length, 0, { rows: uniform, whole: reaches }, low);
  const numbers = high.map((own, n) => own * 2 ** bits[n] + low[n]);
  const isSmall = numbers.every((number) => Math.abs(number) <= LARGEST_NUMBER);
  const stored = new Uint8Array(Int16Array.from(numbers).buffer);
  if (!isSmall || !decoder.endsIn(digestOf(stored))) refuse("is damaged in its networks");
  return numbers;
}

function matricesOf(shapes, numbers, exponents) {
  let [place, block] = [0, 0];
  return shapes.map(([rows, widths]) => {
    const matrix = Array.from({ length: rows }, () => []);
    for (const width of widths) {
      const step = 2 ** exponents[block++];
      for (const row of matrix) {
        for (let n = 0; n < width; n++) row.push(numbers[place++] * step);
      }
    }
    return matrix;
  });
}
