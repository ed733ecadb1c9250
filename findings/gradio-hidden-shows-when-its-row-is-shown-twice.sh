#!/bin/sh
set -eu
# gradio 6.31.0: what has visible="hidden" appears on the page when the row it lies in is told for the second
# time that it is visible.
#
# One would guess: "hidden" keeps a component in the page and out of sight, for scripts, until somebody
# changes its own visible; telling a row what it is already changes nothing.
# What happens: the first visible=True of the row shows it without its hidden parts, as it should; the second
# shows them too, with their labels and empty fields. Nothing was said of them. A hidden part of the
# same page that lies in no such row stays hidden. An app that returns the whole state of its page at each
# event, as is usual, shows them at the second.
#
# Needs a Chromium on PATH (chromium, chromium-browser or google-chrome). Installs pinned public packages
# in a temporary folder; fails if the behaviour changes.
for name in chromium chromium-browser google-chrome; do
  browser=$(command -v "$name") && break
done
test -n "${browser:-}"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check gradio==6.31.0 playwright==1.65.2
cat > "$folder/page.py" <<'END'
import os
import sys

os.environ.update(GRADIO_ANALYTICS_ENABLED="False", HF_HUB_OFFLINE="1")
import gradio as gr
from playwright.sync_api import sync_playwright

NAMES = ("plain", "inside", "file", "outside")
with gr.Blocks() as blocks:
    go = gr.Button("go", elem_id="go")
    times = gr.Number(0, elem_id="times")
    with gr.Row(visible=False) as row:
        gr.Textbox(elem_id="plain")
        gr.Textbox(visible="hidden", elem_id="inside")
        gr.DownloadButton("file", visible="hidden", elem_id="file")
    gr.Textbox(visible="hidden", elem_id="outside")
    go.click(lambda n: (n + 1, gr.Row(visible=True)), times, [times, row])

_, address, _ = blocks.launch(prevent_thread_lock=True, quiet=True)
seen = []
with sync_playwright() as playwright:
    flags = ["--headless=new", "--no-sandbox", "--disable-background-networking"]
    chromium = playwright.chromium.launch(executable_path=sys.argv[1], args=flags)
    page = chromium.new_page()
    page.goto(address)
    page.locator("#go").wait_for()
    for press in (1, 2):
        page.locator("#go").click()
        page.wait_for_function(
            "n => document.querySelector('#times input')?.value === String(n)", arg=press
        )
        page.locator("#plain").wait_for()
        page.wait_for_timeout(500)
        seen.append([name for name in NAMES if page.locator(f"#{name}").is_visible()])
    chromium.close()
blocks.close(verbose=False)
print("gradio", gr.__version__)
for press, names in enumerate(seen, start=1):
    print(f"the row was told {press} x visible=True, seen:", *names)
assert seen == [["plain"], ["plain", "inside", "file"]]
END
"$folder/venv/bin/python" "$folder/page.py" "$browser"
echo "as described"
