// Pictures pasted while the drop zone is seen go into it. Value: {zone}, the id of a file component.
find('.dm-paste').textContent = TEXTS.dropPicture;

function onPaste(event) {
  if (!element.isConnected) { document.removeEventListener('paste', onPaste); return; }
  const zone = document.getElementById(props.value.zone), input = zone?.querySelector('input[type=file]');
  const picture = [...event.clipboardData.files].find(each => each.type.startsWith('image/'));
  if (!picture || !input || !zone.offsetParent) return;
  event.preventDefault();
  const held = new DataTransfer();
  held.items.add(picture);
  input.files = held.files;
  input.dispatchEvent(new Event('change', {bubbles: true}));
}

document.addEventListener('paste', onPaste);
