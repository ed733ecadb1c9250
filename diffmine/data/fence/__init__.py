"""The fence: foreign bytes are decoded in child processes with limits of time and memory.

A picture that takes too long, needs too much or ends its child is one refused picture; the child is
replaced and the others go on. Children import no torch, write no file, and end with their parent.
What comes back is JSON and bytes: nothing of a child's is unpickled.
"""

from diffmine.data.fence.pool import Fenced, close, fenced, fenced_one

__all__ = ["Fenced", "close", "fenced", "fenced_one"]
