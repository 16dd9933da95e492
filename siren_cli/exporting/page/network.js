// The function of a mosaic on a grid of points. The network of each cell is evaluated for a block
// of points at a time.
"use strict";

// What the pictures of mosaics do, as point_function.js says.
const MOSAIC = {
  values: mosaicValues,
  jets: mosaicJets,
  hasShader: true,
  check: checkDigests,
  missingTiles: () => [],
  latentsFor: () => null,
};

function mosaicValues(picture, y, x) {
  const sums = new Float64Array(y.length * x.length * picture.channels);
  const columns = supportsOf(picture.columns, x);
  for (const row of supportsOf(picture.rows, y)) {
    for (const column of columns) addValues(picture, row, column, { sums, width: x.length });
  }
  return toUnitRange(sums);
}

function mosaicJets(picture, y, x) {
  const planes = Array.from({ length: JET }, () => {
    return new Float64Array(y.length * x.length * picture.channels);
  });
  const columns = supportsOf(picture.columns, x);
  for (const row of supportsOf(picture.rows, y)) {
    for (const column of columns) addJets(picture, row, column, { planes, width: x.length });
  }
  for (const plane of planes.slice(1)) {
    for (let index = 0; index < plane.length; index++) plane[index] *= 0.5;
  }
  toUnitRange(planes[0]);
  return planes;
}

// Brings values from [-1, 1] to [0, 1], in place.
function toUnitRange(values) {
  for (let index = 0; index < values.length; index++) {
    values[index] = 0.5 * values[index] + 0.5;
  }
  return values;
}

// Adds what a cell has to say of the values at the points of a row and a column of supports.
function addValues(picture, row, column, { sums, width }) {
  const layers = layersOf(picture, row.cell * picture.columns.cells + column.cell);
  const [channels, across] = [picture.channels, column.local.length];
  const first = firstFeatures(picture, layers[0], row.local, column.local);
  const count = row.local.length * across;
  for (let start = 0; start < count; start += BLOCK_POINTS) {
    const points = Math.min(BLOCK_POINTS, count - start);
    const output = laterLayers(picture, layers, first(start, points), points);
    const stride = layers[layers.length - 1].packed.outputs;
    for (let point = 0; point < points; point++) {
      const down = Math.floor((start + point) / across);
      const right = start + point - down * across;
      const weight = row.ramp[down] * column.ramp[right];
      const place = ((row.start + down) * width + column.start + right) * channels;
      for (let channel = 0; channel < channels; channel++) {
        sums[place + channel] += weight * output[point * stride + channel];
      }
    }
  }
}

// Returns a function for the features of a block of points after the first layer, which are a
// sum of those of a row and of a column. sin(a + b) = sin a cos b + cos a sin b, so sines are
// needed of rows and columns alone.
function firstFeatures(picture, layer, y, x) {
  const a = axisTable(picture, layer, { axis: 0, local: y, order: 0 });
  const b = axisTable(picture, layer, { axis: 1, local: x, order: 0 });
  const { outputs } = layer.packed;
  const features = scratch(0, BLOCK_POINTS * outputs);
  const isSine = picture.activation === "sine";
  const [sinA, cosA] = isSine ? [a.map(sineOf), a.map(cosineOf)] : [a, a];
  const [sinB, cosB] = isSine ? [b.map(sineOf), b.map(cosineOf)] : [b, b];
  return (start, points) => {
    let place = 0;
    for (let point = start; point < start + points; point++) {
      const down = Math.floor(point / x.length);
      let p = down * outputs;
      let q = (point - down * x.length) * outputs;
      for (let index = 0; index < outputs; index++, place++, p++, q++) {
        features[place] = isSine ? sinA[p] * cosB[q] + cosA[p] * sinB[q] : a[p] + b[q];
      }
    }
    if (!isSine) activate(picture, features, points * outputs);
    return features;
  };
}

// Returns the outputs of the first layer before its activation that come from one axis, or their
// derivatives of an order by the local coordinate; shape (positions, outputs).
function axisTable(picture, layer, { axis, local, order }) {
  const { outputs, biases } = layer.packed;
  const inputs = 1 + 2 * picture.octaves;
  const table = new Float64Array(local.length * outputs);
  for (let index = 0; index < local.length; index++) {
    const place = index * outputs;
    if (axis === 0 && order === 0) table.set(biases, place);
    for (let input = 0; input < inputs; input++) {
      const number = encodingOf(local[index], input, order);
      const row = (input === 0 ? axis : 1 + axis * (inputs - 1) + input) * layer.fanOut;
      for (let output = 0; output < layer.fanOut; output++) {
        table[place + output] += number * layer.weight[row + output];
      }
    }
  }
  return table;
}

// Returns input number `input` of a local coordinate, or its derivative of an order up to 2: the
// coordinate itself, then sine and cosine of each octave.
function encodingOf(local, input, order) {
  if (input === 0) return order === 0 ? local : order === 1 ? 1 : 0;
  const frequency = Math.PI * 2 ** ((input - 1) >> 1);
  const phase = frequency * local + (order * Math.PI) / 2;
  return frequency ** order * (input % 2 === 1 ? Math.sin(phase) : Math.cos(phase));
}
