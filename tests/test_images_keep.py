"""Pictures are fetched, checked and kept, and failures have a reason and a time."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from ingest.errors import ArchiveError
from ingest.follow import registry
from ingest.follow.images import ImageFolder
from ingest.follow.images.checking import differences, prune
from ingest.images.keeper import Tally
from ingest.images.pace import Pace
from ingest.reading.images.kinds import file_name
from ingest.store import erase
from ingest.store.images import counts, listing
from ingest.takedown.erasing import erase as takedown
from tests.made_images import flat_image, made_image
from tests.pictured import Pictured, entry_with, follow, img, publish
from tests.site import Answer, Request, Site


@pytest.fixture
def world(tmp_path: Path, sqlite_url: str) -> Iterator[Pictured]:
    world = Pictured(tmp_path, sqlite_url)
    yield world
    world.database.dispose()


@pytest.fixture
def either(tmp_path: Path, database_url: str) -> Iterator[Pictured]:
    """Yield a world with SQLite, then one with PostgreSQL."""
    world = Pictured(tmp_path, database_url)
    yield world
    world.database.dispose()


def test_the_bytes_of_a_picture_are_kept_once_for_all_that_show_it(
    either: Pictured, site: Site
) -> None:
    body = made_image("PNG")
    site.set("/1.png", body, content_type="image/jpeg")
    site.set("/2.png", body, content_type="text/plain")
    assert follow(either, site, img(site, "/1.png"), img(site, "/1.png", "/2.png")) == Tally(kept=2)
    name = file_name(sha256(body).digest(), "image/png")
    assert either.pictures() == {name: body}
    first, second = sorted(either.images(), key=lambda image: image["url"])
    assert (first["url"], first["entries"]) == (site.url("/1.png"), 2)
    assert (second["media_type"], second["width"], second["height"]) == ("image/png", 64, 48)
    assert second["size"] == len(body)
    assert second["kept_at"] == either.clock()
    assert len(site.requests_to("/1.png")) == 1


def test_nothing_is_fetched_for_a_feed_that_does_not_ask_for_it(
    world: Pictured, site: Site
) -> None:
    world.keep(images="link")
    site.set("/1.png", made_image("PNG"))
    feed = world.add(publish(site, img(site, "/1.png")))
    world.poll()
    assert world.fetch_images() == Tally()
    assert not site.requests_to("/1.png")
    world.keep(images="keep")
    assert world.fetch_images() == Tally(kept=1)
    assert feed.settings.images is None


def test_one_switch_stops_all_fetching(world: Pictured, site: Site) -> None:
    world.keep(enabled=False)
    assert "images" not in registry.followers_of(world.config)
    site.set("/1.png", made_image("PNG"))
    assert follow(world, site, img(site, "/1.png")) == Tally()


@pytest.mark.parametrize(
    ("answer", "reason", "hours"),
    [
        (Answer(status=404), "the server answered 404", 24),
        (Answer(status=403), "the server answered 403", 24),
        (Answer(status=503), "the server answered 503", 1),
        (Answer(reset=True), "no answer", 1),
        (Answer(body=made_image()[:-9], content_type="image/jpeg"), "cut or damaged", 24),
        (Answer(body=made_image("PNG"), cut=900), "no answer: the body was cut", 1),
        (Answer(body="<html>登录", content_type="image/png"), "it is a web page", 24),
        (Answer(body=made_image("PNG", 1, 1)), "a placeholder of 1 × 1", 24),
        (Answer(body=made_image("PNG"), endless=True), "larger than images.max_size", 24),
    ],
)
def test_a_failure_has_a_reason_and_a_next_attempt(
    world: Pictured, site: Site, answer: Answer, reason: str, hours: int
) -> None:
    world.keep(max_size="100KB")
    site.set("/1.png", lambda request: answer)
    assert follow(world, site, img(site, "/1.png")) == Tally(failed=1)
    (image,) = world.images()
    assert reason in image["error"]
    assert (image["next_try_at"] - world.clock()).total_seconds() == hours * 3600
    assert world.pictures() == {}
    site.set("/1.png", made_image("PNG"))
    assert world.fetch_images() == Tally()
    world.clock.move(hours=hours)
    assert world.fetch_images() == Tally(kept=1)
    assert world.reasons() == [None]


def test_a_picture_that_fails_ten_times_is_given_up(world: Pictured, site: Site) -> None:
    follow(world, site, img(site, "/none.png"))
    for _ in range(9):
        world.clock.move(days=31)
        world.fetch_images()
    world.clock.move(days=100)
    assert world.fetch_images() == Tally()
    found = world.query(counts.counts)
    assert (found.failed, found.given_up, found.next_try_at) == (1, 1, None)


def test_private_addresses_are_refused_even_after_a_redirect(world: Pictured, site: Site) -> None:
    site.redirect("/1.png", "http://192.168.7.7/1.png")
    follow(world, site, img(site, "/1.png") + '<img src="http://10.0.0.1/2.png">')
    assert sorted(str(reason).split(" ")[0] for reason in world.reasons()) == [
        "10.0.0.1",
        "192.168.7.7",
    ]


def only_from(referer: str, body: bytes, other: Answer) -> Any:
    """Answer with the picture only if the request has this Referer (empty: none)."""

    def respond(request: Request) -> Answer:
        given = request.headers.get("referer", "")
        return Answer(body=body, content_type="image/jpeg") if given == referer else other

    return respond


def test_the_referer_comes_from_the_table_then_the_page_then_none(
    world: Pictured, site: Site
) -> None:
    world.keep(referers={"127.0.0.1": "https://weibo.com/"})
    forbidden = Answer(status=403)
    site.set("/sina.jpg", only_from("https://weibo.com/", made_image(seed=1), forbidden))
    site.set("/page.jpg", only_from(site.url("/a/0.html"), made_image(seed=2), forbidden))
    site.set("/none.jpg", only_from("", made_image(seed=3), forbidden))
    assert follow(world, site, img(site, "/sina.jpg", "/page.jpg", "/none.jpg")) == Tally(kept=3)
    assert [len(site.requests_to(f"/{name}.jpg")) for name in ("sina", "page", "none")] == [1, 2, 3]


def test_a_warning_in_place_of_a_picture_is_not_kept(world: Pictured, site: Site) -> None:
    warning, picture = flat_image("JPEG"), made_image()
    site.set("/wx.jpg", only_from("", picture, Answer(body=warning, content_type="image/jpeg")))
    assert follow(world, site, img(site, "/wx.jpg")) == Tally(kept=1)
    assert list(world.pictures().values()) == [picture]


@pytest.mark.parametrize("is_named", [True, False])
def test_of_two_flat_pictures_only_that_for_the_referer_of_the_table_is_kept(
    world: Pictured, site: Site, is_named: bool
) -> None:
    world.keep(referers={"127.0.0.1": ""} if is_named else {})
    first, second = flat_image("PNG"), flat_image("JPEG")
    site.set("/wx.jpg", only_from("", first, Answer(body=second, content_type="image/jpeg")))
    tally = follow(world, site, img(site, "/wx.jpg"))
    assert tally == (Tally(kept=1) if is_named else Tally(failed=1))
    assert list(world.pictures().values()) == ([first] if is_named else [])


def test_a_known_placeholder_is_never_kept(world: Pictured, site: Site) -> None:
    warning = made_image("GIF")
    world.keep(placeholders=[sha256(warning).hexdigest()])
    site.set("/1.gif", warning)
    assert follow(world, site, img(site, "/1.gif")) == Tally(failed=1)
    assert world.reasons() == ["cannot be read: it is a placeholder, not the picture"]


def test_an_address_that_changes_its_bytes_gives_each_entry_its_own(
    either: Pictured, site: Site
) -> None:
    first, second = made_image("PNG", seed=1), made_image("PNG", seed=2)
    site.set("/today.png", first)
    follow(either, site, img(site, "/today.png"))
    either.clock.move(days=2)
    site.set("/today.png", second)
    publish(site, img(site, "/today.png"), img(site, "/today.png") + "第二天")
    either.poll()
    assert either.fetch_images() == Tally(kept=1)
    assert sorted(either.pictures().values()) == sorted([first, second])
    assert either.query(listing.unneeded_files) == []


def test_a_picture_that_is_gone_later_is_shown_from_the_file_that_was_kept(
    world: Pictured, site: Site
) -> None:
    site.set("/logo.png", made_image("PNG"))
    follow(world, site, img(site, "/logo.png"))
    world.clock.move(days=2)
    site.set("/logo.png", lambda _: Answer(status=404))
    publish(site, img(site, "/logo.png"), img(site, "/logo.png") + "第二天")
    world.poll()
    assert world.fetch_images() == Tally(failed=1)
    (image,) = world.images()
    assert (image["entries"], image["error"], image["next_try_at"]) == (2, None, None)
    assert len(world.pictures()) == 1


def test_an_unchanged_picture_is_asked_for_with_its_validators(world: Pictured, site: Site) -> None:
    site.set("/1.png", made_image("PNG"), etag='"1"')
    follow(world, site, img(site, "/1.png"))
    world.clock.move(days=2)
    publish(site, img(site, "/1.png"), img(site, "/1.png") + "又一条")
    world.poll()
    assert world.fetch_images() == Tally(kept=1)
    assert len(world.pictures()) == 1
    assert site.requests_to("/1.png")[-1].headers["if-none-match"] == '"1"'


def test_robots_txt_is_obeyed_unless_told_otherwise(world: Pictured, site: Site) -> None:
    world.keep(robots=True)
    site.set("/robots.txt", "User-agent: *\nDisallow: /no/", content_type="text/plain")
    site.set("/no/1.png", made_image("PNG"))
    site.set("/2.png", made_image("PNG"))
    assert follow(world, site, img(site, "/no/1.png", "/2.png")) == Tally(kept=1, failed=1)
    assert "cannot be read: its robots.txt asks us not to read it" in world.reasons()


@pytest.mark.parametrize(
    ("limit", "reason"),
    [
        ({"max_feed_size": "10KB"}, "images.max_feed_size (10KB) is reached"),
        ({"max_total_size": "10KB"}, "images.max_total_size (10KB) is reached"),
    ],
)
def test_no_more_is_kept_than_the_limits_allow(
    world: Pictured, site: Site, limit: dict[str, str], reason: str
) -> None:
    world.keep(**limit)
    for number in range(2):
        site.set(f"/{number}.png", made_image("PNG", seed=number))
    tally = follow(world, site, img(site, "/0.png", "/1.png"))
    assert tally.kept == 1
    assert reason in [tally.full, *world.reasons()]
    assert len(world.pictures()) == 1


def test_check_compares_and_prune_deletes_only_what_no_entry_shows(
    either: Pictured, site: Site
) -> None:
    shown, other = made_image("PNG", seed=1), made_image("PNG", seed=2)
    site.set("/1.png", shown)
    site.set("/2.png", other)
    follow(either, site, img(site, "/1.png"), img(site, "/2.png"))
    folder, database = ImageFolder(either.config.images.path), either.database
    assert list(differences(folder, database, deep=True)) == []
    kept = {body: name for name, body in either.pictures().items()}
    (folder.root / kept[shown]).write_bytes(other[:-1] + b"x")
    stray = folder.root / "ab" / f"ab{'0' * 62}.png"
    stray.parent.mkdir(exist_ok=True)
    stray.write_bytes(b"x")
    (folder.root / "README.txt").write_text("of the user")
    found = [(one.kind, one.name) for one in differences(folder, database, deep=True)]
    assert found == [("damaged", kept[shown]), ("foreign", f"ab/{stray.name}")]
    either.database.transact(erase.take_down, entry_with(either, "/2.png"), "x", now=either.clock())
    assert [one.name for one in prune(folder, database)] == sorted(
        [f"ab/{stray.name}", kept[other]]
    )
    assert list(either.pictures()) == [kept[shown]]
    assert (folder.root / "README.txt").exists()


def test_a_takedown_deletes_the_pictures_that_nothing_else_shows(
    world: Pictured, site: Site
) -> None:
    for number in (1, 2):
        site.set(f"/{number}.png", made_image("PNG", seed=number))
    follow(world, site, img(site, "/1.png", "/2.png"), img(site, "/1.png"))
    target = entry_with(world, "/2.png")
    takedown(world.config, world.database, target, "侵权", now=world.clock())
    assert list(world.pictures().values()) == [made_image("PNG", seed=1)]
    assert [image["url"] for image in world.images()] == [site.url("/1.png")]


def test_a_folder_whose_disk_is_gone_is_not_filled_anew(world: Pictured, site: Site) -> None:
    site.set("/1.png", made_image("PNG", seed=1))
    follow(world, site, img(site, "/1.png"))
    shutil.rmtree(world.config.images.path)
    with pytest.raises(ArchiveError, match="is its disk mounted"):
        world.fetch_images()
    (file,) = world.query(lambda c: listing.files(c, after=0))
    world.database.transact(listing.fetch_again, [file.id], now=world.clock())
    assert world.fetch_images() == Tally(kept=1)
    assert list(world.pictures().values()) == [made_image("PNG", seed=1)]


def test_the_sites_of_pictures_are_asked_no_faster_than_their_limit() -> None:
    pace = Pace(places=4, per_site=2, delay=timedelta(seconds=1))
    assert pace.begin(1, "a.cn", now=0.0)
    assert not pace.begin(2, "a.cn", now=0.5)
    assert pace.begin(3, "b.cn", now=0.5)
    assert pace.busy_sites(now=0.9) == ["a.cn", "b.cn"]
    assert pace.begin(2, "a.cn", now=1.0)
    assert pace.free(now=1.0) == 1
    assert pace.busy_sites(now=2.5) == ["a.cn"]
    pace.end(1)
    assert pace.busy_sites(now=2.5) == []
    assert pace.free(now=9.0) == 4
