// The samples of a drawing for the shader: which cells count at each row and column of samples, and
// where it is in them. It is computed in double precision, so the shader's positions are as exact
// as single precision can be, however small the part of the picture is.
"use strict";

const POINT_NUMBERS = 8;

// Writes the samples of an axis to `points`, two texels of four numbers each from number `first`
// on: the number of the first cell that counts, the local coordinates in it and in the next one,
// and the next one's weight; then that weight's first and second derivatives per pixel.
function writePoints(points, first, axis, positions) {
  const seen = new Uint8Array(positions.length);
  for (const { cell, start, local, ramp, slope, bend } of supportsOf(axis, positions)) {
    for (let index = 0; index < local.length; index++) {
      if (ramp[index] === 0) continue;
      const place = (first + start + index) * POINT_NUMBERS;
      if (seen[start + index] === 0) {
        points[place] = cell;
        points[place + 1] = local[index];
        seen[start + index] = 1;
      } else {
        points[place + 2] = local[index];
        points[place + 3] = ramp[index];
        points[place + 4] = slope[index];
        points[place + 5] = bend[index];
      }
    }
  }
}

// Returns the samples of a drawing: its columns', then its rows', in whole rows of 2^bits texels.
function pointsOf(picture, drawing, bits) {
  const { width, height, samples, step } = drawing;
  const count = (width + height) * samples;
  const rowNumbers = 4 * 2 ** bits;
  const rows = Math.ceil((count * POINT_NUMBERS) / rowNumbers);
  const points = new Float32Array(rows * rowNumbers);
  const [across, down] = [width * samples, height * samples];
  const x = positionsOf(drawing.x, step / samples, 0, across);
  const y = positionsOf(drawing.y, step / samples, 0, down);
  writePoints(points, 0, picture.columns, x);
  writePoints(points, across, picture.rows, y);
  return points;
}
