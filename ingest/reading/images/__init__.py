"""Check the bytes of a picture before it is kept. All functions are pure.

examine         checks a picture of any type; call it in a process with limits   ← open this first
kinds           finds the type of a picture in its bytes
pixels          decodes a picture, to see whether it is whole
hostile         finds other programs' content in a picture
drawings        cleans SVG drawings
placeholders    recognizes pictures that are served in place of others
"""
