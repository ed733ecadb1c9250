// The label picker. Value: {atlas, labels: [{name, count}], current, strip, tab, hidden: [tab]}.
// Events: one for each tab (EVENTS, their names), so that only what is seen is made anew: choose_TAB
// {label, atlas}, by name: the labels may be those of another atlas when the event's turn comes.
const root = find('.dm-labels');
let shown = null;

function mark(current) {
  root.querySelectorAll('button').forEach((each, at) => {
    each.classList.toggle('dm-current', at === current);
    each.setAttribute('aria-pressed', String(at === current));
    each.tabIndex = at === current ? 0 : -1;
  });
}

function choose(at) {
  mark(at);
  const {tab, atlas, labels} = props.value;
  tell(EVENTS.find(each => each === `choose_${tab}`), {label: labels[at].name, atlas});
}

function labelButton(label, at, strip) {
  const said = say(TEXTS.labelOf, {name: label.name, count: label.count.toLocaleString('en')});
  const button = make('button', {type: 'button', 'aria-label': said, title: said,
    onclick: () => choose(at)}, make('span', {}, label.name));
  if (!strip) button.append(make('span', {class: 'dm-count'}, label.count.toLocaleString('en')));
  return button;
}

function search(buttons, labels) {
  const said = say(TEXTS.findLabel, {count: labels.length.toLocaleString('en')});
  const field = make('input', {type: 'search', placeholder: said, 'aria-label': said});
  const left = make('span', {class: 'dm-count', role: 'status'});
  field.addEventListener('input', () => {
    const text = field.value.trim().toLowerCase();
    buttons.forEach((each, at) => { each.hidden = !labels[at].name.toLowerCase().includes(text); });
    const found = buttons.filter(each => !each.hidden).length;
    left.textContent = text ? say(TEXTS.found, {count: found.toLocaleString('en')}) : '';
  });
  field.addEventListener('keydown', event => {  // Enter takes the first that is left
    const at = buttons.findIndex(each => !each.hidden);
    if (event.key === 'Enter' && at >= 0) choose(at);
  });
  return make('div', {class: 'dm-find'}, field, left);
}

// gradio does not hide a tab that it has shown.
function hide(tabs) {
  const id = 'diffmine-hidden-tabs';
  const style = document.getElementById(id) ?? document.head.appendChild(make('style', {id}));
  style.textContent = tabs.map(tab => `[id^="tab-${tab}"][role=tab] { display: none; }`).join('\n');
}

function draw() {
  const value = props.value;
  if (!value) return;
  hide(value.hidden);
  const rev = JSON.stringify(value.labels);
  if (rev !== shown) {
    shown = rev;
    const buttons = value.labels.map((label, at) => labelButton(label, at, value.strip));
    const group = make('div', {class: value.strip ? 'dm-labels-strip' : 'dm-labels-list',
      role: 'group', 'aria-label': TEXTS.label}, ...buttons);
    root.replaceChildren(...(value.labels.length > 12 ? [search(buttons, value.labels)] : []), group);
  }
  mark(value.current);
  root.querySelector('.dm-current')?.scrollIntoView({block: 'nearest', inline: 'nearest'});
}

root.addEventListener('keydown', event => {
  const all = [...root.querySelectorAll('button')], buttons = all.filter(each => !each.hidden);
  const here = buttons.indexOf(document.activeElement), step = {ArrowLeft: -1, ArrowRight: 1}[event.key];
  if (here < 0 || !step || !buttons[here + step]) return;
  event.preventDefault();
  buttons[here + step].focus();
  if (!event.repeat) choose(all.indexOf(buttons[here + step]));
});
// A key that is held passes labels by; the one where it ends is chosen.
root.addEventListener('keyup', event => {
  const here = document.activeElement;
  const at = [...root.querySelectorAll('[role=group] button')].indexOf(here);
  if (/^Arrow(Left|Right)$/.test(event.key) && at >= 0 && !here.classList.contains('dm-current')) choose(at);
});
// The label may follow a patch that was pressed elsewhere.
function onView({detail}) {
  if (!element.isConnected) { document.removeEventListener('diffmine-view', onView); return; }
  if (detail.get('atlas') === props.value.atlas)
    mark(props.value.labels.findIndex(label => label.name === detail.get('label')));
}

document.addEventListener('diffmine-view', onView);
watch('value', draw);
draw();
