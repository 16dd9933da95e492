// Sheets: drawings that are kept to be shown again, moved and scaled, until there are better
// ones. There are a few of them, none larger than the stage.
//
// A sheet is {canvas, context, x, y, step, parts, look}: its upper left corner in pixels of the
// picture, how many of them a pixel of the sheet is long, the rectangles that are drawn, in
// pixels of the sheet, and what they show.
"use strict";

function newCanvas(width, height) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  return canvas;
}

function newSheet() {
  const canvas = newCanvas(1, 1);
  const context = canvas.getContext("2d");
  return { canvas, context, x: 0, y: 0, left: 0, top: 0, step: 1, parts: [], look: null };
}

// Makes a sheet empty, for a grid of pixels or any other place.
function resetSheet(sheet, { x, y, step, width, height }, look) {
  if (sheet.canvas.width === width && sheet.canvas.height === height) {
    sheet.context.clearRect(0, 0, width, height);
  } else {
    [sheet.canvas.width, sheet.canvas.height] = [width, height];
  }
  Object.assign(sheet, { x, y, step, look, parts: [] });
}

// Makes a sheet empty, for the pixels of the screen.
function resetToGrid(sheet, grid, look) {
  const { left, top, step } = grid;
  resetSheet(sheet, { ...grid, x: left * step, y: top * step }, look);
  Object.assign(sheet, { left, top });
}

function putOnSheet(sheet, image, part) {
  sheet.context.clearRect(part.left, part.top, part.width, part.height);
  sheet.context.drawImage(image, part.left, part.top);
  sheet.parts.push(part);
}

// Copies what a sheet shows of another of the same step onto it.
function copySheet(from, to) {
  const [right, down] = [from.left - to.left, from.top - to.top];
  const whole = { left: 0, top: 0, width: to.canvas.width, height: to.canvas.height };
  const moved = from.parts.map((part) =>
    commonPart({ ...part, left: part.left + right, top: part.top + down }, whole),
  );
  to.parts = moved.filter((part) => part !== null);
  if (to.parts.length > 0) to.context.drawImage(from.canvas, right, down);
}

function commonPart(one, other) {
  const left = Math.max(one.left, other.left);
  const top = Math.max(one.top, other.top);
  const width = Math.min(one.left + one.width, other.left + other.width) - left;
  const height = Math.min(one.top + one.height, other.top + other.height) - top;
  return width > 0 && height > 0 ? { left, top, width, height } : null;
}

// Returns the rectangle that is left of a part where others are drawn already, or null. A part
// is only made smaller where a whole strip of it is drawn.
function remainingPart(part, drawn) {
  let { left, top } = part;
  let [right, bottom] = [left + part.width, top + part.height];
  for (const other of drawn) {
    const [otherRight, otherBottom] = [other.left + other.width, other.top + other.height];
    if (other.top <= top && otherBottom >= bottom) {
      if (other.left <= left) left = Math.max(left, otherRight);
      if (otherRight >= right) right = Math.min(right, other.left);
    } else if (other.left <= left && otherRight >= right) {
      if (other.top <= top) top = Math.max(top, otherBottom);
      if (otherBottom >= bottom) bottom = Math.min(bottom, other.top);
    }
    if (left >= right || top >= bottom) return null;
  }
  return { left, top, width: right - left, height: bottom - top };
}

// Returns a part of a sheet in pixels of the screen.
function partOnScreen(sheet, grid, part) {
  const scale = sheet.step / grid.step;
  const edge = (start, position, first) => Math.round(start / grid.step - first + position * scale);
  const left = edge(sheet.x, part.left, grid.left);
  const top = edge(sheet.y, part.top, grid.top);
  const width = edge(sheet.x, part.left + part.width, grid.left) - left;
  return { left, top, width, height: edge(sheet.y, part.top + part.height, grid.top) - top };
}

// Shows a sheet where it belongs on the screen, in place of what is there. What is opaque just
// covers that, without a seam at its edges.
function showSheet(context, sheet, grid, isOpaque) {
  if (sheet.parts.length === 0) return;
  const screen = { left: 0, top: 0, width: grid.width, height: grid.height };
  const scale = sheet.step / grid.step;
  const isSame = sheet.step === grid.step;
  const snapped = (position) => (isSame ? Math.round(position) : position);
  const left = snapped(sheet.x / grid.step - grid.left);
  const top = snapped(sheet.y / grid.step - grid.top);
  // Only what can be seen is taken: canvases are not exact far outside of themselves.
  const first = (start) => Math.max(0, Math.floor(-start / scale) - 1);
  const last = (start, shown, side) => Math.min(side, Math.ceil((shown - start) / scale) + 1);
  const [x, y] = [first(left), first(top)];
  const width = last(left, grid.width, sheet.canvas.width) - x;
  const height = last(top, grid.height, sheet.canvas.height) - y;
  if (width <= 0 || height <= 0) return;
  context.save();
  context.beginPath();
  for (const part of sheet.parts) {
    const shown = commonPart(partOnScreen(sheet, grid, part), screen);
    if (shown !== null) context.rect(shown.left, shown.top, shown.width, shown.height);
  }
  context.clip();
  if (!isOpaque) context.clearRect(0, 0, grid.width, grid.height);
  context.imageSmoothingEnabled = !isSame;
  const target = [left + x * scale, top + y * scale, width * scale, height * scale];
  context.drawImage(sheet.canvas, x, y, width, height, ...target);
  context.restore();
}

// Returns whether the pixels of a sheet are those of the screen.
function sheetFits({ canvas, left, top, step, parts }, grid) {
  const isSameSize = canvas.width === grid.width && canvas.height === grid.height;
  const isSamePlace = left === grid.left && top === grid.top && step === grid.step;
  return isSameSize && isSamePlace && parts.length > 0;
}
