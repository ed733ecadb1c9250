#!/bin/sh
set -eu
# gradio 6.31.0: trigger_mode="always_last" runs the last of several events with the FIRST one's data.
#
# One would guess: of three presses while the handler runs, always_last drops the second and, once
# the handler has ended, calls it for the third. So the documentation says: it "would allow a second
# submission after the pending event is complete".
# What happens: the handler is called a second time, with the values of its inputs as they are then,
# but with the event data (gr.EventData, gr.SelectData) of the first press. What was chosen last is
# lost and what was chosen first is chosen again, without an error. On a fast machine nobody sees it.
# Data of an event must reach the handler as an input, or as one object that is written over.
#
# Needs a Chromium on PATH (chromium, chromium-browser or google-chrome). Installs pinned public
# packages in a temporary folder; fails if the behaviour changes.
for name in chromium chromium-browser google-chrome; do
  browser=$(command -v "$name") && break
done
test -n "${browser:-}"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check gradio==6.31.0 playwright==1.65.2
cat > "$folder/press.py" <<'END'
import sys
import threading

import gradio as gr
from playwright.sync_api import sync_playwright

go_on, calls = threading.Event(), []


def chosen(kept, event: gr.EventData):
    calls.append((event._data["name"], kept))
    if len(calls) == 1:
        go_on.wait(30)
    return event._data["name"]


JS = """for (const name of ['first', 'second', 'third'])
  element.querySelector('.' + name).addEventListener('click', () => {
    props.value = name; trigger('chosen', {name}); });"""
BUTTONS = "".join(f"<button class='{name}'>{name}</button>" for name in ("first", "second", "third"))
with gr.Blocks(analytics_enabled=False) as page:
    shown = gr.Textbox(elem_id="shown")
    choice = gr.HTML("none", html_template=BUTTONS, js_on_load=JS, elem_id="choice")
    choice.chosen(chosen, choice, shown, trigger_mode="always_last", queue=False)
_, address, _ = page.launch(prevent_thread_lock=True, quiet=True)
with sync_playwright() as playwright:
    window = playwright.chromium.launch(executable_path=sys.argv[1], args=["--no-sandbox"]).new_page()
    window.goto(address)
    for name in ("first", "second", "third"):
        window.locator(f"#choice .{name}").click()
        window.wait_for_timeout(300)
    go_on.set()
    for _ in range(100):
        if len(calls) == 2:
            break
        window.wait_for_timeout(100)
    window.wait_for_timeout(500)
    told = window.locator("#shown textarea, #shown input").input_value()
print(f"calls with (event data, input): {calls}; shown: {told}")
assert gr.__version__ == "6.31.0"
assert [data for data, _ in calls] == ["first", "first"], calls
assert calls[1][1] == "third" and told == "first"
END
GRADIO_ANALYTICS_ENABLED=False HF_HUB_OFFLINE=1 "$folder/venv/bin/python" "$folder/press.py" "$browser"
echo "as described"
