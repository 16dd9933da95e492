// The networks of the cells. gl_textures.js says what the textures hold, and gl_program.js defines
// INPUTS, LAYERS, QUADS, SCALED, TEXTURE_BITS, and LANES.
//
// A network is evaluated in four lanes together, so that its weights are read once for all: four
// pixels, four samples of a pixel, or the jet of a sample, which is a number, its derivatives along
// y and x, and its Laplacian. A vector is a number in each lane. Features are in quads of four, and
// a matrix is a quad in each lane, as columns.

#define PIXELS 0
#define SAMPLES 1
#define JET 2

uniform highp isampler2D cells;
uniform highp sampler2D numbers;
uniform highp sampler2D weights;

// The number one in every lane: its derivatives are 0.
#if LANES != JET
const vec4 ONE = vec4(1.0);
#else
const vec4 ONE = vec4(1.0, 0.0, 0.0, 0.0);
#endif

// Returns where an address is in a texture.
ivec2 place(int address) {
  return ivec2(address & ((1 << TEXTURE_BITS) - 1), address >> TEXTURE_BITS);
}

// Returns features after the activation.
mat4 activated(mat4 x) {
#if LANES != JET
  return mat4(value(x[0]), value(x[1]), value(x[2]), value(x[3]));
#else
  vec4 first = slope(x[0]);
  vec4 steepness = x[1] * x[1] + x[2] * x[2];
  return mat4(value(x[0]), first * x[1], first * x[2], first * x[3] + bend(x[0]) * steepness);
#endif
}

// Returns features, each multiplied by a scale of its own.
mat4 scaled(mat4 x, vec4 factors) {
  return mat4(factors * x[0], factors * x[1], factors * x[2], factors * x[3]);
}

// Returns sin(2^octave pi x), or the cosine with a quarter as `turn`.
vec4 encoded(vec4 x, float octave, float turn) {
#if LANES == JET
  float turns = x[0] * exp2(octave - 1.0) + turn;
  float angle = TAU * (turns - floor(turns + 0.5));
  float frequency = PI * exp2(octave);
  float first = frequency * cos(angle);
  float second = -frequency * frequency * sin(angle) * (x[1] * x[1] + x[2] * x[2]);
  return vec4(sin(angle), first * x[1], first * x[2], first * x[3] + second);
#else
  vec4 turns = x * exp2(octave - 1.0) + turn;
  return sin(TAU * (turns - floor(turns + 0.5)));
#endif
}

// Returns the four weights to a quad of outputs from each of a quad of inputs.
mat4 block(int address) {
  ivec2 at = place(address);
  vec4 first = texelFetch(weights, at, 0);
  vec4 second = texelFetch(weights, at + ivec2(1, 0), 0);
  vec4 third = texelFetch(weights, at + ivec2(2, 0), 0);
  vec4 fourth = texelFetch(weights, at + ivec2(3, 0), 0);
  return mat4(first, second, third, fourth);
}

// Returns the outputs of a cell's network at a point y, x in its local coordinates.
mat4 network(int cell, vec4 y, vec4 x) {
  vec4 inputs[INPUTS];
  inputs[0] = y;
  inputs[1] = x;
  int octaves = (INPUTS - 2) >> 2;
  for (int i = 0; i < octaves; i++) {
    inputs[2 + 2 * i] = encoded(y, float(i), 0.0);
    inputs[3 + 2 * i] = encoded(y, float(i), 0.25);
    inputs[2 + 2 * (octaves + i)] = encoded(x, float(i), 0.0);
    inputs[3 + 2 * (octaves + i)] = encoded(x, float(i), 0.25);
  }
  mat4 features[2 * QUADS];
  ivec4 own = texelFetch(cells, place(cell), 0);
  int number = own.y;
  int weight = own.z;
  int quads = texelFetch(cells, place(own.x), 0).x;
  for (int o = 0; o < quads; o++) {
    mat4 sum = outerProduct(texelFetch(numbers, place(number), 0), ONE);
    for (int i = 0; i < INPUTS; i++) {
      sum += outerProduct(texelFetch(numbers, place(number + 1 + i), 0), inputs[i]);
    }
    number += 1 + INPUTS;
    features[o] = activated(sum);
  }
  int before = 0;
  for (int layer = 1; layer < LAYERS; layer++) {
    int outputs = texelFetch(cells, place(own.x + layer), 0).x;
    int after = QUADS - before;
    for (int o = 0; o < outputs; o++) {
      mat4 sum = mat4(0.0);
      for (int i = 0; i < quads; i++) {
        sum += block(weight) * features[before + i];
        weight += 4;
      }
#if SCALED
      sum = scaled(sum, 127.0 * texelFetch(numbers, place(number + 1), 0));
#endif
      sum += outerProduct(texelFetch(numbers, place(number), 0), ONE);
      number += 1 + SCALED;
      if (layer < LAYERS - 1) {
        sum = activated(sum);
      }
      features[after + o] = sum;
    }
    quads = outputs;
    before = after;
  }
  return features[before];
}
