// In the head, before held.js. What was done to what is kept: changes of the basket, and edits of elements
// that the server wrote down. Undo takes the last one back, Redo does it again; both in this window alone,
// also after a reload. An act is {kind: 'basket', before, after} or {kind: 'edit', atlas, number}.
window.diffminePast = (() => {
  const KEY = 'diffmine-past', MOST = 50, LONGEST = 1.5e6;
  let acts = {undo: [], redo: []};

  function keep() {
    let text = JSON.stringify(acts);
    while (text.length > LONGEST && acts.undo.length > 1) { acts.undo.shift(); text = JSON.stringify(acts); }
    try { sessionStorage.setItem(KEY, text); } catch { /* full, or forbidden */ }
    document.dispatchEvent(new CustomEvent('diffmine-past'));
  }

  function did(act) {
    acts = {undo: [...acts.undo, act].slice(-MOST), redo: []};
    keep();
  }

  const told = entries => JSON.stringify(entries.map(each => [each.atlas, each.patch, each.note]));
  const other = {undo: 'redo', redo: 'undo'};

  function moved(way, at) {
    const [act] = acts[way].splice(at, 1);
    if (act) acts[other[way]].push(act);
    keep();
  }

  try {
    const before = JSON.parse(sessionStorage.getItem(KEY));
    if (Array.isArray(before?.undo) && Array.isArray(before?.redo)) acts = before;
  } catch { /* nothing that was written here */ }

  return {
    basket(before, after) {
      const [was, is] = [before?.entries ?? [], after?.entries ?? []];
      if (told(was) !== told(is)) did({kind: 'basket', before: was, after: is});
    },
    // The server did an edit, or took one back at the buttons of Elements.
    edited({way, atlas, number}) {
      if (way === 'done') { did({kind: 'edit', atlas, number}); return; }
      const at = acts[way]?.findLastIndex(each => each.kind === 'edit' && each.atlas === atlas && each.number === number);
      if (at >= 0) moved(way, at);
    },
    last: way => acts[way].at(-1),
    moved: way => moved(way, acts[way].length - 1),
    forget(way) { acts[way].pop(); keep(); },
  };
})();
