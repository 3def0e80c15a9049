#!/usr/bin/env python3
"""Walks one `heed serve` through a day of samples/day/: digests, customers, messages, slates, and at the end what became of people's
minutes. The server's clock is set from hour to hour (Debian's faketime), so that the day takes half a minute.

    scripts/demo_day.py FOLDER [--stay]     FOLDER: what scripts/demo_day.sh trained; --stay: the server runs on until Enter
"""

import argparse
import contextlib
import datetime
import glob
import http.server
import json
import math
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DAY = ROOT / "samples/day"
WRITTEN = datetime.date(2026, 5, 20)  # the day for which the feeds were written
AGENTS = ("tom", "mei")
sys.path.insert(0, str(DAY))
sys.dont_write_bytecode = True  # beside the samples
from messages import messages  # noqa: E402


class Clock:
    """What the server takes for the time of day: a file that faketime reads at every look at the clock."""

    def __init__(self, folder):
        self.file = folder / "clock"
        self.today = datetime.datetime.now(datetime.timezone.utc).date()
        self.set("07:00")

    def set(self, text):
        self.text = text
        wanted = datetime.datetime.combine(self.today, datetime.time.fromisoformat(text), datetime.timezone.utc)
        beside = self.file.with_suffix(".part")
        beside.write_text(f"{math.ceil(wanted.timestamp() - time.time()):+}\n")  # whole seconds: never before `text`
        beside.rename(self.file)

    def later(self, minutes):
        hour, minute = map(int, self.text.split(":"))
        self.set(f"{(hour * 60 + minute + minutes) // 60:02}:{(minute + minutes) % 60:02}")


class Town(http.server.BaseHTTPRequestHandler):
    """The town's two feeds, each with what has been published by now, and whoever receives alerts."""

    clock, alerts = None, []

    def do_GET(self):
        text = (DAY / self.path.lstrip("/")).read_text() if self.path in ("/post.rss.xml", "/daily.atom.xml") else ""
        for entry in re.findall(r"<(?:item|entry)>.*?</(?:item|entry)>\n?", text, re.S):
            if re.search(r"\d\d:\d\d", entry)[0] > self.clock.text:
                text = text.replace(entry, "")
        text = text.replace(f"{WRITTEN:%a, %d %b %Y}", f"{self.clock.today:%a, %d %b %Y}").replace(str(WRITTEN), str(self.clock.today))
        self.answer(200 if text else 404, text.encode())

    def do_POST(self):
        self.alerts.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.answer(200, b"")

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Heed:
    """A running `heed serve`, asked over HTTP."""

    def __init__(self, folder, clock, town_port):
        library = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
        if not library:
            sys.exit("demo_day: expected Debian's package faketime, found none; apt-get install faketime")
        town = f"http://127.0.0.1:{town_port}"
        self.store = folder / "day.db"
        settings = {"server.port": 0, "models.folder": folder / "models", "store.url": self.store, "apps.recommend.data": folder / "library",
                    "apps.digest.feeds": json.dumps([f"{town}/post.rss.xml", f"{town}/daily.atom.xml"]), "apps.monitor.webhook_url": f"{town}/alerts"}
        self.log = folder / "day.log"
        self.program = ROOT / os.environ.get("HEED_BIN", "build/release/bin") / "heed"
        command = [self.program, "serve", "--config", DAY / "heed.toml"] + [word for key, value in settings.items() for word in ("--set", f"{key}={value}")]
        environment = dict(os.environ, LD_PRELOAD=library[0], FAKETIME_TIMESTAMP_FILE=str(clock.file), FAKETIME_NO_CACHE="1", FAKETIME_DONT_FAKE_MONOTONIC="1")
        with self.log.open("w") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log)
        try:
            self.address = self.wait_for(lambda: re.search(r"http://127\.0\.0\.1:\d+", self.log.read_text()), "the server's address")[0]
        except BaseException:
            self.end()
            raise

    def wait_for(self, look, what):
        end = time.monotonic() + 60
        while time.monotonic() < end and self.process.poll() is None:
            if found := look():
                return found
            time.sleep(0.05)
        raise SystemExit(f"demo_day: expected {what}, found none; the server says:\n{self.log.read_text()}")

    def ask(self, path, body=None, may_refuse=False, **query):
        data = None if body is None else json.dumps(body).encode()
        url = self.address + path + ("?" + urllib.parse.urlencode(query) if query else "")
        try:
            with urllib.request.urlopen(urllib.request.Request(url, data, {"Content-Type": "application/json"})) as reply:
                return json.load(reply)
        except urllib.error.HTTPError as refused:
            problem = json.load(refused)
            if may_refuse:
                return problem
            raise SystemExit(f"demo_day: {path}: {problem['error']['message']}") from None

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


