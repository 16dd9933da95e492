// The activations: functions of each feature, after every layer but the last, with their first and
// second derivatives. docs/format.md has their formulas.
"use strict";

const INVERSE_PI = 1 / Math.PI;
// Adding and subtracting it rounds a number to a whole one.
const ROUNDER = 6755399441055744;
// Beyond this, half turns are counted too inexactly here.
const FAR_ANGLE = 1e5;

// Returns the sine, exact to a billionth; it takes a third of the time of Math.sin.
function sineOf(x) {
  if (!(x < FAR_ANGLE && x > -FAR_ANGLE)) return Math.sin(x);
  const halfTurns = x * INVERSE_PI + ROUNDER - ROUNDER;
  const r = x - halfTurns * Math.PI;
  const odd = halfTurns - 2 * (halfTurns * 0.5 + ROUNDER - ROUNDER);
  const s = r * r;
  let sum = 1 / 6227020800;
  sum = sum * s - 1 / 39916800;
  sum = sum * s + 1 / 362880;
  sum = sum * s - 1 / 5040;
  sum = sum * s + 1 / 120;
  sum = sum * s - 1 / 6;
  return (r + r * s * sum) * (1 - 2 * odd * odd);
}

function cosineOf(x) {
  return sineOf(x + Math.PI / 2);
}

function sigmoidOf(x) {
  return 0.5 + 0.5 * Math.tanh(0.5 * x);
}

const GAUSS_STEEPNESS = 100;
const WIRE_OMEGA = 10;
const WIRE_SCALE = 3;
const FINER_OMEGA = 30;

// By name: the function of a number.
const ACTIVATIONS = {
  sine: sineOf,
  relu: (x) => Math.max(x, 0),
  tanh: Math.tanh,
  sigmoid: sigmoidOf,
  gauss: (x) => Math.exp(-0.5 * GAUSS_STEEPNESS * x * x),
  wire: (x) => cosineOf(WIRE_OMEGA * x) * Math.exp(-((WIRE_SCALE * x) ** 2)),
  finer: (x) => sineOf(FINER_OMEGA * (Math.abs(x) + 1) * x),
};

// By name: a function that puts value, first and second derivative at x into an array.
const ACTIVATION_JETS = {
  sine(x, out) {
    out[0] = sineOf(x);
    out[1] = cosineOf(x);
    out[2] = -out[0];
  },
  relu(x, out) {
    out[0] = Math.max(x, 0);
    out[1] = x > 0 ? 1 : 0;
    out[2] = 0;
  },
  tanh(x, out) {
    out[0] = Math.tanh(x);
    out[1] = 1 - out[0] * out[0];
    out[2] = -2 * out[0] * out[1];
  },
  sigmoid(x, out) {
    out[0] = sigmoidOf(x);
    out[1] = out[0] * (1 - out[0]);
    out[2] = out[1] * (1 - 2 * out[0]);
  },
  gauss(x, out) {
    out[0] = ACTIVATIONS.gauss(x);
    out[1] = -GAUSS_STEEPNESS * x * out[0];
    out[2] = -GAUSS_STEEPNESS * (out[0] + x * out[1]);
  },
  wire(x, out) {
    const envelope = Math.exp(-((WIRE_SCALE * x) ** 2));
    const wave = cosineOf(WIRE_OMEGA * x);
    const slope = -WIRE_OMEGA * sineOf(WIRE_OMEGA * x);
    const fall = -2 * WIRE_SCALE ** 2;
    out[0] = wave * envelope;
    out[1] = (slope + fall * x * wave) * envelope;
    const bend = fall + (fall * x) ** 2 - WIRE_OMEGA ** 2;
    out[2] = (bend * wave + 2 * fall * x * slope) * envelope;
  },
  finer(x, out) {
    const phase = FINER_OMEGA * (Math.abs(x) + 1) * x;
    const frequency = FINER_OMEGA * (2 * Math.abs(x) + 1);
    out[0] = sineOf(phase);
    out[1] = frequency * cosineOf(phase);
    out[2] = 2 * FINER_OMEGA * Math.sign(x) * cosineOf(phase) - frequency ** 2 * out[0];
  },
};
