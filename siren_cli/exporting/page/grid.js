// The grid of cells: which cells count where, and how much. An axis of it is {length, size,
// margin, cells}; positions are in continuous pixels of the picture.
"use strict";

// Most positions of a cell that are taken together; those of several make a table.
const MOST_POSITIONS = 256;

// Returns the cells that count at rising positions, those with many positions in parts: [{cell,
// start, local, ramp, slope, bend}]. `local` are the local coordinates of the positions from
// number `start` on; `ramp` are the weights of the cell there, and `slope` and `bend` their first
// and second derivatives per pixel.
function supportsOf(axis, positions) {
  const { size, margin, cells } = axis;
  const first = Math.floor((positions[0] - margin) / size);
  const last = Math.floor((positions[positions.length - 1] + margin) / size);
  const supports = [];
  const lowest = Math.min(Math.max(first, 0), cells - 1);
  const highest = Math.max(Math.min(last, cells - 1), 0);
  for (let cell = lowest; cell <= highest; cell++) {
    const from = cell > 0 ? cell * size - margin : -Infinity;
    const until = cell < cells - 1 ? (cell + 1) * size + margin : Infinity;
    const [start, stop] = [countBelow(positions, from), countBelow(positions, until)];
    for (let begin = start; begin < stop; begin += MOST_POSITIONS) {
      const part = positions.subarray(begin, Math.min(stop, begin + MOST_POSITIONS));
      supports.push(supportOf(axis, cell, begin, part));
    }
  }
  return supports;
}

// Returns how many of rising positions are below a limit.
function countBelow(positions, limit) {
  let [low, high] = [0, positions.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (positions[middle] < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

function supportOf(axis, cell, start, positions) {
  const count = positions.length;
  const [local, ramp, slope, bend] = [0, 1, 2, 3].map(() => new Float64Array(count));
  const upper = cell * axis.size;
  for (let index = 0; index < count; index++) {
    const inside = positions[index] - upper;
    local[index] = (inside / axis.size) * 2 - 1;
    ramp[index] = 1;
    if (axis.margin > 0) {
      if (cell > 0) rise(axis.margin, inside, 1, [ramp, slope, bend], index);
      if (cell < axis.cells - 1) {
        rise(axis.margin, axis.size - inside, -1, [ramp, slope, bend], index);
      }
    }
  }
  return { cell, start, local, ramp, slope, bend };
}

// Multiplies a ramp by the smoothstep across a border, at a distance inside of it. The two
// borders of a cell do not meet, so their slopes add up.
function rise(margin, distance, sign, [ramp, slope, bend], index) {
  const width = 2 * margin;
  const t = distance / width + 0.5;
  if (t >= 1) return;
  if (t <= 0) {
    ramp[index] = 0;
    return;
  }
  ramp[index] *= t * t * (3 - 2 * t);
  slope[index] += (sign * 6 * t * (1 - t)) / width;
  bend[index] += (6 - 12 * t) / (width * width);
}
