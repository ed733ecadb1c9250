// A Plotly figure. Value: {rev, title, data, layout, lib, alt, empty}. Event: point {curve, point}.
const root = find('.dm-chart'), box = find('.dm-chart-plot'), note = find('.dm-chart-note');
const title = find('.dm-chart-title');
let drawn = null, P = null, heard = false;

function layout(value) {
  const ink = isDark() ? '#d4d4d8' : '#3f3f46', line = isDark() ? '#3f3f46' : '#e4e4e7';
  const axis = {gridcolor: line, zerolinecolor: ink, zerolinewidth: 1, linecolor: line, automargin: true};
  const given = value.layout;
  const axes = ['xaxis', 'yaxis', ...Object.keys(given).filter(name => /^[xy]axis\d+$/.test(name))];
  return {margin: {l: 56, r: 12, t: 10, b: 44}, font: {color: ink, size: 12, family: getComputedStyle(root).fontFamily}, hovermode: 'closest',
    paper_bgcolor: 'rgba(0,0,0,0)', plot_bgcolor: 'rgba(0,0,0,0)', showlegend: false, dragmode: false,
    ...given, ...Object.fromEntries(axes.map(name => [name, {...axis, ...given[name]}]))};
}

async function draw() {
  const value = props.value;
  if (!value || value.rev === drawn) return;
  drawn = value.rev;
  root.classList.toggle('dm-none', !value.data.length);
  title.textContent = value.title || '';
  box.style.height = value.layout.height ? `${value.layout.height}px` : '';
  note.textContent = value.data.length ? '' : value.empty || '';
  if (!value.data.length) return;
  try {
    P = await plotly(value.lib.url);
    if (value.rev !== drawn) return;
    await P.react(box, structuredClone(value.data), layout(value), {...PLAIN, displayModeBar: false});
    box.setAttribute('aria-label', value.alt);
    if (!heard) listen();
  } catch (error) {
    drawn = null;
    note.textContent = say(TEXTS.noChart, {error: error.message || error});
  }
}

function listen() {
  heard = true;
  box.on('plotly_click', event => {
    const at = event.points[0];
    tell('point', {curve: at.curveNumber, point: at.pointNumber});
  });
  new MutationObserver(() => props.value?.data.length && P.relayout(box, layout(props.value)))
    .observe(document.body, {attributeFilter: ['class']});
}

watch('value', draw);
draw();
