"""Start, reload and stop the service, and do its regular housekeeping."""

from __future__ import annotations

import asyncio
import logging
import signal
import time
from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from functools import partial

from ingest.clock import system_clock
from ingest.config import Config
from ingest.daemon.backfilling import Backfilling
from ingest.daemon.dispatch import Dispatcher
from ingest.daemon.finding import Finder
from ingest.daemon.measuring import measure
from ingest.daemon.notify import notify, notify_reloading, watchdog_interval
from ingest.daemon.parts import Parts
from ingest.daemon.pictures import KeepingPictures
from ingest.daemon.publishing import Publishing
from ingest.daemon.roles import EVERY_ROLE, Engine, MakeEngine, Role
from ingest.daemon.sums import SUMS_EVERY, sum_up_polls
from ingest.daemon.ticks import HOUSEKEEPING, Work, start_ticks
from ingest.daemon.watch import ClockWatch, Progress, exit_after, watch_loop
from ingest.database import Database
from ingest.database.alone import alone_at
from ingest.errors import ArchiveError, ArchiveFull, ConfigError, StoreError
from ingest.events import first_of
from ingest.follow.files import Output
from ingest.garbage import freeze_garbage
from ingest.schedule import longest_plan
from ingest.services import Services, open_services
from ingest.store import polls, rsshub, times
from ingest.web.health import Health
from ingest.web.metrics import Metrics
from ingest.web.process import serving

logger = logging.getLogger(__name__)

# At a reload, polls that take longer than this are cancelled. They are the first to start again.
_RELOADS_WITHIN = timedelta(seconds=3)
_RESTS_WITHIN, _ENDS_AFTER = timedelta(seconds=1), timedelta(seconds=10)

_Jobs = dict[Work, Role]
Read = Callable[[], Config]  # reads the configuration again; may raise `ConfigError`
Adopt = Callable[[Config], object]  # stores the feeds of a configuration; may raise `StoreError`


