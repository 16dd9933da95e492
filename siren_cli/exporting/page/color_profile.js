// Finds out whether an ICC profile (ICC.1:2022) says that values are amounts of light. A profile
// that is damaged says nothing.
"use strict";

const TAG_ENTRY_BYTES = 12;
const MAX_TAGS = 100;
// The tags of the curves of red, green and blue, or of gray, by the color space.
const CURVE_TAGS = { "RGB ": ["rTRC", "gTRC", "bTRC"], "GRAY": ["kTRC"] };
// The least bytes of a curve: its name, zeros, and a count.
const CURVE_BYTES = 12;

// Returns whether all curves of a profile, its bytes, are straight lines.
function isLinear(profile) {
  if (profile.length < 132) return false;
  const view = new DataView(profile.buffer, profile.byteOffset, profile.byteLength);
  const names = CURVE_TAGS[wordAt(view, 16)] ?? [];
  return names.length > 0 && names.every((name) => isLine(tagOf(view, name)));
}

function wordAt(view, place) {
  return String.fromCharCode(...[0, 1, 2, 3].map((index) => view.getUint8(place + index)));
}

// Returns the bytes of a curve's tag as a DataView, or null.
function tagOf(view, name) {
  const entries = Math.floor((view.byteLength - 132) / TAG_ENTRY_BYTES);
  const count = Math.min(view.getUint32(128), MAX_TAGS, entries);
  for (let entry = 132; entry < 132 + count * TAG_ENTRY_BYTES; entry += TAG_ENTRY_BYTES) {
    const [start, size] = [view.getUint32(entry + 4), view.getUint32(entry + 8)];
    const isInside = size >= CURVE_BYTES && start + size <= view.byteLength;
    if (wordAt(view, entry) === name && isInside) {
      return new DataView(view.buffer, view.byteOffset + start, size);
    }
  }
  return null;
}

function isLine(view) {
  if (view === null) return false;
  if (wordAt(view, 0) === "curv") {
    const count = view.getUint32(8);
    return count === 0 || (count === 1 && view.byteLength >= 14 && view.getUint16(12) === 256);
  }
  const isPower = wordAt(view, 0) === "para" && view.getUint16(8) === 0;
  return isPower && view.byteLength >= 16 && view.getInt32(12) === 65536;
}
