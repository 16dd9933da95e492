// The jets of cells: exact derivatives, layer by layer, by the chain rule for activations and by
// the product rule where cells are blended.
"use strict";

// Adds what a cell has to say of the jets at the points of a row and a column of supports.
function addJets(picture, row, column, { planes, width }) {
  const layers = layersOf(picture, row.cell * picture.columns.cells + column.cell);
  const [channels, across] = [picture.channels, column.local.length];
  const first = firstJets(picture, layers[0], row.local, column.local);
  const count = row.local.length * across;
  const stride = layers[layers.length - 1].packed.outputs;
  for (let start = 0; start < count; start += BLOCK_POINTS) {
    const points = Math.min(BLOCK_POINTS, count - start);
    const jets = laterJets(picture, layers, first(start, points), points);
    for (let point = 0; point < points; point++) {
      const down = Math.floor((start + point) / across);
      const right = start + point - down * across;
      const weight = weightJet(row, down, column, right);
      const place = ((row.start + down) * width + column.start + right) * channels;
      for (let channel = 0; channel < channels; channel++) {
        const network = { jets, index: point * stride + channel, plane: points * stride };
        addProduct(planes, place + channel, weight, network);
      }
    }
  }
}

// Returns the jet of a cell's weight at a point.
function weightJet(row, down, column, right) {
  const [y, x] = [row.ramp[down], column.ramp[right]];
  const laplacian = row.bend[down] * x + y * column.bend[right];
  return [y * x, row.slope[down] * x, y * column.slope[right], laplacian];
}

// Adds the product of a weight's jet and a network's, whose four numbers are `plane` apart.
function addProduct(planes, place, [weight, dy, dx, laplacian], { jets, index, plane }) {
  const value = jets[index];
  const [valueDy, valueDx] = [jets[index + plane], jets[index + 2 * plane]];
  planes[0][place] += weight * value;
  planes[1][place] += weight * valueDy + dy * value;
  planes[2][place] += weight * valueDx + dx * value;
  const crossed = 2 * (dy * valueDy + dx * valueDx);
  planes[3][place] += weight * jets[index + 3 * plane] + crossed + laplacian * value;
}

// Returns a function for the jets of a block of points after the first layer, before its
// activation: four planes of points x outputs, one after the other.
function firstJets(picture, layer, y, x) {
  const { outputs } = layer.packed;
  const [ofY, ofX] = [y, x].map((local, axis) => {
    return [0, 1, 2].map((order) => axisTable(picture, layer, { axis, local, order }));
  });
  const jets = scratch(0, JET * BLOCK_POINTS * outputs);
  const [yPerPixel, xPerPixel] = [picture.rows, picture.columns].map((axis) => 2 / axis.size);
  return (start, points) => {
    const plane = points * outputs;
    for (let point = 0; point < points; point++) {
      const down = Math.floor((start + point) / x.length);
      let [p, q] = [down * outputs, (start + point - down * x.length) * outputs];
      for (let index = point * outputs; index < (point + 1) * outputs; index++, p++, q++) {
        jets[index] = ofY[0][p] + ofX[0][q];
        jets[index + plane] = ofY[1][p] * yPerPixel;
        jets[index + 2 * plane] = ofX[1][q] * xPerPixel;
        jets[index + 3 * plane] = ofY[2][p] * yPerPixel ** 2 + ofX[2][q] * xPerPixel ** 2;
      }
    }
    return jets;
  };
}
