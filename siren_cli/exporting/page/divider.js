// The comparison: its divider, and what stands on both sides.
"use strict";

const DIVIDER_STEP = 0.01;
// The zoom to which a comparison goes at least from where pixels are not seen.
const COMPARED_ZOOM = 2;

function toggleComparison(page) {
  const { comparison } = page;
  comparison.isOn = !comparison.isOn;
  byId("compare").setAttribute("aria-pressed", String(comparison.isOn));
  refresh(page);
  sayComparison(page);
  const view = goalOf(page);
  const isSeen = view.zoom >= 1 && view.zoom * page.stage.ratio >= 1;
  if (!comparison.isOn || isSeen) return;
  const zoom = Math.max(COMPARED_ZOOM, 1 / page.stage.ratio);
  glideTo(page, zoomedView(view, zoom, { x: 0, y: 0 }));
  note(page, `Zoomed to ${zoomText(zoom)}, where pixels are seen.`);
}

// Returns what stands on the left, as its choice names it.
function leftSide() {
  return byId("enlargement").selectedOptions[0].textContent;
}

function sayComparison(page) {
  const { isOn } = page.comparison;
  say(page, () => (isOn ? ["comparison on", `${leftSide()} on the left`] : ["comparison off"]));
}

// Shows the divider where there is a comparison; below the own size there is none.
function showDivider({ comparison }, canCompare) {
  const isShown = comparison.isOn && canCompare;
  const divider = byId("divider");
  for (const id of ["divider", "left-side", "right-side"]) byId(id).hidden = !isShown;
  byId("below").hidden = !comparison.isOn || canCompare;
  const percent = Math.round(comparison.split * 100);
  const [left, right] = [leftSide(), byId("right-side").textContent];
  divider.setAttribute("aria-label", `divider, ${left} on the left, ${right} on the right`);
  divider.style.left = `${comparison.split * 100}%`;
  divider.setAttribute("aria-valuenow", String(percent));
  divider.setAttribute("aria-valuetext", `${percent} % ${left}, ${100 - percent} % ${right}`);
}

function splitAt(page, share) {
  page.comparison.split = between(0, share, 1);
  page.painter.split = page.comparison.split;
  showDivider(page, true);
  repaint(page.painter);
}

function listenToDivider(page) {
  const divider = byId("divider");
  const { comparison } = page;
  const held = new Set();
  divider.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    divider.setPointerCapture(event.pointerId);
    held.add(event.pointerId);
  });
  divider.addEventListener("pointermove", (event) => {
    const { left, width } = byId("stage").getBoundingClientRect();
    if (held.has(event.pointerId)) splitAt(page, (event.clientX - left) / width);
  });
  for (const kind of ["pointerup", "pointercancel"]) {
    divider.addEventListener(kind, (event) => held.delete(event.pointerId));
  }
  divider.addEventListener("keydown", (event) => {
    const far = (event.shiftKey ? 10 : 1) * DIVIDER_STEP;
    const [across, down] = ARROWS[event.key] ?? [0, 0];
    const ends = { Home: 0, End: 1 };
    if (event.key in ends) splitAt(page, ends[event.key]);
    else if (event.key in ARROWS) splitAt(page, comparison.split + (across - down) * far);
    else return;
    event.preventDefault();
  });
  divider.addEventListener("wheel", (event) => onWheel(page, event), { passive: false });
  byId("enlargement").addEventListener("change", (event) => {
    comparison.enlargement = event.target.value;
    refresh(page);
    sayComparison(page);
  });
  byId("compare").addEventListener("click", () => toggleComparison(page));
}
