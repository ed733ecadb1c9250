"""Wall 2: the only reader of bytes that diffmine did not write."""
