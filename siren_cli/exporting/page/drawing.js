// What a drawing is: a region of the function or of a derivative of it, as pixels of 8 bits.
"use strict";

// A ratio of sizes may be this much above a whole number by rounding alone.
const RATIO_TOLERANCE = 1e-9;
// Most samples of a pixel along each axis.
const MOST_SAMPLES = 16;
// Samples that are evaluated at once, unless a row of pixels has more.
const BAND_SAMPLES = 1 << 17;
// Weights of red, green and blue in gray (ITU-R BT.601).
const LUMA = [0.299, 0.587, 0.114];

// Returns the samples of a drawn pixel along each axis that `siren render` takes: `step` is the
// number of pixels of the picture for one of the drawing. Only pictures of hundreds of megapixels
// would need more samples than a page takes.
function samplesFor(picture, step, what) {
  const hasMeans = picture.pixels === "area" && what === "image";
  const least = hasMeans && step > 0.5 + RATIO_TOLERANCE ? 2 : 1;
  return Math.min(Math.max(least, Math.ceil(step - RATIO_TOLERANCE)), MOST_SAMPLES);
}

// Returns the multiplications that the largest network does for a sample.
function sampleWork(picture, what) {
  return picture.work * (what === "image" ? 1 : JET);
}

// Returns the pixels of a drawing: {x, y, step, width, height, samples, what, exposure, scale}.
// Four bytes each: red, green, blue, which are not premultiplied, and alpha.
function drawPixels(picture, drawing) {
  const { width, height, samples, what } = drawing;
  const pixels = new Uint8ClampedArray(width * height * 4);
  const x = positionsOf(drawing.x, drawing.step / samples, 0, width * samples);
  const rows = Math.max(1, Math.floor(BAND_SAMPLES / (x.length * samples)));
  for (let top = 0; top < height; top += rows) {
    const count = Math.min(rows, height - top) * samples;
    const y = positionsOf(drawing.y, drawing.step / samples, top * samples, count);
    const band = pixels.subarray(top * width * 4);
    if (what === "image") drawValues(picture, drawing, valuesOn(picture, y, x), band);
    else drawJets(picture, drawing, jetsOn(picture, y, x), band);
  }
  return pixels;
}

function positionsOf(start, distance, first, count) {
  const positions = new Float64Array(count);
  for (let index = 0; index < count; index++) {
    positions[index] = start + (first + index + 0.5) * distance;
  }
  return positions;
}

// Draws rows of pixels from the values of all of their samples.
function drawValues(picture, drawing, values, pixels) {
  // The mean over a pixel was learned, not that of values which are clipped.
  if (drawing.step > 1 + RATIO_TOLERANCE) {
    for (let index = 0; index < values.length; index++) values[index] = clipped(values[index]);
  }
  const { channels } = picture;
  const means = meansOf(values, drawing, channels);
  const store = storedBy(picture, drawing.exposure);
  for (let place = 0, index = 0; index < means.length; place += 4, index += channels) {
    storePixel(picture, store, means.subarray(index, index + channels), pixels, place);
  }
}

// Writes a pixel, premultiplied values of all channels, as four bytes.
function storePixel({ channels, hasAlpha }, store, values, bytes, place) {
  const colors = hasAlpha ? channels - 1 : channels;
  const alpha = hasAlpha ? clipped(values[colors]) : 1;
  // Colors are black where alpha is stored as 0.
  const divisor = alpha < 0.5 / 255 ? Infinity : alpha;
  for (let channel = 0; channel < 3; channel++) {
    const own = values[colors === 3 ? channel : 0];
    bytes[place + channel] = 255 * store(clipped(own) / divisor);
  }
  bytes[place + 3] = 255 * alpha;
}

// Returns the means of the samples of each pixel of some rows.
function meansOf(values, { samples, width }, channels) {
  if (samples === 1) return values;
  const means = new Float64Array(values.length / (samples * samples));
  const across = width * samples * channels;
  for (let index = 0; index < values.length; index++) {
    const row = Math.floor(index / across);
    const place = index - row * across;
    const column = Math.floor(place / (samples * channels));
    const pixel = Math.floor(row / samples) * width + column;
    means[pixel * channels + (place % channels)] += values[index];
  }
  for (let index = 0; index < means.length; index++) means[index] /= samples * samples;
  return means;
}

function between(low, value, high) {
  return Math.min(high, Math.max(low, value));
}

function clipped(value) {
  return between(0, value, 1);
}

// Returns the function from a pixel in [0, 1] to what 8 bits show of it, in [0, 1].
function storedBy(picture, exposure) {
  const { values } = picture;
  if (values === null) return (pixel) => pixel;
  const { curve, low, high, knee, scene } = values;
  const [start, stop] = endsOf(values);
  const gain = 2 ** exposure;
  return (pixel) => {
    const bent = start + clipped(pixel) * (stop - start);
    const value = Math.min(Math.max(curve === "asinh" ? knee * Math.sinh(bent) : bent, low), high);
    const amount = scene === "light" ? value : (value - low) / (high - low);
    return picture.getsCurve ? srgbOf(clipped(amount * gain)) : clipped(amount * gain);
  };
}

// Returns what the curve makes of the lowest and of the highest value.
function endsOf({ curve, low, high, knee }) {
  return curve === "asinh" ? [Math.asinh(low / knee), Math.asinh(high / knee)] : [low, high];
}

// Returns light as a stored value of sRGB (IEC 61966-2-1).
function srgbOf(light) {
  return light <= 0.04045 / 12.92 ? light * 12.92 : 1.055 * light ** (1 / 2.4) - 0.055;
}

// Draws rows of pixels from the jets of all of their samples, in colors or grays.
function drawJets(picture, drawing, jets, pixels) {
  const [, dy, dx, laplacian] = jets.map((plane) => {
    return grayOf(meansOf(plane, drawing, picture.channels), picture.channels);
  });
  const scale = drawing.scale / 2 ** drawing.exposure;
  for (let index = 0; index < dy.length; index++) {
    const color =
      drawing.what === "gradient"
        ? gradientColor(dx[index], dy[index], scale)
        : grayColor(0.5 + (0.5 * laplacian[index]) / scale);
    for (let channel = 0; channel < 3; channel++) {
      pixels[4 * index + channel] = 255 * color[channel];
    }
    pixels[4 * index + 3] = 255;
  }
}

// Returns the luma of numbers of all channels; alpha is left out.
function grayOf(plane, channels) {
  const gray = new Float64Array(plane.length / channels);
  for (let index = 0, place = 0; index < gray.length; index++, place += channels) {
    if (channels < LUMA.length) gray[index] = plane[place];
    else for (let each = 0; each < 3; each++) gray[index] += LUMA[each] * plane[place + each];
  }
  return gray;
}

// Returns a gradient's color: red points right, yellow-green down, cyan left, and violet up.
function gradientColor(dx, dy, scale) {
  const angle = Math.atan2(dy, dx);
  const brightness = Math.min(Math.hypot(dx, dy) / scale, 1);
  return [0, 1, 2].map((third) => {
    return brightness * (0.5 + 0.5 * Math.cos(angle - (third * 2 * Math.PI) / 3));
  });
}

function grayColor(shade) {
  return [shade, shade, shade];
}
