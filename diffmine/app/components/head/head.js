// Title and the one line that says what the atlas is. Value: {title, line, warning}.
const root = find('.dm-head');

// Two lines of it, and all of it when more is asked for.
const more = make('button', {type: 'button', class: 'dm-chip', hidden: true,
  onclick: () => fold(!root.classList.contains('dm-short'))}, TEXTS.more);

function fold(short) {
  root.classList.toggle('dm-short', short);
  more.textContent = short ? TEXTS.more : TEXTS.less;
  more.setAttribute('aria-expanded', String(!short));
  const line = find('.dm-head p');
  if (short) more.hidden = !line || line.scrollHeight <= line.clientHeight + 1;
}

new ResizeObserver(() => root.classList.contains('dm-short') && fold(true)).observe(root);

function draw() {
  const value = props.value;
  if (!value) return;
  const parts = [make('h1', {}, value.title)];
  const line = make('p', {}, make('span', {}, value.line || ''));
  if (value.warning) line.append(' ', make('em', {}, value.warning));
  if (line.textContent.trim()) parts.push(make('div', {class: 'dm-head-line'}, line, more));
  root.replaceChildren(...parts);
  fold(true);
  document.title = `${value.title} – diffmine`;
}

watch('value', draw);
draw();
