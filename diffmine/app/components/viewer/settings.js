// The controls of a heat map: whether it is drawn, which of the image's maps, how strongly and from which
// value on, and the colour scale with its numbers. `chosen` is shared by all of one viewer.
const scaleOf = value => Number(value.scale ?? value.full) || 1;
const figure = number => String(Number(number.toPrecision(2))).replace('-', '−');

function heatSettings(value, chosen, {changed, score}) {
  const group = `dm-score-${Math.random().toString(36).slice(2)}`;
  const sentence = make('p', {class: 'dm-sentence'}), unit = make('span', {class: 'dm-unit'});
  const scale = make('span', {class: 'dm-ramp', role: 'img', 'aria-label': TEXTS.colourScale});
  const ticks = make('div', {class: 'dm-ticks'});
  const ranges = {};
  const on = make('input', {type: 'checkbox', onchange: () => { chosen.on = on.checked; changed(); }});
  const least = make('output', {class: 'dm-least'}), strength = make('output', {class: 'dm-opacity'});
  const settings = make('div', {class: 'dm-settings', hidden: true}, scores(), sentence,
    make('div', {class: 'dm-scale'}, scale, ticks, unit), row(TEXTS.opacity, 'opacity', strength),
    row(TEXTS.threshold, 'threshold', least));
  let now = value;

  // The maps of the image, one of which is drawn.
  function scores() {
    if (!value.scores || value.scores.length < 2) return null;
    const radios = value.scores.map(each => make('label', {class: 'dm-check'}, make('input', {type: 'radio', name: group,
      value: each.score, onchange: () => score(each.score)}), each.title));
    return make('div', {class: 'dm-scores', role: 'radiogroup', 'aria-label': TEXTS.maps}, ...radios);
  }

  function row(text, name, out) {
    const range = make('input', {type: 'range', min: 0, max: 100, value: 100 * chosen[name],
      'aria-label': say(TEXTS.ofHeatMap, {name: text})});
    range.addEventListener('input', () => { chosen[name] = Number(range.value) / 100; changed(); });
    ranges[name] = range;
    return make('div', {class: 'dm-slide'}, make('span', {}, text), range, out);
  }

  // Which map it is: its name, a sentence on it, the numbers of its scale.
  function tell(next) {
    now = next;
    for (const radio of settings.querySelectorAll('.dm-scores input')) radio.checked = radio.value === now.score;
    sentence.textContent = now.sentence;
    unit.textContent = say(TEXTS.sameScale, {score: now.unit});
    const numbers = [-1, -.5, 0, .5, 1].map(at => (at > 0 ? '+' : '') + figure(at * scaleOf(now)));
    ticks.replaceChildren(...numbers.map(text => make('span', {}, text)));
  }

  function show() {
    on.checked = chosen.on;
    settings.hidden = !chosen.on;
    for (const [name, range] of Object.entries(ranges)) range.value = 100 * chosen[name];
    scale.style.backgroundImage = ramp(chosen.threshold);
    least.textContent = figure(chosen.threshold * scaleOf(now));
    strength.textContent = `${Math.round(100 * chosen.opacity)} %`;
  }

  return {nodes: [make('label', {class: 'dm-check'}, on, TEXTS.heatMap), settings], group, tell, show};
}

// A heat map as it is chosen: asks nobody, but for the map's own picture.
function drawHeat(heat, chosen, url) {
  heat.canvas.hidden = !chosen.on || !url;
  heat.canvas.style.opacity = chosen.opacity;
  heat.threshold(chosen.threshold);
  if (chosen.on && url) heat.load(url);
}
