// SHA-256 (FIPS 180-4), for what must be checked at once and without a secure context.
"use strict";

// Fractions of the square and cube roots of the first primes, 32 bits of each.
const [SHA_START, SHA_ROUNDS] = (() => {
  const primes = [];
  for (let n = 2; primes.length < 64; n++) if (primes.every((prime) => n % prime)) primes.push(n);
  const bits = (root) => ((root % 1) * 2 ** 32) | 0;
  return [
    Int32Array.from(primes.slice(0, 8), (prime) => bits(Math.sqrt(prime))),
    Int32Array.from(primes, (prime) => bits(Math.cbrt(prime))),
  ];
})();

// Returns the digest of some bytes, as long as files have them.
function digestOf(bytes) {
  const padded = new Uint8Array((bytes.length + 72) & ~63);
  padded.set(bytes);
  padded[bytes.length] = 128;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(bytes.length / 2 ** 29));
  view.setUint32(padded.length - 4, bytes.length * 8);
  const state = Int32Array.from(SHA_START);
  const words = new Int32Array(64);
  for (let start = 0; start < padded.length; start += 64) {
    for (let n = 0; n < 16; n++) words[n] = view.getInt32(start + 4 * n);
    addShaBlock(state, words);
  }
  const digest = new DataView(new ArrayBuffer(32));
  state.forEach((word, n) => digest.setInt32(4 * n, word));
  return new Uint8Array(digest.buffer, 0, DIGEST_BYTES);
}

function rotated(word, bits) {
  return (word >>> bits) | (word << (32 - bits));
}

// Changes the state by the first 16 words of a block; the others are overwritten.
function addShaBlock(state, words) {
  for (let n = 16; n < 64; n++) {
    const x = words[n - 15];
    const y = words[n - 2];
    const first = rotated(x, 7) ^ rotated(x, 18) ^ (x >>> 3);
    const second = rotated(y, 17) ^ rotated(y, 19) ^ (y >>> 10);
    words[n] = words[n - 16] + first + words[n - 7] + second;
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let n = 0; n < 64; n++) {
    const turned = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25);
    const one = (h + turned + ((e & f) ^ (~e & g)) + SHA_ROUNDS[n] + words[n]) | 0;
    const other = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22);
    const two = (other + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + one) | 0;
    d = c;
    c = b;
    b = a;
    a = (one + two) | 0;
  }
  [a, b, c, d, e, f, g, h].forEach((word, n) => {
    state[n] += word;
  });
}

function isSameDigest(one, other) {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}
