import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

import { serverKey } from "../api/key";
import { useObservable } from "../api/observable";
import { useTexts } from "../i18n/language";
import { uiTexts } from "./strings";

let asked = false; // As long as the tab is open.

// What only a key with the scope "admin" may read. Where keys are in use it is asked for by a press, so that nobody else is refused
// what they never wanted.
export function ForAdmins({ children }: { children: ComponentChildren }) {
  const t = useTexts(uiTexts);
  const { key } = useObservable(serverKey);
  const [, redraw] = useState({});
  if (key === "" || asked) return <>{children}</>;
  const ask = () => {
    asked = true;
    redraw({});
  };
  return (
    <p>
      <button class="button" type="button" onClick={ask}>
        {t.showForAdmins}
      </button>{" "}
      <span class="hint">{t.adminsAlone}</span>
    </p>
  );
}
