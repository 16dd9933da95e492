// Draws by JavaScript in workers, until WebGL2 is ready and where it does not draw. Each worker
// draws a band of rows.
"use strict";

const MOST_WORKERS = 8;
// All workers together may have this many bytes of copies of the file.
const MOST_COPIED_BYTES = 1 << 29;

class WorkerRenderer {
  // Resolves to a renderer of the picture that `bytes` hold; rejects where there are no workers.
  static async create(picture, bytes) {
    const cores = Math.min(navigator.hardwareConcurrency || 1, MOST_WORKERS);
    const count = Math.max(1, Math.min(cores, Math.floor(MOST_COPIED_BYTES / bytes.length)));
    // The worker's program is a part of this page.
    const program = `${document.getElementById("engine").textContent}\nserveDrawings();`;
    const address = URL.createObjectURL(new Blob([program], { type: "text/javascript" }));
    const workers = Array.from({ length: count }, () => new Worker(address));
    const renderer = new WorkerRenderer(picture, workers);
    try {
      await Promise.all(workers.map((worker) => answerOf(worker, { bytes })));
    } catch (error) {
      renderer.close();
      throw error;
    } finally {
      URL.revokeObjectURL(address);
    }
    return renderer;
  }

  constructor(picture, workers) {
    this.name = "JavaScript";
    this.onLost = null;
    this.picture = picture;
    this.workers = workers;
    this.canvas = document.createElement("canvas");
  }

  // Decodes the tiles that a drawing needs, those of all workers side by side. The page keeps them,
  // and gives workers what they need.
  async prepare(drawing, progressed = () => {}) {
    const { picture, workers } = this;
    const missing = picture.evaluated.missingTiles(picture, drawing);
    let [begun, done] = [0, 0];
    const decodeInTurn = async (worker) => {
      while (begun < missing.length) {
        const tile = missing[begun++];
        picture.tiles.set(tile, (await answerOf(worker, { tile })).latents);
        progressed(++done / (missing.length + 1));
      }
    };
    await Promise.all(workers.map(decodeInTurn));
  }

  // Resolves to a canvas with the drawing, which is valid until the next one. The next one
  // begins after that.
  async draw(drawing) {
    await this.prepare(drawing);
    const rows = Math.ceil(drawing.height / this.workers.length);
    const tops = this.workers.map((_, index) => index * rows).filter((top) => top < drawing.height);
    const bands = await Promise.all(
      tops.map((top, index) => {
        const height = Math.min(rows, drawing.height - top);
        const band = { ...drawing, y: drawing.y + top * drawing.step, height };
        const windows = this.picture.evaluated.latentsFor(this.picture, band);
        return answerOf(this.workers[index], { drawing: band, windows });
      }),
    );
    this.canvas.width = drawing.width;
    this.canvas.height = drawing.height;
    const context = this.canvas.getContext("2d");
    bands.forEach(({ pixels }, index) => {
      context.putImageData(new ImageData(pixels, drawing.width), 0, tops[index]);
    });
    return this.canvas;
  }

  close() {
    for (const worker of this.workers) worker.terminate();
  }
}

// Sends a message to a worker and resolves to its answer. It has one message at a time.
function answerOf(worker, message) {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => {
      if (data.problem === undefined) resolve(data);
      else reject(new SirenError(data.problem));
    };
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new SirenError("This browser cannot draw the picture."));
    };
    worker.postMessage(message);
  });
}
