// Draws by WebGL2: the shader evaluates the networks for every pixel. A drawing is drawn in parts
// that take a few hundredths of a second each, so that slow devices stay usable.
"use strict";

// Time that a part of a drawing should take.
const PART_MS = 30;
// Multiplications of the first part, a fraction of that time on any device.
const FIRST_WORK = 1e7;
// A part may have this many times the work of the one before, or a share of it as small.
const MOST_CHANGE = 4;
// Least side of a part in pixels: devices compute neighbors together.
const LEAST_SIDE = 8;
// Time until a part is awaited less eagerly.
const EAGER_MS = 4;
// Pixels along each axis, and greatest difference, of the drawing that is compared with one by
// JavaScript: some devices compile what they cannot compute.
const CHECKED_SIDE = 4;
const CHECKED_DIFFERENCE = 4;

class GlRenderer {
  // Resolves to a renderer of a picture; rejects where WebGL2 is missing, wrong, or computed
  // without a graphics processor, which is slower than JavaScript in workers.
  static async create(picture) {
    const renderer = new GlRenderer(picture);
    try {
      await renderer.open();
      await renderer.check();
    } catch (error) {
      renderer.close();
      throw error;
    }
    return renderer;
  }

  constructor(picture) {
    this.name = "WebGL2";
    this.onLost = null;
    this.picture = picture;
    this.work = FIRST_WORK;
    this.canvas = document.createElement("canvas");
    const gl = this.canvas.getContext("webgl2", {
      // A drawing is drawn over several tasks, so it must be preserved between them.
      preserveDrawingBuffer: true,
      failIfMajorPerformanceCaveat: true,
      powerPreference: "high-performance",
      antialias: false,
      depth: false,
    });
    if (gl === null) throw new Error("there is no WebGL2");
    this.gl = gl;
    this.canvas.addEventListener("webglcontextlost", () => {
      if (this.onLost !== null) this.onLost();
    });
  }

  // Makes the programs and the textures.
  async open() {
    const { gl, picture } = this;
    this.bits = textureBits(gl);
    const definitions = definitionsOf(picture, this.bits);
    const shaders = ["PIXELS", "SAMPLES", "JET"].map((lanes) => shaderText(definitions, lanes));
    const started = [...shaders, FOURS_SHADER].map((shader) => startProgram(gl, shader));
    const contents = textureContents(picture, this.bits);
    // They stay on their units.
    ["cells", "numbers", "weights"].forEach((name, unit) => {
      newTexture(gl, unit, contents[name], this.bits);
    });
    if (gl.getError() !== gl.NO_ERROR) throw new Error("the networks do not fit");
    const programs = await Promise.all(started.map((each) => finishProgram(gl, each)));
    [this.pixels, this.samples, this.jet, this.fours] = programs;
    gl.disable(gl.DITHER);
    gl.enable(gl.SCISSOR_TEST);
  }

  // Resolves to a canvas with the drawing, which is valid until the next one. The next one
  // begins after that.
  async draw(drawing) {
    const { gl, canvas } = this;
    const { width, height } = drawing;
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    if (gl.drawingBufferWidth !== width || gl.drawingBufferHeight !== height) {
      throw new Error(`the browser draws no ${width} x ${height} pixels at once`);
    }
    const points = newTexture(gl, 3, pointsOf(this.picture, drawing, this.bits), this.bits);
    try {
      if (drawing.what === "image" && drawing.samples === 1) await this.drawFours(drawing);
      else await this.drawSamples(drawing);
    } finally {
      gl.deleteTexture(points);
    }
    return canvas;
  }

  async drawSamples(drawing) {
    const { width, height } = drawing;
    const program = drawing.what === "image" ? this.samples : this.jet;
    setUniforms(this.gl, program, this.picture, drawing);
    this.gl.viewport(0, 0, width, height);
    const work = sampleWork(this.picture, drawing.what) * drawing.samples ** 2;
    await this.drawParts({ x: 0, y: 0, width, height }, work);
  }

