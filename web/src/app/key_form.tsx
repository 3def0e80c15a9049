import { useEffect, useRef, useState } from "preact/hooks";

import { serverKey } from "../api/key";
import { useTexts } from "../i18n/language";
import { appTexts } from "./strings";

// In place of the page, while the server answers 401.
export function KeyForm() {
  const t = useTexts(appTexts);
  const [typed, setTyped] = useState("");
  const input = useRef<HTMLInputElement>(null);
  const refused = serverKey.value.key !== "";
  useEffect(() => input.current?.focus(), []);
  const submit = (event: Event) => {
    event.preventDefault();
    if (typed.trim()) serverKey.enter(typed.trim());
  };
  return (
    <form class="key-form" onSubmit={submit}>
      <h1 id="key-title">{refused ? t.keyRefused : t.keyTitle}</h1>
      <p class="lede">{t.keyWhy}</p>
      <label class="field">
        <span class="field__label">{t.key}</span>
        <input
          ref={input}
          type="password"
          name="key"
          autocomplete="off"
          spellcheck={false}
          aria-describedby="key-title key-kept"
          value={typed}
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
      </label>
      <p id="key-kept" class="hint">
        {t.keyKept}
      </p>
      <button class="button button--main" type="submit" disabled={!typed.trim()}>
        {t.useKey}
      </button>
    </form>
  );
}
