// Takes the layers of a cell's network out of the bytes of a file.
"use strict";

// Most numbers of layers that are kept as floats, beside those of the cell that was asked for.
const KEPT_NUMBERS = 1 << 22;

// The value of each half of 16 bits.
const HALVES = new Float32Array(65536);
for (let half = 0; half < 65536; half++) {
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  let size = exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25);
  if (exponent === 31) size = fraction === 0 ? Infinity : NaN;
  HALVES[half] = half & 0x8000 ? -size : size;
}

// Returns the layers of a cell's network: [{weight, bias, fanIn, fanOut}], where weight[i * fanOut
// + o] leads from input i to output o. Those of int8 are multiplied by their scales already.
// Each layer also has `packed`, the same as `network.js` multiplies by it.
function layersOf(picture, cell) {
  const kept = (picture.keptLayers ??= { byCell: new Map(), numbers: 0 });
  let layers = kept.byCell.get(cell);
  if (layers !== undefined) {
    kept.byCell.delete(cell);
  } else {
    layers = readLayers(picture, cell);
    kept.numbers += numbersOf(layers);
  }
  // The cell that was asked for last is the last of the map, and the first is forgotten first.
  for (const [oldest, own] of kept.byCell) {
    if (kept.numbers <= KEPT_NUMBERS) break;
    kept.byCell.delete(oldest);
    kept.numbers -= numbersOf(own);
  }
  kept.byCell.set(cell, layers);
  return layers;
}

function numbersOf(layers) {
  return layers.reduce((sum, layer) => sum + layer.weight.length + layer.bias.length, 0);
}

function readLayers(picture, cell) {
  const { networks, cellStarts, dtype } = picture;
  const sizes = picture.classes[picture.cellClasses[cell]];
  const reader = {
    view: new DataView(networks.buffer, networks.byteOffset, networks.byteLength),
    place: cellStarts[cell],
    isSingle: dtype === "float32",
  };
  const layers = [];
  for (let index = 0; index + 1 < sizes.length; index++) {
    const [fanIn, fanOut] = [sizes[index], sizes[index + 1]];
    const isInt8 = dtype === "int8" && index > 0;
    const weight = isInt8
      ? takeScaled(reader, fanIn, fanOut)
      : takeFloats(reader, fanIn * fanOut);
    const bias = takeFloats(reader, fanOut);
    layers.push({ weight, bias, fanIn, fanOut, packed: packLayer(weight, bias, fanIn, fanOut) });
  }
  return layers;
}

function takeFloats(reader, count) {
  const { view, place, isSingle } = reader;
  const numbers = new Float32Array(count);
  for (let index = 0; index < count; index++) {
    numbers[index] = isSingle
      ? view.getFloat32(place + 4 * index, true)
      : HALVES[view.getUint16(place + 2 * index, true)];
    if (!Number.isFinite(numbers[index])) refuse("is damaged: it has weights that are not finite");
  }
  reader.place += count * (isSingle ? 4 : 2);
  return numbers;
}

// Returns weights of int8, each multiplied by the scale of its output.
function takeScaled(reader, fanIn, fanOut) {
  const start = reader.place;
  reader.place += fanIn * fanOut;
  const scale = takeFloats(reader, fanOut);
  const weight = new Float32Array(fanIn * fanOut);
  for (let input = 0, index = 0; input < fanIn; input++) {
    for (let output = 0; output < fanOut; output++, index++) {
      weight[index] = reader.view.getInt8(start + index) * scale[output];
    }
  }
  return weight;
}
