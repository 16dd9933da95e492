// Parts of a pyramid's grids: which latents a drawing needs, and of which tiles they are.
//
// A window is {top, left, stride, values}: `values` are latents from node (top, left) on, in rows
// of `stride` nodes, which repeat the last ones of the grid beyond its ends.
"use strict";

// Returns a window that has the latents of a part of a grid, {top, left, height, width}. Workers
// are given windows; elsewhere tiles are decoded.
function latentsIn(picture, level, part) {
  return picture.windows === undefined ? cutWindow(picture, level, part) : picture.windows[level];
}

function cutWindow(picture, level, { top, left, height, width }) {
  const values = new Int16Array(height * width);
  const spacing = 2 ** level;
  const [rows, columns] = [picture.height, picture.width].map((side) => Math.ceil(side / spacing));
  const { tiling } = picture;
  const [down, across] = [tiling.height / spacing, tiling.width / spacing];
  for (let y = 0; y < height; y++) {
    const row = between(0, top + y, rows - 1);
    const tileRow = Math.floor(row / down);
    for (let x = 0; x < width; x++) {
      const column = between(0, left + x, columns - 1);
      const tileColumn = Math.floor(column / across);
      const number = tileRow * tiling.columns + tileColumn;
      // Not those of the next tile, nor those beyond the grid.
      const end = Math.min((tileColumn + 1) * across, columns);
      const own = tileOf(picture, number)[level];
      const ownWidth = end - tileColumn * across;
      const place = (row - tileRow * down) * ownWidth + column - tileColumn * across;
      if (left + x !== column) {
        values[y * width + x] = own[place];
        continue;
      }
      const stop = Math.min(end - left, width);
      values.set(own.subarray(place, place + stop - x), y * width + x);
      x = stop - 1;
    }
  }
  return { top, left, stride: width, values };
}

// Returns the part of a grid that a drawing needs. A node more at each side allows for rounding.
function partFor({ height, width }, level, drawing) {
  const axis = (start, pixels, length) => {
    const distance = drawing.step / drawing.samples;
    const end = start + pixels * drawing.step;
    const first = firstNode(start + 0.5 * distance, length, 2 ** level) - 1;
    return [first, firstNode(end - 0.5 * distance, length, 2 ** level) + NODES + 1 - first];
  };
  const [top, down] = axis(drawing.y, drawing.height, height);
  const [left, across] = axis(drawing.x, drawing.width, width);
  return { top, left, height: down, width: across };
}

// Returns the windows of all grids that a worker needs for a drawing.
function latentsFor(picture, drawing) {
  return Array.from({ length: LEVELS }, (_, level) => {
    return cutWindow(picture, level, partFor(picture, level, drawing));
  });
}

// Returns the numbers of the tiles that a drawing needs and that are not decoded.
function missingTiles(picture, drawing) {
  const { tiling, tiles } = picture;
  const missing = [];
  // The part of the coarsest grid reaches farthest.
  const part = partFor(picture, LEVELS - 1, drawing);
  const range = (start, count, side, most) => {
    return [start, start + count - 1].map((node) => {
      return between(0, Math.floor((node * TILE_STEP) / side), most - 1);
    });
  };
  const [top, bottom] = range(part.top, part.height, tiling.height, tiling.rows);
  const [left, right] = range(part.left, part.width, tiling.width, tiling.columns);
  for (let row = top; row <= bottom; row++) {
    for (let column = left; column <= right; column++) {
      const number = row * tiling.columns + column;
      if (!tiles.has(number)) missing.push(number);
    }
  }
  return missing;
}
