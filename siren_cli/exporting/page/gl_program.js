// Makes programs for the device. The shader of the picture is in the page's element "shader":
// activations.glsl, network.glsl, drawing.glsl and jets.glsl, in that order.
"use strict";

// A triangle that covers the whole drawing.
const VERTEX_SHADER = `#version 300 es
void main() {
  vec2 corner = vec2(float(gl_VertexID & 1), float(gl_VertexID >> 1));
  gl_Position = vec4(4.0 * corner - 1.0, 0.0, 1.0);
}
`;
const UNIFORMS = [
  "cells",
  "numbers",
  "weights",
  "points",
  "samples",
  "rowsStart",
  "height",
  "clipsSamples",
  "start",
  "width",
  "factor",
  "offset",
  "perPixel",
  "scale",
  "isLaplacian",
  "fours",
];

// Returns the definitions that a picture's shader is compiled with.
function definitionsOf(picture, bits) {
  const widths = picture.classes.flatMap((sizes) => sizes.slice(1));
  const curve = picture.values === null ? "NO_MAPPING" : picture.values.curve.toUpperCase();
  return {
    TEXTURE_BITS: bits,
    ACTIVATION: picture.activation.toUpperCase(),
    INPUTS: 2 + 4 * picture.octaves,
    LAYERS: picture.classes[0].length - 1,
    QUADS: Math.ceil(Math.max(...widths) / 4),
    SCALED: Number(picture.dtype === "int8"),
    CELL_COLUMNS: picture.columns.cells,
    CHANNELS: picture.channels,
    MAPPING: curve,
    SRGB: Number(picture.getsCurve),
  };
}

// Returns the shader of a picture whose lanes are PIXELS, SAMPLES or JET.
function shaderText(definitions, lanes) {
  const lines = Object.entries({ ...definitions, LANES: lanes }).map(([name, value]) => {
    return `#define ${name} ${value}\n`;
  });
  return `#version 300 es\n${lines.join("")}${document.getElementById("shader").textContent}`;
}

// Begins to make a program; browsers make several at once.
function startProgram(gl, fragmentShader) {
  const program = gl.createProgram();
  const shaders = [
    [gl.VERTEX_SHADER, VERTEX_SHADER],
    [gl.FRAGMENT_SHADER, fragmentShader],
  ].map(([kind, source]) => {
    const shader = gl.createShader(kind);
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
    return shader;
  });
  gl.linkProgram(program);
  return { program, shaders };
}

// Resolves to a program that was started and where its uniforms are; rejects where it does not
// compile.
async function finishProgram(gl, { program, shaders }) {
  // With this extension the page stays usable meanwhile.
  const waiting = gl.getExtension("KHR_parallel_shader_compile");
  while (waiting !== null && !gl.getProgramParameter(program, waiting.COMPLETION_STATUS_KHR)) {
    await nextTask(false);
  }
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) {
    const logs = shaders.map((shader) => gl.getShaderInfoLog(shader));
    throw new Error([...logs, gl.getProgramInfoLog(program)].filter(Boolean).join("\n"));
  }
  const places = UNIFORMS.map((name) => [name, gl.getUniformLocation(program, name)]);
  return { program, places: Object.fromEntries(places) };
}

// Sets the uniforms of a program for a drawing.
function setUniforms(gl, { program, places }, picture, drawing) {
  gl.useProgram(program);
  ["cells", "numbers", "weights", "points"].forEach((name, unit) => {
    gl.uniform1i(places[name], unit);
  });
  gl.uniform1i(places.samples, drawing.samples);
  gl.uniform1i(places.rowsStart, drawing.width * drawing.samples);
  gl.uniform1i(places.height, drawing.height);
  gl.uniform1i(places.clipsSamples, Number(drawing.step > 1 + RATIO_TOLERANCE));
  gl.uniform2f(places.perPixel, 2 / picture.rows.size, 2 / picture.columns.size);
  gl.uniform1f(places.scale, (drawing.scale ?? 1) / 2 ** drawing.exposure);
  gl.uniform1i(places.isLaplacian, Number(drawing.what === "laplacian"));
  for (const [name, value] of Object.entries(mappingOf(picture, drawing.exposure))) {
    gl.uniform1f(places[name], Math.min(Math.max(value, -MAX_FLOAT32), MAX_FLOAT32));
  }
}

// Returns how pixels become amounts in [0, 1]: offset + factor * curve(start + width * pixel).
function mappingOf({ values }, exposure) {
  if (values === null) return {};
  const { curve, low, high, knee, scene } = values;
  const gain = 2 ** exposure;
  const isNumbers = scene === "numbers";
  if (curve === "linear") {
    if (isNumbers) return { start: 0, width: 1, factor: gain, offset: 0 };
    return { start: low * gain, width: (high - low) * gain, factor: 1, offset: 0 };
  }
  const [start, stop] = endsOf(values);
  const width = stop - start;
  if (!isNumbers) return { start, width, factor: knee * gain, offset: 0 };
  const share = gain / (high - low);
  return { start, width, factor: knee * share, offset: -low * share };
}

// Resolves in another task: at once, or when others had their turn.
function nextTask(isEager) {
  return new Promise((resolve) => {
    if (!isEager) {
      setTimeout(resolve, 0);
      return;
    }
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      channel.port1.close();
      resolve();
    };
    channel.port2.postMessage(null);
  });
}
