import { useState } from "preact/hooks";

import type { MinuteMarket, PersonMinutes } from "../../api/economy";
import { href } from "../../app/route";
import { useFormats, useTexts } from "../../i18n/language";
import { StackedBar } from "../../ui/bar";
import { dearestFirst, greatestFirst, taskOrder } from "./minutes";
import { texts } from "./strings";
import { TaskLink } from "./task_link";

const kFew = 8;
const kColours = [0, 2, 4, 5, 1, 3]; // Of tasks; what looks like attention or loss last.

// What each person's next minute costs, how many are left, and where those of today went.
export function People({ market }: { market: MinuteMarket }) {
  const t = useTexts(texts);
  const f = useFormats();
  const [all, setAll] = useState(false);
  const people = dearestFirst(market.people);
  const order = taskOrder(people);
  const hidden = people.length - kFew;
  return (
    <>
      <h3>{t.people}</h3>
      <p class="hint">{people.length > 0 ? t.peopleNote : t.nobody}</p>
      <ul class="front__list">
        {(all ? people : people.slice(0, kFew)).map((one) => (
          <Person key={`${one.group} ${one.person}`} one={one} order={order} />
        ))}
      </ul>
      {hidden > 0 && (
        <p>
          <button class="button" type="button" aria-expanded={all} onClick={() => setAll(!all)}>
            {all ? t.fewer : t.more(f.integer(hidden))}
          </button>
        </p>
      )}
      {!!market.more && (all || hidden <= 0) && <p class="hint">{t.others(f.integer(market.more))}</p>}
    </>
  );
}

// The name leads to the decisions about the person.
function Person({ one: { person, group, minutes, left, price, used, next }, order }: { one: PersonMinutes; order: readonly string[] }) {
  const t = useTexts(texts);
  const f = useFormats();
  const tasks = greatestFirst(used).map(([task, spent]) => ({ task, spent, swatch: kColours[order.indexOf(task) % kColours.length]! }));
  const whole = Math.max(minutes, tasks.reduce((sum, { spent }) => sum + spent, 0), Number.MIN_VALUE);
  const [refused] = greatestFirst(next);
  return (
    <li class="person">
      <span class="person__name">
        {person ? <a href={href("events", [], { subject: person })}>{person}</a> : t.unnamed} {group && <span class="hint">{group}</span>}
      </span>
      <span class="person__price">
        <strong>{f.tick(price)}</strong> <span class="hint">{t.aMinute}</span>
      </span>
      <span class="person__used">
        <StackedBar parts={tasks.map(({ swatch, spent }) => ({ swatch, share: spent / whole }))} />
        <span class="front__facts">
          {tasks.map(({ task, spent, swatch }) => (
            <span key={task}>
              <span class={`swatch swatch--area swatch--${swatch}`} aria-hidden="true" />
              <TaskLink task={task} /> {f.compact(spent)}
            </span>
          ))}
          <span>{t.leftOf(f.compact(left), f.compact(minutes))}</span>
          {refused && (
            <span>
              {t.refused} <TaskLink task={refused[0]} /> {f.tick(refused[1])}
            </span>
          )}
        </span>
      </span>
    </li>
  );
}
