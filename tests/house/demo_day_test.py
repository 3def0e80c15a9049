"""The day of ./dev demo: its sample data hold together, and what stands around the server does what the walk relies on."""

import datetime
import json
import os
import sys
import tempfile
import unittest
import urllib.request
from pathlib import Path
from unittest import mock
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[2]
DAY = ROOT / "samples/day"
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "scripts"))

import demo_day  # noqa: E402
from messages import BREAKS, MENDED, messages  # noqa: E402

TODAY = datetime.date(2025, 3, 9)


class Samples(unittest.TestCase):
    def test_messages_are_the_same_each_time_ascend_and_have_names_of_their_own(self):
        said = list(messages(TODAY))
        self.assertEqual(said, list(messages(TODAY)))
        times = [one["ts"] for one in said]
        self.assertEqual(times, sorted(times))
        self.assertEqual(len({one["id"] for one in said}), len(said))

    def test_complaints_surge_while_the_login_is_broken_and_at_no_other_hour(self):
        negative = {}
        for one in messages(TODAY):
            hour = one["ts"][:13]
            negative[hour] = negative.get(hour, 0) + (one["sentiment"] < 0)
        broken = {f"{TODAY}T{hour:02}" for hour in range(BREAKS, MENDED)}
        self.assertGreater(min(negative[hour] for hour in broken), 2 * max(count for hour, count in negative.items() if hour not in broken))

    def test_feeds_are_of_the_day_that_the_walk_moves_to_today(self):
        post = ElementTree.parse(DAY / "post.rss.xml").findall(".//item")
        daily = ElementTree.parse(DAY / "daily.atom.xml").findall("{http://www.w3.org/2005/Atom}entry")
        self.assertEqual(len(post) + len(daily), 30)
        for item in post:
            self.assertIn(f"{demo_day.WRITTEN:%a, %d %b %Y} ", item.findtext("pubDate"))
        for entry in daily:
            self.assertIn(f"{demo_day.WRITTEN}T", entry.findtext("{http://www.w3.org/2005/Atom}updated"))

    def test_customers_write_in_order_and_in_both_languages(self):
        inbox = [json.loads(line) for line in (DAY / "inbox.jsonl").read_text().splitlines()]
        self.assertEqual([one["at"] for one in inbox], sorted(one["at"] for one in inbox))
        chinese = sum(any("\u4e00" <= letter <= "\u9fff" for letter in one["text"]) for one in inbox)
        self.assertTrue(4 <= chinese <= len(inbox) - 4, chinese)

    def test_what_is_lent_stands_in_the_catalogue(self):
        books = [json.loads(line)["id"] for line in (DAY / "books.jsonl").read_text().splitlines()]
        self.assertEqual(len(set(books)), len(books))
        for line in (DAY / "loans.txt").read_text().splitlines():
            self.assertLessEqual(set(line.split()[1:]), set(books), line)


class Around(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.clock = demo_day.Clock(Path(self.folder.name))

    def test_the_clock_says_how_far_the_servers_is_from_this_ones(self):
        self.clock.set("21:58")
        self.clock.later(5)
        self.assertEqual(self.clock.text, "22:03")
        now = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=float(self.clock.file.read_text()))
        wanted = datetime.datetime.combine(self.clock.today, datetime.time(22, 3), datetime.timezone.utc)
        self.assertLess(abs((now - wanted).total_seconds()), 3)

    def test_feeds_have_what_is_published_by_now_dated_today(self):
        with demo_day.town(self.clock) as port:
            def entries(path, tag):
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}") as reply:
                    return ElementTree.parse(reply).findall(f".//{tag}")
            self.clock.set("06:00")
            early = entries("post.rss.xml", "item")
            self.clock.set("23:00")
            late = entries("post.rss.xml", "item")
        self.assertTrue(0 < len(early) < len(late))
        self.assertIn(f"{self.clock.today:%d %b %Y}", early[0].findtext("pubDate"))

    def test_a_system_without_faketime_is_told_what_to_install(self):
        with mock.patch.object(demo_day.glob, "glob", return_value=[]), self.assertRaisesRegex(SystemExit, "apt-get install faketime"):
            demo_day.Heed(Path(self.folder.name), self.clock, 1)

    def test_a_server_that_does_not_start_is_told_with_its_own_words(self):
        program = Path(self.folder.name) / "heed"
        program.write_text("#!/bin/sh\necho 'heed: no such model' >&2\nexit 2\n")
        program.chmod(0o755)
        with mock.patch.object(demo_day.glob, "glob", return_value=[""]), mock.patch.dict(os.environ, HEED_BIN=self.folder.name):
            with self.assertRaisesRegex(SystemExit, "no such model"):
                demo_day.Heed(Path(self.folder.name), self.clock, 1)


if __name__ == "__main__":
    unittest.main()
