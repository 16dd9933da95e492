// The network of a pyramid that makes colors of features: two layers of sines, which the features
// also pass by.
"use strict";

// Returns the layers, from the matrices of both networks.
function synthesisOf([first, second, last]) {
  const width = first.length;
  const layerOf = (matrix, start, fanIn, biasOf) => {
    const weight = new Float64Array(fanIn * matrix.length);
    matrix.forEach((row, output) => {
      for (let n = 0; n < fanIn; n++) weight[n * matrix.length + output] = row[start + n];
    });
    const bias = matrix.map(biasOf);
    return { fanIn, packed: packLayer(weight, bias, fanIn, matrix.length) };
  };
  const layers = [
    layerOf(first, 0, FEATURE_COUNT, (row) => row[FEATURE_COUNT]),
    layerOf(second, 0, width, (row) => row[width]),
    // Middle gray is 0 in a file.
    layerOf(last, 0, width, (row) => row[width + FEATURE_COUNT] + 0.5),
  ];
  return { layers, passing: layerOf(last, width, FEATURE_COUNT, () => 0) };
}

// Writes the values, or jets, of a block of points to planes, from place `place` on.
function synthesize(picture, features, { points, quantities, place }, planes) {
  const { layers, passing } = picture.synthesis;
  const isJet = quantities === JET;
  const [layer] = layers;
  const input = { points: quantities * points, fanIn: FEATURE_COUNT, stride: FEATURE_COUNT };
  const first = scratch(0, quantities * BLOCK_POINTS * layer.packed.outputs);
  multiply(features, input, layer.packed, isJet ? layer.packed.zeros : layer.packed.biases, first);
  if (isJet) addBiases(first, layer.packed, points);
  else activate(picture, first, points * layer.packed.outputs);
  const output = (isJet ? laterJets : laterLayers)(picture, layers, first, points);
  const passed = scratch(2, quantities * BLOCK_POINTS * passing.packed.outputs);
  multiply(features, input, passing.packed, passing.packed.zeros, passed);
  const { outputs } = passing.packed;
  planes.forEach((plane, quantity) => {
    for (let point = 0, to = place; point < points; point++) {
      let from = (quantity * points + point) * outputs;
      for (let n = 0; n < picture.channels; n++, to++, from++) {
        plane[to] = output[from] + passed[from];
      }
    }
  });
}
