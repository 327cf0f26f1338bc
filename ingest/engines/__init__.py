"""The engine of several processes: the same polls and followers as jobs in a queue of PostgreSQL.

    fleet       the engine of one process: it has some of the roles        ← open this first
    scheduling  lease due feeds, and put jobs for them into the queue
    working     carry out a job: poll the feeds of a site, or run a follower
    queue       the queue: procrastinate's jobs, locks and workers
    schema      procrastinate's tables

The engine of one process is `ingest.daemon.dispatch`. Nothing else imports procrastinate, which is
installed with `guidang[machines]`.
"""
