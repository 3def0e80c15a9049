"""The Python client against a `heed serve` of its own, over the tiny models of tests/infer/golden."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HEED = os.environ["HEED_BINARY"]
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "clients" / "python"))

from heed_client import Candidate, Client, Decision, HeedError, Outcome  # noqa: E402

TEXTS = ["where is my card", "我的银行卡被偷了", ""]


class Server:
    def __init__(self, *options):
        self.folder = Path(tempfile.mkdtemp(prefix="heed-client-test-"))
        for name in ("classifier", "translator"):
            shutil.copytree(ROOT / "tests/infer/golden" / name, self.folder / "models" / name, symlinks=True)
        self.start(*options)

    def start(self, *options):
        log = self.folder / "log"
        with open(log, "wb") as output:
            self.process = subprocess.Popen([HEED, "serve", "--models", self.folder / "models", "--port", "0", "--store",
                                             f"sqlite:{self.folder}/events.sqlite", *options],
                                            stdout=output, stderr=subprocess.STDOUT)
        for _ in range(3000):
            text = log.read_text()
            if "http://" in text and "," in text[text.index("http://"):]:
                self.url = text[text.index("http://"):].split(",")[0]
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.01)
        raise RuntimeError(f"heed serve did not start: {log.read_text()}")

    def end(self, number):
        if self.process.poll() is None:
            self.process.send_signal(number)
            self.process.wait()

    def remove(self):
        self.end(signal.SIGTERM)
        shutil.rmtree(self.folder)


class ClientTest(unittest.TestCase):
    def server(self, *options):
        server = Server(*options)
        self.addCleanup(server.remove)
        return server

    def client(self, server, **options):
        client = Client(server.url, **options)
        self.addCleanup(client.close)
        return client

    def error(self, call, *arguments, **options):
        with self.assertRaises(HeedError) as caught:
            call(*arguments, **options)
        return caught.exception

    def test_classifies_in_both_languages_as_one_text_or_several(self):
        client = self.client(self.server())
        every = client.classify(TEXTS, top=2)
        self.assertEqual(len(every), 3)
        for text, known in zip(TEXTS, every):
            one = client.classify(text)
            self.assertEqual((one.label, one.probability, one.model, one.version),
                             (known.label, known.probability, "classifier", 1))
            self.assertEqual(one.labels[0].label, one.label)
            self.assertLessEqual(len(known.labels), 2)

    def test_explains_a_classification_by_the_words_of_the_text(self):
        client = self.client(self.server())
        words = client.classify(TEXTS[0], explain=True).words
        self.assertEqual([word.text for word in words], TEXTS[0].split())
        for word in client.classify(TEXTS[1], explain=True).words:
            self.assertEqual(TEXTS[1][word.start:word.end], word.text)

    def test_translates_with_alternatives_and_attention(self):
        client = self.client(self.server())
        every = client.translate(TEXTS, beam=4, alternatives=2, explain=True)
        self.assertEqual([len(one.alternatives) for one in every], [2, 2, 0])  # an empty text has one translation
        links = every[1].attention
        self.assertEqual(len(links.weights), len(links.target))
        self.assertTrue(all(len(row) == len(links.source) for row in links.weights))
        one = client.translate(TEXTS[1], beam=4)
        self.assertEqual((one.text, one.model, one.attention), (every[1].text, "translator", None))

    def test_embeds_and_reranks(self):
        client = self.client(self.server())
        vectors = client.embed(TEXTS, model="classifier")
        self.assertAlmostEqual(sum(value * value for value in vectors[1]), 1.0, places=4)
        self.assertEqual(client.embed(TEXTS[1], model="classifier"), vectors[1])
        documents = ["the dog sleeps here", "我的银行卡被偷了"]
        ranked = client.rerank(documents[1], documents, model="classifier", return_documents=True)
        self.assertEqual([one.index for one in ranked], [1, 0])
        self.assertAlmostEqual(ranked[0].score, 1.0, places=4)
        self.assertEqual(ranked[0].document, documents[1])
        self.assertEqual(len(client.rerank("card", documents, model="classifier", top_n=1)), 1)

    def test_gets_the_events_back_that_it_sent_once_whatever_was_sent_twice(self):
        server = self.server()
        client = self.client(server)
        shown = Decision(app="support", subject="张伟", chosen="a", reason="most likely 最可能", minutes=1.5,
                         candidates=[Candidate("a", 0.75, 1.0, 0), Candidate("b", 0.25, 0.0, -1)])
        clicked = Outcome(shown.event_id, "click", 1.0)
        self.assertEqual(client.send_events([shown, clicked]).accepted, 2)
        self.assertEqual(client.send_events(shown).duplicates, 1)
        self.assertEqual(client.feedback(shown.event_id, rating=-1, correction="改正").accepted, 2)
        server.end(signal.SIGKILL)
        server.start()
        again = self.client(server)
        first = again.events(limit=3, subject="张伟")
        self.assertEqual(len(first.events), 3)
        rest = again.events(limit=3, subject="张伟", before=first.next)
        self.assertEqual((len(rest.events), rest.next), (1, None))
        kept = rest.events[0]
        self.assertEqual((kept.event_id, kept.reason, kept.candidates, kept.minutes),
                         (shown.event_id, shown.reason, shown.candidates, shown.minutes))
        self.assertEqual([event.type for event in again.events(type="decision").events], ["decision"])

    def test_tells_which_models_there_are(self):
        client = self.client(self.server("--set", 'models.aliases=["意图=classifier"]'))
        self.assertEqual([(model.id, model.task, model.state, model.versions) for model in client.models()],
                         [("classifier", "classify", "ready", [1]), ("translator", "translate", "ready", [1])])
        self.assertEqual(client.models()[0].aliases, ["意图"])
        self.assertEqual(client.classify("hello", model="意图").model, "classifier")
        self.assertIn("card", client.model("classifier"))
        self.assertFalse(client.status()["draining"])

    def test_says_which_field_was_wrong(self):
        client = self.client(self.server())
        error = self.error(client.classify, "hello", head="intnt")
        self.assertEqual((error.status, error.code, error.param), (400, "invalid_argument", "head"))
        self.assertTrue(error.request_id)
        self.assertEqual(self.error(client.model, "没有").code, "not_found")
        self.assertEqual(client.classify("hello").model, "classifier")

    def test_a_key_that_is_wrong_or_asks_too_much_is_refused(self):
        server = self.server()
        server.end(signal.SIGTERM)
        keys = server.folder / "keys.txt"
        key = subprocess.run([HEED, "keys", "add", "tests", "--scopes", "read", "--rate", "1", "--file", keys],
                             stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
        server.start("--keys", keys)
        self.assertEqual(self.error(self.client(server).status).status, 401)
        self.assertEqual(self.error(self.client(server, key="heed_wrong").status).code, "unauthenticated")
        client = self.client(server, key=key)
        self.assertEqual(self.error(client.feedback, "d", rating=1).status, 403)
        busy = self.error(lambda: [client.classify("太快") for _ in range(1000)])
        self.assertEqual((busy.status, busy.code), (429, "overloaded"))
        self.assertGreaterEqual(busy.retry_after, 1)

    def test_a_connection_that_was_closed_while_idle_is_replaced(self):
        server = self.server("--set", "server.idle_timeout_ms=50")
        client = self.client(server)
        client.classify("hello")
        with Client(server.url) as other:
            while other.status()["connections"] > 1:
                time.sleep(0.01)
        self.assertEqual(client.classify("你好").model, "classifier")

    def test_a_server_that_is_gone_is_told_apart_from_one_that_refuses(self):
        server = self.server()
        client = self.client(server)
        client.status()
        server.end(signal.SIGKILL)
        error = self.error(client.status)
        self.assertEqual((error.status, error.code), (0, "unavailable"))
        self.assertIn("is heed serve running there?", str(error))

    def test_a_server_that_says_nothing_is_waited_for_no_longer_than_asked(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            with Client(f"http://127.0.0.1:{silent.getsockname()[1]}", timeout=0.1) as client:
                self.assertEqual(self.error(client.status).code, "deadline_exceeded")

    def test_a_deadline_is_told_to_the_server(self):
        client = self.client(self.server(), deadline_ms=60_000)
        self.assertEqual(client.classify("你好").model, "classifier")

    def test_threads_share_a_client(self):
        client = self.client(self.server())
        wanted = client.classify(TEXTS[1])
        found = []
        threads = [threading.Thread(target=lambda: found.extend(client.classify(TEXTS[1]) for _ in range(20)))
                   for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(found, [wanted] * 80)

    def test_another_url_is_refused(self):
        for url in ("127.0.0.1:8080", "ftp://127.0.0.1", "http://"):
            with self.assertRaises(ValueError):
                Client(url)


if __name__ == "__main__":
    unittest.main()
