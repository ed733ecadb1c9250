"""The app over the embedded atlases: `python app.py`, and a Space's app_file."""

import os

from diffmine.app.page import build, embedded, serve

if __name__ == "__main__":
    serve(build(embedded()), host="0.0.0.0" if os.environ.get("SPACE_ID") else "127.0.0.1")
