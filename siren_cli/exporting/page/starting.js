// Chooses what draws a page: JavaScript in workers at first, and WebGL2 for mosaics where it works.
"use strict";

// Time after which WebGL2 is started even if nothing is seen yet.
const PATIENCE_MS = 2000;
const FALLBACK_NOTE = "Without WebGL2, JavaScript draws the picture, more slowly.";

// Makes JavaScript draw at once, and WebGL2 as soon as it is ready, which takes some devices
// seconds. `?renderer=javascript` is for tests.
async function startDrawing(page) {
  const seen = new Promise((resolve) => (page.starting = { seen: resolve, problem: null }));
  const started = startWorkers(page);
  const { hasShader } = page.picture.evaluated;
  if (hasShader) {
    await Promise.race([seen, new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
  }
  const renderer = hasShader ? await createGlRenderer(page.picture) : null;
  if (renderer !== null) {
    const workers = page.renderer;
    take(page, renderer);
    workers?.close();
  } else {
    await started;
    if (page.renderer === null) throw page.starting.problem;
    if (hasShader) note(page, FALLBACK_NOTE);
  }
  page.starting = null;
}

async function startWorkers(page) {
  try {
    const workers = await WorkerRenderer.create(page.picture, page.bytes);
    if (page.renderer === null) take(page, workers);
    else workers.close();
  } catch (error) {
    stumble(page, error);
  }
}

// Remembers why JavaScript does not draw, for WebGL2 may still do.
function stumble({ starting }, error) {
  if (starting === null) return;
  starting.problem = error;
  starting.seen();
}

// Resolves to what draws by WebGL2, or to null.
async function createGlRenderer(picture) {
  try {
    const wanted = new URLSearchParams(location.search).get("renderer");
    if (wanted === "javascript") throw new Error("it is not wanted");
    return await GlRenderer.create(picture);
  } catch (error) {
    console.info(`WebGL2 does not draw this picture: ${error.message}`);
    return null;
  }
}

function take(page, renderer) {
  page.renderer = renderer;
  renderer.onLost = () => loseRenderer(page, renderer);
  setRenderer(page.painter, renderer);
  showSummary(page);
  byId("loading").hidden = true;
}

// Draws by JavaScript from now on, or says that nothing draws.
async function loseRenderer(page, renderer, error = new Error("its workers ended")) {
  if (page.renderer !== renderer) return;
  page.renderer = null;
  page.painter.renderer = null;
  renderer.close();
  if (page.starting !== null) {
    stumble(page, error);
    return;
  }
  try {
    if (renderer.name === "JavaScript") throw error;
    take(page, await WorkerRenderer.create(page.picture, page.bytes));
    note(page, FALLBACK_NOTE);
  } catch (problem) {
    fail(problem);
    byId("save-file").hidden = false;
  }
}
