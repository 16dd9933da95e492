// The function of a pyramid on a grid of points: the latents of each grid are weighed by splines,
// first along y and then along x, and a network makes colors of the values and slopes.
"use strict";

// What the pictures of pyramids do, as point_function.js says.
const PYRAMID = {
  values: (picture, y, x) => pyramidPlanes(picture, y, x, 1)[0],
  jets: (picture, y, x) => pyramidPlanes(picture, y, x, JET),
  hasShader: false,
  check: () => {},
  missingTiles,
  latentsFor,
};
// Nodes that the value and the slope at a position need.
const NODES = 6;
// All is the last latents of each grid at this distance from the picture, in pixels.
const OUTERMOST = 5 * 64;
// What each feature of a grid has along y and along x: 0 is a value, 1 a slope.
const FEATURE_KINDS = [[0, 0], [1, 0], [0, 1]];
// The orders of the derivatives along y and x that each number of a jet is the sum of.
const JET_TERMS = [[[0, 0]], [[1, 0]], [[0, 1]], [[2, 0], [0, 2]]];

// Returns the cubic B-spline, or its derivative of an order up to 2, at a distance from its node.
function splineAt(distance, order) {
  const size = Math.abs(distance);
  const beyond = Math.max(2 - size, 0);
  if (order === 0) return size < 1 ? 2 / 3 - size ** 2 + size ** 3 / 2 : beyond ** 3 / 6;
  if (order === 2) return size < 1 ? 3 * size - 2 : beyond;
  return (size < 1 ? 1.5 * size ** 2 - 2 * size : -(beyond ** 2) / 2) * Math.sign(distance);
}

// Returns the first of the nodes that a position needs; nodes beyond a grid repeat its last ones.
function firstNode(position, length, spacing) {
  const near = between(-OUTERMOST, position, length + OUTERMOST);
  return Math.floor(near / spacing - 0.5) - 2;
}

// Returns what nodes weigh at positions along an axis: {first, weights}. weights[2 * order + kind]
// are NODES weights of each position, from its first node on.
function axisWeights(positions, { length, spacing, orders, gain }) {
  const first = Int32Array.from(positions, (position) => firstNode(position, length, spacing));
  const weights = Array.from({ length: 2 * orders }, () => {
    return new Float64Array(NODES * positions.length);
  });
  for (let index = 0; index < positions.length; index++) {
    const near = between(-OUTERMOST, positions[index], length + OUTERMOST);
    const place = near / spacing - 0.5 - first[index];
    for (let order = 0; order < orders; order++) {
      const factor = spacing ** -order / gain;
      for (let node = 0; node < NODES; node++) {
        const at = NODES * index + node;
        weights[2 * order][at] = factor * splineAt(place - node, order);
        // A slope is half the difference of the values a node further on and one before.
        const ahead = splineAt(place - node + 1, order);
        weights[2 * order + 1][at] = 0.5 * factor * (ahead - splineAt(place - node - 1, order));
      }
    }
  }
  return { first, weights };
}

// Returns what both axes and the latents of each grid are for points on rows and columns.
function levelsOn(picture, y, x, orders) {
  return Array.from({ length: LEVELS }, (_, level) => {
    const spacing = 2 ** level;
    const gain = FINEST_GAIN * spacing;
    const down = axisWeights(y, { length: picture.height, spacing, orders, gain });
    const across = axisWeights(x, { length: picture.width, spacing, orders, gain: 1 });
    const left = across.first[0];
    const width = across.first[x.length - 1] + NODES - left;
    const top = down.first[0];
    const height = down.first[y.length - 1] + NODES - top;
    const latents = latentsIn(picture, level, { top, left, height, width });
    const sums = down.weights.map(() => new Float64Array(width));
    return { down, across, left, width, latents, sums };
  });
}

// Returns numbers at rows and columns: a plane of values, or four of jets.
function pyramidPlanes(picture, y, x, quantities) {
  const { channels } = picture;
  const planes = Array.from({ length: quantities }, () => {
    return new Float64Array(y.length * x.length * channels);
  });
  const levels = levelsOn(picture, y, x, quantities === 1 ? 1 : 3);
  const features = new Float64Array(quantities * BLOCK_POINTS * FEATURE_COUNT);
  for (let row = 0; row < y.length; row++) {
    for (const level of levels) sumAlongY(level, row);
    for (let start = 0; start < x.length; start += BLOCK_POINTS) {
      const points = Math.min(BLOCK_POINTS, x.length - start);
      levels.forEach((own, level) => {
        if (quantities === 1) putFeatures(own, start, points, features, level * GRID_FEATURES);
        else putFeatureJets(own, start, points, features, level * GRID_FEATURES);
      });
      const block = { points, quantities, place: (row * x.length + start) * channels };
      synthesize(picture, features, block, planes);
    }
  }
  return planes;
}

// Weighs the latents of each column of nodes for a row of points.
function sumAlongY({ down, latents, sums, left, width }, row) {
  const { values, stride } = latents;
  const start = (down.first[row] - latents.top) * stride + left - latents.left;
  down.weights.forEach((weights, kind) => {
    const own = sums[kind];
    const [a, b, c, d, e, f] = weights.subarray(NODES * row, NODES * (row + 1));
    for (let column = 0, at = start; column < width; column++, at++) {
      own[column] =
        a * values[at] +
        b * values[at + stride] +
        c * values[at + 2 * stride] +
        d * values[at + 3 * stride] +
        e * values[at + 4 * stride] +
        f * values[at + 5 * stride];
    }
  });
}

// Writes the features of a grid at some points of a row, from those of its columns of nodes.
function putFeatures({ across, left, sums }, start, points, features, feature) {
  const { first, weights } = across;
  for (let point = 0, place = feature; point < points; point++, place += FEATURE_COUNT) {
    const node = first[start + point] - left;
    const at = NODES * (start + point);
    features[place] = weighed(sums[0], node, weights[0], at);
    features[place + 1] = weighed(sums[1], node, weights[0], at);
    features[place + 2] = weighed(sums[0], node, weights[1], at);
  }
}

// The same of their jets, the four numbers of which are `points` features apart.
function putFeatureJets({ across, left, sums }, start, points, features, feature) {
  const { first, weights } = across;
  for (let point = 0; point < points; point++) {
    const node = first[start + point] - left;
    const at = NODES * (start + point);
    JET_TERMS.forEach((terms, quantity) => {
      const place = (quantity * points + point) * FEATURE_COUNT + feature;
      FEATURE_KINDS.forEach(([ofY, ofX], kind) => {
        features[place + kind] = 0;
        for (const [alongY, alongX] of terms) {
          const sum = sums[2 * alongY + ofY];
          features[place + kind] += weighed(sum, node, weights[2 * alongX + ofX], at);
        }
      });
    });
  }
}

function weighed(sums, node, weights, at) {
  return (
    sums[node] * weights[at] +
    sums[node + 1] * weights[at + 1] +
    sums[node + 2] * weights[at + 2] +
    sums[node + 3] * weights[at + 3] +
    sums[node + 4] * weights[at + 4] +
    sums[node + 5] * weights[at + 5]
  );
}
