"""The pages of the archive, and health and metrics, over HTTP; on loopback by default.

process    runs the process of the pages, and answers its questions about health
child      the first module of that process
server     runs uvicorn in it
app        which function answers for which address                    ← open this for a page
access/    who may see the pages, and what a browser may do with them
language   the language of a page
rendering  fills the templates
pages/     the functions that answer
managing/  the pages that change something
pipes      the pipes between both processes
finding    what is found at an address that a visitor wants to add
recent     keeps values for some seconds that cost much to make
health     /healthz, /readyz and /metrics: what the service knows about itself
metrics    counters and measurements for Prometheus
"""
