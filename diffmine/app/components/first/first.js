// Three steps for a first visit, each done by doing it. Value: {steps: [{text, at}], done, skip};
// `at` is the selector of what a step is about. Seen once, they stay away until asked for.
const SEEN = 'diffmine-first-steps', root = find('.dm-first');
let step = -1;

function remembered() {
  try { return localStorage.getItem(SEEN); } catch { return 'unknown'; }  // storage may be forbidden
}

function end() {
  step = -1;
  try { localStorage.setItem(SEEN, 'yes'); } catch { /* then they come again */ }
  draw();
}

function draw() {
  document.querySelectorAll('.dm-pointed').forEach(each => each.classList.remove('dm-pointed'));
  const steps = props.value.steps, now = steps[step];
  root.hidden = !now;
  if (!now) { root.replaceChildren(); return; }
  document.querySelector(now.at)?.classList.add('dm-pointed');
  root.replaceChildren(make('b', {}, `${step + 1} / ${steps.length}`), make('span', {}, now.text),
    make('button', {type: 'button', onclick: end}, step === steps.length - 1 ? props.value.done : props.value.skip));
}

function onClick(event) {
  if (!element.isConnected) { document.removeEventListener('click', onClick); return; }
  if (event.target.closest('[data-first-steps]')) { step = 0; draw(); return; }
  if (step < 0 || !event.target.closest('button')?.closest(props.value.steps[step].at)) return;
  if (step === props.value.steps.length - 1) { end(); return; }
  step += 1;
  draw();
}

document.addEventListener('click', onClick);
if (remembered() === null) step = 0;
draw();
