"""Run the whole program on sample feeds, on loopback only.

samples    the feeds, and what each demonstrates
documents  their documents, in the morning and in the evening
site       the server of the feeds
folder     the folder that a demo is written to
run        two polls of all feeds, with the real program
"""
