// A figure of a row of them: its name, its value with a unit that stands back, and what it means.
export function Figure({ name, value, note }: { name: string; value: string; note: string }) {
  const [, number = value, unit = ""] = /^(\S+)\s(\D+)$/.exec(value) ?? [];
  return (
    <div class="key-figure">
      <dt>{name}</dt>
      <dd>
        <span class="key-figure__value">
          {number}
          {unit && <small> {unit}</small>}
        </span>
        <span class="hint">{note}</span>
      </dd>
    </div>
  );
}
