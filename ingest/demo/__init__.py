"""The whole job on sample feeds, with no network but loopback.

samples    the feeds, and what each shows
documents  their documents, in the morning and in the evening
site       the server of the feeds
folder     the folder that a demo is written to
run        two looks at all of them, with the real program
"""
