#!/usr/bin/env python3
"""What people of a town that is made up say about a bank that is made up, as `heed serve` takes it (POST /v1/messages): three
quiet weeks, then one day on which a login stops working at one o'clock. Sample data, the same for the same seed.

    samples/day/messages.py 2026-05-20 > messages.ndjson
"""

import datetime
import json
import random
import sys

QUIET_DAYS = 21
BREAKS, MENDED = 13, 17  # hours of the last day

TOPICS = ("app", "cards", "branch", "fees")
OPENINGS = ("today", "this morning", "again", "as always", "on the way home", "for once", "今天", "刚才", "又一次", "这次")
PLEASED = {
    "app": ("the app is quick", "paying my rent took ten seconds", "手机银行很好用", "转账一下就到了"),
    "cards": ("the new card came early", "the card worked on the island", "新卡很快就到了", "刷卡很方便"),
    "branch": ("the people at the counter were kind", "no queue at the market branch", "柜台的人很耐心", "网点不用排队"),
    "fees": ("no fee for the transfer", "the statement is clear", "转账没有手续费", "账单很清楚"),
}
ANNOYED = {
    "app": ("the app was slow", "I had to type everything twice", "手机银行有点慢", "页面打不开"),
    "cards": ("the machine kept my card", "my card was refused at the bakery", "卡被吞了", "刷卡被拒"),
    "branch": ("half an hour in the queue", "the branch had closed early", "排队半小时", "网点提前关门"),
    "fees": ("three euros for a letter", "a fee that nobody explained", "寄封信收三块钱", "手续费没人解释"),
}
BROKEN = ("the login code is refused", "locked out after the update", "no code arrives and the login fails", "cannot log in, code wrong again",
          "验证码不对，登录不了", "更新之后登录失败", "收不到验证码", "账户被锁，验证码总是错")
ENDINGS = ("at the {place}", "near the {place}", "by the {place}", "在{place}")
PLACES = ("market", "mill", "theatre", "north quay", "canal", "school", "station", "library", "harbour", "old town", "island", "orchard",
          "码头", "剧院", "市场", "图书馆", "车站", "学校", "老城", "磨坊")


def say(chance, topic, feeling, things):
    text = f"{chance.choice(OPENINGS)} {chance.choice(things)} {chance.choice(ENDINGS).format(place=chance.choice(PLACES))}"
    return {"topic": topic, "sentiment": feeling, "text": f"{text} ({chance.randrange(10_000)})"}  # a number, so that no two are copies


def hour_of_messages(chance, hour, complaints):
    usual = 2 if hour < 7 else 9 if hour < 22 else 4
    for _ in range(usual + chance.randrange(3)):
        topic = chance.choice(TOPICS)
        is_pleased = chance.random() < 0.7
        yield say(chance, topic, 0.7 if is_pleased else -0.6, (PLEASED if is_pleased else ANNOYED)[topic])
    for _ in range(complaints):
        yield say(chance, "app", -0.9, BROKEN)


def messages(last_day, seed=7):
    chance = random.Random(seed)
    midnight = datetime.datetime.combine(last_day, datetime.time(), datetime.timezone.utc)
    number = 0
    for day in range(-QUIET_DAYS, 1):
        for hour in range(24):
            is_broken = day == 0 and BREAKS <= hour < MENDED
            said = list(hour_of_messages(chance, hour, 30 if is_broken else 0))
            seconds = sorted(chance.randrange(3600) for _ in said)
            for message, second in zip(said, seconds):
                number += 1
                ts = midnight + datetime.timedelta(days=day, hours=hour, seconds=second)
                yield {"ts": ts.isoformat(), "source": "town-square", "id": f"m{number}"} | message


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("messages.py: expected the last day, as 2026-05-20")
    for message in messages(datetime.date.fromisoformat(sys.argv[1])):
        print(json.dumps(message, ensure_ascii=False))
