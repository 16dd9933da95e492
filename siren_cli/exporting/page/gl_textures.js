// Puts the networks of all cells into textures, as they are stored: bytes stay bytes, and halves
// halves. Each texel has four numbers, and an address is its number, row by row of a texture.
//
// `numbers` has the cells one after the other. For each quad of outputs of a cell's first layer
// there is a texel of biases, and one of the weights from each input; then, for each quad of each
// later layer, a texel of biases and, for int8, one of scales.
// `weights` has the later layers' weights: for each quad of outputs and each quad of inputs four
// texels, of the weights from each of these inputs.
// `cells` has a texel of integers for each cell: the address of its class's first texel here, then
// those of its first texels in `numbers` and `weights`. After all cells it has a texel for each
// layer of each class: the layer's quads of outputs.
// Layers whose width is no multiple of 4 are filled up with zeros.
"use strict";

// Widest row of a texture, as a power of 2.
const MOST_TEXTURE_BITS = 12;

// Returns the quads of each layer of a class, and the texels of a cell in both textures.
function texelsOf(sizes, isInt8) {
  const quads = sizes.map((size) => Math.ceil(size / 4));
  let numbers = quads[1] * (1 + sizes[0]);
  let weights = 0;
  for (let layer = 2; layer < sizes.length; layer++) {
    numbers += quads[layer] * (isInt8 ? 2 : 1);
    weights += quads[layer] * quads[layer - 1] * 4;
  }
  return { quads: quads.slice(1), numbers, weights };
}

// Returns where each cell is in both textures, the content of `cells`, and the texels of each.
function addressesOf(picture) {
  const classes = picture.classes.map((sizes) => texelsOf(sizes, picture.dtype === "int8"));
  const count = picture.cellClasses.length;
  const layers = picture.classes[0].length - 1;
  const content = new Int32Array((count + classes.length * layers) * 4);
  let [numbers, weights] = [0, 0];
  picture.cellClasses.forEach((number, cell) => {
    content.set([count + number * layers, numbers, weights, 0], 4 * cell);
    numbers += classes[number].numbers;
    weights += classes[number].weights;
  });
  classes.forEach(({ quads }, number) => {
    quads.forEach((own, layer) => (content[4 * (count + number * layers + layer)] = own));
  });
  return { content, numbers, weights };
}

// Copies a row of numbers from the reader's place to texels, four to each; they are `stride`
// texels apart.
function copyQuads(reader, count, target, first, stride) {
  const { bytes, size } = target;
  for (let start = 0, texel = first; start < count; start += 4, texel += stride) {
    const end = reader.place + Math.min(4, count - start) * size;
    for (let to = texel * 4 * size; reader.place < end; to++, reader.place++) {
      bytes[to] = reader.bytes[reader.place];
    }
  }
}

// Copies the network of a cell to its texels.
function copyNetwork(reader, sizes, addresses, { numbers, weights }, isInt8) {
  const inputs = sizes[0];
  let [number, weight] = addresses;
  for (let input = 0; input < inputs; input++) {
    copyQuads(reader, sizes[1], numbers, number + 1 + input, 1 + inputs);
  }
  copyQuads(reader, sizes[1], numbers, number, 1 + inputs);
  number += Math.ceil(sizes[1] / 4) * (1 + inputs);
  const stride = isInt8 ? 2 : 1;
  for (let layer = 2; layer < sizes.length; layer++) {
    const [fanIn, fanOut] = [sizes[layer - 1], sizes[layer]];
    const across = Math.ceil(fanIn / 4) * 4;
    for (let input = 0; input < fanIn; input++) {
      copyQuads(reader, fanOut, weights, weight + input, across);
    }
    if (isInt8) copyQuads(reader, fanOut, numbers, number + 1, stride);
    copyQuads(reader, fanOut, numbers, number, stride);
    number += Math.ceil(fanOut / 4) * stride;
    weight += Math.ceil(fanOut / 4) * across;
  }
}

// Returns the contents of the three textures, each a typed array of whole rows of 2^bits texels.
function textureContents(picture, bits) {
  const addresses = addressesOf(picture);
  const isInt8 = picture.dtype === "int8";
  const floatBytes = FLOAT_BYTES[picture.dtype];
  const filled = (texels) => Math.ceil(texels / 2 ** bits) * 2 ** bits * 4;
  const space = (texels, size) => ({ size, bytes: new Uint8Array(filled(texels) * size) });
  const targets = {
    numbers: space(addresses.numbers, floatBytes),
    weights: space(addresses.weights, isInt8 ? 1 : floatBytes),
  };
  const reader = { bytes: picture.networks, place: 0 };
  picture.cellClasses.forEach((number, cell) => {
    const own = addresses.content.subarray(4 * cell + 1, 4 * cell + 3);
    copyNetwork(reader, picture.classes[number], own, targets, isInt8);
  });
  // A texture of bytes has no -128, and siren writes none.
  if (isInt8 && targets.weights.bytes.includes(0x80)) throw new Error("a weight is -128");
  const cells = new Int32Array(filled(addresses.content.length / 4));
  cells.set(addresses.content);
  const floats = picture.dtype === "float32" ? Float32Array : Uint16Array;
  const WeightArray = isInt8 ? Int8Array : floats;
  return {
    cells,
    numbers: new floats(targets.numbers.bytes.buffer),
    weights: new WeightArray(targets.weights.bytes.buffer),
  };
}

// Returns a texture of four numbers in a texel, 2^bits texels in a row, on a texture unit.
function newTexture(gl, unit, content, bits) {
  const [kind, layout, type] = {
    Int32Array: [gl.RGBA32I, gl.RGBA_INTEGER, gl.INT],
    Int8Array: [gl.RGBA8_SNORM, gl.RGBA, gl.BYTE],
    Uint16Array: [gl.RGBA16F, gl.RGBA, gl.HALF_FLOAT],
    Float32Array: [gl.RGBA32F, gl.RGBA, gl.FLOAT],
  }[content.constructor.name];
  const rows = content.length / 4 / 2 ** bits;
  if (rows > gl.getParameter(gl.MAX_TEXTURE_SIZE)) throw new Error("the textures are too small");
  const texture = gl.createTexture();
  gl.activeTexture(gl.TEXTURE0 + unit);
  gl.bindTexture(gl.TEXTURE_2D, texture);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
  gl.texImage2D(gl.TEXTURE_2D, 0, kind, 2 ** bits, rows, 0, layout, type, content);
  return texture;
}

// Returns the power of 2 that textures are wide.
function textureBits(gl) {
  return Math.min(MOST_TEXTURE_BITS, Math.floor(Math.log2(gl.getParameter(gl.MAX_TEXTURE_SIZE))));
}
