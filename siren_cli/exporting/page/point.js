// What the picture is at a point, as `siren query` says it: color, values in the picture's own
// units, and their derivatives.
"use strict";

const VALUE_DECIMALS = 6;
// Larger values have this many digits instead.
const VALUE_DIGITS = 7;
// Alpha below this is none, where colors are divided by it.
const LEAST_ALPHA = 1e-6;

// Returns {color, value, dx, dy, laplacian} at a point: a word such as #ff8000, and numbers of
// all channels.
function factsAt(picture, { x, y }) {
  const jet = jetAt(picture, x, y);
  return { color: hexOf(picture, jet.value), ...jetInOwnUnits(picture, jet) };
}

function hexOf(picture, value) {
  const bytes = new Uint8ClampedArray(4);
  storePixel(picture, storedBy(picture, 0), value, bytes, 0);
  const shown = Array.from(bytes.subarray(0, picture.hasAlpha ? 4 : 3));
  return `#${shown.map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

// Returns a jet of pixels as that of the values that they mean; colors stay premultiplied.
function jetInOwnUnits(picture, jet) {
  const { values, channels, hasAlpha } = picture;
  if (values === null) return jet;
  const parts = ({ value, dx, dy, laplacian }, channel) => {
    return [value[channel], dx[channel], dy[channel], laplacian[channel]];
  };
  const alpha = hasAlpha ? parts(jet, channels - 1) : [1, 0, 0, 0];
  const opacity = [between(0, alpha[0], 1), ...alpha.slice(1)];
  const own = [];
  for (let channel = 0; channel < channels - (hasAlpha ? 1 : 0); channel++) {
    const plain = jetOfQuotient(parts(jet, channel), opacity);
    own.push(jetOfProduct(jetOfValue(values, plain), opacity));
  }
  if (hasAlpha) own.push(alpha);
  const [value, dx, dy, laplacian] = [0, 1, 2, 3].map((order) => own.map((each) => each[order]));
  return { value, dx, dy, laplacian };
}

// Returns the jet of the value that a pixel means, by the chain rule.
function jetOfValue(values, [pixel, dx, dy, laplacian]) {
  const { curve, low, high, knee } = values;
  const isBent = curve === "asinh";
  const [start, stop] = endsOf(values);
  const width = stop - start;
  const bent = start + between(0, pixel, 1) * width;
  const value = between(low, isBent ? knee * Math.sinh(bent) : bent, high);
  const first = isBent ? knee * width * Math.cosh(bent) : width;
  const second = isBent ? knee * width ** 2 * Math.sinh(bent) : 0;
  const bend = first * laplacian + second * (dx * dx + dy * dy);
  return [value, first * dx, first * dy, bend];
}

function jetOfProduct(f, g) {
  const slopes = f[1] * g[1] + f[2] * g[2];
  return [
    f[0] * g[0],
    f[1] * g[0] + f[0] * g[1],
    f[2] * g[0] + f[0] * g[2],
    f[3] * g[0] + 2 * slopes + f[0] * g[3],
  ];
}

function jetOfQuotient(f, g) {
  const below = Math.max(g[0], LEAST_ALPHA);
  const value = f[0] / below;
  const [dx, dy] = [(f[1] - value * g[1]) / below, (f[2] - value * g[2]) / below];
  const slopes = dx * g[1] + dy * g[2];
  return [value, dx, dy, (f[3] - 2 * slopes - value * g[3]) / below];
}

function numberText(number) {
  if (Math.abs(number) < 1000) return number.toFixed(VALUE_DECIMALS).replace("-", "\u2212");
  return String(Number(number.toPrecision(VALUE_DIGITS))).replace("-", "\u2212");
}

// Returns the rows of the table of a point: a name, then the numbers of all channels.
function pointRows(picture, facts, what) {
  const rows = [[picture.color, facts.value]];
  if (what === "gradient") rows.push(["along x", facts.dx], ["along y", facts.dy]);
  if (what === "laplacian") rows.push(["Laplacian", facts.laplacian]);
  return rows;
}

// Returns the color and the rows of a point in words.
function pointWords({ picture, point, what }) {
  const facts = factsAt(picture, point);
  const rows = pointRows(picture, facts, what).map(([name, numbers]) =>
    [name, ...numbers.map(numberText)].join(" "),
  );
  return [`color ${facts.color}`, ...rows];
}

// Shows the point that is asked for, if it is in sight: that below the mouse or a finger, or the
// middle. The mouse marks its point itself.
function showPoint(page) {
  const { picture, view, stage, point } = page;
  const place = point && stagePlace(view, point);
  const isSeen =
    point !== null &&
    isInside(point, picture) &&
    isDecoded(picture, point) &&
    Math.abs(place.x) <= stage.width / stage.ratio / 2 &&
    Math.abs(place.y) <= stage.height / stage.ratio / 2;
  byId("point").hidden = !isSeen;
  byId("mark").hidden = !isSeen || page.pointed === "mouse";
  if (!isSeen) return;
  byId("mark").style.left = `${stage.width / stage.ratio / 2 + place.x}px`;
  byId("mark").style.top = `${stage.height / stage.ratio / 2 + place.y}px`;
  const facts = factsAt(picture, point);
  byId("place").textContent = pointText(page);
  byId("swatch").style.backgroundColor = facts.color;
  byId("hex").textContent = facts.color;
  const rows = pointRows(picture, facts, page.what).map(([name, numbers]) => {
    const row = document.createElement("tr");
    const cells = numbers.map((number) => elementOf("td", numberText(number)));
    row.append(elementOf("th", name), ...cells);
    return row;
  });
  byId("numbers").replaceChildren(...rows);
}

// Returns whether all is decoded that a point needs, so that it is known at once.
function isDecoded(picture, { x, y }) {
  const pixel = { x, y, step: 0, width: 1, height: 1, samples: 1 };
  return picture.evaluated.missingTiles(picture, pixel).length === 0;
}

function elementOf(kind, text) {
  const element = document.createElement(kind);
  element.textContent = text;
  return element;
}

function pointText({ point, view }) {
  const places = placesOf(view.zoom);
  return `x ${point.x.toFixed(places)}  y ${point.y.toFixed(places)}`;
}
