// Says what the shader is given of pictures, for tests/test_page_shader.py; the scripts of the page
// that do it stand before this one. A job is on stdin, {files, drawing, bits}.
const job = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
const answers = job.files.map((file) => {
  const picture = parseSiren(bytesOfBase64(file));
  const { cells, numbers, weights } = textureContents(picture, job.bits);
  return {
    ...{ cells: Array.from(cells), numbers: Array.from(numbers), weights: Array.from(weights) },
    points: Array.from(pointsOf(picture, job.drawing, job.bits)),
    definitions: definitionsOf(picture, job.bits),
    mapping: mappingOf(picture, job.drawing.exposure),
  };
});
process.stdout.write(JSON.stringify(answers));
