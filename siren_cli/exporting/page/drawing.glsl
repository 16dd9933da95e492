// A pixel of a drawing: its samples, the cells that count at each, their means, and the color.
// gl_program.js defines CELL_COLUMNS, CHANNELS, MAPPING and SRGB.

#define NO_MAPPING 0
#define LINEAR 1
#define ASINH 2

// Two texels for each row or column of samples; gl_points.js makes them.
uniform highp sampler2D points;
// Samples of a pixel along each axis, and the number of the first row of samples in `points`.
uniform int samples;
uniform int rowsStart;
// Rows of the drawing.
uniform int height;
// 1 where samples are clipped before their mean is taken.
uniform int clipsSamples;
// A pixel p means offset + factor * curve(start + width * p).
uniform float start;
uniform float width;
uniform float factor;
uniform float offset;
// Change of the local coordinates for a pixel of the picture, down and across.
uniform vec2 perPixel;
// The derivative that is shown brightest, and 1 where that is a Laplacian.
uniform float scale;
uniform int isLaplacian;

out vec4 color;

#if LANES == FOUR_POINTS
float least(vec4 x) {
  return min(min(x[0], x[1]), min(x[2], x[3]));
}
float most(vec4 x) {
  return max(max(x[0], x[1]), max(x[2], x[3]));
}
#else
float least(float x) {
  return x;
}
float most(float x) {
  return x;
}
#endif

#if LANES != JET
// Returns 1 where a cell's number is `cell`, and 0 elsewhere.
NUMBER same(NUMBER numbersOfCells, int cell) {
  return 1.0 - min(abs(numbersOfCells - float(cell)), 1.0);
}

// Returns the weights of a row or column of cells at points of an axis.
NUMBER ramp(FEATURES axis, int cell) {
  return same(axis[0], cell) * (1.0 - axis[3]) + same(axis[0], cell - 1) * axis[3];
}

// Returns the local coordinates of points of an axis, where their weight is not 0.
NUMBER local(FEATURES axis, int cell) {
  return same(axis[0], cell) * axis[1] + same(axis[0], cell - 1) * axis[2];
}

// Returns the values of the picture: the sum of the cells' values, each times its weight.
FEATURES blended(FEATURES down, FEATURES across) {
  FEATURES sum = FEATURES(0.0);
  int lastRow = int(most(down[0] + ceil(down[3])));
  int lastColumn = int(most(across[0] + ceil(across[3])));
  for (int row = int(least(down[0])); row <= lastRow; row++) {
    for (int column = int(least(across[0])); column <= lastColumn; column++) {
      NUMBER weight = ramp(down, row) * ramp(across, column);
      if (most(weight) > 0.0) {
        int cell = row * CELL_COLUMNS + column;
        FEATURES own = network(cell, local(down, row), local(across, column));
#if LANES == ONE_POINT
        sum += weight * own;
#else
        sum += mat4(weight[0] * own[0], weight[1] * own[1], weight[2] * own[2], weight[3] * own[3]);
#endif
      }
    }
  }
  return sum;
}

// Returns amounts as stored values of sRGB (IEC 61966-2-1).
vec3 curved(vec3 light) {
  vec3 root = 1.055 * pow(light, vec3(1.0 / 2.4)) - 0.055;
  return mix(root, 12.92 * light, step(light, vec3(0.04045 / 12.92)));
}

// Returns the hyperbolic sine, exact also near 0.
vec3 sinhOf(vec3 x) {
  vec3 square = x * x;
  vec3 near = x * (1.0 + square * (1.0 / 6.0 + square * (1.0 / 120.0 + square / 5040.0)));
  return mix(near, 0.5 * (exp(x) - exp(-x)), step(vec3(0.5), abs(x)));
}

// Returns the stored values of colors that are not premultiplied.
vec3 stored(vec3 colors) {
  vec3 amounts = min(colors, 1.0);
#if MAPPING == LINEAR
  amounts = clamp(offset + factor * (start + width * amounts), 0.0, 1.0);
#elif MAPPING == ASINH
  amounts = clamp(offset + factor * sinhOf(start + width * amounts), 0.0, 1.0);
#endif
#if SRGB
  amounts = curved(amounts);
#endif
  return amounts;
}

// Returns the color of a pixel, premultiplied; black where alpha is stored as 0.
vec4 shown(vec4 mean) {
  vec4 pixel = clamp(mean, 0.0, 1.0);
#if CHANNELS == 2
  vec4 quad = pixel.xxxy;
#elif CHANNELS == 4
  vec4 quad = pixel;
#elif CHANNELS == 1
  vec4 quad = vec4(pixel.xxx, 1.0);
#else
  vec4 quad = vec4(pixel.xyz, 1.0);
#endif
  float alpha = quad.w;
  if (alpha < 0.5 / 255.0) {
    return vec4(0.0);
  }
  return vec4(stored(quad.xyz / alpha) * alpha, alpha);
}
#endif

// Returns what `points` has of a row or column of samples.
vec4 point(int number) {
  return texelFetch(points, place(2 * number), 0);
}

#if LANES == ONE_POINT
vec4 pixelAt(ivec2 at) {
  return shown(0.5 + 0.5 * blended(point(rowsStart + at.y), point(at.x)));
}
#endif

#if LANES == FOUR_POINTS
// Returns the row and column of a sample, counted from the drawing's corner.
ivec2 sampleAt(ivec2 at, int number) {
  int row = int((float(number) + 0.5) / float(samples));
  return ivec2(at.x * samples + number - row * samples, at.y * samples + row);
}

vec4 inRange(vec4 value) {
  vec4 pixel = 0.5 + 0.5 * value;
  if (clipsSamples == 1) {
    return clamp(pixel, 0.0, 1.0);
  }
  return pixel;
}

// Returns a pixel; its samples are evaluated four by four, and the last one several times.
vec4 pixelAt(ivec2 at) {
  vec4 sum = vec4(0.0);
  int count = samples * samples;
  int fours = (count + 3) >> 2;
  for (int i = 0; i < fours; i++) {
    int first = 4 * i;
    ivec2 a = sampleAt(at, first);
    ivec2 b = sampleAt(at, min(first + 1, count - 1));
    ivec2 c = sampleAt(at, min(first + 2, count - 1));
    ivec2 d = sampleAt(at, min(first + 3, count - 1));
    mat4 across = transpose(mat4(point(a.x), point(b.x), point(c.x), point(d.x)));
    mat4 rows = mat4(
      point(rowsStart + a.y), point(rowsStart + b.y), point(rowsStart + c.y), point(rowsStart + d.y)
    );
    mat4 values = blended(transpose(rows), across);
    vec4 counted = clamp(float(count - first) - vec4(0.0, 1.0, 2.0, 3.0), 0.0, 1.0);
    sum += counted[0] * inRange(values[0]) + counted[1] * inRange(values[1]);
    sum += counted[2] * inRange(values[2]) + counted[3] * inRange(values[3]);
  }
  return shown(sum / float(count));
}
#endif
