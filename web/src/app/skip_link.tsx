import type { RefObject } from "preact";

import { useTexts } from "../i18n/language";
import { appTexts } from "./strings";

// The first stop of the Tab key. Following it as a link would change the address, which names the page.
export function SkipLink({ main }: { main: RefObject<HTMLElement | null> }) {
  const t = useTexts(appTexts);
  const skip = (event: Event) => {
    event.preventDefault();
    main.current?.focus();
  };
  return (
    <a class="skip-link" href="#main" onClick={skip}>
      {t.skip}
    </a>
  );
}
