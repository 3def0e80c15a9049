// What a reader tells this page; kept by this browser.
export interface Taste {
  minutes: number;
  topics: string; // As they are typed, between commas.
  reader: string; // "" where the server has one reader alone.
}

const kStored = "heed.digest";
const kPlain: Taste = { minutes: 20, topics: "", reader: "" };
export const kMostMinutes = 120;

export function keptTaste(): Taste {
  return tasteOf(localStorage.getItem(kStored));
}

export function keepTaste(taste: Taste): void {
  localStorage.setItem(kStored, JSON.stringify(taste));
}

// What is missing, or of another kind, is as on the first day.
export function tasteOf(stored: string | null): Taste {
  try {
    const kept = JSON.parse(stored ?? "{}") as Partial<Record<keyof Taste, unknown>>;
    return {
      minutes: typeof kept.minutes === "number" && kept.minutes >= 0 && kept.minutes <= kMostMinutes ? kept.minutes : kPlain.minutes,
      topics: typeof kept.topics === "string" ? kept.topics : "",
      reader: typeof kept.reader === "string" ? kept.reader : "",
    };
  } catch {
    return kPlain;
  }
}

// Chinese commas part them too.
export function topicsOf(typed: string): string[] {
  return [...new Set(typed.split(/[,，、;；\n]/).map((one) => one.trim()).filter(Boolean))];
}
