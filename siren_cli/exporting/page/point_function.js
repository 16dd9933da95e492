// A picture as a function of the point: its values, and jets, which are its values with their
// derivatives, on a grid of points.
//
// `picture.evaluated` has what the picture's kind of function does. Its `values` and `jets` are as
// `valuesOn` and `jetsOn`, `hasShader` says whether WebGL2 draws it, and `check(picture, bytes)`
// throws a SirenError where bytes were changed and reading does not tell. `missingTiles(picture,
// drawing)` are the tiles that must be decoded before a drawing, and `latentsFor(picture, drawing)`
// is what a worker needs of them.
"use strict";

// Points of a block, a multiple of 4: their features stay in the fastest cache.
const BLOCK_POINTS = 64;
// Numbers of a jet: value, derivative along y, derivative along x, and Laplacian.
const JET = 4;
// The largest value that is drawn.
const MAX_VALUE = 1e18;

// Returns the values at rows `y` and columns `x`, which rise, in pixels of the picture: a number
// for each row, column and channel, about in [0, 1].
function valuesOn(picture, y, x) {
  return drawable(picture.evaluated.values(picture, y, x));
}

// Returns the jets at rows and columns, as `valuesOn` returns values: [values, dy, dx, Laplacians],
// derivatives per pixel of the picture.
function jetsOn(picture, y, x) {
  const jets = picture.evaluated.jets(picture, y, x);
  drawable(jets[0]);
  return jets;
}

// Returns the jet at a point: {value, dx, dy, laplacian}, each an array of a number per channel.
function jetAt(picture, x, y) {
  const jets = jetsOn(picture, Float64Array.of(y), Float64Array.of(x));
  const [value, dy, dx, laplacian] = jets.map((plane) => Array.from(plane));
  return { value, dx, dy, laplacian };
}

function drawable(values) {
  if (!values.every((value) => Math.abs(value) <= MAX_VALUE)) {
    refuse("has weights so large that there is nothing to draw");
  }
  return values;
}
