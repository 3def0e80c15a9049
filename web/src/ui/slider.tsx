export interface SliderProps {
  label: string;
  value: number;
  least?: number;
  most: number;
  step?: number;
  text: string; // The value as it is written.
  onChange(value: number): void;
}

// A figure that a person moves; whoever draws it stands it among others in a block of class "sliders".
export function Slider({ label, value, least = 0, most, step = (most - least) / 100, text, onChange }: SliderProps) {
  return (
    <label class="slider">
      <span>{label}</span>
      <input type="range" min={least} max={most} step={step} value={value} onInput={(event) => onChange(event.currentTarget.valueAsNumber)} />
      <output>{text}</output>
    </label>
  );
}
