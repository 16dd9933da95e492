// Takes something out of the page: a link, a picture of the view, the file.
"use strict";

const NOTE_MS = 4000;

// Says something for a few seconds.
function note(page, text) {
  byId("note").textContent = text;
  later(page, "note", NOTE_MS, () => {
    byId("note").textContent = "";
  });
}

async function copyLink(page) {
  showAddress(page);
  const link = location.href;
  try {
    await navigator.clipboard.writeText(link);
  } catch {
    // Pages without a server may have no clipboard, but the older way.
    if (!copiedByHand(link)) {
      note(page, "The link is in the address bar.");
      return;
    }
  }
  note(page, "The link to this view is copied.");
}

function copiedByHand(text) {
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "unseen";
  document.body.append(field);
  field.select();
  const isCopied = document.execCommand("copy");
  field.remove();
  return isCopied;
}

function download(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

// Saves what is on the stage, as soon as it is sharp.
async function saveView(page) {
  if (page.isSaving) return;
  page.isSaving = true;
  if (page.painter.granted !== page.painter.wish) {
    note(page, "The view is saved as soon as it is sharp.");
  }
  await sharp(page.painter);
  const { grid, drawing, enlargement } = page.painter.wish;
  const shown = newCanvas(grid.width, grid.height);
  const context = shown.getContext("2d");
  compose(page.painter, context);
  if (enlargement !== null) drawDivider(context, page.comparison.split, page.stage.ratio);
  const cut = cutToPicture(shown, coveredPart(grid, page.picture));
  const name = viewName(page.facts.name, page.view, drawing.what, enlargement !== null);
  const blob = await new Promise((resolve) => cut.toBlob(resolve, "image/png"));
  page.isSaving = false;
  if (blob === null) {
    note(page, "This browser could not save the view.");
    return;
  }
  download(blob, name);
  note(page, `Saved as ${name}.`);
}

// Draws the line between the two sides of a comparison, as it is on the stage: white with dark
// borders, four CSS pixels in all.
function drawDivider(context, split, ratio) {
  const { width, height } = context.canvas;
  const left = Math.round(split * width) - 2 * ratio;
  context.fillStyle = "#000000aa";
  context.fillRect(left, 0, 4 * ratio, height);
  context.fillStyle = "#ffffff";
  context.fillRect(left + ratio, 0, 2 * ratio, height);
}

// Returns the part of the stage that the picture covers.
function cutToPicture(canvas, { left, top, width, height }) {
  const cut = newCanvas(Math.max(1, width), Math.max(1, height));
  cut.getContext("2d").drawImage(canvas, -left, -top);
  return cut;
}

function saveFile(page) {
  const name = `${safeName(page.facts.name.replace(/\.siren$/i, ""))}.siren`;
  download(new Blob([page.bytes], { type: "application/octet-stream" }), name);
  note(page, `Saved as ${name}.`);
}
