// A heat map on a canvas. Its picture holds the sign in the colour and the size in the opacity, 0 to
// FULL: a pixel below the threshold is made clear here, in the browser.
const FULL = 235, ABOVE = [213, 94, 0], BELOW = [0, 114, 178];

function heatCanvas() {
  const canvas = make('canvas', {class: 'dm-heat', role: 'img'});
  let pixels = null, wanted = '', least = 0;

  function paint() {
    if (!pixels) return;
    const {width, height, data} = pixels, made = new ImageData(width, height), out = made.data;
    let left = 0;
    for (let at = 0; at < data.length; at += 4) {
      const size = data[at + 3];
      if (!size || size < least * FULL) continue;
      const colour = data[at] > data[at + 2] ? ABOVE : BELOW;
      out[at] = colour[0];
      out[at + 1] = colour[1];
      out[at + 2] = colour[2];
      out[at + 3] = size;
      left += 1;
    }
    canvas.getContext('2d').putImageData(made, 0, 0);
    canvas.dataset.share = (left / (width * height)).toFixed(4);
  }

  async function load(url) {
    if (url === wanted) return;
    wanted = url;
    canvas.dataset.src = url;
    const image = new Image();
    image.src = url;
    await image.decode();
    if (url !== wanted) return;  // another one was asked for meanwhile
    canvas.width = image.naturalWidth;
    canvas.height = image.naturalHeight;
    const pen = canvas.getContext('2d', {willReadFrequently: true});
    pen.drawImage(image, 0, 0);
    pixels = pen.getImageData(0, 0, canvas.width, canvas.height);
    paint();
  }

  function threshold(share) { least = share; paint(); }
  return {canvas, load, threshold};
}

// The colours from -full to +full, what is below the threshold left out.
function ramp(share) {
  const side = (colour, from, to) => `rgb(${colour}) ${from}%, rgb(${colour} / ${share}) ${to}%`;
  const low = 50 - 50 * share, high = 50 + 50 * share;
  return `linear-gradient(90deg, ${side(BELOW.join(' '), 0, low)}, transparent ${low}%, transparent ${high}%, `
    + `rgb(${ABOVE.join(' ')} / ${share}) ${high}%, rgb(${ABOVE.join(' ')}) 100%)`;
}
