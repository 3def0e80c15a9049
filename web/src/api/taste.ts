// What a reader wants of a digest; kept by this browser.
export interface Taste {
  minutes: number;
  topics: string | null; // As they are typed, between commas; null: never typed here, so that the server's memory of them holds.
  reader: string; // As it is typed.
  kept: boolean; // Saved stories come again when they are about to be forgotten.
}

const kStored = "heed.digest";
const kPlain: Taste = { minutes: 20, topics: null, reader: "", kept: false };
export const kMostMinutes = 120;
export const kUnnamedReader = "reader"; // Whatever the page's language: it stays the same person.

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
      topics: typeof kept.topics === "string" ? kept.topics : null,
      reader: typeof kept.reader === "string" ? kept.reader : "",
      kept: kept.kept === true,
    };
  } catch {
    return kPlain;
  }
}

// Chinese commas part them too.
export function topicsOf(typed: string): string[] {
  return [...new Set(typed.split(/[,，、;；\n]/).map((one) => one.trim()).filter(Boolean))];
}

export function readerId({ reader }: Pick<Taste, "reader">): string {
  return reader.trim() || kUnnamedReader;
}
