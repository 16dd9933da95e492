// The comparison: its divider, and what stands on both sides.
"use strict";

const DIVIDER_STEP = 0.01;

function toggleComparison(page) {
  page.comparison.isOn = !page.comparison.isOn;
  byId("compare").setAttribute("aria-pressed", String(page.comparison.isOn));
  refresh(page);
}

// Shows the divider where there is a comparison; below the own size there is none.
function showDivider({ comparison }, canCompare) {
  const isShown = comparison.isOn && canCompare;
  const divider = byId("divider");
  for (const id of ["divider", "left-side", "right-side"]) byId(id).hidden = !isShown;
  byId("below").hidden = !comparison.isOn || canCompare;
  const percent = Math.round(comparison.split * 100);
  divider.style.left = `${comparison.split * 100}%`;
  divider.setAttribute("aria-valuenow", String(percent));
  divider.setAttribute("aria-valuetext", `${percent} % enlarged pixels`);
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
  });
  byId("compare").addEventListener("click", () => toggleComparison(page));
}
