import { useEffect, useState } from "preact/hooks";

import { href } from "../../app/route";
import { useTexts } from "../../i18n/language";
import { texts } from "./strings";

// Whose slate is looked at: any id, with some of those that are known to choose from.
export function PersonField({ user, some }: { user: string; some: readonly string[] }) {
  const t = useTexts(texts);
  const [typed, setTyped] = useState(user);
  useEffect(() => setTyped(user), [user]);
  const look = (event: Event) => {
    event.preventDefault();
    const wanted = typed.trim();
    if (wanted) location.replace(href("recommend", [], { user: wanted }));
  };
  return (
    <form class="row recommend-person" onSubmit={look}>
      <label class="field">
        <span class="field__label">{t.person}</span>
        <input list="recommend-people" autocomplete="off" maxLength={256} value={typed} onInput={(event) => setTyped(event.currentTarget.value)} />
        <datalist id="recommend-people">
          {some.map((id) => (
            <option key={id} value={id} />
          ))}
        </datalist>
      </label>
      <button class="button" type="submit" disabled={!typed.trim()}>
        {t.look}
      </button>
    </form>
  );
}
