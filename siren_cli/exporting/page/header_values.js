// Takes values out of the header of a .siren file. Nothing of a file is believed before it is
// checked, and what is wrong is said in a SirenError of one sentence.
"use strict";

class SirenError extends Error {}

// Characters of base64 that are decoded at once, a multiple of 4.
const BASE64_PART = 1 << 20;

// Returns the bytes of a text in base64.
function bytesOfBase64(text) {
  // Editors and mail put line breaks into long lines.
  const whole = text.replace(/\s+/g, "");
  const padding = whole.endsWith("==") ? 2 : whole.endsWith("=") ? 1 : 0;
  const bytes = new Uint8Array(Math.floor(whole.length / 4) * 3 - padding);
  let place = 0;
  for (let start = 0; start < whole.length; start += BASE64_PART) {
    let part;
    try {
      part = atob(whole.slice(start, start + BASE64_PART));
    } catch {
      throw new SirenError("The file in this page is damaged: it is not base64.");
    }
    for (let index = 0; index < part.length; index++) bytes[place++] = part.charCodeAt(index);
  }
  return bytes;
}

function refuse(problem) {
  throw new SirenError(`The file in this page ${problem}${problem.endsWith("?") ? "" : "."}`);
}

function isTable(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function tableOf(parent, key, usual) {
  const value = parent[key] ?? usual;
  if (!isTable(value)) refuse(`has a header without the object "${key}"`);
  return value;
}

function integerOf(table, key, [low, high], usual) {
  const value = table[key] === undefined ? usual : table[key];
  const isRight = Number.isInteger(value) && value >= low && value <= high;
  if (!isRight) refuse(`has a "${key}" that is no whole number from ${low} to ${high}`);
  return value;
}

function wordOf(table, key, choices, usual) {
  const value = table[key] === undefined ? usual : table[key];
  if (!choices.includes(value)) refuse(`has a "${key}" that this page does not know`);
  return value;
}

function numberOf(table, key) {
  const value = table[key];
  if (!Number.isFinite(value)) refuse(`has a "${key}" that is no number`);
  return value;
}
