// Texts in both languages. A Chinese table that lacks an English key, has one too many, or takes other arguments does not
// compile.

export type Language = "en" | "zh";

export type Texts = Record<string, string | ((...values: never[]) => string)>;

export type SameShape<T extends Texts> = { [K in keyof T]: T[K] extends string ? string : T[K] };

export type Translations<T extends Texts> = Record<Language, SameShape<T>>;

export function translations<T extends Texts>(both: { en: T; zh: NoInfer<SameShape<T>> }): Translations<T> {
  return both as Translations<T>;
}
