import type { DiversityMethod, Offer, Wishes } from "../../api/recommend";
import { useFormats, useTexts } from "../../i18n/language";
import { Segmented } from "../../ui/segmented";
import { Slider } from "../../ui/slider";
import { sameWishes, wishesOf } from "./figures";
import { texts } from "./strings";

const kMostWorth = 5;
const kMostFreshness = 3;

// What whoever sits here moves; the slate follows at once.
export function WishesPanel({ offer, wishes, onChange }: { offer: Offer; wishes: Wishes; onChange(wishes: Wishes): void }) {
  const t = useTexts(texts);
  const f = useFormats();
  const goals = Object.entries(wishes.goals);
  return (
    <section class="recommend-wishes" aria-labelledby="wishes-title">
      <h2 id="wishes-title">{t.wishes}</h2>
      <div class="sliders">
        <Slider label={t.diversity} value={wishes.diversity} most={1} step={0.05} text={f.plain(wishes.diversity)} onChange={(diversity) => onChange({ ...wishes, diversity })} />
        {goals.map(([goal, worth]) => (
          <Slider
            key={goal}
            label={t.worthOf(goal)}
            value={worth}
            most={Math.max(kMostWorth, 2 * (offer.goals.find((one) => one.goal === goal)?.worth ?? 0))}
            step={0.1}
            text={f.plain(worth)}
            onChange={(value) => onChange({ ...wishes, goals: { ...wishes.goals, [goal]: value } })}
          />
        ))}
        <Slider label={t.freshness} value={wishes.freshness} most={Math.max(kMostFreshness, 2 * offer.freshness)} step={0.1} text={f.plain(wishes.freshness)} onChange={(freshness) => onChange({ ...wishes, freshness })} />
      </div>
      {goals.length === 0 && <p class="hint">{t.noGoals}</p>}
      <div class="row">
        <Segmented<DiversityMethod>
          name="method"
          label={t.method}
          value={wishes.method}
          options={(["mmr", "dpp"] as const).map((value) => ({ value, text: t[value] }))}
          onChange={(method) => onChange({ ...wishes, method })}
        />
        {!sameWishes(wishes, wishesOf(offer)) && (
          <button class="button button--quiet" type="button" onClick={() => onChange(wishesOf(offer))}>
            {t.reset}
          </button>
        )}
      </div>
    </section>
  );
}
