"""The app over the embedded atlases, or those of DIFFMINE_ATLASES: `python app.py`, and a Space's
app_file."""

import os

from diffmine.waiting import wait_briefly

if __name__ == "__main__":
    wait_briefly()  # before PyTorch is imported

    from diffmine.app.given import given
    from diffmine.app.page import build, embedded, serve

    atlases = given(os.environ) or embedded()
    serve(build(atlases), host="0.0.0.0" if os.environ.get("SPACE_ID") else "127.0.0.1")
