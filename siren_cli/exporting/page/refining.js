// The drawings that a painter makes one after the other: coarse, the whole picture small, own
// pixels enlarged, sharp tiles.
"use strict";

// Time that a sharp tile should take, and the least multiplications that it has: with fewer of
// them, a device that answers late would be taken for one that computes slowly.
const TILE_MS = 70;
const LEAST_WORK = 1.3e8;
// Least and longest side of a tile, in pixels of the screen.
const LEAST_TILE = 8;
const MOST_TILE = 1024;
// Most tiles along a side of the stage: all of them are looked through for each.
const MOST_TILES = 64;
// Longer side of the small whole picture.
const OVERVIEW_SIDE = 256;
// Rows that are enlarged at once.
const ENLARGED_ROWS = 96;

async function drawCoarse(painter, wish, milliseconds) {
  const { grid, look } = wish;
  const { sheets } = painter;
  const factor = coarseness(painter, wish, milliseconds);
  if (factor === 1) return;
  const covered = coveredPart(grid, painter.picture);
  const isFine = (sheet) => sheet.look === look && sheet.step <= grid.step * factor * 1.01;
  const fine = Object.values(sheets).filter(isFine);
  const partsOf = (some) =>
    some.flatMap((sheet) => sheet.parts.map((part) => partOnScreen(sheet, grid, part)));
  const shown = partsOf(fine);
  if (covered.width === 0 || covered.height === 0 || remainingPart(covered, shown) === null) return;
  // The coarse sheet is drawn anew, so what it shows now is drawn again.
  const part = remainingPart(covered, partsOf(fine.filter((sheet) => sheet !== sheets.coarse)));
  const place = {
    x: (grid.left + part.left) * grid.step,
    y: (grid.top + part.top) * grid.step,
    step: grid.step * factor,
    width: Math.ceil(part.width / factor),
    height: Math.ceil(part.height / factor),
  };
  const image = await drawn(painter, wish, { ...place, samples: 1 });
  if (image === null) return;
  resetSheet(sheets.coarse, place, look);
  putOnSheet(sheets.coarse, image, { left: 0, top: 0, width: place.width, height: place.height });
  if (shown.length === 0) forgetOtherLooks(painter, look);
  repaint(painter);
}

// Draws the whole picture small, so that there is something to show wherever a view moves.
async function drawOverview(painter, wish) {
  const { picture, sheets } = painter;
  if (sheets.overview.look === wish.look) return;
  const step = Math.max(1, Math.max(picture.width, picture.height) / OVERVIEW_SIDE);
  const [width, height] = [picture.width, picture.height].map((side) => Math.ceil(side / step));
  const place = { x: 0, y: 0, step, width, height };
  const image = await drawn(painter, wish, { ...place, samples: 1 });
  if (image === null) return;
  resetSheet(sheets.overview, place, wish.look);
  putOnSheet(sheets.overview, image, { left: 0, top: 0, width, height });
}

function forgetOtherLooks(painter, look) {
  for (const sheet of [...Object.values(painter.sheets), painter.enlarged]) {
    if (sheet.look !== look) Object.assign(sheet, { look: null, parts: [] });
  }
}

// Gets a sheet for the pixels of the screen, with all that is drawn of them already.
function startSheet(painter, { grid, look }) {
  const { sheets } = painter;
  const { older, newer } = sheets;
  const isSame = newer.look === look && newer.step === grid.step;
  if (isSame && sheetFits(newer, grid)) return newer;
  resetToGrid(older, grid, look);
  if (isSame) copySheet(newer, older);
  Object.assign(sheets, { older: newer, newer: older });
  return older;
}

async function drawTiles(painter, wish, goesOn) {
  const { grid, drawing } = wish;
  const samples = samplesFor(painter.picture, grid.step, drawing.what);
  const sheet = startSheet(painter, wish);
  const covered = coveredPart(grid, painter.picture);
  const side = tileSide(painter, wish, samples);
  const tiles = tilesOf(grid, covered, side);
  for (const [number, tile] of tiles.entries()) {
    const part = remainingPart(tile, sheet.parts);
    if (part === null) continue;
    const corner = { x: (grid.left + part.left) * grid.step, y: (grid.top + part.top) * grid.step };
    const size = { width: part.width, height: part.height, step: grid.step, samples };
    const image = await drawn(painter, wish, { ...corner, ...size });
    if (image === null) return;
    putOnSheet(sheet, image, part);
    repaint(painter);
    if (!goesOn()) return;
    painter.heard.progressed((number + 1) / tiles.length);
  }
  sheet.parts = [covered];
}

