export interface SliderProps {
  label: string;
  value: number;
  most: number;
  text: string; // The value as it is written.
  onChange(value: number): void;
}

export function Slider({ label, value, most, text, onChange }: SliderProps) {
  return (
    <label class="economy-slider">
      <span>{label}</span>
      <input type="range" min={0} max={most} step={most / 100} value={value} onInput={(event) => onChange(event.currentTarget.valueAsNumber)} />
      <output>{text}</output>
    </label>
  );
}
