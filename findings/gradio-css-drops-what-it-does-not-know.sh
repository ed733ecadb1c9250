#!/bin/sh
set -eu
# gradio 6.31.0: rules inside @supports, @container, @layer and @scope that are given by css= never reach
# the page; those inside @media do.
#
# One would guess: css= is a style sheet, so what the browser knows is applied, and what is not is said.
# What happens: the page reads the sheet rule by rule to put .gradio-container before each selector, and
# goes on without the blocks that it has no case for. Nothing is said in the terminal or the console. The same
# sheet in head= as <style> is applied whole. A layout that answers to the width of its own column
# (@container), or a fallback by @supports, is simply not there, and looks like a mistake in the rule.
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

AROUND = {
    "plain": "{}",
    "media": "@media (min-width: 1px) {{ {} }}",
    "supports": "@supports (display: grid) {{ {} }}",
    "container": "@container (min-width: 1px) {{ {} }}",
    "layer": "@layer mine {{ {} }}",
    "scope": "@scope (#outer) {{ {} }}",
}
SHEET = "\n".join(
    around.format(f".of-{name} {{ --applied: yes }}") for name, around in AROUND.items()
)
CELLS = "".join(f'<i class="of-{name}">{name}</i>' for name in AROUND)
READ = """name => getComputedStyle(document.querySelector('.of-' + name))
    .getPropertyValue('--applied').trim() === 'yes'"""


def applied(**given):
    """Names of the rules that the browser applies."""
    with gr.Blocks() as blocks:
        gr.HTML(f'<div id="outer" style="container-type: inline-size">{CELLS}</div>')
    _, address, _ = blocks.launch(prevent_thread_lock=True, quiet=True, **given)
    with sync_playwright() as playwright:
        flags = ["--headless=new", "--no-sandbox", "--disable-background-networking"]
        chromium = playwright.chromium.launch(executable_path=sys.argv[1], args=flags)
        page = chromium.new_page()
        page.goto(address)
        page.locator(".of-plain").wait_for()
        page.wait_for_function(READ, arg="plain")
        page.wait_for_timeout(1000)
        names = [name for name in AROUND if page.evaluate(READ, name)]
        chromium.close()
    blocks.close(verbose=False)
    return names


print("gradio", gr.__version__)
by_css, by_head = applied(css=SHEET), applied(head=f"<style>{SHEET}</style>")
print("applied by css= :", *by_css)
print("applied by head=:", *by_head)
assert by_css == ["plain", "media"]
assert by_head == list(AROUND)
END
"$folder/venv/bin/python" "$folder/page.py" "$browser"
echo "as described"