  async drawFours(drawing) {
    const { width, height } = drawing;
    setUniforms(this.gl, this.pixels, this.picture, drawing);
    const fours = openFours(this.gl, drawing);
    try {
      const whole = { x: 0, y: 0, width: foursAcross(width), height };
      await this.drawParts(whole, 4 * sampleWork(this.picture, drawing.what));
      showFours(this.gl, this.fours, drawing);
    } finally {
      closeFours(this.gl, fours);
    }
  }

  // Draws a rectangle in parts whose work is what the device was seen to do in time.
  async drawParts(whole, pixelWork) {
    const parts = [whole];
    while (parts.length > 0) {
      const part = parts.pop();
      const work = part.width * part.height * pixelWork;
      if (work > this.work && Math.max(part.width, part.height) > LEAST_SIDE) {
        parts.push(...halves(part));
      } else {
        this.learnSpeed(work, await this.drawPart(part));
      }
    }
  }

  // Learns from a part how much work the next one may have.
  learnSpeed(work, milliseconds) {
    const possible = (work * PART_MS) / Math.max(milliseconds, 0.1);
    // A part that is small and quick says little about the device.
    if (milliseconds < PART_MS && possible < this.work) return;
    const [least, most] = [this.work / MOST_CHANGE, this.work * MOST_CHANGE];
    this.work = Math.min(Math.max(possible, least), most);
  }

  // Draws a part, and resolves to the milliseconds that it took.
  async drawPart({ x, y, width, height }) {
    const { gl } = this;
    const start = performance.now();
    gl.scissor(x, y, width, height);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
    const fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
    gl.flush();
    do {
      await nextTask(performance.now() - start < EAGER_MS);
      if (gl.isContextLost()) throw new Error("the browser took WebGL2 away");
    } while (gl.getSyncParameter(fence, gl.SYNC_STATUS) !== gl.SIGNALED);
    gl.deleteSync(fence);
    return performance.now() - start;
  }

  // Rejects if the device draws something else than JavaScript.
  async check() {
    for (const drawing of checkedDrawings(this.picture)) {
      await this.draw(drawing);
      const own = this.readPixels(drawing);
      const expected = drawPixels(this.picture, drawing);
      const differs = own.some((value, index) => {
        const alpha = index % 4 === 3 ? 1 : expected[index | 3] / 255;
        return Math.abs(value - expected[index] * alpha) > CHECKED_DIFFERENCE;
      });
      if (differs) throw new Error("the device computes something else");
    }
    // The first drawings waited until the programs were ready, so they say nothing of speed.
    this.work = FIRST_WORK;
  }

  // Returns the pixels of the last drawing, premultiplied, from the upper row down.
  readPixels({ width, height }) {
    const { gl } = this;
    const row = width * 4;
    const pixels = new Uint8Array(row * height);
    for (let y = 0; y < height; y++) {
      const own = pixels.subarray((height - 1 - y) * row);
      gl.readPixels(0, y, width, 1, gl.RGBA, gl.UNSIGNED_BYTE, own);
    }
    return pixels;
  }

  close() {
    this.onLost = null;
    this.gl.getExtension("WEBGL_lose_context")?.loseContext();
  }
}

// Returns small drawings that need all programs of the device.
function checkedDrawings(picture) {
  const { width, height } = picture;
  const step = Math.min(width, height) / CHECKED_SIDE;
  const place = { x: 0, y: 0, step, width: CHECKED_SIDE, height: CHECKED_SIDE, exposure: 0 };
  const { dx, dy } = jetAt(picture, width / 2, height / 2);
  const scale = Math.max(...[...dx, ...dy].map(Math.abs)) || 1;
  return [
    { ...place, samples: 1, what: "image", scale: null },
    { ...place, samples: 2, what: "image", scale: null },
    { ...place, samples: 1, what: "gradient", scale },
  ];
}

// Returns both halves of a rectangle; the first has a multiple of LEAST_SIDE pixels.
function halves({ x, y, width, height }) {
  const half = Math.ceil(Math.max(width, height) / 2 / LEAST_SIDE) * LEAST_SIDE;
  if (width >= height) {
    return [
      { x, y, width: half, height },
      { x: x + half, y, width: width - half, height },
    ];
  }
  return [
    { x, y, width, height: half },
    { x, y: y + half, width, height: height - half },
  ];
}