def heading(text):
    print(f"\n\033[1m{text}\033[0m" if sys.stdout.isatty() else f"\n{text}")


def short(text, width=64):
    return text if len(text) <= width else text[:width - 1] + "…"


class Day:
    def __init__(self, heed, clock):
        self.heed, self.clock = heed, clock
        self.inbox = [json.loads(line) for line in (DAY / "inbox.jsonl").read_text().splitlines()]
        self.stream = list(messages(clock.today))
        self.waiting = {}  # for a person: conversation -> customer

    def say(self, text):
        print(f"  {self.clock.text}  {text}")

    def papers_are_read(self):
        """Whether the server, by its own clock, has asked both feeds by now."""
        now = f"{self.clock.today}T{self.clock.text}"
        return all((feed["asked"] or "") >= now and not feed["problem"] for feed in self.heed.ask("/v1/digest/feeds")["feeds"])

    def digest(self, reader, minutes, topics, deeds):
        made = self.heed.ask("/v1/digest", {"reader": reader, "minutes": minutes, "topics": topics})
        stories = made["stories"]
        self.say(f"{reader}: {len(stories)} of {made['offered']['stories']} stories ({made['offered']['items']} items), {made['used']:.1f} of {minutes} minutes")
        for deed, story in zip(deeds, stories):
            self.heed.ask("/v1/digest/feedback", {"reader": reader, "item": story["id"], "kind": deed, "digest": made["digest"]})
            print(f"           {deed:5} {short(story['title'])}")

    def customers(self, until):
        while self.inbox and self.inbox[0]["at"] < until:
            message = self.inbox.pop(0)
            self.clock.set(message["at"])
            reply = self.heed.ask("/v1/answer", {key: message[key] for key in ("text", "priority") if key in message})
            self.say(f"{message['customer']}: {short(message['text'], 70)}")
            if reply["action"] == "handover":
                self.waiting[reply["conversation"]] = message["customer"]
                print(f"           waits for a person 等待人工 ({short(reply['why'], 90)})")
            else:
                print(f"           answered 已回答: {short(reply['text'], 76)}")

    def agents(self):
        """Whoever is at the desk takes the next conversation, where minutes are not worth more elsewhere."""
        for agent in AGENTS:
            if not self.waiting:
                return
            taken = self.heed.ask("/v1/support/conversations/next/take", {"agent": agent}, may_refuse=True)
            if "error" in taken:
                self.say(f"{agent} is not asked 不打扰: the next customer is {taken['error']['message'].split(': ', 2)[2].split('; ')[0]}")
                continue
            customer = self.waiting.pop(taken["id"])
            self.heed.ask(f"/v1/support/conversations/{taken['id']}/reply", {"agent": agent, "text": "Let us look at it together. 我们一起看看。"})
            self.clock.later(4)
            self.heed.ask(f"/v1/support/conversations/{taken['id']}/close", {"agent": agent})
            self.say(f"{agent} took {customer}{' (urgent)' if taken['priority'] == 'urgent' else ''} and closed it after 4 minutes 人工已处理")

    def opinions(self, until):
        moment = f"{self.clock.today}T{until}"
        batch = [one for one in self.stream if one["ts"] < moment]
        self.stream = self.stream[len(batch):]
        for k in range(0, len(batch), 1000):
            self.heed.ask("/v1/messages", {"messages": batch[k:k + 1000]})
        return len(batch)

    def alerts(self):
        found = self.heed.ask("/v1/monitor/alerts", state="unacknowledged")["alerts"]
        if not found:
            return
        alert = found[0]
        self.say(f"ALERT 告警 ({alert['severity']}): {alert['sentence']['en']}")
        print(f"           {alert['sentence']['zh']}")
        self.heed.wait_for(lambda: Town.alerts, "an alert that is posted")
        people = self.heed.ask("/v1/economy/minutes")["people"]
        reader = next(one["person"] for one in people if "alerts" in one["used"])
        self.clock.later(5)
        self.heed.ask(f"/v1/monitor/alerts/{alert['id']}/acknowledge", {"by": reader})
        self.say(f"{reader} had minutes for it, read it and acknowledged it 已确认")

    def slates(self, readers):
        for reader in readers:
            slate = self.heed.ask("/v1/recommend", {"user": reader, "n": 4})
            titles = [item["title"] for item in slate["items"]]
            self.say(f"{reader}: {', '.join(titles) or 'nothing: the minutes are worth more elsewhere'}")
            if titles:
                self.heed.ask("/api/feedback", [{"FeedbackType": "click", "UserId": reader, "ItemId": slate["items"][0]["id"]}])

    def walk(self):
        heading("Morning: the newspapers, in the minutes that people have  早上：报纸")
        self.clock.set("07:30")
        self.heed.wait_for(self.papers_are_read, "items of both feeds")
        self.digest("mei", 3, ["bank", "银行", "利率"], ("read", "read", "save", "skip"))
        self.digest("tom", 2, ["ferry", "轮渡"], ("read", "skip", "read"))
        self.digest("lin", 2, ["储能", "battery"], ("read", "save", "read"))
        heading("The service desk, and what people say of the bank  客服台与舆情")
        taken, alerts = self.opinions("08:00"), len(self.heed.ask("/v1/monitor/alerts")["alerts"])
        print(f"         {taken} messages of three quiet weeks were taken in, alerts: {alerts}  已导入三周的平静消息，告警：{alerts}")
        for hour in range(8, 13):
            self.hour(hour)
        heading("Noon: what to read next  午间：图书馆推荐")
        self.clock.set("13:00")
        self.slates(("ann", "bo", "fang", "tom"))
        heading("Afternoon: something breaks  下午：出事了")
        for hour in range(13, 18):
            self.hour(hour)
        heading("Evening  晚上")
        self.clock.set("20:00")
        self.heed.wait_for(self.papers_are_read, "items of both feeds")
        self.digest("mei", 2, ["bank", "银行", "利率"], ("read", "skip"))
        self.slates(("mei", "lin", "dora", "yi"))
        self.clock.set("22:30")
        bid = {"id": "late", "person": "tom", "task": "agents", "minutes": 5, "value": 5}
        refused = self.heed.ask("/v1/economy/minutes", {"bids": [bid]})["grants"][0]
        self.say(f"another program asks for 5 minutes of tom's: {refused['reason']}")

    def hour(self, hour):
        for begin, end in ((f"{hour:02}:00", f"{hour:02}:30"), (f"{hour:02}:30", f"{hour + 1:02}:00")):
            self.clock.set(begin)
            self.customers(end)
            self.agents()
            self.clock.set(max(self.clock.text, end))
            self.opinions(end)
            self.alerts()

    def is_settled(self):
        """Whether it is known of every minute what became of it: the server looks after each of its hours."""
        lines = self.heed.ask("/v1/economy/ledger", by="task")["lines"]
        return all(abs(one["allocated"] - one["retained"] - one["lost"]) < 1e-3 for one in lines)

    def account(self):
        self.heed.wait_for(self.is_settled, "minutes that are all settled")
        heading("What became of the day's minutes  这一天的分钟去了哪里")
        command = ["economy", "ledger", "statement", "--store", str(self.heed.store), "--by", "task"]
        print("$ heed", *command, flush=True)
        subprocess.run([self.heed.program, *command], check=True)
        print("""First row: what people gave. Allocated: of it, to a task. Retained: read, taken, acknowledged, clicked. Lost: skipped, or not opened
within two hours. 第一行：人们给出的分钟；allocated：分给任务的；retained：真正被关注的；lost：跳过或两小时内没有打开的。""")
        heading("Whose minute costs how much, and what for  每个人的分钟值多少")
        minutes = self.heed.ask("/v1/economy/minutes")
        print("  Price: of their next minute, at the end of the day; behind the semicolon what was refused, and what a minute of it was worth.")
        print(f"  {'':8}{'given':>7}{'left':>7}{'price':>8}   used for; refused")
        for one in minutes["people"]:
            used = ", ".join(f"{task} {spent:.1f}" for task, spent in one["used"].items() if spent > 0)
            refused = ", ".join(f"{task} {value:.2f}" for task, value in one["next"].items())
            print(f"  {one['person']:8}{one['minutes']:7.0f}{one['left']:7.1f}{one['price']:8.2f}   {used}{'; ' if refused else ''}{refused}")
        best = max(minutes["tasks"], key=lambda task: task["next"], default=None)
        if best and best["next"] > 0:
            print(f"  The next minute would be worth most to: {best['task']} ({best['next']:.2f})  下一分钟最值得用在：{best['task']}")


@contextlib.contextmanager
def town(clock):
    Town.clock = clock
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Town)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


def main():
    options = argparse.ArgumentParser(description="One day of attention on one server")
    options.add_argument("folder", type=Path)
    options.add_argument("--stay", action="store_true", help="keep the server running until Enter")
    options = options.parse_args()
    folder = options.folder.resolve()
    for old in folder.glob("day.db*"):
        old.unlink()
    clock = Clock(folder)
    with town(clock) as port:
        heed = Heed(folder, clock, port)
        try:
            day = Day(heed, clock)
            day.walk()
            day.account()
            if options.stay:
                print(f"\nThe server runs on: open {heed.address} in a browser (./dev web makes the page). Enter ends it. 用浏览器打开上面的地址；回车结束。")
                sys.stdin.readline()
        except KeyboardInterrupt:
            print()
        finally:
            heed.end()


if __name__ == "__main__":
    main()
