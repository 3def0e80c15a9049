"""A client of `heed serve`, on the standard library alone.

    from heed_client import Client

    client = Client("http://127.0.0.1:8080", key="heed_…")
    client.translate("Open the file.").text
    client.classify("我的银行卡被偷了", top=3).label

A client keeps connections open and may be used by several threads. A text in gives one answer, a list of texts a
list of them, in order. What goes wrong is raised as HeedError.

A call whose kept connection turns out to be closed is sent once more, on a new one: the server had closed it while it
was idle. That is safe, because every call here may be repeated: models answer alike each time, and events carry a key
of their own by which the server knows them again (where you name none, the client makes one before it sends).
"""

import collections
import http.client
import json
import ssl
import time
import uuid
from dataclasses import asdict, dataclass, field
from typing import Any, Dict, Iterable, List, Optional, Sequence, Union
from urllib.parse import quote, urlencode, urlsplit

__version__ = "0.1.0"

Texts = Union[str, Sequence[str]]


class HeedError(Exception):
    """What a server refused, or why there was no answer.

    status       of HTTP; 0: no answer came (code "unavailable" or "deadline_exceeded")
    code         as the server names it: "invalid_argument", "unauthenticated", "overloaded", …
    param        the field at fault, or None
    retry_after  seconds after which to ask again, or None
    request_id   as the server's log has it, or None
    """

    def __init__(self, status: int, code: str, message: str, param: Optional[str] = None,
                 retry_after: Optional[float] = None, request_id: Optional[str] = None):
        super().__init__(message)
        self.status, self.code, self.message = status, code, message
        self.param, self.retry_after, self.request_id = param, retry_after, request_id


@dataclass(frozen=True)
class Attention:
    """What each piece of a translation looked at: `weights` has a row a target piece, of the source pieces' shares."""
    source: List[str]
    target: List[str]
    weights: List[List[float]]


@dataclass(frozen=True)
class Translation:
    text: str
    model: str
    version: int
    alternatives: List[str] = field(default_factory=list)
    attention: Optional[Attention] = None  # where explained


@dataclass(frozen=True)
class Word:
    """A word of a text, at code points [start, end), with its share of the attention; `vote`: of its n-grams."""
    text: str
    start: int
    end: int
    weight: float
    vote: Optional[float] = None


@dataclass(frozen=True)
class Label:
    label: str
    probability: float


@dataclass(frozen=True)
class Classification:
    label: str
    probability: float
    labels: List[Label]  # likeliest first
    model: str
    version: int
    heads: Dict[str, "Classification"] = field(default_factory=dict)  # where the model has several
    words: List[Word] = field(default_factory=list)  # where explained


@dataclass(frozen=True)
class Ranked:
    index: int  # of the document
    score: float  # cosine of its vector and the query's
    document: Optional[str] = None  # where asked for


@dataclass(frozen=True)
class Candidate:
    """One of the things that could have been shown; `propensity`: probability that it was shown at `position`."""
    id: str
    score: float
    propensity: float
    position: int  # from 0; -1: not shown


def new_event_id() -> str:
    return uuid.uuid4().hex


@dataclass(frozen=True)
class Decision:
    """What an application chose to show or do. `ts` is in microseconds since 1970; None: when the server got it."""
    app: str
    candidates: List[Candidate]
    chosen: str
    event_id: str = field(default_factory=new_event_id)
    ts: Optional[int] = None
    tenant: str = ""
    subject: str = ""
    context_hash: str = ""
    model: str = ""
    version: int = 0
    reason: str = ""
    minutes: float = 0.0
    type: str = field(default="decision", init=False)


@dataclass(frozen=True)
class Outcome:
    """What came of a decision."""
    decision_id: str
    kind: str
    value: float
    event_id: str = field(default_factory=new_event_id)
    ts: Optional[int] = None
    tenant: str = ""
    app: str = ""
    subject: str = ""
    text: str = ""
    type: str = field(default="outcome", init=False)


Event = Union[Decision, Outcome]


@dataclass(frozen=True)
class Written:
    accepted: int  # new, and on the server's disk
    duplicates: int  # known before, and unchanged


@dataclass(frozen=True)
class EventPage:
    events: List[Event]  # newest first
    next: Optional[str]  # `before` of the page that follows; None on the last


@dataclass(frozen=True)
class Model:
    id: str
    task: str  # "translate" or "classify"
    state: str  # "ready" or "failed"
    version: int  # that answers under its name
    versions: List[int]  # in memory
    aliases: List[str]
    error: Optional[str]
    raw: Dict[str, Any]  # all that the server says of it


def _known(kind, fields: Dict[str, Any]) -> Dict[str, Any]:
    """Of `fields` those that the dataclass has: a newer server may send more."""
    return {name: fields[name] for name, known in kind.__dataclass_fields__.items() if known.init and name in fields}


