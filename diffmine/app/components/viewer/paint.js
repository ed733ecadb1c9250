// Painters of films: they put the part of a film that a canvas shows there. Both take load(levels),
// table(greys) and paint({left, top, scale}): where the film's corner lies and how large one of its pixels
// is, in pixels of the canvas.
const CORNERS = `#version 300 es
in vec2 corner;
void main() { gl_Position = vec4(corner, 0, 1); }`;
// Numbers are mixed before they become grey: the mean of two greys is no grey of a steep window.
const GREY = `#version 300 es
precision highp float; precision highp int; precision highp usampler2D;
uniform usampler2D film; uniform sampler2D table; uniform vec2 size, corner, canvas; uniform float scale;
out vec4 colour;
float number(ivec2 at) { return float(texelFetch(film, clamp(at, ivec2(0), ivec2(size) - 1), 0).r); }
void main() {
  vec2 at = (vec2(gl_FragCoord.x, canvas.y - gl_FragCoord.y) - corner) / scale;
  if (any(lessThan(at, vec2(0))) || any(greaterThanEqual(at, size))) { colour = vec4(0); return; }
  ivec2 low = ivec2(floor(at - .5)); vec2 part = fract(at - .5);
  float above = mix(number(low), number(low + ivec2(1, 0)), part.x);
  float below = mix(number(low + ivec2(0, 1)), number(low + ivec2(1, 1)), part.x);
  int at_table = int(mix(above, below, part.y) + .5);
  colour = vec4(vec3(texelFetch(table, ivec2(at_table & 255, at_table >> 8), 0).r), 1);
}`;

function painterOn(canvas) {
  const gl = canvas.getContext('webgl2', {antialias: false, alpha: true, premultipliedAlpha: true});
  const painter = gl ? webglPainter(canvas, gl) : flatPainter(canvas);
  canvas.dataset.painter = gl ? 'webgl' : 'flat';
  return painter;
}

function webglPainter(canvas, gl) {
  const program = gl.createProgram();
  for (const [kind, code] of [[gl.VERTEX_SHADER, CORNERS], [gl.FRAGMENT_SHADER, GREY]]) {
    const shader = gl.createShader(kind);
    gl.shaderSource(shader, code);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  gl.useProgram(program);
  gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
  gl.bufferData(gl.ARRAY_BUFFER, new Float32Array([-1, -1, 3, -1, -1, 3]), gl.STATIC_DRAW);
  const corner = gl.getAttribLocation(program, 'corner');
  gl.enableVertexAttribArray(corner);
  gl.vertexAttribPointer(corner, 2, gl.FLOAT, false, 0, 0);
  gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
  const place = name => gl.getUniformLocation(program, name);
  gl.uniform1i(place('table'), 1);
  const table = texture(gl.TEXTURE1), largest = gl.getParameter(gl.MAX_TEXTURE_SIZE);
  let levels = [], textures = [], first = 0;

  function texture(unit) {
    const made = gl.createTexture();
    gl.activeTexture(unit);
    gl.bindTexture(gl.TEXTURE_2D, made);
    for (const name of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, name, gl.NEAREST);
    for (const name of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(gl.TEXTURE_2D, name, gl.CLAMP_TO_EDGE);
    return made;
  }

  function load(all) {
    textures.forEach(each => each && gl.deleteTexture(each));
    levels = all;
    textures = [];
    first = Math.max(0, all.findIndex(level => Math.max(level.width, level.height) <= largest));
  }

  function show(at) {
    gl.activeTexture(gl.TEXTURE0);
    if (textures[at]) { gl.bindTexture(gl.TEXTURE_2D, textures[at]); return; }
    const {words, width, height} = levels[at];
    textures[at] = texture(gl.TEXTURE0);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.R16UI, width, height, 0, gl.RED_INTEGER, gl.UNSIGNED_SHORT, words);
  }

  function greys(values) {
    gl.activeTexture(gl.TEXTURE1);
    gl.bindTexture(gl.TEXTURE_2D, table);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.R8, 256, 256, 0, gl.RED, gl.UNSIGNED_BYTE, new Uint8Array(values.buffer));
  }

  function paint({left, top, scale}) {
    if (!levels.length) return;
    const at = Math.max(first, levelFor(levels, scale)), level = levels[at];
    show(at);
    gl.viewport(0, 0, canvas.width, canvas.height);
    gl.uniform2f(place('size'), level.width, level.height);
    gl.uniform2f(place('canvas'), canvas.width, canvas.height);
    gl.uniform2f(place('corner'), left, top);
    gl.uniform1f(place('scale'), scale * 2 ** at);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }

  // A page has a few such canvases alone: what is closed gives its one back.
  const close = () => gl.getExtension('WEBGL_lose_context')?.loseContext();
  return {load, table: greys, paint, close};
}

function flatPainter(canvas) {
  const pen = canvas.getContext('2d');
  let levels = [], shown = [], greys = null;

  function picture(at) {
    if (shown[at]) return shown[at];
    const {words, width, height} = levels[at], pixels = new ImageData(width, height);
    const out = new Uint32Array(pixels.data.buffer);
    for (let each = 0; each < words.length; each += 1) out[each] = 0xff000000 | greys[words[each]] * 0x010101;
    shown[at] = make('canvas', {width, height});
    shown[at].getContext('2d').putImageData(pixels, 0, 0);
    return shown[at];
  }

  function paint({left, top, scale}) {
    if (!levels.length || !greys) return;
    const at = levelFor(levels, scale), [wide, high] = [levels[at].width, levels[at].height].map(side => side * scale * 2 ** at);
    pen.clearRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(picture(at), left, top, wide, high);
  }

  return {load: all => { levels = all; shown = []; }, table: values => { greys = values; shown = []; }, paint,
    close: () => {}};
}
