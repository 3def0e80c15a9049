import { useEffect, useState } from "preact/hooks";

import { useAction } from "../../api/action";
import { makeDigest, tellDeed, type Deed, type Digest, type Story } from "../../api/digest";
import { useResource } from "../../api/resource";
import { useFormats, useTexts } from "../../i18n/language";
import { Failure } from "../../ui/failure";
import { Notice } from "../../ui/notice";
import type { PageProps } from "../page";
import { EntryView } from "./entry";
import { LeftOut } from "./left_out";
import { NoItems } from "./no_items";
import "./page.css";
import { keepTaste, keptTaste, topicsOf, type Taste } from "./taste";
import { texts } from "./strings";
import { TasteBar } from "./taste_bar";

export default function DigestPage(_: PageProps) {
  const t = useTexts(texts);
  const [taste, setTaste] = useState<Taste>(keptTaste);
  const [deeds, setDeeds] = useState<ReadonlyMap<string, Deed>>(new Map());
  const [shown, setShown] = useState<Digest>();
  const telling = useAction();
  const digest = useResource(
    (signal) => makeDigest({ minutes: taste.minutes, topics: topicsOf(taste.topics), reader: taste.reader.trim() }, signal),
    [taste.minutes, taste.topics, taste.reader],
  );
  // While the next is being solved the one before stays.
  useEffect(() => {
    if (digest.data) setShown(digest.data);
  }, [digest.data]);

  const change = (part: Partial<Taste>) => {
    const next = { ...taste, ...part };
    setTaste(next);
    keepTaste(next);
  };
  const tell = (entry: Story, deed: Deed) =>
    void telling.run(async () => {
      await tellDeed({ item: entry.id, deed, reader: taste.reader.trim() });
      setDeeds(new Map(deeds).set(entry.id, deed));
    });
  const isOff = digest.error?.status === 404;
  const now = digest.data ?? shown;
  return (
    <>
      <div class="page-head">
        <div>
          <h1>{t.title}</h1>
          <p class="lede">{t.lede}</p>
        </div>
      </div>
      {!isOff && <TasteBar taste={taste} onChange={change} />}
      {isOff && <NoItems />}
      {digest.error && !isOff && <Failure error={digest.error} onRetry={digest.reload} retries />}
      {telling.error && <Failure error={telling.error} />}
      {!now && !digest.error && <p class="loading">{t.loading}</p>}
      {now && now.offered.stories === 0 && now.stories.length === 0 && <NoItems />}
      {now && (now.offered.stories > 0 || now.stories.length > 0) && (
        <div class={digest.loading && !digest.data ? "digest is-old" : "digest"}>
          <Facts digest={now} />
          {now.notices.length > 0 && (
            <Notice tone="warn" title={t.notices}>
              <ul class="digest__notices">
                {now.notices.map((notice) => (
                  <li key={notice}>{notice}</li>
                ))}
              </ul>
            </Notice>
          )}
          {now.stories.length === 0 && <p>{t.noneFits}</p>}
          <ol class="digest__entries">
            {now.stories.map((entry) => (
              <EntryView key={entry.id} entry={entry} deed={deeds.get(entry.id)} busy={telling.busy} onTell={(deed) => tell(entry, deed)} />
            ))}
          </ol>
          {now.left_out.length > 0 && <LeftOut stories={now.left_out} />}
        </div>
      )}
    </>
  );
}

function Facts({ digest: { used, minutes, stories, offered, minute_price } }: { digest: Digest }) {
  const t = useTexts(texts);
  const f = useFormats();
  return (
    <ul class="facts" role="status">
      <li>{t.used(f.rate(used), f.rate(minutes))}</li>
      <li>{t.stories(f.integer(stories.length), f.integer(offered.stories))}</li>
      <li>{t.price(f.tick(minute_price))}</li>
    </ul>
  );
}