class Daemon:
    """The service: it runs until SIGTERM or SIGINT, and reads its configuration again on SIGHUP.

    `roles` are those of this process. `make_engine` makes the engine of several processes; without
    it, this process is the only one.
    """

    def __init__(
        self,
        config: Config,
        database: Database,
        read: Read,
        adopt: Adopt,
        *,
        roles: Collection[Role] = EVERY_ROLE,
        make_engine: MakeEngine | None = None,
    ) -> None:
        self._config, self._database = config, database
        self._read, self._adopt = read, adopt
        self._stop, self._reloaded = asyncio.Event(), asyncio.Event()
        self._reading = asyncio.Lock()
        self._progress, self._metrics, self._finder = Progress(), Metrics(), Finder()
        self._parts = Parts(config)
        self._roles, self._make_engine = roles, make_engine or Dispatcher
        self._is_alone = make_engine is None
        self._is_ready = self._is_reload_waiting = False
        self._clock = ClockWatch(system_clock(), time.monotonic())

    async def run(self) -> None:
        """Run until a signal stops the service.

        Raise `StoreBusy` if another daemon works with the database, or one process of several if
        this process is the only one. Raise `ArchiveError` if the archive cannot be written, and
        `ConfigError` if the port is taken.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        loop.add_signal_handler(signal.SIGHUP, self._start_reload)
        health = Health(self._metrics, stuck=self._stuck, unusable=self._unusable)
        listen = self._config.web.listen if Role.WEB in self._roles else ""
        with alone_at(self._database, "daemon", shared=not self._is_alone):
            async with serving(listen, health, self._finder.find) as pages:
                while not self._stop.is_set():
                    self._reloaded.clear()
                    pages.adopt(self._config)
                    self._parts.adopt(self._config)
                    async with open_services(self._config, self._database) as services:
                        self._finder.services = services
                        await self._serve(services)
        notify("STOPPING=1")
        logger.info("stopped")

    async def _serve(self, services: Services) -> None:
        """Run with one configuration, until it is reloaded or the service stops."""
        await self._prepare(services)
        engine = self._make_engine(services, self._progress, self._metrics, self._parts)
        measuring = asyncio.create_task(self._measure(services))
        await self._keep_house(services, engine)
        publishing, backfilling = Publishing(services), Backfilling(services, self._parts.database)
        pictures = KeepingPictures(services, engine, self._metrics, self._parts.database)
        jobs: _Jobs = {publishing.publish: Role.FILES, pictures.keep: Role.FILES}
        jobs[backfilling.check] = Role.WORK
        scheduler = start_ticks(self._ticks(services, engine, jobs))
        watching = asyncio.create_task(watch_loop(self._metrics.loop_lag.observe))
        freeze_garbage()
        self._is_ready = True
        notify("READY=1", "STATUS=polling feeds")
        logger.info("ready: %s, %s", self._database.name, self._what_it_does(services))
        await engine.fill()
        await first_of(self._stop, self._reloaded)
        scheduler.pause()
        await engine.rest(_RESTS_WITHIN)  # because `shutdown` cancels running jobs
        scheduler.shutdown(wait=False)
        publishing.stop()
        await asyncio.gather(backfilling.stop(), pictures.stop())
        measuring.cancel()
        watching.cancel()
        notify("STATUS=finishing what is in flight")
        within = services.config.daemon.shutdown_timeout
        if self._stop.is_set():
            exit_after(within + _ENDS_AFTER)
        else:
            within = min(within, _RELOADS_WITHIN)
        begun = time.monotonic()
        await engine.drain(within)
        left = within.total_seconds() - (time.monotonic() - begun)
        await services.following.settle(timedelta(seconds=max(left, 0)))

    def _what_it_does(self, services: Services) -> str:
        folders = ", ".join(str(output.root) for output in services.outputs)
        return f"archive {folders}" if self._is_alone else f"roles {', '.join(sorted(self._roles))}"

    async def _prepare(self, services: Services) -> None:
        """Repair the effects of a killed run or a wrong clock.

        If an output or the database cannot be used at the start, raise the error, unless a disk is
        full. After the start, or with a full disk, the daemon tries again later.
        """
        for output in services.outputs if Role.FILES in self._roles else ():
            part = self._parts.followers[output.name]
            with self._parts.wait_for(part, is_starting=not self._is_ready):
                await _prepare_output(services, output)
        with self._parts.wait_for(self._parts.database, is_starting=not self._is_ready):
            await self._mend_schedule(services)

    def _ticks(self, services: Services, engine: Engine, jobs: _Jobs) -> dict[Work, timedelta]:
        """Return what this process does at regular times, and how often; `jobs` by their roles."""
        tick = services.config.daemon.tick
        sum_up = partial(sum_up_polls, services, self._parts.database)
        ticks: dict[Work, timedelta] = {
            engine.fill: tick,
            self._ping: (watchdog_interval() or timedelta(minutes=1)) / 3,
            partial(self._keep_house, services, engine): HOUSEKEEPING * tick,
            partial(self._measure, services): HOUSEKEEPING * tick,
            **{job: HOUSEKEEPING * tick for job, role in jobs.items() if role in self._roles},
        }
        return ticks | ({sum_up: SUMS_EVERY} if Role.SCHEDULE in self._roles else {})

    async def _ping(self) -> None:
        """Notify systemd's watchdog of progress; without progress, systemd restarts the service."""
        fault = self._progress.fault
        if fault is None:
            notify("WATCHDOG=1")
        else:
            logger.critical("stuck: %s", fault)

    async def _keep_house(self, services: Services, engine: Engine) -> None:
        """Run the followers again, check for clock changes, and retry a reload that failed."""
        now = services.clock()
        try:
            if jump := self._clock.jump(now, time.monotonic()):
                logger.warning("the clock was set, or the machine slept: %s", jump)
                await self._mend_schedule(services)
        except StoreError as error:
            self._parts.database.met(error)
        engine.follow()
        for trouble in self._parts:
            self._metrics.set_up(trouble.name, trouble.reason is None)
        if self._is_reload_waiting and not self._parts.reasons:
            self._start_reload()

    async def _measure(self, services: Services) -> None:
        if Role.WEB in self._roles:
            await measure(services, self._metrics, self._parts.database)

    async def _mend_schedule(self, services: Services) -> None:
        """Reschedule feeds that a wrong clock planned, and spread the polls of overdue feeds."""
        if Role.SCHEDULE not in self._roles:
            return
        now, most = services.clock(), longest_plan(services.config.schedule)
        mended = await services.transact(times.mend, now, most)
        if self._is_alone:  # The queue of several processes is short, and another may schedule.
            await services.transact(polls.spread_late, now)
        if mended:
            logger.warning("rescheduled %d feeds that a wrong clock had planned", mended)
        services.instances.take_health(await services.query(rsshub.health))

    def _start_reload(self) -> None:
        self._change = asyncio.create_task(self._reload())

    async def _reload(self) -> None:
        """Adopt a changed configuration; keep the old one if the new one has mistakes."""
        async with self._reading:
            notify_reloading()
            self._is_reload_waiting = False
            try:
                config = await asyncio.to_thread(self._read)
                await self._try(config)
                await asyncio.to_thread(self._adopt, config)
            except (ConfigError, StoreError, ArchiveError) as error:
                # After these errors, the same configuration may work later, so it is tried again.
                self._is_reload_waiting = isinstance(error, StoreError | ArchiveFull)
                logger.error("%s; going on with the old configuration", error)  # noqa: TRY400
                notify("READY=1")
            else:
                self._config = config
                logger.info("the configuration was read again")
                self._reloaded.set()

    async def _try(self, config: Config) -> None:
        """Open and close the services of a configuration; raise an error if that fails."""
        async with open_services(config, self._database) as services:
            for output in services.outputs if Role.FILES in self._roles else ():
                await _prepare_output(services, output)

    def _stuck(self) -> Mapping[str, str]:
        return {"progress": fault} if (fault := self._progress.fault) else {}

    def _unusable(self) -> Mapping[str, str]:
        if not self._is_ready:
            return {"daemon": "starting"}
        return self._parts.reasons


async def _prepare_output(services: Services, output: Output) -> None:
    work = partial(output.make_writable, now=services.clock())
    await services.following.in_thread_of(output.name, work)
