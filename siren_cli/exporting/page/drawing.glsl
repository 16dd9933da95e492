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

// Returns what `points` has of a row or column of samples.
vec4 point(int number) {
  return texelFetch(points, place(2 * number), 0);
}

#if LANES != JET
float least(vec4 x) {
  return min(min(x[0], x[1]), min(x[2], x[3]));
}

float most(vec4 x) {
  return max(max(x[0], x[1]), max(x[2], x[3]));
}

// Returns 1 where a cell's number is `cell`, and 0 elsewhere.
vec4 same(vec4 numbersOfCells, int cell) {
  return 1.0 - min(abs(numbersOfCells - float(cell)), 1.0);
}

// Returns the weights of a row or column of cells at points of an axis, each a column.
vec4 ramp(mat4 axis, int cell) {
  return same(axis[0], cell) * (1.0 - axis[3]) + same(axis[0], cell - 1) * axis[3];
}

// Returns the local coordinates of points of an axis, where their weight is not 0.
vec4 local(mat4 axis, int cell) {
  return same(axis[0], cell) * axis[1] + same(axis[0], cell - 1) * axis[2];
}

// Returns the picture at the points of four rows and four columns of samples: the sum of the
// cells' values, each times its weight.
mat4 blended(ivec4 rows, ivec4 columns) {
  mat4 down = transpose(mat4(point(rows.x), point(rows.y), point(rows.z), point(rows.w)));
  mat4 right = mat4(point(columns.x), point(columns.y), point(columns.z), point(columns.w));
  mat4 across = transpose(right);
  int lastRow = int(most(down[0] + ceil(down[3])));
  int lastColumn = int(most(across[0] + ceil(across[3])));
  mat4 sum = mat4(0.0);
  for (int row = int(least(down[0])); row <= lastRow; row++) {
    for (int column = int(least(across[0])); column <= lastColumn; column++) {
      vec4 weight = ramp(down, row) * ramp(across, column);
      if (most(weight) > 0.0) {
        int cell = row * CELL_COLUMNS + column;
        mat4 own = network(cell, local(down, row), local(across, column));
        sum += mat4(weight.x * own[0], weight.y * own[1], weight.z * own[2], weight.w * own[3]);
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

#if LANES == PIXELS
out uvec4 fourColors;

// Returns four pixels in a row, of a sample each; beyond the drawing the last one again.
mat4 pixelsAt(ivec2 at) {
  ivec4 columns = min(4 * at.x + ivec4(0, 1, 2, 3), rowsStart - 1);
  mat4 pixels = blended(ivec4(rowsStart + at.y), columns);
  vec4 first = shown(0.5 + 0.5 * pixels[0]);
  vec4 second = shown(0.5 + 0.5 * pixels[1]);
  vec4 third = shown(0.5 + 0.5 * pixels[2]);
  return mat4(first, second, third, shown(0.5 + 0.5 * pixels[3]));
}

// Returns the four bytes of a color.
uint bytesOf(vec4 pixel) {
  uvec4 bytes = uvec4(255.0 * pixel + 0.5);
  return bytes.x | (bytes.y << 8) | (bytes.z << 16) | (bytes.w << 24);
}

void main() {
  mat4 pixels = pixelsAt(ivec2(int(gl_FragCoord.x), height - 1 - int(gl_FragCoord.y)));
  uvec2 left = uvec2(bytesOf(pixels[0]), bytesOf(pixels[1]));
  fourColors = uvec4(left, bytesOf(pixels[2]), bytesOf(pixels[3]));
}
#endif

#if LANES == SAMPLES
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
  for (int four = 0; four < (count + 3) >> 2; four++) {
    ivec4 number = min(4 * four + ivec4(0, 1, 2, 3), count - 1);
    ivec4 row = ivec4((vec4(number) + 0.5) / float(samples));
    ivec4 column = number - samples * row;
    mat4 values = blended(rowsStart + samples * at.y + row, samples * at.x + column);
    vec4 counted = clamp(float(count - 4 * four) - vec4(0.0, 1.0, 2.0, 3.0), 0.0, 1.0);
    sum += counted.x * inRange(values[0]) + counted.y * inRange(values[1]);
    sum += counted.z * inRange(values[2]) + counted.w * inRange(values[3]);
  }
  return shown(sum / float(count));
}
#endif
