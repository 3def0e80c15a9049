import { makeDigest } from "../../api/digest";
import { useResource } from "../../api/resource";
import { keptTaste, readerId } from "../../api/taste";
import { href } from "../../app/route";
import { useFormats, useTexts } from "../../i18n/language";
import { Figure } from "./figure";
import { texts } from "./strings";

// What one more minute would be worth where, by the applications that price minutes. Looked at only, and nothing where there is
// nothing to spend a minute on.
export function Prices() {
  const t = useTexts(texts);
  const f = useFormats();
  const taste = keptTaste();
  const { data } = useResource((signal) => makeDigest(taste, { preview: true }, signal), []);
  if (!data || data.offered.stories === 0) return null;
  const { minutes, minute_price, stories, offered } = data;
  return (
    <section class="section front" aria-labelledby="prices-title">
      <div class="front__head">
        <h2 id="prices-title">{t.prices}</h2>
        <a href={href("digest")}>{t.toDigest}</a>
      </div>
      <dl class="key-figures">
        <Figure name={t.readingPrice(readerId(taste))} value={f.tick(minute_price)} note={t.readingNote(f.integer(minutes))} />
        <Figure name={t.storiesThatFit} value={f.integer(stories.length)} note={t.ofStories(f.integer(offered.stories))} />
      </dl>
    </section>
  );
}
