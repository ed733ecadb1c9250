// Undo and Redo of what is kept, and the line that says what was taken back. Value: {rev, way, line, gone}:
// what the last press did (`gone`: it could not be done and never can). Events: undo, redo {act}.
const past = window.diffminePast, line = find('.dm-told-line');
const buttons = {undo: find('.dm-undo'), redo: find('.dm-redo')};
let asked = null, waiting = [], hide = 0, seen = null;

function draw() {
  for (const [way, button] of Object.entries(buttons)) button.disabled = !past.last(way);
}

function next() {
  if (asked || !waiting.length) return;
  const way = waiting.shift(), act = past.last(way);
  if (!act) return;
  asked = way;
  tell(way, {act});
}

function speak(text) {
  line.textContent = text;
  line.hidden = !text;
  clearTimeout(hide);
  hide = setTimeout(() => { line.hidden = true; }, 10000);
}

function answered() {
  const {rev, way, line: text, gone} = props.value ?? {};
  if (!rev || rev === seen) return;
  seen = rev;
  if (way && gone) past.forget(way);
  else if (way) past.moved(way);
  if (text) speak(text);
  asked = null;
  next();
}

function onPast() {
  if (!element.isConnected) { document.removeEventListener('diffmine-past', onPast); return; }
  draw();
}

for (const way of ['undo', 'redo']) {
  buttons[way].addEventListener('click', () => {
    waiting.push(way);
    setTimeout(() => { asked = null; }, 20000);  // an answer that never came
    next();
  });
}
document.addEventListener('diffmine-past', onPast);
watch('value', answered);
draw();
