"""The whole job on sample feeds of our own, with no network but loopback.

samples    which feeds, and what each is a sample of
documents  what they say, in the morning and in the evening
site       the server that answers for them
folder     the folder a demo is written to
run        two looks at all of them, with the real program
"""
