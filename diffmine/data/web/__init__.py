"""What is fetched from the web: one request at a time, to addresses that may be asked, kept on the
disk. Only sources of pictures use it; nothing else of diffmine opens a connection."""
