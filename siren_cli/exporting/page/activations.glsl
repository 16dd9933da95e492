// The activations, by the name that is defined as ACTIVATION, with their first and second derivatives.
// This is the first part of the fragment shader.

precision highp float;
precision highp int;

#define SINE 0
#define RELU 1
#define TANH 2
#define SIGMOID 3
#define GAUSS 4
#define WIRE 5
#define FINER 6

const float PI = 3.14159265358979;
const float TAU = 6.28318530717959;

// Returns the sine; its argument is brought to [-pi, pi] first, for devices are exact there alone.
vec4 wave(vec4 x) {
  return sin(x - TAU * floor(x * (1.0 / TAU) + 0.5));
}

// The activation, and its first and second derivatives.
#if ACTIVATION == SINE
vec4 value(vec4 x) {
  return wave(x);
}
vec4 slope(vec4 x) {
  return wave(x + 0.5 * PI);
}
vec4 bend(vec4 x) {
  return -wave(x);
}
#elif ACTIVATION == RELU
vec4 value(vec4 x) {
  return max(x, 0.0);
}
vec4 slope(vec4 x) {
  return 1.0 - step(x, vec4(0.0));
}
vec4 bend(vec4 x) {
  return vec4(0.0);
}
#elif ACTIVATION == TANH
vec4 value(vec4 x) {
  return tanh(clamp(x, -10.0, 10.0));
}
vec4 slope(vec4 x) {
  return 1.0 - value(x) * value(x);
}
vec4 bend(vec4 x) {
  return -2.0 * value(x) * slope(x);
}
#elif ACTIVATION == SIGMOID
vec4 value(vec4 x) {
  return 0.5 + 0.5 * tanh(clamp(0.5 * x, -10.0, 10.0));
}
vec4 slope(vec4 x) {
  return value(x) * (1.0 - value(x));
}
vec4 bend(vec4 x) {
  return slope(x) * (1.0 - 2.0 * value(x));
}
#elif ACTIVATION == GAUSS
vec4 value(vec4 x) {
  return exp(-50.0 * x * x);
}
vec4 slope(vec4 x) {
  return -100.0 * x * value(x);
}
vec4 bend(vec4 x) {
  return (10000.0 * x * x - 100.0) * value(x);
}
#elif ACTIVATION == WIRE
vec4 value(vec4 x) {
  return wave(10.0 * x + 0.5 * PI) * exp(-9.0 * x * x);
}
vec4 slope(vec4 x) {
  return -10.0 * wave(10.0 * x) * exp(-9.0 * x * x) - 18.0 * x * value(x);
}
vec4 bend(vec4 x) {
  vec4 waves = 360.0 * x * wave(10.0 * x) * exp(-9.0 * x * x);
  return waves + (324.0 * x * x - 118.0) * value(x);
}
#elif ACTIVATION == FINER
vec4 value(vec4 x) {
  return wave(30.0 * (abs(x) + 1.0) * x);
}
vec4 frequency(vec4 x) {
  return 30.0 * (2.0 * abs(x) + 1.0);
}
vec4 slope(vec4 x) {
  return frequency(x) * wave(30.0 * (abs(x) + 1.0) * x + 0.5 * PI);
}
vec4 bend(vec4 x) {
  vec4 waves = 60.0 * sign(x) * wave(30.0 * (abs(x) + 1.0) * x + 0.5 * PI);
  return waves - frequency(x) * frequency(x) * value(x);
}
#endif
