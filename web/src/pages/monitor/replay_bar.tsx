import { useEffect } from "preact/hooks";

import type { Unit } from "../../api/monitor";
import { useFormats, useTexts } from "../../i18n/language";
import { Segmented } from "../../ui/segmented";
import { advance, kSpeeds, moveTo, type Replay } from "./replay";
import { texts } from "./strings";
import { kStepMs } from "./trend";

const kTickMs = 500;

interface ReplayBarProps {
  replay: Replay;
  format(ms: number): string;
  onMove: (update: (replay: Replay) => Replay) => void;
}

// Plays what was kept, or goes to a moment of it.
export function ReplayBar({ replay, format, onMove }: ReplayBarProps) {
  const t = useTexts(texts);
  const f = useFormats();
  const { playing, speed, unit, range, atMs } = replay;
  const units: Record<Unit, string> = { minute: t.minutesUnit, hour: t.hoursUnit, day: t.daysUnit };
  useEffect(() => {
    if (!playing) return;
    // Slow speeds tick once a bucket.
    const everyMs = Math.max(kTickMs, 1000 / speed);
    const timer = setInterval(() => onMove((now) => advance(now, Math.round((speed * everyMs) / 1000))), everyMs);
    return () => clearInterval(timer);
  }, [playing, speed]);
  const step = (buckets: number) => onMove((now) => ({ ...moveTo(now, now.atMs + buckets * kStepMs[unit]), playing: false }));
  return (
    <div class="replay" role="group" aria-label={t.replay}>
      <div class="replay__buttons">
        <button class="button" type="button" disabled={atMs <= range[0]} onClick={() => step(-1)}>
          <span aria-hidden="true">−1</span>
          <span class="visually-hidden">{t.back}</span>
        </button>
        <button class="button button--main" type="button" disabled={atMs >= range[1]} onClick={() => onMove((now) => ({ ...now, playing: !now.playing }))}>
          {playing ? t.pause : t.play}
        </button>
        <button class="button" type="button" disabled={atMs >= range[1]} onClick={() => step(1)}>
          <span aria-hidden="true">+1</span>
          <span class="visually-hidden">{t.on}</span>
        </button>
        <Segmented
          name="speed"
          label={t.speed}
          value={String(speed)}
          options={kSpeeds.map((value) => ({ value: String(value), text: t.aSecond(f.integer(value), units[unit]) }))}
          onChange={(value) => onMove((now) => ({ ...now, speed: Number(value) }))}
        />
      </div>
      <label class="replay__moment">
        <span class="visually-hidden">{t.moment}</span>
        <input
          type="range"
          min={range[0]}
          max={range[1]}
          step={kStepMs[unit]}
          value={atMs}
          aria-valuetext={format(atMs)}
          onInput={(event) => {
            const at = Number(event.currentTarget.value);
            onMove((now) => ({ ...moveTo(now, at), playing: false }));
          }}
        />
        <output>{format(atMs)}</output>
      </label>
      <p class="hint">{t.replayNote}</p>
    </div>
  );
}
