"""Run the whole program on sample feeds, with a local server instead of the network.

samples    the feeds, and what each demonstrates
documents  the files of the feeds, in a morning and an evening edition
site       the server of the feeds
folder     create and clear the folder that a demo is written to
run        poll all feeds twice with the real program
"""
