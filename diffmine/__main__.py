"""python -m diffmine"""

from diffmine.cli import main

main()
