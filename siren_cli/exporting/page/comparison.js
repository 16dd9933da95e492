// Enlarges the pixels of a picture of its own size as other programs do: by the nearest pixel,
// and by Pillow's bicubic interpolation.
//
// `own` is {left, top, width, height, data}: a part of the picture at its own size, whose first
// pixel is number (left, top), in RGBA of 8 bits, not premultiplied. `grid` is that of view.js.
"use strict";

// The free parameter of the cubic (Keys 1981), as Pillow has it.
const CUBIC_A = -0.5;
// Pixels beyond a place that have a share in it.
const CUBIC_REACH = 2;
const CUBIC_TAPS = 2 * CUBIC_REACH;

// Returns the part of the picture that is needed at its own size for all that is shown.
function ownPart(grid, picture) {
  const { left, top, width, height } = coveredPart(grid, picture);
  const [x, y] = [(grid.left + left) * grid.step, (grid.top + top) * grid.step];
  const first = (position) => Math.max(0, Math.floor(position) - CUBIC_REACH);
  const last = (position, side) => Math.min(side, Math.ceil(position) + CUBIC_REACH);
  const part = { left: first(x), top: first(y) };
  part.width = last(x + width * grid.step, picture.width) - part.left;
  part.height = last(y + height * grid.step, picture.height) - part.top;
  return part;
}

// Returns the number in `own` of the pixel that is nearest to each pixel of the screen.
function nearestPixels(start, count, step, first, size) {
  return Int32Array.from({ length: count }, (_, index) =>
    between(0, Math.floor((start + index + 0.5) * step - first), size - 1),
  );
}

// Returns some rows of the screen as ImageData, by the nearest pixels.
function nearestRows(own, grid, top, height) {
  const image = new ImageData(grid.width, height);
  const [source, target] = [new Uint32Array(own.data.buffer), new Uint32Array(image.data.buffer)];
  const columns = nearestPixels(grid.left, grid.width, grid.step, own.left, own.width);
  const rows = nearestPixels(grid.top + top, height, grid.step, own.top, own.height);
  for (let row = 0, index = 0; row < height; row++) {
    const start = rows[row] * own.width;
    for (let column = 0; column < grid.width; column++) {
      target[index++] = source[start + columns[column]];
    }
  }
  return image;
}

function cubic(distance) {
  const x = Math.abs(distance);
  if (x < 1) return ((CUBIC_A + 2) * x - (CUBIC_A + 3)) * x * x + 1;
  return x < CUBIC_REACH ? (((x - 5) * x + 8) * x - 4) * CUBIC_A : 0;
}

// Returns the pixels that have a share in each pixel of the screen along an axis, and these
// shares: beyond an edge there are none, and the others are larger, as in Pillow.
function cubicTaps(start, count, step, first, size) {
  const pixels = new Int32Array(count * CUBIC_TAPS);
  const shares = new Float32Array(count * CUBIC_TAPS);
  for (let index = 0; index < count; index++) {
    const place = (start + index + 0.5) * step - first;
    const nearest = Math.floor(place - CUBIC_REACH + 0.5);
    let sum = 0;
    for (let tap = 0; tap < CUBIC_TAPS; tap++) {
      const pixel = nearest + tap;
      const share = pixel < 0 || pixel >= size ? 0 : cubic(pixel + 0.5 - place);
      pixels[index * CUBIC_TAPS + tap] = between(0, pixel, size - 1);
      shares[index * CUBIC_TAPS + tap] = share;
      sum += share;
    }
    for (let tap = 0; tap < CUBIC_TAPS; tap++) shares[index * CUBIC_TAPS + tap] /= sum || 1;
  }
  return { pixels, shares };
}

// Returns the own pixels, enlarged across only: four premultiplied floats for each place.
function widened(own, grid) {
  const { pixels, shares } = cubicTaps(grid.left, grid.width, grid.step, own.left, own.width);
  const wide = new Float32Array(own.height * grid.width * 4);
  for (let row = 0, place = 0; row < own.height; row++) {
    for (let column = 0; column < grid.width; column++, place += 4) {
      for (let tap = column * CUBIC_TAPS; tap < (column + 1) * CUBIC_TAPS; tap++) {
        const pixel = (row * own.width + pixels[tap]) * 4;
        const opacity = shares[tap] * own.data[pixel + 3];
        wide[place] += opacity * own.data[pixel];
        wide[place + 1] += opacity * own.data[pixel + 1];
        wide[place + 2] += opacity * own.data[pixel + 2];
        wide[place + 3] += opacity;
      }
    }
  }
  return wide;
}

// Returns some rows of the screen as ImageData, from own pixels that `widened` has enlarged.
function cubicRows(wide, own, grid, top, height) {
  const image = new ImageData(grid.width, height);
  const taps = cubicTaps(grid.top + top, height, grid.step, own.top, own.height);
  const sums = new Float32Array(grid.width * 4);
  for (let row = 0; row < height; row++) {
    sums.fill(0);
    for (let tap = row * CUBIC_TAPS; tap < (row + 1) * CUBIC_TAPS; tap++) {
      const share = taps.shares[tap];
      const start = taps.pixels[tap] * sums.length;
      for (let index = 0; index < sums.length; index++) sums[index] += share * wide[start + index];
    }
    for (let index = 0; index < sums.length; index += 4) {
      const alpha = sums[index + 3];
      const place = row * sums.length + index;
      // The array rounds, and clips what is beyond 0 and 255.
      for (let color = 0; color < 3; color++) {
        image.data[place + color] = alpha > 0.5 ? sums[index + color] / alpha : 0;
      }
      image.data[place + 3] = alpha;
    }
  }
  return image;
}
