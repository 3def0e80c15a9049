import type { LeftOutStory } from "../../api/digest";
import { useFormats, useLanguage, useTexts } from "../../i18n/language";
import { hostOf } from "../../ui/web_address";
import { Titled } from "./entry";
import { texts } from "./strings";

// What nearly was in, and what it would have cost.
export function LeftOut({ stories }: { stories: readonly LeftOutStory[] }) {
  const t = useTexts(texts);
  const f = useFormats();
  const language = useLanguage();
  return (
    <details class="section left-out">
      <summary>
        <h2>{t.leftOut}</h2> <span class="hint">{t.leftOutNote(f.integer(stories.length))}</span>
      </summary>
      <ul>
        {stories.map(({ id, title, url, sources, minutes, why }) => (
          <li key={id}>
            <Titled title={title || id} url={url} />{" "}
            <span class="hint">
              {t.minutes(f.rate(minutes))} {sources[0]?.source && `· ${hostOf(sources[0].source)}`}
            </span>
            <p class="hint">{why[language]}</p>
          </li>
        ))}
      </ul>
    </details>
  );
}
