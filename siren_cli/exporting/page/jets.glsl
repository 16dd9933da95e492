// A pixel of a drawing of the gradient or the Laplacian.

#if LANES == JET
// Returns the weight of the first or the second cell at a point of an axis, and its derivatives.
vec3 rampJet(int number, int second) {
  vec4 slopes = texelFetch(points, place(2 * number + 1), 0);
  vec3 rising = vec3(point(number).w, slopes.x, slopes.y);
  if (second == 1) {
    return rising;
  }
  return vec3(1.0, 0.0, 0.0) - rising;
}

// Returns the jet of a cell's share at a point: the product of its weight and its network.
mat4 share(vec3 down, vec3 across, mat4 own) {
  float y = down.y * across.x;
  float x = down.x * across.y;
  float laplacian = down.z * across.x + down.x * across.z;
  vec4 crossed = 2.0 * (y * own[1] + x * own[2]);
  mat4 sum = down.x * across.x * own;
  return sum + mat4(vec4(0.0), y * own[0], x * own[0], crossed + laplacian * own[0]);
}

// Returns the jet of the picture at a row and a column of samples.
mat4 jetAt(int row, int column) {
  vec4 down = point(row);
  vec4 across = point(column);
  int rows = int(ceil(down.w));
  int columns = int(ceil(across.w));
  mat4 sum = mat4(0.0);
  for (int i = 0; i <= rows; i++) {
    for (int j = 0; j <= columns; j++) {
      int cell = (int(down.x) + i) * CELL_COLUMNS + int(across.x) + j;
      vec4 y = vec4(mix(down.y, down.z, float(i)), perPixel.x, 0.0, 0.0);
      vec4 x = vec4(mix(across.y, across.z, float(j)), 0.0, perPixel.y, 0.0);
      sum += share(rampJet(row, i), rampJet(column, j), network(cell, y, x));
    }
  }
  return sum;
}

// Returns a gradient's color: red points right, yellow-green down, cyan left, and violet up.
vec3 gradientColor(float dx, float dy) {
  float steepness = length(vec2(dx, dy));
  if (steepness == 0.0) {
    return vec3(0.0);
  }
  vec3 turned = dx * vec3(1.0, -0.5, -0.5) + dy * vec3(0.0, 0.8660254, -0.8660254);
  return min(steepness / scale, 1.0) * (0.5 + 0.5 * turned / steepness);
}

vec4 pixelAt(ivec2 at) {
  mat4 sum = mat4(0.0);
  for (int row = 0; row < samples; row++) {
    for (int column = 0; column < samples; column++) {
      sum += jetAt(rowsStart + at.y * samples + row, at.x * samples + column);
    }
  }
#if CHANNELS < 3
  vec4 gray = vec4(1.0, 0.0, 0.0, 0.0) * sum;
#else
  vec4 gray = vec4(0.299, 0.587, 0.114, 0.0) * sum;
#endif
  vec4 jet = 0.5 * gray / float(samples * samples);
  if (isLaplacian == 1) {
    return vec4(vec3(clamp(0.5 + 0.5 * jet.w / scale, 0.0, 1.0)), 1.0);
  }
  return vec4(gradientColor(jet.z, jet.y), 1.0);
}
#endif

#if LANES != PIXELS
out vec4 color;

void main() {
  color = pixelAt(ivec2(int(gl_FragCoord.x), height - 1 - int(gl_FragCoord.y)));
}
#endif
