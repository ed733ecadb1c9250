// In the head, before gradio's scripts. Of an event outside its queue gradio shows no error: what the
// server says of it is shown here, as a line that is read out and goes when it is pressed.
(() => {
  const asks = /\/gradio_api\/(run|upload|component_server)\b/;
  const given = window.fetch.bind(window);
  let gone = 0;
  function tell(text) {
    let line = document.getElementById('dm-told');
    if (!line) {
      line = document.createElement('div');
      line.id = 'dm-told';
      line.setAttribute('role', 'alert');
      line.onclick = () => line.remove();
      document.body.append(line);
    }
    line.textContent = text;
    clearTimeout(gone);
    gone = setTimeout(() => line.remove(), 12000);
  }
  window.fetch = async (...asked) => {
    const answer = await given(...asked);
    const address = String(asked[0]?.url ?? asked[0]);
    if (answer.status >= 400 && asks.test(address)) {
      const body = await answer.clone().json().catch(() => null);
      const text = body?.error ?? body?.detail;
      tell(typeof text === 'string' && text ? text : TOLD);
    }
    return answer;
  };
})();
