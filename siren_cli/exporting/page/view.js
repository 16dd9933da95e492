// Where a view is: pure geometry, without the page.
//
// A view is {x, y, zoom}: the point in the middle of the stage, in pixels of the picture, and
// the CSS pixels for one of them. A stage is {width, height, ratio}: its size in pixels of the
// screen, and how many of them are a CSS pixel along each axis.
"use strict";

// CSS pixels of a pixel of the picture, at most, on a screen that has no finer ones.
const MOST_ZOOM = 16384;
// The picture can be made this much smaller than it is as a whole, and than its own size.
const SMALLER_THAN_WHOLE = 4;
// The sides of a whole picture are beside the borders by this, by rounding.
const SAME_ZOOM = 1e-6;
const MOST_HASH_LENGTH = 100;
// What is shown other than the picture itself.
const DERIVATIVES = ["gradient", "laplacian"];
const MOST_NAME_LENGTH = 80;
// Characters that have a meaning in paths, and those that are not seen.
const UNSAFE = /[\\/:*?"<>|\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]+/gu;

// Returns the zoom at which the whole picture just fits.
function wholeZoom(picture, stage) {
  return Math.min(stage.width / picture.width, stage.height / picture.height) / stage.ratio;
}

function wholeView(picture, stage) {
  return { x: picture.width / 2, y: picture.height / 2, zoom: wholeZoom(picture, stage) };
}

function isWhole(view, picture, stage) {
  return Math.abs(view.zoom / wholeZoom(picture, stage) - 1) < SAME_ZOOM;
}

// Returns the view within the bounds. The whole picture stays in the middle; from twice that
// size on, the middle is anywhere on the picture. Between these the bound widens as fast as is
// needed for a point of the picture to stay below the pointer while it is zoomed to.
function keptView(view, picture, stage) {
  const whole = wholeZoom(picture, stage);
  const least = Math.min(1, whole) / SMALLER_THAN_WHOLE;
  const zoom = between(least, view.zoom, Math.max(MOST_ZOOM / stage.ratio, whole));
  const room = between(0, 2 * (1 - whole / zoom), 1) / 2;
  const kept = (point, side) => between(side * (0.5 - room), point, side * (0.5 + room));
  return { x: kept(view.x, picture.width), y: kept(view.y, picture.height), zoom };
}

// Returns the view after the picture was dragged by CSS pixels to the right and down.
function draggedView(view, right, down) {
  return { x: view.x - right / view.zoom, y: view.y - down / view.zoom, zoom: view.zoom };
}

// Returns the view at another zoom in which the point at a place, CSS pixels from the middle of
// the stage, stays where it is.
function zoomedView(view, zoom, place) {
  const x = view.x + place.x / view.zoom - place.x / zoom;
  const y = view.y + place.y / view.zoom - place.y / zoom;
  return { x, y, zoom };
}

// Returns the next power of two above or below a zoom: all pixels are as large as the others.
function nextZoom(zoom, direction) {
  const power = Math.log2(zoom);
  return 2 ** (direction > 0 ? Math.floor(power + 0.001) + 1 : Math.ceil(power - 0.001) - 1);
}

// Returns the view at a share of the way between two, along which a point of the picture stays
// in its place.
function viewBetween(from, to, share) {
  const zoom = from.zoom ** (1 - share) * to.zoom ** share;
  const isSame = Math.abs(to.zoom / from.zoom - 1) < SAME_ZOOM;
  const way = isSame ? share : (1 / from.zoom - 1 / zoom) / (1 / from.zoom - 1 / to.zoom);
  return { x: from.x + (to.x - from.x) * way, y: from.y + (to.y - from.y) * way, zoom };
}

// Returns the point of the picture at a place, CSS pixels from the middle of the stage.
function pointAt(view, place) {
  return { x: view.x + place.x / view.zoom, y: view.y + place.y / view.zoom };
}

// Returns the place of a point of the picture, CSS pixels from the middle of the stage.
function stagePlace(view, point) {
  return { x: (point.x - view.x) * view.zoom, y: (point.y - view.y) * view.zoom };
}

function isInside(point, picture) {
  const { x, y } = point;
  return x >= 0 && y >= 0 && x <= picture.width && y <= picture.height;
}

// Returns the pixels of the screen: {left, top, step, width, height}. They are those of a
// drawing of the whole picture, so that views of the same zoom share them: pixel (0, 0) of the
// stage is number (left, top) from the picture's corner, and `step` pixels of the picture long.
function screenGrid(view, stage) {
  const scale = view.zoom * stage.ratio;
  return {
    left: Math.round(view.x * scale - stage.width / 2),
    top: Math.round(view.y * scale - stage.height / 2),
    step: 1 / scale,
    width: stage.width,
    height: stage.height,
  };
}

// Returns the part of the stage that the picture covers, in pixels of the screen.
function coveredPart(grid, picture) {
  const left = between(0, -grid.left, grid.width);
  const top = between(0, -grid.top, grid.height);
  // A picture that is thinner than a pixel of the screen is a pixel of it.
  const pixels = (side) => Math.max(1, Math.round(side / grid.step));
  const right = between(left, pixels(picture.width) - grid.left, grid.width);
  const bottom = between(top, pixels(picture.height) - grid.top, grid.height);
  return { left, top, width: right - left, height: bottom - top };
}

// Returns how many decimals a position has that is exact to a tenth of a CSS pixel.
function placesOf(zoom) {
  return between(0, Math.ceil(Math.log10(zoom) - 1e-9) + 1, 9);
}

// Returns the numbers of a view, as short as they are exact enough.
function viewNumbers(view) {
  const places = placesOf(view.zoom);
  const [x, y] = [view.x, view.y].map((position) => Number(position.toFixed(places)));
  return [x, y, Number(view.zoom.toPrecision(6))];
}

// Returns the end of a link to a view, null for the whole picture, and to what is shown of it:
// #384.5,256,12 or #384.5,256,12,gradient or #gradient, or nothing for the whole as it is.
function hashOf(view, what) {
  const parts = [...(view === null ? [] : viewNumbers(view)), ...(what === "image" ? [] : [what])];
  return parts.length === 0 ? "" : `#${parts.join(",")}`;
}

// Returns {view, what} of a link's end, or null where it makes no sense. The view is null for
// the whole picture.
function shownByHash(hash) {
  if (hash.length > MOST_HASH_LENGTH) return null;
  const text = hash.replace(/^#/, "").replace(/%2C/gi, ",");
  const parts = text === "" ? [] : text.split(",");
  const what = DERIVATIVES.includes(parts.at(-1)) ? parts.pop() : "image";
  if (parts.length === 0) return { view: null, what };
  const areNumbers = parts.length === 3 && parts.every((part) => /^-?\d+(\.\d+)?$/.test(part));
  const [x, y, zoom] = parts.map(Number);
  if (!areNumbers || zoom <= 0 || ![x, y, zoom].every(Number.isFinite)) return null;
  return { view: { x, y, zoom }, what };
}

// Returns a name of a file that all systems take.
function safeName(name) {
  const safe = name.replace(UNSAFE, "_");
  return [...safe].slice(0, MOST_NAME_LENGTH).join("").replace(/^[. ]+|[. ]+$/g, "") || "picture";
}

// Returns the name of the file of a view of photo.siren, such as photo-384.5,256-12.png or
// photo-384.5,256-12-gradient-compare.png.
function viewName(name, view, what, isCompared) {
  const [x, y, zoom] = viewNumbers(view);
  const looks = `${what === "image" ? "" : `-${what}`}${isCompared ? "-compare" : ""}`;
  return `${safeName(name.replace(/\.siren$/i, ""))}-${x},${y}-${zoom}${looks}.png`;
}
