"""Face 2: the app in the browser. It holds no maths and imports no torch."""
