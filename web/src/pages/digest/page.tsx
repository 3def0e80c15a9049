import { useEffect, useState } from "preact/hooks";

import { useAction } from "../../api/action";
import { makeDigest, readFeeds, tellDeed, type Deed, type Digest, type Story } from "../../api/digest";
import { usePolled } from "../../api/polled";
import { useResource } from "../../api/resource";
import { keepTaste, keptTaste, type Taste } from "../../api/taste";
import { useFormats, useTexts } from "../../i18n/language";
import { Failure } from "../../ui/failure";
import { Notice } from "../../ui/notice";
import type { PageProps } from "../page";
import { EntryView } from "./entry";
import { Feeds } from "./feeds";
import { LeftOut } from "./left_out";
import { NoItems } from "./no_items";
import "./page.css";
import { texts } from "./strings";
import { TasteBar } from "./taste_bar";

const kSettleMs = 1500;
const kFeedsMs = 20_000;

export default function DigestPage(_: PageProps) {
  const t = useTexts(texts);
  const [taste, setTaste] = useState<Taste>(keptTaste);
  const [deeds, setDeeds] = useState<ReadonlyMap<string, Deed>>(new Map());
  const [shown, setShown] = useState<Digest>();
  const telling = useAction();
  const feeds = usePolled(readFeeds, [], kFeedsMs);
  const settled = useSettled(JSON.stringify(taste));
  // While something moves it is only looked at; what is left standing is what the reader was given.
  const digest = useResource((signal) => makeDigest(taste, { preview: !settled }, signal), [JSON.stringify(taste), String(settled), feeds.data?.items ?? 0]);
  // While the next is being solved the one before stays.
  useEffect(() => {
    if (digest.data) setShown(digest.data);
  }, [digest.data]);

  const now = digest.data ?? shown;
  const change = (part: Partial<Taste>) => {
    const next = { ...taste, ...part };
    setTaste(next);
    keepTaste(next);
  };
  const tell = (story: Story, deed: Deed) =>
    void telling.run(async () => {
      await tellDeed(taste, story, deed, now?.digest ?? "");
      setDeeds((before) => new Map(before).set(story.id, deed));
    });
  const nothing = now && now.offered.stories === 0 && now.stories.length === 0;
  return (
    <>
      <div class="page-head">
        <div>
          <h1>{t.title}</h1>
          <p class="lede">{t.lede}</p>
        </div>
      </div>
      <TasteBar taste={taste} onChange={change} />
      {digest.error && <Failure error={digest.error} onRetry={digest.reload} retries />}
      {telling.error && <Failure error={telling.error} />}
      {!now && !digest.error && <p class="loading">{t.loading}</p>}
      {nothing && <NoItems feeds={feeds.data?.feeds.length ?? 0} />}
      {now && !nothing && (
        <div class="digest" aria-busy={digest.loading}>
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
          {now.stories.length === 0 && <p class="digest__none">{t.noneFits}</p>}
          <ol class="digest__entries">
            {now.stories.map((story) => (
              <EntryView key={story.id} story={story} deed={deeds.get(story.id)} busy={telling.busy} onTell={(deed) => tell(story, deed)} />
            ))}
          </ol>
          {now.left_out.length > 0 && <LeftOut stories={now.left_out} />}
        </div>
      )}
      {feeds.data && feeds.data.feeds.length > 0 && <Feeds feeds={feeds.data.feeds} />}
    </>
  );
}

// Whether `value` has been the same for a while.
function useSettled(value: string): boolean {
  const [settled, setSettled] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), kSettleMs);
    return () => clearTimeout(timer);
  }, [value]);
  return settled === value;
}

function Facts({ digest: { used, minutes, stories, offered, minute_price } }: { digest: Digest }) {
  const t = useTexts(texts);
  const f = useFormats();
  return (
    <div role="status">
      <ul class="facts">
        <li>{t.used(f.rate(used), f.rate(minutes))}</li>
        <li>{t.stories(f.integer(stories.length), f.integer(offered.stories))}</li>
        <li>{t.price(f.tick(minute_price))}</li>
      </ul>
    </div>
  );
}
