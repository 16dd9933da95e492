// Paints a view: at once what is there, moved and scaled, then a coarse drawing, and when the
// view is still a less coarse one, and sharp tiles from the middle outward. The next move stops
// what is still to be drawn.
//
// A wish is {grid, look, drawing, enlargement}: what is to be seen. `drawing` has the constant
// part of a drawing ({what, exposure, scale}), `look` says which sheets show the same thing, and
// `enlargement` is "nearest", "bicubic" or null.
"use strict";

const STILL_MS = 120;
// Time that a coarse drawing may take while the view moves, and once it is still.
const COARSE_MS = 40;
const LESS_COARSE_MS = 300;
// Pixels of the screen along a pixel of the coarsest drawing.
const COARSEST = 16;
// Multiplications that are done in a millisecond, before it is measured.
const FIRST_SPEED = 8e5;
// Drawings of less work say nothing about speed; a whole tile has more.
const MEASURED_WORK = 1.6e7;
// Side of a square of the pattern below what is transparent, in pixels of the screen.
const BOARD_PIXELS = 8;

// Returns a painter of a canvas. `heard` has {progressed(share), failed(error)}.
function newPainter(canvas, picture, heard) {
  const context = canvas.getContext("2d");
  const sheets = { overview: newSheet(), coarse: newSheet(), older: newSheet(), newer: newSheet() };
  return {
    canvas, context, picture, heard, sheets, enlarged: newSheet(), own: null,
    renderer: null, wish: null, granted: null, worker: null, wake: null, frame: 0,
    speeds: {}, split: 0, waiting: [],
  };
}

function setRenderer(painter, renderer) {
  Object.assign(painter, { renderer, worker: null, granted: null, speeds: {} });
  painter.wake?.();
  fulfill(painter);
}

function wishFor(painter, wish) {
  painter.wish = wish;
  painter.wake?.();
  repaint(painter);
  fulfill(painter);
}

// Resolves when what is wished for is drawn sharply.
function sharp(painter) {
  if (painter.granted === painter.wish) return Promise.resolve();
  return new Promise((resolve) => painter.waiting.push(resolve));
}

// Draws until there is nothing more to draw.
async function fulfill(painter) {
  const { renderer } = painter;
  if (painter.worker !== null || renderer === null) return;
  painter.worker = renderer;
  try {
    while (painter.renderer === renderer && painter.granted !== painter.wish) {
      await approach(painter, painter.wish);
    }
  } catch (error) {
    if (painter.renderer === renderer) painter.heard.failed(error);
    return;
  }
  if (painter.renderer === renderer) painter.worker = null;
}

async function approach(painter, wish) {
  const { renderer } = painter;
  const goesOn = () => painter.wish === wish && painter.renderer === renderer;
  if (coarseness(painter, wish, COARSE_MS) > 1) {
    await drawCoarse(painter, wish, COARSE_MS);
    painter.heard.progressed(0);
    if (goesOn()) await pause(painter, STILL_MS);
    if (goesOn()) await drawCoarse(painter, wish, LESS_COARSE_MS);
  }
  if (goesOn()) await drawOverview(painter, wish);
  if (goesOn() && wish.enlargement !== null) await drawEnlarged(painter, wish, goesOn);
  if (goesOn()) await drawTiles(painter, wish, goesOn);
  if (!goesOn()) return;
  painter.granted = wish;
  forgetOtherLooks(painter, wish.look);
  repaint(painter);
  painter.heard.progressed(1);
  for (const resolve of painter.waiting.splice(0)) resolve();
}

// Waits, until the next move at most.
function pause(painter, milliseconds) {
  return new Promise((resolve) => {
    painter.wake = resolve;
    setTimeout(resolve, milliseconds);
  });
}

