// In the head, before gradio's scripts. What a visitor has chosen lives in this page: values of a name
// ({held: NAME, ...}), as an answer brought them last. Events are sent one after the other, each with
// these values as the one before left them. So no answer undoes a later choice, and none is lost.
(() => {
  const given = window.fetch.bind(window), EVENTS = /\/gradio_api\/(run\/predict|queue\/join)\b/;
  const LASTING = new Set(['basket', 'about', 'saved']), held = {};
  let before = Promise.resolve();

  function recall(name, text) {
    try {
      const value = JSON.parse(text);
      if (value?.held === name) held[name] = value;
    } catch { /* nothing that was written here */ }
  }

  function note(value) {
    held[value.held] = value;
    if (!LASTING.has(value.held)) return;
    try { localStorage.setItem(`diffmine-${value.held}`, JSON.stringify(value)); } catch { /* full, or forbidden */ }
  }

  function filled(asked) {
    const [address, how] = asked;
    if (typeof how?.body !== 'string') return asked;
    const body = JSON.parse(how.body);
    body.data = body.data?.map(value => held[value?.held] ?? value);
    return [address, {...how, body: JSON.stringify(body)}];
  }

  async function learn(answer) {
    const body = answer.ok ? await answer.clone().json().catch(() => null) : null;
    const values = Array.isArray(body?.data) ? body.data.filter(value => value?.held) : [];
    const back = values.some(value => value.held === 'past' && value.way);  // what is taken back is no new act
    for (const value of values) {
      if (value.held === 'basket' && !back) diffminePast.basket(held.basket, value);
      if (value.held === 'edited' && value.number) diffminePast.edited(value);
      note(value);
    }
  }

  window.fetch = (...asked) => {
    if (!EVENTS.test(String(asked[0]?.url ?? asked[0]))) return given(...asked);
    const answer = before.then(() => given(...filled(asked)));
    before = answer.then(learn).catch(() => {});
    return answer;
  };

  for (const name of LASTING) {
    try { recall(name, localStorage.getItem(`diffmine-${name}`)); } catch { /* storage may be forbidden */ }
  }
  // What another window of this browser has changed counts here too.
  window.addEventListener('storage', event => {
    for (const name of LASTING) if (event.key === `diffmine-${name}`) recall(name, event.newValue);
  });
})();
