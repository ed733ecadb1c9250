// Title and the one line that says what the atlas is. Value: {title, line, warning}.
const root = find('.dm-head');

function draw() {
  const value = props.value;
  if (!value) return;
  const parts = [make('h1', {}, value.title)];
  const line = make('p', {}, make('span', {}, value.line || ''));
  if (value.warning) line.append(' ', make('em', {}, value.warning));
  if (line.textContent.trim()) parts.push(line);
  root.replaceChildren(...parts);
  document.title = `${value.title} – diffmine`;
}

watch('value', draw);
draw();
