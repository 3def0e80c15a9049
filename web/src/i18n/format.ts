import type { Language } from "./translations";

const kNumbers: Record<Language, string> = { en: "en-US", zh: "zh-CN" };
const kDates: Record<Language, string> = { en: "en-GB", zh: "zh-CN" };
const kNothing = "–";

type Value = number | null | undefined;

// How figures are written. Each takes what an answer may hold; a missing or non-finite one becomes a dash.
export interface Formats {
  integer(value: Value): string;
  compact(value: Value): string; // 7.6M, 758万
  metric(value: Value): string; // Four significant digits; whole numbers whole.
  plain(value: Value): string; // As it is, to six significant digits.
  signed(value: Value): string; // The same, with its sign.
  tick(value: Value): string; // On an axis: as short as it can be.
  percent(share: Value): string; // Of 0..1.
  share(share: Value): string; // The same, on an axis.
  milliseconds(ms: Value): string; // With a unit, s above 10 s.
  rate(perSecond: Value): string;
  duration(seconds: Value): string; // The two largest units.
  clock(ms: number): string;
  dateTime(ms: Value): string;
  minute(ms: number): string; // Of a day that is known: 14:05.
  hour(ms: number): string; // With its day.
  day(ms: number): string; // UTC, as days are counted.
  moments(sentence: string): string; // What a server says, its ISO moments as `hour` writes them.
}

const kUnits: Record<Language, [days: string, hours: string, minutes: string, seconds: string]> = {
  en: [" d", " h", " min", " s"],
  zh: [" 天", " 小时", " 分", " 秒"],
};

function split(seconds: number): [number, number, number, number] {
  const whole = Math.floor(seconds);
  return [Math.floor(whole / 86400), Math.floor(whole / 3600) % 24, Math.floor(whole / 60) % 60, whole % 60];
}

export function formats(language: Language): Formats {
  const dates = kDates[language];
  const number = (options: Intl.NumberFormatOptions) => {
    const formatter = new Intl.NumberFormat(kNumbers[language], options);
    return (value: Value) => (value == null || !Number.isFinite(value) ? kNothing : formatter.format(value));
  };
  const integer = number({ maximumFractionDigits: 0 });
  const digits = number({ maximumSignificantDigits: 4, minimumSignificantDigits: 4 });
  const signedDigits = number({ maximumSignificantDigits: 3, signDisplay: "exceptZero" });
  const one = number({ maximumFractionDigits: 1 });
  const two = number({ maximumFractionDigits: 2, minimumFractionDigits: 2 });
  const clock = new Intl.DateTimeFormat(dates, { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
  const date = new Intl.DateTimeFormat(dates, { month: "short", day: "numeric" });
  const year = new Intl.DateTimeFormat(dates, { year: "numeric", month: "short", day: "numeric" });
  const minute = new Intl.DateTimeFormat(dates, { hour: "2-digit", minute: "2-digit", hour12: false });
  const day = new Intl.DateTimeFormat(dates, { timeZone: "UTC", year: "numeric", month: "short", day: "numeric" });

  const hour = (ms: number) => `${date.format(ms)} ${minute.format(ms)}`;

  return {
    integer,
    compact: number({ notation: "compact", maximumSignificantDigits: 3 }),
    metric: (value) => (Number.isInteger(value) ? integer(value) : digits(value)),
    plain: number({ maximumSignificantDigits: 6 }),
    signed: signedDigits,
    tick: number({ maximumSignificantDigits: 3 }),
    share: number({ style: "percent", maximumFractionDigits: 1 }),
    percent: number({ style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 }),
    milliseconds: (ms) => {
      if (ms == null || !Number.isFinite(ms)) return kNothing;
      if (ms >= 10_000) return `${one(ms / 1000)} s`;
      return `${ms < 10 ? two(ms) : ms < 100 ? one(ms) : integer(ms)} ms`;
    },
    rate: (value) => (value != null && value < 100 ? one(value) : integer(value)),
    duration: (seconds) => {
      if (seconds == null || !Number.isFinite(seconds)) return kNothing;
      const parts = split(seconds);
      const first = Math.min(parts.findIndex((part) => part > 0) + (seconds < 1 ? 4 : 0), 3);
      return parts
        .slice(first, first + 2)
        .map((part, i) => `${part}${kUnits[language][first + i]}`)
        .join(" ");
    },
    clock: (ms) => clock.format(ms),
    minute: (ms) => minute.format(ms),
    hour,
    day: (ms) => day.format(ms),
    moments: (sentence) => sentence.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, (moment) => hour(Date.parse(moment))),
    dateTime: (ms) => {
      if (ms == null || !Number.isFinite(ms)) return kNothing;
      const then = new Date(ms);
      const now = new Date();
      if (then.toDateString() === now.toDateString()) return clock.format(then);
      return `${(then.getFullYear() === now.getFullYear() ? date : year).format(then)} ${clock.format(then)}`;
    },
  };
}
