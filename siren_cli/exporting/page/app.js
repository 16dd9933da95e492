// Starts the page: reads the file, and wires the controls.
"use strict";

// Time without a move of the pointer after which a full screen shows the picture alone.
const IDLE_MS = 2500;

const thousands = (number) => Number(number).toLocaleString("en");

// Shows a sentence instead of the picture.
function fail(error) {
  const isOurs = error instanceof SirenError;
  console.error(error);
  const sentence = isOurs ? error.message : `This page cannot draw its picture: ${error.message}.`;
  byId("failure").textContent = sentence;
  byId("failure").hidden = false;
  byId("stage").hidden = true;
  document.querySelector("footer").hidden = true;
  for (const id of ["copy", "save-view", "save-file", "full", "help"]) byId(id).hidden = true;
}

function showSummary({ picture, bytes: file, facts, renderer }) {
  const psnr = facts.psnr === null ? "exact" : `PSNR ${facts.psnr.toFixed(1)} dB`;
  const size = `${picture.width} \u00d7 ${picture.height}`;
  const bytes = `${thousands(Math.round(file.length / 1000))} kB`;
  showWords("summary", "span", [size, `\u00b7 ${psnr}`, `\u00b7 ${bytes}`]);
  const details = [
    `${size} pixels, ${picture.color}, ${psnr} at the pixels`,
    `${thousands(file.length)} bytes, made by siren ${picture.tool}`,
    `drawn by ${renderer.name}`,
    ...facts.notes,
  ];
  showWords("details", "li", details);
  byId("stage").setAttribute("aria-label", `${facts.name}, ${size} pixels`);
}

// Fills an element with elements of a kind, one for each text.
function showWords(id, kind, texts) {
  byId(id).replaceChildren(...texts.map((text) => elementOf(kind, text)));
}

// Shows the picture or one of its derivatives.
function choose(page, what) {
  page.what = what;
  document.querySelector(`[name="what"][value="${what}"]`).checked = true;
  const isLight = page.picture.values?.scene === "light";
  byId("brightness").hidden = what === "image" && !isLight;
  showExposure(page);
  refresh(page);
}

// Tells a reader of the screen what is shown, and its values where keys have moved.
function chooseAndSay(page, what) {
  choose(page, what);
  const { textContent } = document.querySelector(`[value="${what}"] + span`);
  say(page, () => [textContent, ...(page.pointed === "middle" ? pointWords(page) : [])]);
}

function exposureText(stops) {
  return `${stops > 0 ? "+" : ""}${stops} stops`.replace("-", "\u2212");
}

function showExposure({ exposures, what }) {
  const stops = exposures[what];
  const text = exposureText(stops);
  byId("exposure").value = stops;
  byId("exposure").setAttribute("aria-valuetext", text);
  byId("stops").textContent = text;
}

function expose(page, stops) {
  page.exposures[page.what] = stops;
  showExposure(page);
  say(page, () => ["exposure", exposureText(stops)]);
  refresh(page);
}

function showHelp() {
  byId("helping").showModal();
}

function toggleFullScreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen?.().catch(() => {});
}

function listenToControls(page) {
  const clicks = {
    in: () => zoomStep(page, 1),
    out: () => zoomStep(page, -1),
    whole: () => showWhole(page),
    own: () => showOwnSize(page),
    copy: () => copyLink(page),
    full: toggleFullScreen,
    help: showHelp,
    "save-view": () => saveView(page),
    "save-file": () => saveFile(page),
  };
  for (const [id, act] of Object.entries(clicks)) byId(id).addEventListener("click", act);
  for (const radio of document.querySelectorAll('[name="what"]')) {
    radio.addEventListener("change", () => chooseAndSay(page, radio.value));
  }
  byId("exposure").addEventListener("input", (event) => expose(page, Number(event.target.value)));
  byId("exposure").addEventListener("dblclick", () => expose(page, 0));
  byId("full").hidden = !document.fullscreenEnabled;
  addEventListener("hashchange", () => openAddress(page));
  const wake = () => {
    document.body.classList.remove("idle");
    later(page, "idle", IDLE_MS, () => document.body.classList.add("idle"));
  };
  for (const kind of ["pointermove", "pointerdown", "keydown"]) addEventListener(kind, wake);
}

function openAddress(page) {
  const shown = shownByHash(location.hash);
  if (shown === null) return;
  choose(page, shown.what);
  setView(page, shown.view ?? wholeView(page.picture, page.stage));
}

// Shows how much is drawn sharply; the first time, something is drawn at all.
function showProgress(page, share) {
  page.starting?.seen();
  // The point may have waited for its tiles.
  if (byId("point").hidden) showPoint(page);
  byId("progress").style.transform = `scaleX(${share < 1 ? share : 0})`;
}

// Returns what the page says and its file does not.
function pageFacts(text) {
  try {
    const { name, psnr, scales, notes } = JSON.parse(text);
    const { gradient, laplacian } = scales;
    return { name: `${name}`, psnr, scales: { gradient, laplacian }, notes: [...notes] };
  } catch {
    throw new SirenError("This page is damaged: its facts cannot be read.");
  }
}

// Returns the page's state, from the file that it holds.
function newPage() {
  const facts = pageFacts(byId("facts")?.textContent);
  const bytes = bytesOfBase64(byId("file")?.textContent ?? "");
  const picture = parseSiren(bytes);
  const page = {
    picture, facts, bytes, stage: null, what: "image",
    view: { x: 0, y: 0, zoom: 1 },
    exposures: { image: 0, gradient: 0, laplacian: 0 },
    comparison: { isOn: false, enlargement: byId("enlargement").value, split: 0.5 },
    pointed: "nothing", mouse: null, point: null,
    renderer: null, goal: null, moves: 0, timers: {}, isSaving: false, starting: null,
  };
  page.painter = newPainter(byId("canvas"), picture, {
    progressed: (share) => showProgress(page, share),
    failed: (error) => loseRenderer(page, page.renderer, error),
  });
  return page;
}

async function start() {
  // The title and the controls are seen before a large file is decoded.
  await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  const page = newPage();
  measure(page);
  choose(page, "image");
  openAddress(page);
  keepMeasuring(page);
  listenToGestures(page);
  listenToDivider(page);
  listenToControls(page);
  await page.picture.evaluated.check(page.picture, page.bytes);
  await startDrawing(page);
  return page;
}

// Tests move the view and wait for drawings by this. Nothing else uses it.
function openToTests(started) {
  const tested = { view: null, renderer: null };
  tested.ready = started.then((page) => {
    Object.defineProperty(tested, "view", { get: () => page.view });
    Object.defineProperty(tested, "renderer", { get: () => page.renderer });
    tested.sharp = () => sharp(page.painter);
    tested.setView = (view) => setView(page, view);
    return sharp(page.painter);
  });
  tested.ready.catch(fail);
  window.siren = tested;
}

openToTests(start());
