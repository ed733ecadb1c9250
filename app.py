"""The app over the embedded atlases: `python app.py`, and a Space's app_file."""

import os
from pathlib import Path

from diffmine.ui.app import build, serve

ATLASES = sorted(each.parent for each in Path(__file__).parent.glob("assets/atlases/*/atlas.json"))

if __name__ == "__main__":
    serve(build(ATLASES), host="0.0.0.0" if os.environ.get("SPACE_ID") else "127.0.0.1")
