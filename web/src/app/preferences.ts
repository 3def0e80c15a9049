import { Observable } from "../api/observable";
import { preferredLanguage } from "../i18n/language";
import type { Language } from "../i18n/translations";

export const kThemes = ["auto", "light", "dark"] as const;
export type Theme = (typeof kThemes)[number];

export interface Preferences {
  language: Language;
  theme: Theme;
}

const kStored = "heed.preferences";

class PreferencesStore extends Observable<Preferences> {
  constructor() {
    super(read());
  }

  change(part: Partial<Preferences>): void {
    this.set({ ...this.value, ...part });
    localStorage.setItem(kStored, JSON.stringify(this.value));
  }
}

function read(): Preferences {
  const fallback: Preferences = { language: preferredLanguage(navigator.languages), theme: "auto" };
  try {
    const kept = JSON.parse(localStorage.getItem(kStored) ?? "{}") as Partial<Preferences>;
    return {
      language: kept.language === "en" || kept.language === "zh" ? kept.language : fallback.language,
      theme: kThemes.find((theme) => theme === kept.theme) ?? fallback.theme,
    };
  } catch {
    return fallback;
  }
}

export const preferences = new PreferencesStore();

// What style sheets and screen readers go by. "auto" leaves the choice to prefers-color-scheme.
export function applyPreferences({ language, theme }: Preferences): void {
  const root = document.documentElement;
  root.lang = language === "zh" ? "zh-CN" : "en";
  if (theme === "auto") delete root.dataset["theme"];
  else root.dataset["theme"] = theme;
}
