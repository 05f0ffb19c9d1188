"""Text as the editor holds, wraps, moves through and takes back: pure, and flat in its size."""
