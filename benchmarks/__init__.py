"""Guidang beside the feed reader library `reader`, through the same work on this machine.

python -m benchmarks --help
"""
