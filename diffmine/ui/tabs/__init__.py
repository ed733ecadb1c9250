"""One file per tab: `create` makes its components, `show` fills them, `wire` connects them."""
