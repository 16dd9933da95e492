// Drawings of one sample for each pixel. Four neighbors are evaluated together, so the shader draws
// them as four integers of a texel, and a second program makes pixels of these.
"use strict";

const FOURS_UNIT = 4;
const FOURS_SHADER = `#version 300 es
precision highp float;
precision highp int;
uniform highp usampler2D fours;
out vec4 color;
void main() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  uvec4 four = texelFetch(fours, ivec2(at.x >> 2, at.y), 0);
  uint own = four[at.x & 3];
  color = vec4(uvec4(own, own >> 8, own >> 16, own >> 24) & 255u) / 255.0;
}
`;

// Returns the texels that hold a drawing of a width: how many, across.
function foursAcross(width) {
  return Math.ceil(width / 4);
}

// Returns a texture for the fours of a drawing, and makes it what is drawn on.
function openFours(gl, { width, height }) {
  const texture = gl.createTexture();
  gl.activeTexture(gl.TEXTURE0 + FOURS_UNIT);
  gl.bindTexture(gl.TEXTURE_2D, texture);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
  gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RGBA32UI, foursAcross(width), height);
  const framebuffer = gl.createFramebuffer();
  gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer);
  gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
  gl.viewport(0, 0, foursAcross(width), height);
  return { texture, framebuffer };
}

// Draws the pixels of fours on the canvas.
function showFours(gl, { program, places }, { width, height }) {
  gl.bindFramebuffer(gl.FRAMEBUFFER, null);
  gl.viewport(0, 0, width, height);
  gl.scissor(0, 0, width, height);
  gl.useProgram(program);
  gl.uniform1i(places.fours, FOURS_UNIT);
  gl.drawArrays(gl.TRIANGLES, 0, 3);
}

function closeFours(gl, { texture, framebuffer }) {
  gl.bindFramebuffer(gl.FRAMEBUFFER, null);
  gl.deleteFramebuffer(framebuffer);
  gl.deleteTexture(texture);
}
