// Calls functions of the page's scripts, which stand before this one, for tests/test_page_view.py:
// each line of stdin, [name, arguments] as JSON, becomes a line of what it returns.
const { createInterface } = require("node:readline");

globalThis.ImageData = class {
  constructor(width, height) {
    Object.assign(this, { width, height, data: new Uint8ClampedArray(width * height * 4) });
  }
};

// Enlarges own pixels, {left, top, width, height, data}, as the comparison does.
function enlarge(own, grid, isBicubic) {
  const pixels = { ...own, data: Uint8ClampedArray.from(own.data) };
  const wide = isBicubic ? widened(pixels, grid) : null;
  const rows = isBicubic
    ? cubicRows(wide, pixels, grid, 0, grid.height)
    : nearestRows(pixels, grid, 0, grid.height);
  return Array.from(rows.data);
}

const FUNCTIONS = {
  enlarge, coveredPart, hashOf, jetInOwnUnits, keptView, nextZoom, ownPart,
  pointAt, remainingPart, safeName, screenGrid, shownByHash, tilesOf, viewBetween, viewName,
  wholeView, zoomedView,
};
createInterface({ input: process.stdin }).on("line", (line) => {
  const [name, values] = JSON.parse(line);
  process.stdout.write(`${JSON.stringify(FUNCTIONS[name](...values))}\n`);
});