function tileSide(painter, wish, samples) {
  const least = LEAST_WORK / sampleWork(painter.picture, wish.drawing.what);
  const affordable = Math.max(speedOf(painter, wish) * TILE_MS, least);
  const side = Math.sqrt(affordable) / samples;
  const { width, height } = wish.grid;
  const shortest = Math.max(LEAST_TILE, width / MOST_TILES, height / MOST_TILES);
  return Math.ceil(between(shortest, 2 ** Math.floor(Math.log2(side)), MOST_TILE));
}

// Returns the tiles of a part of the screen, those in the middle first.
function tilesOf(grid, part, side) {
  const first = (start, position) => Math.floor((start + position) / side) * side - start;
  const tiles = [];
  for (let top = first(grid.top, part.top); top < part.top + part.height; top += side) {
    for (let left = first(grid.left, part.left); left < part.left + part.width; left += side) {
      tiles.push(commonPart({ left, top, width: side, height: side }, part));
    }
  }
  const [middle, center] = [grid.width / 2, grid.height / 2];
  const distance = ({ left, top, width, height }) =>
    Math.hypot(left + width / 2 - middle, top + height / 2 - center);
  return tiles.sort((one, other) => distance(one) - distance(other));
}

// Enlarges the picture's own pixels for the comparison.
async function drawEnlarged(painter, wish, goesOn) {
  const { grid, enlargement } = wish;
  const sheet = painter.enlarged;
  const isSame = sheet.look === wish.look && sheet.enlargement === enlargement;
  if (isSame && sheetFits(sheet, grid)) return;
  const own = await ownPixels(painter, wish, goesOn);
  if (own === null) return;
  const wide = enlargement === "bicubic" ? widened(own, grid) : null;
  const rows = [];
  for (let top = 0; top < grid.height; top += ENLARGED_ROWS) {
    const height = Math.min(ENLARGED_ROWS, grid.height - top);
    const image =
      wide === null
        ? nearestRows(own, grid, top, height)
        : cubicRows(wide, own, grid, top, height);
    rows.push(image);
    await pause(painter, 0);
    if (!goesOn()) return;
  }
  resetToGrid(sheet, grid, wish.look);
  sheet.enlargement = enlargement;
  for (const [number, image] of rows.entries()) {
    sheet.context.putImageData(image, 0, number * ENLARGED_ROWS);
  }
  sheet.parts = [{ left: 0, top: 0, width: grid.width, height: grid.height }];
  repaint(painter);
}

// Returns the pixels of the picture at its own size that a view needs, or null where it ended.
async function ownPixels(painter, wish, goesOn) {
  const part = ownPart(wish.grid, painter.picture);
  const isInOwn = (own) => own !== null && own.look === wish.look && holds(own, part);
  if (isInOwn(painter.own)) return painter.own;
  const canvas = newCanvas(part.width, part.height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const samples = samplesFor(painter.picture, 1, wish.drawing.what);
  const side = tileSide(painter, wish, samples);
  for (const tile of tilesOf({ ...part }, { ...part, left: 0, top: 0 }, side)) {
    const size = { step: 1, samples, width: tile.width, height: tile.height };
    const corner = { x: part.left + tile.left, y: part.top + tile.top };
    const image = await drawn(painter, wish, { ...corner, ...size });
    if (image === null || !goesOn()) return null;
    context.drawImage(image, tile.left, tile.top);
  }
  const { data } = context.getImageData(0, 0, part.width, part.height);
  painter.own = { ...part, data, look: wish.look };
  return painter.own;
}

// Returns whether a part lies in another as a whole.
function holds(other, part) {
  const common = commonPart(other, part);
  return common !== null && common.width === part.width && common.height === part.height;
}
