// The context model of a pyramid: what a latent is expected to be, from those around it. All
// numbers are multiples of powers of two, small enough that doubles hold every sum exactly, so
// its answer is the same everywhere.
"use strict";

// Activations are multiples of 2^-8, and features of a coarser grid of 2^-6.
const ACTIVATION_STEPS = 256;
const FEATURE_STEPS = 64;
// Inputs and activations are clipped to this size.
const LARGEST_INPUT = 1024;
const LARGEST_ACTIVATION = LARGEST_INPUT * ACTIVATION_STEPS;
const LARGEST_MEAN = 32768 * MEAN_STEPS;
// Cubic B-splines a quarter of the way behind a node and before one, times 384.
const SPLINE_WHOLE = 384;
const BEFORE_NODE = [1, 121, 235, 27];
const BEHIND_NODE = [27, 235, 121, 1];

class ContextModel {
  // `matrices` are those of the context model; weights are kept input by input.
  constructor([first, second, last], level) {
    const bias = CONTEXT_INPUTS + level;
    const width = first.length;
    this.first = columnsOf(first, CONTEXT_INPUTS, ACTIVATION_STEPS);
    this.firstBias = Float64Array.from(first, (row) => row[bias] * ACTIVATION_STEPS);
    this.second = columnsOf(second, width, 1);
    this.secondBias = Float64Array.from(second, (row) => row[width] * ACTIVATION_STEPS);
    const steps = [MEAN_STEPS, LOG_SCALE_STEPS];
    this.last = columnsOf(last, width + CONTEXT_INPUTS, 1).map((weight, place) => {
      return (weight * steps[place % 2]) / (place < 2 * width ? ACTIVATION_STEPS : 1);
    });
    this.meanBias = last[0][width + bias] * MEAN_STEPS + 0.5;
    this.scaleBias = (last[1][width + bias] - LOWEST_LOG_SCALE) * LOG_SCALE_STEPS + 0.5;
    [this.hidden, this.middle] = [new Float64Array(width), new Float64Array(width)];
    this.inputs = new Float64Array(CONTEXT_INPUTS);
  }

  // Puts the whole part of the mean that `inputs` make likely into `whole`, and the row of the
  // tables for its rest and the scale into `rows`. Most inputs and activations are 0.
  predict({ rows, whole }, index) {
    const { inputs, hidden, middle, last } = this;
    const width = hidden.length;
    hidden.set(this.firstBias);
    middle.set(this.secondBias);
    let mean = this.meanBias;
    let scale = this.scaleBias;
    for (let n = 0; n < CONTEXT_INPUTS; n++) {
      const input = inputs[n];
      if (input === 0) continue;
      addColumn(hidden, this.first, n * width, input);
      mean += last[2 * (width + n)] * input;
      scale += last[2 * (width + n) + 1] * input;
    }
    for (let n = 0; n < width; n++) {
      if (hidden[n] < 1) continue;
      const activation = Math.min(Math.floor(hidden[n]), LARGEST_ACTIVATION);
      addColumn(middle, this.second, n * width, activation);
    }
    for (let n = 0; n < width; n++) {
      if (middle[n] < 1) continue;
      const activation = Math.min(Math.floor(middle[n]), LARGEST_ACTIVATION);
      mean += last[2 * n] * activation;
      scale += last[2 * n + 1] * activation;
    }
    mean = between(-LARGEST_MEAN, Math.floor(mean), LARGEST_MEAN - 1);
    scale = between(0, Math.floor(scale), DECAYS.length - 1);
    whole[index] = Math.floor(mean / MEAN_STEPS);
    rows[index] = scale * MEAN_STEPS + mean - MEAN_STEPS * whole[index];
  }
}

function columnsOf(matrix, count, factor) {
  const columns = new Float64Array(count * matrix.length);
  matrix.forEach((row, r) => {
    for (let n = 0; n < count; n++) columns[n * matrix.length + r] = row[n] * factor;
  });
  return columns;
}

function addColumn(sums, columns, start, factor) {
  for (let n = 0; n < sums.length; n++) sums[n] += columns[start + n] * factor;
}

// Returns value and slopes of a tile's part of a grid, {height, width, latents}, at the nodes of
// the next finer one: three numbers each, in rows of 2 width nodes.
function coarserFeatures({ height, width, latents }) {
  // Three latents more on each side, which repeat the last ones.
  const across = width + 6;
  const padded = new Float64Array((height + 6) * across);
  for (let y = 0; y < height + 6; y++) {
    const row = between(0, y - 3, height - 1) * width;
    for (let x = 0; x < across; x++) {
      padded[y * across + x] = latents[row + between(0, x - 3, width - 1)];
    }
  }
  const features = new Float64Array(4 * height * width * GRID_FEATURES);
  const at = (y, x) => (y + 1) * across + x + 1;
  const kinds = [
    (place) => 2 * padded[place],
    (place) => padded[place + across] - padded[place - across],
    (place) => padded[place + 1] - padded[place - 1],
  ];
  kinds.forEach((kind, feature) => {
    const plain = new Float64Array((height + 4) * (width + 4));
    for (let y = 0, place = 0; y < height + 4; y++) {
      for (let x = 0; x < width + 4; x++) plain[place++] = kind(at(y, x));
    }
    // Doubled along x, and turned so that the other axis is doubled alike.
    const turned = doubledAcross(plain, height + 4, width + 4);
    const doubled = doubledAcross(turned, 2 * width, height + 4);
    for (let place = 0; place < doubled.length; place++) {
      const rounded = Math.floor((doubled[place] * FEATURE_STEPS) / (2 * SPLINE_WHOLE ** 2));
      features[place * GRID_FEATURES + feature] = clippedInput(rounded / FEATURE_STEPS);
    }
  });
  return features;
}

function clippedInput(input) {
  return between(-LARGEST_INPUT, input, LARGEST_INPUT);
}

// Returns SPLINE_WHOLE times the splines at twice as many places along rows of nodes, of which two
// at both ends are left out; the rows of the answer are the columns of the question.
function doubledAcross(nodes, height, width) {
  const doubled = new Float64Array(2 * (width - 4) * height);
  for (let x = 0; x < 2 * (width - 4); x++) {
    const kernel = x % 2 === 0 ? BEFORE_NODE : BEHIND_NODE;
    for (let y = 0; y < height; y++) {
      let place = y * width + (x >> 1) + (x % 2);
      for (let n = 0; n < 4; n++) doubled[x * height + y] += kernel[n] * nodes[place++];
    }
  }
  return doubled;
}
