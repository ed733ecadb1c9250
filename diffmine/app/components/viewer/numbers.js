// The numbers of a film as the browser holds them. A file of them is a zlib stream of words of 16 bits, little
// endian, row by row, each less the one to its left; `levels` are the film and its halves, quarters, ...
// A picture without such a file gives its own 8 bits, and none where it has colours.
const SMALLEST_LEVEL = 256;
const MOST_TINT = 4;  // a lossy file gives grey a little colour

// The page's own policy lets no script ask for a data address: it is read as what it says.
async function bodyOf(url) {
  if (url.startsWith('data:')) {
    const letters = atob(url.slice(url.indexOf(',') + 1));
    return new Blob([Uint8Array.from(letters, letter => letter.charCodeAt(0))]).stream();
  }
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer.body;
}

async function inflated(url) {
  const stream = (await bodyOf(url)).pipeThrough(new DecompressionStream('deflate'));
  return new Response(stream).arrayBuffer();
}

async function numbersOf(film) {
  const words = new Uint16Array(await inflated(film.numbers.url));
  for (let row = 0; row < film.height; row += 1) {
    const begin = row * film.width;
    for (let at = begin + 1; at < begin + film.width; at += 1) words[at] += words[at - 1];
  }
  return levelsOf(words, film.width, film.height);
}

async function numbersOfPicture(url) {
  const image = new Image();
  image.src = url;
  await image.decode();
  const {naturalWidth: width, naturalHeight: height} = image;
  const canvas = make('canvas', {width, height});
  const pen = canvas.getContext('2d', {willReadFrequently: true});
  pen.drawImage(image, 0, 0);
  const {data} = pen.getImageData(0, 0, width, height), words = new Uint16Array(width * height);
  for (let at = 0, from = 0; at < words.length; at += 1, from += 4) {
    if (Math.max(Math.abs(data[from] - data[from + 1]), Math.abs(data[from] - data[from + 2])) > MOST_TINT) return null;
    words[at] = data[from + 1];
  }
  return levelsOf(words, width, height);
}

function levelsOf(words, width, height) {
  const levels = [{words, width, height}];
  while (Math.min(levels.at(-1).width, levels.at(-1).height) > 2 * SMALLEST_LEVEL) levels.push(half(levels.at(-1)));
  return levels;
}

// Means of 2 x 2 numbers; an odd last row or column is left out.
function half({words, width, height}) {
  const wide = width >> 1, high = height >> 1, out = new Uint16Array(wide * high);
  for (let row = 0; row < high; row += 1)
    for (let col = 0; col < wide; col += 1) {
      const at = 2 * row * width + 2 * col;
      out[row * wide + col] = (words[at] + words[at + 1] + words[at + width] + words[at + width + 1] + 2) >> 2;
    }
  return {words: out, width: wide, height: high};
}

// The level with at least one pixel for each of the screen, `scale` of which a pixel of the film takes.
function levelFor(levels, scale) {
  return Math.min(levels.length - 1, Math.max(0, Math.floor(-Math.log2(Math.max(scale, 1e-6)))));
}
