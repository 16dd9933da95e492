// Fingers, the mouse, the wheel and keys.
"use strict";

// A wheel zooms by the exponential of its turn, in CSS pixels, times this; two fingers on a
// trackpad come as a wheel with the control key.
const WHEEL_SPEED = 0.0018;
const PINCH_SPEED = 0.01;
const MOST_TURN = 240;
const LINE_PIXELS = 30;
// Two clicks are one gesture within this time and distance, and with less of a move.
const CLICK_MS = 350;
const CLICK_PIXELS = 30;
const STILL_PIXELS = 6;
// Way of an arrow key in CSS pixels.
const ARROW_PIXELS = 60;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

// Returns the place of an event, CSS pixels from the middle of the stage.
function eventPlace(event) {
  const { left, top, width, height } = byId("stage").getBoundingClientRect();
  return { x: event.clientX - left - width / 2, y: event.clientY - top - height / 2 };
}

function distanceOf(one, other) {
  return Math.hypot(one.x - other.x, one.y - other.y);
}

// Returns the middle of all fingers, and how far apart the first two are.
function gripOf(fingers) {
  const places = [...fingers.values()];
  const mean = (axis) => places.reduce((sum, place) => sum + place[axis], 0) / places.length;
  const spread = places.length > 1 ? distanceOf(places[0], places[1]) : 0;
  return { x: mean("x"), y: mean("y"), spread };
}

function listenToPointers(page, canvas, fingers) {
  let press = null;
  let click = null;
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, eventPlace(event));
    press = fingers.size === 1 ? eventPlace(event) : null;
  });
  canvas.addEventListener("pointermove", (event) => {
    const place = eventPlace(event);
    if (press !== null && distanceOf(press, place) > STILL_PIXELS) press = null;
    if (fingers.has(event.pointerId)) follow(page, fingers, event.pointerId, place);
    if (event.pointerType === "mouse") askFor(page, "mouse", place);
  });
  const release = (event) => {
    const wasHeld = fingers.delete(event.pointerId);
    if (!wasHeld || press === null || event.type !== "pointerup") return;
    const now = { ...press, time: event.timeStamp };
    const isSecond =
      click !== null && now.time - click.time < CLICK_MS && distanceOf(now, click) < CLICK_PIXELS;
    click = isSecond ? null : now;
    if (isSecond) zoomStep(page, event.shiftKey ? -1 : 1, now);
    else if (event.pointerType !== "mouse") askFor(page, "finger", now);
  };
  canvas.addEventListener("pointerup", release);
  canvas.addEventListener("pointercancel", release);
  canvas.addEventListener("pointerleave", () => {
    if (page.pointed === "mouse" && fingers.size === 0) askFor(page, "nothing", null);
  });
}

// Moves and zooms as a finger does that is now at a place.
function follow(page, fingers, id, place) {
  const before = gripOf(fingers);
  fingers.set(id, place);
  const now = gripOf(fingers);
  let view = draggedView(page.view, now.x - before.x, now.y - before.y);
  if (before.spread > 0) view = zoomedView(view, (view.zoom * now.spread) / before.spread, now);
  setView(page, view);
}

// Asks for the point below the mouse or a finger, or for none.
function askFor(page, pointed, place) {
  page.pointed = pointed;
  page.mouse = place;
  page.point = place && pointAt(page.view, place);
  showPoint(page);
}

function onWheel(page, event) {
  event.preventDefault();
  const unit = event.deltaMode === 0 ? 1 : LINE_PIXELS;
  const turn = between(-MOST_TURN, event.deltaY * unit, MOST_TURN);
  const speed = event.ctrlKey ? PINCH_SPEED : WHEEL_SPEED;
  const place = eventPlace(event);
  setView(page, zoomedView(page.view, page.view.zoom * Math.exp(-turn * speed), place));
}

// Returns what a key of one character does, or null. These keys can be switched off, for who
// speaks to a computer or touches keys by accident.
function actOfKey(page, event) {
  if (!byId("shortcuts").checked) return null;
  const acts = {
    "+": () => zoomStep(page, 1),
    "=": () => zoomStep(page, 1),
    "-": () => zoomStep(page, -1),
    "0": () => showWhole(page),
    "1": () => showOwnSize(page),
    f: toggleFullScreen,
    c: () => toggleComparison(page),
    p: () => chooseAndSay(page, "image"),
    g: () => chooseAndSay(page, "gradient"),
    l: () => chooseAndSay(page, "laplacian"),
    s: () => saveView(page),
    "?": showHelp,
  };
  const key = event.key.toLowerCase();
  return Object.hasOwn(acts, key) ? acts[key] : null;
}

function onKey(page, event) {
  const { target, key } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || byId("helping").open) return;
  if (target.closest("select")) return;
  const isControl = target.closest("input, #divider") !== null;
  if (key in ARROWS && !isControl) {
    const far = event.shiftKey ? 4 : 1;
    const [right, down] = ARROWS[key].map((sign) => -sign * far * ARROW_PIXELS);
    moveBy(page, right, down);
  } else {
    const act = actOfKey(page, event);
    if (act === null) return;
    act();
  }
  event.preventDefault();
  if (key in ARROWS || "+=-01".includes(key)) {
    askFor(page, "middle", { x: 0, y: 0 });
    sayView(page);
  }
}

// Safari has gestures of its own for two fingers on a trackpad. On a touch screen they come
// beside the fingers.
function listenToSafari(page, fingers) {
  let zoom = 1;
  document.addEventListener("gesturestart", (event) => {
    event.preventDefault();
    zoom = page.view.zoom;
  });
  document.addEventListener("gesturechange", (event) => {
    event.preventDefault();
    const isOnStage = event.target === byId("canvas") && fingers.size === 0;
    if (isOnStage) setView(page, zoomedView(page.view, zoom * event.scale, eventPlace(event)));
  });
}

function listenToGestures(page) {
  const canvas = byId("canvas");
  const fingers = new Map();
  listenToPointers(page, canvas, fingers);
  listenToSafari(page, fingers);
  canvas.addEventListener("wheel", (event) => onWheel(page, event), { passive: false });
  document.addEventListener("keydown", (event) => onKey(page, event));
  byId("shortcuts").addEventListener("change", (event) => {
    byId("characters").hidden = !event.target.checked;
  });
}