def _words(answer: Dict[str, Any]) -> List[Word]:
    return [Word(**_known(Word, word)) for word in (answer.get("attention") or {}).get("words", [])]


def _classification(answer: Dict[str, Any], model: str, version: int) -> Classification:
    return Classification(label=answer["label"], probability=answer["probability"],
                          labels=[Label(**_known(Label, label)) for label in answer["labels"]], model=model, version=version,
                          heads={name: _classification(head, model, version)
                                 for name, head in (answer.get("heads") or {}).items()},
                          words=_words(answer))


def _event(fields: Dict[str, Any]) -> Event:
    if fields["type"] == "outcome":
        return Outcome(**_known(Outcome, fields))
    candidates = [Candidate(**_known(Candidate, candidate)) for candidate in fields["candidates"]]
    return Decision(**dict(_known(Decision, fields), candidates=candidates))


def _given(**fields: Any) -> Dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _as_list(texts: Texts) -> List[str]:
    return [texts] if isinstance(texts, str) else list(texts)


class _Closed(Exception):
    """A kept connection that was closed before any of the reply came."""


class Client:
    """Of one server. `timeout`: seconds until a reply begins; `deadline_ms`: what the server is told, so that it gives up
    work that comes too late (else it goes by its own)."""

    def __init__(self, url: str = "http://127.0.0.1:8080", key: Optional[str] = None, timeout: float = 30.0,
                 deadline_ms: Optional[int] = None, tls: Optional[ssl.SSLContext] = None):
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"url: expected http://HOST:PORT or https://HOST:PORT, found {url!r}")
        self._host, self._port, self._prefix = parts.hostname, parts.port, parts.path.rstrip("/")
        self._tls = (tls or ssl.create_default_context()) if parts.scheme == "https" else None
        self._timeout = timeout
        self._headers = {"Accept": "application/json", "User-Agent": f"heed-client/{__version__}"}
        if key:
            self._headers["Authorization"] = f"Bearer {key}"
        if deadline_ms:
            self._headers["X-Deadline-Ms"] = str(deadline_ms)
        self._idle: "collections.deque[http.client.HTTPConnection]" = collections.deque()

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connections that are kept; the next call opens a new one."""
        while self._idle:
            self._idle.pop().close()

    # What models answer.

    def translate(self, texts: Texts, *, model: Optional[str] = None, source: Optional[str] = None,
                  target: Optional[str] = None, beam: Optional[int] = None, alternatives: Optional[int] = None,
                  explain: bool = False) -> Union[Translation, List[Translation]]:
        """`alternatives`: as many other translations of each text."""
        reply = self._post("/v1/translate", _given(q=_as_list(texts), model=model, source=source, target=target, beam=beam,
                                                   alternatives=alternatives, explain="attention" if explain else None))
        count = len(reply["translatedText"])
        others = reply.get("alternatives") or [[]] * count
        attention = reply.get("attention") or [None] * count
        answers = [Translation(text, reply["model"], reply["version"], list(rest),
                               Attention(**_known(Attention, links)) if links else None)
                   for text, rest, links in zip(reply["translatedText"], others, attention)]
        return answers[0] if isinstance(texts, str) else answers

    def classify(self, texts: Texts, *, model: Optional[str] = None, head: Optional[str] = None, top: Optional[int] = None,
                 explain: bool = False) -> Union[Classification, List[Classification]]:
        """`top`: as many labels, likeliest first; else all."""
        reply = self._post("/v1/classify", _given(text=_as_list(texts), model=model, head=head, top=top,
                                                  explain="attention" if explain else None))
        answers = [_classification(result, reply["model"], reply["version"]) for result in reply["results"]]
        return answers[0] if isinstance(texts, str) else answers

    def embed(self, texts: Texts, *, model: Optional[str] = None) -> Union[List[float], List[List[float]]]:
        """Vectors of length 1."""
        reply = self._post("/v1/embeddings", _given(input=_as_list(texts), model=model))
        vectors = [one["embedding"] for one in reply["data"]]
        return vectors[0] if isinstance(texts, str) else vectors

    def rerank(self, query: str, documents: Sequence[str], *, model: Optional[str] = None, top_n: Optional[int] = None,
               return_documents: bool = False) -> List[Ranked]:
        """The closest first."""
        reply = self._post("/v1/rerank", _given(query=query, documents=list(documents), model=model, top_n=top_n,
                                                return_documents=return_documents or None))
        return [Ranked(result["index"], result["relevance_score"], (result.get("document") or {}).get("text"))
                for result in reply["results"]]

    # What was decided, and what came of it.

    def send_events(self, events: Union[Event, Iterable[Event]]) -> Written:
        """Returns once they are on the server's disk. An event that is sent again changes nothing."""
        several = [events] if isinstance(events, (Decision, Outcome)) else list(events)
        bodies = [{name: value for name, value in asdict(event).items() if value not in (None, "")} for event in several]
        return Written(**_known(Written, self._post("/v1/events", {"events": bodies})))

    def feedback(self, decision_id: str, *, rating: Optional[float] = None, correction: Optional[str] = None,
                 comment: Optional[str] = None, event_id: Optional[str] = None, subject: Optional[str] = None,
                 tenant: Optional[str] = None) -> Written:
        """What a person thought of a decision: a rating in [-1, 1], what it should have been, words."""
        reply = self._post("/v1/feedback", _given(event_id=event_id or new_event_id(), decision_id=decision_id, rating=rating,
                                                  correction=correction, comment=comment, subject=subject, tenant=tenant))
        return Written(**_known(Written, reply))

    def events(self, *, limit: int = 50, before: Optional[str] = None, type: Optional[str] = None, app: Optional[str] = None,
               subject: Optional[str] = None, tenant: Optional[str] = None) -> EventPage:
        """Newest first; `type`: "decision" or "outcome"."""
        query = urlencode(_given(limit=limit, before=before, type=type, app=app, subject=subject, tenant=tenant))
        reply = self._get(f"/v1/events?{query}")
        return EventPage([_event(fields) for fields in reply["events"]], reply["next"])

    # The server.

    def models(self) -> List[Model]:
        return [Model(**dict(_known(Model, dict({"error": None}, **fields)), raw=fields))
                for fields in self._get("/v1/models")["data"]]

    def model(self, name: str) -> Dict[str, Any]:
        """One model with its card, metrics and training curves."""
        return self._get(f"/v1/models/{quote(name, safe='')}")

    def status(self) -> Dict[str, Any]:
        return self._get("/v1/status")

    # HTTP.

    def _get(self, path: str) -> Dict[str, Any]:
        return self._call("GET", path, None)

    def _post(self, path: str, body: Dict[str, Any]) -> Dict[str, Any]:
        return self._call("POST", path, json.dumps(body, ensure_ascii=False).encode())

    def _call(self, method: str, path: str, body: Optional[bytes]) -> Dict[str, Any]:
        deadline = time.monotonic() + self._timeout
        connection = self._kept()
        if connection is None:
            return self._exchange(self._open(), method, path, body, deadline)
        try:
            return self._exchange(connection, method, path, body, deadline)
        except _Closed:  # while it was idle; those that are kept beside it may be too
            self.close()
            return self._exchange(self._open(), method, path, body, deadline)

    def _exchange(self, connection: http.client.HTTPConnection, method: str, path: str, body: Optional[bytes],
                  deadline: float) -> Dict[str, Any]:
        headers = dict(self._headers, **({"Content-Type": "application/json"} if body is not None else {}))
        try:
            used = connection.sock is not None
            try:
                self._limit(connection, deadline)
                connection.request(method, self._prefix + path, body, headers)
                self._limit(connection, deadline)
                response = connection.getresponse()
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                if used:
                    raise _Closed from None
                raise
            text = response.read()
        except _Closed:
            connection.close()
            raise
        except TimeoutError as problem:
            connection.close()
            raise HeedError(0, "deadline_exceeded", f"{self._place()}: no answer within {self._timeout:g} s") from problem
        except (OSError, http.client.HTTPException) as problem:
            connection.close()
            raise HeedError(0, "unavailable", f"{self._place()}: expected a server that answers, found: "
                                              f"{problem or type(problem).__name__}; is heed serve running there?") from problem
        if response.will_close:
            connection.close()
        else:
            self._idle.append(connection)
        return self._read(response, text)

    def _kept(self) -> Optional[http.client.HTTPConnection]:
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def _open(self) -> http.client.HTTPConnection:
        if self._tls:
            return http.client.HTTPSConnection(self._host, self._port, timeout=self._timeout, context=self._tls)
        return http.client.HTTPConnection(self._host, self._port, timeout=self._timeout)

    @staticmethod
    def _limit(connection: http.client.HTTPConnection, deadline: float) -> None:
        """What is left of the call's time."""
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        connection.timeout = left
        if connection.sock:
            connection.sock.settimeout(left)

    def _place(self) -> str:
        return f"{self._host}:{self._port}" if self._port else self._host

    def _read(self, response: http.client.HTTPResponse, text: bytes) -> Dict[str, Any]:
        try:
            reply = json.loads(text)
        except ValueError:
            reply = None
        if response.status == 200 and isinstance(reply, dict):
            return reply
        error = reply.get("error") if isinstance(reply, dict) else None
        if not isinstance(error, dict):  # something in between, a proxy, or another server
            error = {"code": f"http_{response.status}", "message": f"{self._place()}: expected JSON of heed serve, found "
                                                                   f"status {response.status}: {text[:200]!r}"}
        after = response.headers.get("Retry-After", "")
        raise HeedError(response.status, error.get("code") or f"http_{response.status}", error.get("message") or "",
                        error.get("param"), float(after) if after.isdigit() else None, response.headers.get("X-Request-Id"))
