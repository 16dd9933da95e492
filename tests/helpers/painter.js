// Paints on canvases that hold nothing, for tests/test_page_painter.py; the scripts of the page stand
// before this one. It prints what is drawn and what is not, as JSON.
const context = new Proxy({}, { get: () => () => null, set: () => true });
globalThis.document = {
  createElement: () => ({ width: 0, height: 0, getContext: () => context }),
};
globalThis.requestAnimationFrame = () => 1;

const PICTURE = { width: 3000, height: 2000, pixels: "area", work: 2156 };
const RENDERER = { name: "nothing", draw: async ({ width, height }) => ({ width, height }) };

function wish(left, step = 0.5, look = "image") {
  const drawing = { what: look, exposure: 0, scale: null };
  return { grid: { left, top: 100, step, width: 1200, height: 800 }, look, drawing, enlargement: null };
}

function painterOf(picture) {
  const painter = newPainter(document.createElement("canvas"), picture, {});
  // It is as slow at the end as at the beginning.
  const speeds = new Proxy({}, { get: () => undefined, set: () => true });
  return Object.assign(painter, { renderer: RENDERER, speeds });
}

function isCovered(painter, { grid }, sheet) {
  const parts = sheet.parts.map((part) => partOnScreen(sheet, grid, part));
  return remainingPart(coveredPart(grid, painter.picture), parts) === null;
}

async function dragged() {
  const painter = painterOf(PICTURE);
  const covered = [];
  for (let left = 500; left < 800; left += 30) {
    painter.wish = wish(left);
    await drawCoarse(painter, painter.wish, 40);
    covered.push(isCovered(painter, painter.wish, painter.sheets.coarse));
  }
  return covered;
}

async function switched() {
  const painter = painterOf(PICTURE);
  await drawOverview(painter, wish(0));
  forgetOtherLooks(painter, "gradient");
  await drawOverview(painter, wish(0));
  return painter.sheets.overview.parts.length;
}

function tiles() {
  const { grid, drawing } = wish(0, 20);
  const side = tileSide(painterOf(PICTURE), { grid, drawing }, samplesFor(PICTURE, 20, "image"));
  return tilesOf(grid, { left: 0, top: 0, width: 1200, height: 800 }, side).length;
}

(async () => {
  const found = { dragged: await dragged(), switched: await switched(), tiles: tiles() };
  process.stdout.write(JSON.stringify(found));
})();
