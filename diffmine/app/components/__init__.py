"""The app's own components, a folder each: what makes it and its values (.py), how it is drawn in
the browser (.js, .html) and how it looks (.css)."""
