// Moves the view, and says where it is.
//
// `page` is the state of the page: {picture, facts, bytes, stage, view, what, exposures,
// comparison, pointed, mouse, point, painter, renderer, goal, moves, timers, isSaving, starting}.
// `goal` is the view to which it glides, or null, and `starting` is what starting.js knows until
// it is clear what draws.
"use strict";

const GLIDE_MS = 180;
// Time without a move after which the address is changed, and after which a reader of the screen
// is told.
const ADDRESS_MS = 250;
const SAID_MS = 700;

const byId = (id) => document.getElementById(id);

// Shows a view now. It may be one on the way to another.
function setView(page, view, goal = null) {
  page.goal = goal;
  page.view = keptView(view, page.picture, page.stage);
  page.moves += 1;
  if (page.pointed === "mouse") page.point = pointAt(page.view, page.mouse);
  if (page.pointed === "middle") page.point = { x: page.view.x, y: page.view.y };
  refresh(page);
}

// Shows a view after a short way to it.
function glideTo(page, wanted) {
  const [from, to] = [page.view, keptView(wanted, page.picture, page.stage)];
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
    setView(page, to);
    return;
  }
  const start = performance.now();
  const step = (moves) => {
    if (page.moves !== moves) return;
    const share = between(0, (performance.now() - start) / GLIDE_MS, 1);
    if (share < 1) setView(page, viewBetween(from, to, share * (2 - share)), to);
    else setView(page, to);
    const own = page.moves;
    if (share < 1) requestAnimationFrame(() => step(own));
  };
  step(page.moves);
}

// Returns the view that is shown, or the one to which the page glides: what comes next begins
// there, so no step is lost when another follows soon.
function goalOf(page) {
  return page.goal ?? page.view;
}

function showWhole(page) {
  glideTo(page, wholeView(page.picture, page.stage));
}

function showOwnSize(page) {
  glideTo(page, zoomedView(goalOf(page), 1, { x: 0, y: 0 }));
}

// Zooms to the next power of two around a place, CSS pixels from the middle of the stage.
function zoomStep(page, direction, place = { x: 0, y: 0 }) {
  const view = goalOf(page);
  glideTo(page, zoomedView(view, nextZoom(view.zoom, direction), place));
}

// Moves the picture by CSS pixels to the right and down, and goes on with a glide.
function moveBy(page, right, down) {
  const view = draggedView(goalOf(page), right, down);
  if (page.goal === null) setView(page, view);
  else glideTo(page, view);
}

// Asks the painter for what is to be seen, and brings all around the picture up to date.
function refresh(page) {
  const { painter, view, stage, what, exposures, comparison } = page;
  const grid = screenGrid(view, stage);
  const canCompare = grid.step <= 1 + 1e-6;
  const exposure = exposures[what];
  painter.split = comparison.split;
  wishFor(painter, {
    grid,
    look: `${what} ${exposure}`,
    drawing: { what, exposure, scale: page.facts.scales[what] ?? null },
    enlargement: comparison.isOn && canCompare ? comparison.enlargement : null,
  });
  byId("zoom").textContent = zoomText(view.zoom);
  showDivider(page, canCompare);
  showPoint(page);
  later(page, "address", ADDRESS_MS, () => showAddress(page));
}

function zoomText(zoom) {
  const percent = zoom * 100;
  const digits = percent < 10 ? 2 : percent < 100 ? 1 : 0;
  return `${Number(percent.toFixed(digits)).toLocaleString("en")}\u00a0%`;
}

// Does something once no more of its kind came for a while.
function later(page, kind, milliseconds, act) {
  clearTimeout(page.timers[kind]);
  page.timers[kind] = setTimeout(act, milliseconds);
}

// The address has the view, unless that is the whole picture, and what is shown.
function showAddress(page) {
  const view = goalOf(page);
  const hash = hashOf(isWhole(view, page.picture, page.stage) ? null : view, page.what);
  if (hash === location.hash) return;
  try {
    history.replaceState(null, "", hash || location.pathname + location.search);
  } catch {
    // Some places where a page can be shown, such as previews of mail, have no address.
  }
}

// Tells a reader of the screen something, once no more comes for a while.
function say(page, wordsOf) {
  later(page, "said", SAID_MS, () => {
    byId("said").textContent = wordsOf().join(", ");
  });
}

// Tells a reader of the screen where a view is that keys have moved, and what is there.
function sayView(page) {
  say(page, () => {
    const where = page.point === null ? [] : [pointText(page), ...pointWords(page)];
    return [zoomText(page.view.zoom), ...where];
  });
}

// Gets the size of the stage in pixels of the screen; a whole picture stays one.
function measure(page, box = null) {
  const element = byId("stage");
  const ratio = devicePixelRatio || 1;
  const [width, height] = [element.clientWidth, element.clientHeight].map((side) => side * ratio);
  // Where the screen is only imitated, browsers name another number of pixels.
  const isExact = box !== null && width > 0 && Math.abs(box.inlineSize - width) < 2 * ratio;
  const wasWhole = page.stage === null || isWhole(goalOf(page), page.picture, page.stage);
  page.stage = {
    width: Math.max(1, isExact ? box.inlineSize : Math.round(width)),
    height: Math.max(1, isExact ? box.blockSize : Math.round(height)),
    ratio,
  };
  setView(page, wasWhole ? wholeView(page.picture, page.stage) : goalOf(page));
}

// Measures the stage whenever its size or the screen's pixels change.
function keepMeasuring(page) {
  const observer = new ResizeObserver(([entry]) => {
    measure(page, entry.devicePixelContentBoxSize?.[0] ?? null);
  });
  try {
    observer.observe(byId("canvas"), { box: "device-pixel-content-box" });
  } catch {
    observer.observe(byId("canvas"));
  }
  addEventListener("resize", () => measure(page));
}
