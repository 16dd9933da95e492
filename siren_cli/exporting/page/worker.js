// Draws in a worker, so that the page answers meanwhile: a message {bytes} is the file, which is
// answered by {isReady: true}, a message {tile} by {latents}, and a message {drawing, windows} by
// {pixels}. What goes wrong is answered by {problem}, a sentence.
"use strict";

function serveDrawings() {
  let picture = null;
  globalThis.onmessage = ({ data }) => {
    try {
      if (data.bytes) {
        picture = parseSiren(data.bytes);
        globalThis.postMessage({ isReady: true });
        return;
      }
      if (data.tile !== undefined) {
        const latents = decodeTile(picture, data.tile);
        globalThis.postMessage({ latents }, latents.map((own) => own.buffer));
        return;
      }
      picture.windows = data.windows;
      const pixels = drawPixels(picture, data.drawing);
      globalThis.postMessage({ pixels }, [pixels.buffer]);
    } catch (error) {
      globalThis.postMessage({ problem: error.message });
    }
  };
}
