// Layers of any network: products of features and weights, and activations, for a block of points.
"use strict";

// Two arrays that layers write into by turns, and one beside them, as large as the largest that was
// asked for.
const scratchArrays = [0, 1, 2].map(() => new Float64Array(0));

function scratch(number, count) {
  if (scratchArrays[number].length < count) scratchArrays[number] = new Float64Array(count);
  return scratchArrays[number];
}

// Returns a layer of an even number of outputs, the last one perhaps of zeros, in doubles: the
// weights of outputs 0 and 1 input by input, then those of outputs 2 and 3, and so on.
function packLayer(weight, bias, fanIn, fanOut) {
  const outputs = fanOut + (fanOut % 2);
  const packed = new Float64Array(fanIn * outputs);
  for (let output = 0; output < fanOut; output++) {
    let place = (output >> 1) * 2 * fanIn + (output % 2);
    for (let input = 0; input < fanIn; input++, place += 2) {
      packed[place] = weight[input * fanOut + output];
    }
  }
  const biases = new Float64Array(outputs);
  biases.set(bias);
  return { weights: packed, biases, zeros: new Float64Array(outputs), outputs };
}

// Writes input @ weights + bias to output, four points and two outputs at a time. Input has a
// multiple of 4 points, the last ones of any numbers.
function multiply(input, { points, fanIn, stride }, { weights, outputs }, biases, output) {
  for (let point = 0; point < points; point += 4) {
    const a = point * stride;
    const b = a + stride;
    const c = b + stride;
    const d = c + stride;
    let place = 0;
    for (let out = 0; out < outputs; out += 2) {
      let a0 = biases[out];
      let a1 = biases[out + 1];
      let [b0, b1, c0, c1, d0, d1] = [a0, a1, a0, a1, a0, a1];
      for (let index = 0; index < fanIn; index++, place += 2) {
        const u = weights[place];
        const v = weights[place + 1];
        a0 += input[a + index] * u;
        a1 += input[a + index] * v;
        b0 += input[b + index] * u;
        b1 += input[b + index] * v;
        c0 += input[c + index] * u;
        c1 += input[c + index] * v;
        d0 += input[d + index] * u;
        d1 += input[d + index] * v;
      }
      let target = point * outputs + out;
      output[target] = a0;
      output[target + 1] = a1;
      output[(target += outputs)] = b0;
      output[target + 1] = b1;
      output[(target += outputs)] = c0;
      output[target + 1] = c1;
      output[(target += outputs)] = d0;
      output[target + 1] = d1;
    }
  }
}

function activate(picture, features, count) {
  const activation = ACTIVATIONS[picture.activation];
  if (activation === sineOf) {
    for (let index = 0; index < count; index++) features[index] = sineOf(features[index]);
  } else {
    for (let index = 0; index < count; index++) features[index] = activation(features[index]);
  }
}

// Applies the activation to the four planes of jets, in place.
function activateJets(picture, jets, plane) {
  const activation = ACTIVATION_JETS[picture.activation];
  const derived = new Float64Array(3);
  for (let index = 0; index < plane; index++) {
    activation(jets[index], derived);
    const dy = jets[index + plane];
    const dx = jets[index + 2 * plane];
    jets[index] = derived[0];
    jets[index + plane] = derived[1] * dy;
    jets[index + 2 * plane] = derived[1] * dx;
    const place = index + 3 * plane;
    jets[place] = derived[1] * jets[place] + derived[2] * (dy * dy + dx * dx);
  }
}

// Returns the outputs of the last layer for a block of features after the first.
function laterLayers(picture, layers, features, points) {
  let input = features;
  for (let index = 1; index < layers.length; index++) {
    const { packed, fanIn } = layers[index];
    const output = scratch(index % 2, BLOCK_POINTS * packed.outputs);
    const stride = layers[index - 1].packed.outputs;
    multiply(input, { points, fanIn, stride }, packed, packed.biases, output);
    if (index < layers.length - 1) activate(picture, output, points * packed.outputs);
    input = output;
  }
  return input;
}

function addBiases(output, { biases, outputs }, points) {
  for (let place = 0; place < points * outputs; place++) output[place] += biases[place % outputs];
}

// Returns the jets of the last layer for a block of those of the first.
function laterJets(picture, layers, first, points) {
  let input = first;
  for (let index = 1; index < layers.length; index++) {
    const { packed, fanIn } = layers[index];
    const stride = layers[index - 1].packed.outputs;
    activateJets(picture, input, points * stride);
    const output = scratch(index % 2, JET * BLOCK_POINTS * packed.outputs);
    multiply(input, { points: JET * points, fanIn, stride }, packed, packed.zeros, output);
    addBiases(output, packed, points);
    input = output;
  }
  return input;
}
