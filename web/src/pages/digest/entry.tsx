import type { Deed, Story } from "../../api/digest";
import { useFormats, useLanguage, useTexts } from "../../i18n/language";
import { hostOf, webAddress } from "../../ui/web_address";
import { texts } from "./strings";

const kDeeds: readonly Deed[] = ["read", "skip", "save"];

interface EntryProps {
  story: Story;
  deed: Deed | undefined; // What was told of it on this page.
  busy: boolean;
  onTell(deed: Deed): void;
}

// A story of the digest: everything in it is somebody else's text, and stays text.
export function EntryView({ story, deed, busy, onTell }: EntryProps) {
  const t = useTexts(texts);
  const f = useFormats();
  const language = useLanguage();
  const { title, summary, url, sources, minutes, ts, why, reason, subject } = story;
  const [first, ...also] = sources;
  return (
    <li class="entry">
      <h2 class="entry__title">
        <Titled title={title || summary || story.id} url={url} />
      </h2>
      <p class="entry__facts hint">
        {reason !== "chosen" && <span class={`tag ${reason === "must" ? "tag--warn" : "tag--good"}`}>{t[reason]}</span>}
        <span>{t.minutes(f.rate(minutes))}</span>
        {first?.source && <span>{hostOf(first.source)}</span>}
        {ts && <span>{f.dateTime(Date.parse(ts))}</span>}
        {subject && <span class="tag">{subject}</span>}
      </p>
      {summary && summary !== title && <p class="entry__summary">{summary}</p>}
      <p class="entry__why">
        <span class="visually-hidden">{t.why}: </span>
        {why[language]}
      </p>
      {also.length > 0 && (
        <details class="entry__also hint">
          <summary>{t.sources(f.integer(sources.length))}</summary>
          <ul>
            {also.map((one, i) => (
              <li key={i}>
                <Titled title={one.source} url={one.url} />
              </li>
            ))}
          </ul>
        </details>
      )}
      <div class="entry__deeds" role="group" aria-label={title}>
        {kDeeds.map((one) => (
          <button key={one} class="button" type="button" aria-pressed={deed === one} disabled={busy} onClick={() => onTell(one)}>
            {t[one]}
          </button>
        ))}
        {deed && (
          <span class="hint" role="status">
            {t.noted}
          </span>
        )}
      </div>
    </li>
  );
}

// A link only where it leads to the web.
export function Titled({ title, url }: { title: string; url: string }) {
  const address = webAddress(url);
  if (!address) return <>{title}</>;
  return (
    <a href={address} target="_blank" rel="noreferrer noopener">
      {title}
    </a>
  );
}
