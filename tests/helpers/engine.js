// Runs the engine of pages, whose scripts stand before this one, for tests/test_page_engine.py: jobs
// as JSON on stdin, [{file, drawings, points}], become results on stdout in the same order.
const { readFileSync } = require("node:fs");

async function resultOf({ file, drawings, points }) {
  try {
    const bytes = bytesOfBase64(file);
    const picture = parseSiren(bytes);
    await picture.evaluated.check(picture, bytes);
    return {
      pixels: drawings.map((drawing) => {
        const samples = samplesFor(picture, drawing.step, drawing.what);
        // A worker has only what it was given.
        const windows = picture.evaluated.latentsFor(picture, { ...drawing, samples });
        return Array.from(drawPixels({ ...picture, windows }, { ...drawing, samples }));
      }),
      jets: points.map(([x, y]) => jetAt(picture, x, y)),
    };
  } catch (error) {
    return { error: error.message, isOurs: error instanceof SirenError };
  }
}

(async () => {
  const results = [];
  for (const job of JSON.parse(readFileSync(0, "utf8"))) results.push(await resultOf(job));
  process.stdout.write(JSON.stringify(results));
})();
