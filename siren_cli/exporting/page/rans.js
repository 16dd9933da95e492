// Range asymmetric numeral systems: numbers of known probability, read from words of 16 bits by
// eight states that take turns. docs/format-3.md has the tables.
"use strict";

const LANES = 8;
const STATES_BYTES = 4 * LANES;
const WHOLE = 65536;
// A mean is a multiple of 1/32, and the logarithm of a scale one of 1/4, from -4 to 5.
const MEAN_STEPS = 32;
const LOG_SCALE_STEPS = 4;
const LOWEST_LOG_SCALE = -4;
// exp(-1 / (32 scale)) for each scale, as fractions of 2^30.
const DECAYS = [
  194944065, 284325880, 381475636, 479602069, 573198357, 658571182, 733774619, 798243041,
  852349672, 897015844, 933417027, 962786459, 986298011, 1005005817, 1019820917, 1031510039,
  1040706261, 1047925039, 1053581694, 1058008244, 1061468522, 1064171226, 1066280860, 1067926742,
  1069210315, 1070211031, 1070991038, 1071598902, 1072072546, 1072441565, 1072729046, 1072952989,
  1073127429, 1073263302, 1073369133, 1073451561, 1073515760,
];
const [LEAST_REACH, MOST_REACH] = [2, 62];
// Where the symbols of a row begin, and where the last one ends.
const EDGES = 2 * MOST_REACH + 5;
// Row n after those of all scales has 2^n equally probable numbers.
const UNIFORM = DECAYS.length * MEAN_STEPS;
const MAX_UNIFORM_BITS = 5;

let madeTables = null;

// Returns {edges, reaches}: symbol n of a row is the number n - reach, and its part of WHOLE lies
// between two neighbors of the row's EDGES edges. Symbol 2 reach + 2 says that a number is written
// plainly.
function ransTables() {
  if (madeTables !== null) return madeTables;
  const rows = UNIFORM + MAX_UNIFORM_BITS + 1;
  const edges = new Int32Array(rows * EDGES).fill(WHOLE);
  const reaches = new Int32Array(rows);
  DECAYS.forEach((decay, scale) => {
    const powers = powersOf(decay, MEAN_STEPS * (MOST_REACH + 3));
    let inside = 0;
    while (powers[MEAN_STEPS * inside] >= 1024) inside++;
    const reach = Math.min(Math.max(inside, LEAST_REACH), MOST_REACH);
    for (let mean = 0; mean < MEAN_STEPS; mean++) {
      const row = scale * MEAN_STEPS + mean;
      reaches[row] = reach;
      fillEdges(edges.subarray(row * EDGES), powers, reach, mean);
    }
  });
  for (let bits = 0; bits <= MAX_UNIFORM_BITS; bits++) {
    reaches[UNIFORM + bits] = (2 ** bits - 1) >> 1;
    for (let n = 0; n < 2 ** bits; n++) edges[(UNIFORM + bits) * EDGES + n] = (n * WHOLE) >> bits;
  }
  madeTables = { edges, reaches };
  return madeTables;
}

// Returns powers of a fraction of 2^30, each rounded down; products have up to 60 bits, so they
// are made of two halves.
function powersOf(decay, count) {
  const powers = new Float64Array(count);
  powers[0] = 2 ** 30;
  for (let n = 1; n < count; n++) {
    const [high, low] = [Math.floor(powers[n - 1] / 32768), powers[n - 1] % 32768];
    powers[n] = Math.floor((high * decay + Math.floor((low * decay) / 32768)) / 32768);
  }
  return powers;
}

function fillEdges(edges, powers, reach, mean) {
  // The Laplace distribution function, as fractions of 2^31.
  const below = (steps) => (steps >= 0 ? 2 ** 31 - powers[steps] : powers[-steps]);
  const numbers = 2 * reach + 2;
  const steps = (n) => MEAN_STEPS * (n - reach) - MEAN_STEPS / 2 - mean;
  const first = below(steps(0));
  for (let n = 0; n <= numbers; n++) {
    const share = (below(steps(n)) - first) * (WHOLE - numbers - 1);
    edges[n] = Math.floor(share / 2 ** 31) + n;
  }
}

// Reads the numbers of a stream.
class RansDecoder {
  constructor(bytes) {
    this.states = new Float64Array(LANES);
    this.words = new Uint16Array((bytes.length - STATES_BYTES) / 2);
    this.place = 0;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let lane = 0; lane < LANES; lane++) this.states[lane] = view.getUint32(4 * lane, true);
    for (let n = 0; n < this.words.length; n++) {
      this.words[n] = view.getUint16(STATES_BYTES + 2 * n, true);
    }
  }

  // Reads some numbers, the first in a lane, into an array; those that are written plainly stand
  // after the others. `rows` are their rows of the tables, and `whole` is added to them.
  read(count, lane, { rows, whole }, found) {
    const { edges, reaches } = ransTables();
    const plain = [];
    for (let n = 0; n < count; n++) {
      const reach = reaches[rows[n]];
      const first = rows[n] * EDGES;
      const own = (lane + n) % LANES;
      const state = this.states[own];
      const slot = state % WHOLE;
      let edge = first + reach;
      while (slot >= edges[edge + 1]) edge++;
      while (slot < edges[edge]) edge--;
      const width = edges[edge + 1] - edges[edge];
      this.move(own, ((state - slot) / WHOLE) * width + slot - edges[edge]);
      found[n] = edge - first - reach + whole[n];
      if (edge - first > 2 * reach + 1) plain.push(n);
    }
    for (const n of plain) {
      const own = (lane + n) % LANES;
      const state = this.states[own];
      found[n] = (state % WHOLE) - WHOLE / 2;
      this.move(own, Math.floor(state / WHOLE));
    }
  }

  move(lane, state) {
    // A damaged stream may ask for more words than there are.
    const { words, place } = this;
    if (state >= WHOLE) this.states[lane] = state;
    else this.states[lane] = state * WHOLE + (place < words.length ? words[place] : 0);
    if (state < WHOLE) this.place = place + 1;
  }

  // Returns whether the stream ends here, in a digest.
  endsIn(digest) {
    if (this.place !== this.words.length) return false;
    return this.states.every(
      (state, lane) => state === WHOLE + digest[2 * lane] + 256 * digest[2 * lane + 1],
    );
  }
}

// Returns whether some bytes may be a stream, as far as their number tells.
function isPlausibleStream(bytes) {
  return bytes.length >= STATES_BYTES && bytes.length % 2 === 0;
}
