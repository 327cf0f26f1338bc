"""Compare Guidang with the feed reader library `reader` on this machine.

python -m benchmarks --help
"""
