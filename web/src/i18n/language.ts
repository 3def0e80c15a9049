import { createContext } from "preact";
import { useContext, useMemo } from "preact/hooks";

import { formats, type Formats } from "./format";
import type { Language, SameShape, Texts, Translations } from "./translations";

export const LanguageContext = createContext<Language>("en");

export function useLanguage(): Language {
  return useContext(LanguageContext);
}

export function useTexts<T extends Texts>(table: Translations<T>): SameShape<T> {
  return table[useLanguage()];
}

export function useFormats(): Formats {
  const language = useLanguage();
  return useMemo(() => formats(language), [language]);
}

// The first of the browser's languages that the page speaks.
export function preferredLanguage(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    if (/^zh\b/i.test(tag)) return "zh";
    if (/^en\b/i.test(tag)) return "en";
  }
  return "en";
}
