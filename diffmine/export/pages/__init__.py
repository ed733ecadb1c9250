"""Static pages by jinja2: the templates hold the HTML, these files what stands in it.

Everything is escaped but the style and the script of the templates' folder.
"""
