// Checks the seal of a file and the digests of its rows of cells.
"use strict";

// Throws a SirenError where bytes of a file were changed. Browsers have SHA-256 in secure
// contexts alone, such as pages from a disk; elsewhere nothing is checked.
async function checkDigests(picture, bytes) {
  const crypto = globalThis.crypto;
  if (!crypto || !crypto.subtle) return;
  const { rows, columns, digestStart, sealStart, cellStarts } = picture;
  await checkDigest(bytes.subarray(0, sealStart), bytes, sealStart, "beginning");
  for (let row = 0; row < rows.cells; row++) {
    const [first, last] = [row, row + 1].map((each) => cellStarts[each * columns.cells]);
    const own = picture.networks.subarray(first, last);
    await checkDigest(own, bytes, digestStart + DIGEST_BYTES * row, `row ${row} of cells`);
  }
}

async function checkDigest(content, bytes, place, name) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", content));
  for (let index = 0; index < DIGEST_BYTES; index++) {
    if (digest[index] !== bytes[place + index]) refuse(`is damaged in its ${name}`);
  }
}