// Returns a drawing's image and measures how fast it was, or null where the renderer was changed.
async function drawn(painter, wish, part) {
  const { renderer } = painter;
  const drawing = { ...wish.drawing, ...part };
  // What is decoded first says nothing about how fast drawing is.
  await renderer.prepare?.(drawing, painter.heard.progressed);
  if (painter.renderer !== renderer) return null;
  const start = performance.now();
  const image = await renderer.draw(drawing);
  if (painter.renderer !== renderer) return null;
  const samples = drawing.width * drawing.height * drawing.samples ** 2;
  if (samples * sampleWork(painter.picture, drawing.what) >= MEASURED_WORK) {
    const speed = samples / Math.max(0.1, performance.now() - start);
    const before = painter.speeds[drawing.what] ?? speed;
    painter.speeds[drawing.what] = (before + speed) / 2;
  }
  return image;
}

function speedOf(painter, wish) {
  const { what } = wish.drawing;
  return painter.speeds[what] ?? FIRST_SPEED / sampleWork(painter.picture, what);
}

// Returns how many pixels of the screen a pixel of a drawing is long that takes some time; it is
// 1 where that is time enough to draw sharply.
function coarseness(painter, wish, milliseconds) {
  const { grid } = wish;
  const { width, height } = coveredPart(grid, painter.picture);
  const samples = samplesFor(painter.picture, grid.step, wish.drawing.what);
  const affordable = speedOf(painter, wish) * milliseconds;
  if (width * height * samples ** 2 <= affordable) return 1;
  const wanted = Math.sqrt((width * height) / affordable);
  return between(2, 2 ** Math.ceil(Math.log2(wanted)), COARSEST);
}

// Shows what there is of the wish, before the screen's next frame.
function repaint(painter) {
  painter.frame ||= requestAnimationFrame(() => {
    painter.frame = 0;
    const { canvas, context, wish } = painter;
    const { width, height } = wish.grid;
    if (canvas.width !== width || canvas.height !== height) {
      [canvas.width, canvas.height] = [width, height];
    }
    compose(painter, context);
    if (painter.picture.hasAlpha && wish.drawing.what === "image") paintBoard(painter, context);
  });
}

// Puts the sheets on one another, those that are finer above.
function compose(painter, context) {
  const { wish, sheets } = painter;
  const { grid } = wish;
  context.clearRect(0, 0, grid.width, grid.height);
  const covered = coveredPart(grid, painter.picture);
  context.save();
  context.beginPath();
  context.rect(covered.left, covered.top, covered.width, covered.height);
  context.clip();
  const isOpaque = !painter.picture.hasAlpha || wish.drawing.what !== "image";
  const rank = (sheet) => (sheet.look === wish.look ? 1 : 0);
  const order = Object.values(sheets).sort(
    (one, other) => rank(one) - rank(other) || other.step - one.step,
  );
  for (const sheet of order) showSheet(context, sheet, grid, isOpaque);
  // What was drawn for these very pixels is above what is finer, but from elsewhere.
  if (sheets.newer.step === grid.step) showSheet(context, sheets.newer, grid, isOpaque);
  if (wish.enlargement !== null) {
    context.beginPath();
    context.rect(0, 0, Math.round(painter.split * grid.width), grid.height);
    context.clip();
    showSheet(context, painter.enlarged, grid, isOpaque);
  }
  context.restore();
}

// Paints the pattern of transparency below what is there.
function paintBoard(painter, context) {
  const { left, top, width, height } = coveredPart(painter.wish.grid, painter.picture);
  context.save();
  context.globalCompositeOperation = "destination-over";
  context.fillStyle = painter.board ??= context.createPattern(boardTile(), "repeat");
  context.fillRect(left, top, width, height);
  context.restore();
}

function boardTile() {
  const tile = newCanvas(2 * BOARD_PIXELS, 2 * BOARD_PIXELS);
  const context = tile.getContext("2d");
  context.fillStyle = "#efefef";
  context.fillRect(0, 0, tile.width, tile.height);
  context.fillStyle = "#c4c4c4";
  context.fillRect(0, 0, BOARD_PIXELS, BOARD_PIXELS);
  context.fillRect(BOARD_PIXELS, BOARD_PIXELS, BOARD_PIXELS, BOARD_PIXELS);
  return tile;
}
